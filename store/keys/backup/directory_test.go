package backup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The disk refuses a file after others were written.
func TestADirectoryThatFailsHalfWayIsNotThere(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "keys")
	files := map[string][]byte{"a.key": []byte("1"), "ca/b.key": []byte("2"), strings.Repeat("z", 300): []byte("3")}
	if err := publish(out, files); err == nil {
		t.Fatal("a name of 300 bytes was written")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	delete(files, strings.Repeat("z", 300))
	if err := publish(out, files); err != nil {
		t.Error(err)
	}
}
