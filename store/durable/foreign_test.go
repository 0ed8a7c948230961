package durable

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWhatIsNoFileIsNotWaitedFor(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "manifest")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/zero", t.TempDir()} {
		if f, err := OpenForeign(path); !errors.Is(err, ErrNoFile) {
			t.Errorf("%s: %v %v, want ErrNoFile", path, f, err)
		}
	}
}

func TestOnlySoMuchIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadForeign(path, 5); string(b) != "12345" || err != nil {
		t.Errorf("got %q %v", b, err)
	}
	if _, err := ReadForeign(path, 4); err == nil {
		t.Error("a file longer than the limit was read")
	}
}
