package system_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"checkpoint/store/system"
)

// Of two that want the same lock the second is told, and has it once the first
// has let go.
func TestOneHasTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	first, second := open(), open()
	if err := system.Lock(first); err != nil {
		t.Fatal(err)
	}
	if err := system.TryLock(second); !errors.Is(err, system.ErrLocked) {
		t.Errorf("%v, want ErrLocked", err)
	}
	waited := make(chan error, 1)
	go func() { waited <- system.Lock(second) }()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Error(err)
	}
}

// A temporary file has no name that a power cut could leave behind.
func TestATemporaryFileLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := system.CreateTemp(dir, "scratch-*.tmp")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("x"), 1<<20); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
	info, err := f.Stat()
	if err != nil || system.OnDisk(info) >= info.Size() {
		t.Errorf("a file of holes takes %d bytes of %d, %v", system.OnDisk(info), info.Size(), err)
	}
}

// What others may do to a file is seen; a disk tells its room.
func TestRightsAndRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o600, 0o640, 0o602} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || system.ForOthers(info) != mode&0o077 {
			t.Errorf("%04o: %04o %v", mode, system.ForOthers(info), err)
		}
	}
	if n, err := system.Free(filepath.Dir(path)); err != nil || n <= 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if _, err := system.Free("/nowhere"); err == nil {
		t.Error("room on no disk")
	}
	if err := system.SyncDir(filepath.Dir(path)); err != nil {
		t.Error(err)
	}
}
