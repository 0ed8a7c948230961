package lossfs_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"checkpoint/store/lossfs"
)

func TestMain(m *testing.M) {
	if lossfs.Serve() {
		return
	}
	m.Run()
}

func create(t *testing.T, path string, data []byte) *os.File {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	return f
}

func syncAll(t *testing.T, files ...*os.File) {
	t.Helper()
	for _, f := range files {
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestOnlySyncedDataSurvivesACut(t *testing.T) {
	m := lossfs.Mount(t, lossfs.Options{})
	old, fresh := bytes.Repeat([]byte("a"), 6000), bytes.Repeat([]byte("b"), 9000)
	f := create(t, filepath.Join(m.Dir(), "synced"), old)
	syncAll(t, f, open(t, m.Dir()))
	if _, err := f.WriteAt(fresh, 0); err != nil {
		t.Fatal(err)
	}
	syncAll(t, create(t, filepath.Join(m.Dir(), "nameless"), old)) // its directory is not synced
	out := t.TempDir()
	m.Cut(lossfs.Drop, 1, out)
	got, err := os.ReadFile(filepath.Join(out, "synced"))
	if err != nil || !bytes.Equal(got, old) {
		t.Errorf("synced file: %d bytes, %v; want the %d synced ones", len(got), err, len(old))
	}
	if _, err := os.Stat(filepath.Join(out, "nameless")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a name whose directory was not synced survived: %v", err)
	}
	if _, err := f.WriteAt(fresh, 0); !errors.Is(err, syscall.EIO) {
		t.Errorf("write after the cut: %v, want EIO", err)
	}
}

func TestTearMixesOldAndNewSectors(t *testing.T) {
	m := lossfs.Mount(t, lossfs.Options{})
	f := create(t, filepath.Join(m.Dir(), "f"), bytes.Repeat([]byte("a"), 64<<10))
	syncAll(t, f, open(t, m.Dir()))
	if _, err := f.WriteAt(bytes.Repeat([]byte("b"), 64<<10), 0); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	m.Cut(lossfs.Tear, 7, out)
	got, err := os.ReadFile(filepath.Join(out, "f"))
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(got); at += 512 {
		if s := got[at : at+512]; !bytes.Equal(s, bytes.Repeat(s[:1], 512)) {
			t.Fatalf("sector at %d is itself torn", at)
		}
	}
	if !bytes.Contains(got, []byte("ab")) && !bytes.Contains(got, []byte("ba")) {
		t.Error("the file is all old or all new")
	}
}

func TestUnsyncedRenameAndRemoveMayComeBack(t *testing.T) {
	m := lossfs.Mount(t, lossfs.Options{})
	sub := filepath.Join(m.Dir(), "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	syncAll(t, create(t, filepath.Join(sub, "one"), []byte("1")), create(t, filepath.Join(sub, "two"), []byte("2")), open(t, sub), open(t, m.Dir()))
	if err := errors.Join(os.Remove(filepath.Join(sub, "one")), os.Rename(filepath.Join(sub, "two"), filepath.Join(sub, "three"))); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	m.Cut(lossfs.Drop, 1, out)
	found, _ := filepath.Glob(filepath.Join(out, "sub", "*"))
	if len(found) != 2 || filepath.Base(found[0]) != "one" || filepath.Base(found[1]) != "two" {
		t.Errorf("after the cut: %v", found)
	}
}

func TestCapacityEndsInENOSPCAndRemovingHelps(t *testing.T) {
	m := lossfs.Mount(t, lossfs.Options{Capacity: 64 << 10})
	f := create(t, filepath.Join(m.Dir(), "a"), make([]byte, 60<<10))
	if _, err := f.WriteAt(make([]byte, 8<<10), 60<<10); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("write beyond the disk: %v, want ENOSPC", err)
	}
	if _, err := f.WriteAt(make([]byte, 8<<10), 0); err != nil {
		t.Errorf("overwriting in place needs no space: %v", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		t.Fatal(err)
	}
	create(t, filepath.Join(m.Dir(), "b"), make([]byte, 60<<10))
}

func TestMappedReadsSeeWrites(t *testing.T) {
	seed := t.TempDir()
	if err := os.WriteFile(filepath.Join(seed, "f"), bytes.Repeat([]byte("x"), 8192), 0o600); err != nil {
		t.Fatal(err)
	}
	m := lossfs.Mount(t, lossfs.Options{Seed: seed})
	f, err := os.OpenFile(filepath.Join(m.Dir(), "f"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	b, err := unix.Mmap(int(f.Fd()), 0, 8192, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(b) }()
	if b[5000] != 'x' {
		t.Fatalf("seeded byte reads as %q", b[5000])
	}
	if _, err := f.WriteAt([]byte("y"), 5000); err != nil {
		t.Fatal(err)
	}
	if b[5000] != 'y' || b[5001] != 'x' {
		t.Errorf("map shows %q after the write", b[5000:5002])
	}
}

func TestCountersAndTheFuseThatBlows(t *testing.T) {
	m := lossfs.Mount(t, lossfs.Options{})
	f := create(t, filepath.Join(m.Dir(), "f"), nil)
	m.ResetCounters()
	m.FreezeAfter(2)
	if _, err := f.Write(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	syncAll(t, f)
	if _, err := f.Write([]byte("late")); !errors.Is(err, syscall.EIO) {
		t.Errorf("third change: %v, want EIO", err)
	}
	if got, want := m.Counters(), (lossfs.Counters{Bytes: 1000, Writes: 1, Syncs: 1, Changes: 2}); got != want {
		t.Errorf("counters %+v, want %+v", got, want)
	}
}
