package replay

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Nobody writes to a named pipe, and a device may never end: a reader that
// waited for one could not be stopped.
func TestOnlyAFileIsPlayed(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, dir, "/dev/zero", "/dev/null"} {
		p, err := Open(path, isEnd, 0)
		if err == nil {
			p.Close()
			t.Errorf("%s is played", path)
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("%v: want %s in it", err, path)
		}
	}
}

// What is written anew in the same file is a new file.
func TestAFileThatIsWrittenAnewIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "codes")
	if err := os.WriteFile(path, []byte("A\rB\r"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Open(path, isEnd, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	next(t, p)
	next(t, p)
	if err := os.WriteFile(path, []byte("C\r"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Read(make([]byte, 10)); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("Read = %v, want ENODEV", err)
	}
}
