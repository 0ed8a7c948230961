package lossfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Mode says what a power cut does to data that was written and not synced.
type Mode string

// The modes.
const (
	Drop Mode = "drop" // all of it is lost
	Tear Mode = "tear" // each 512-byte sector is kept or lost at random
	Keep Mode = "keep" // all of it is kept, as after kill -9
)

// Options of a mount.
type Options struct {
	Seed     string // directory whose files are there at the start, durably; may be empty
	Capacity int64  // bytes before ENOSPC; 0: no limit
}

// FS is one mounted file system.
type FS struct {
	t    testing.TB
	dir  string
	cmd  *exec.Cmd
	in   *json.Encoder
	out  *json.Decoder
	stop func() error
}

// Mount starts a file system and unmounts it when the test ends. It needs
// /dev/fuse and the right to mount; without them the test fails and says how
// to get them. Only a kernel without FUSE skips the test.
func Mount(t testing.TB, o Options) *FS {
	t.Helper()
	if os.Getenv(childEnv) != "" { // or children would beget children without end
		t.Fatal("lossfs: this program's TestMain lacks lossfs.Serve")
	}
	needFUSE(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatalf("lossfs: %v", err)
	}
	f := &FS{t: t, dir: t.TempDir(), cmd: exec.Command(self)}
	f.cmd.Env = append(os.Environ(), childEnv+"="+f.dir)
	f.cmd.Stderr = os.Stderr
	stdin, err := f.cmd.StdinPipe()
	if err != nil {
		t.Fatalf("lossfs: %v", err)
	}
	stdout, err := f.cmd.StdoutPipe()
	if err != nil {
		t.Fatalf("lossfs: %v", err)
	}
	if err := f.cmd.Start(); err != nil {
		t.Fatalf("lossfs: %v", err)
	}
	f.in, f.out, f.stop = json.NewEncoder(stdin), json.NewDecoder(stdout), stdin.Close
	t.Cleanup(f.unmount)
	f.ask(request{Op: opMount, Path: o.Seed, N: o.Capacity})
	return f
}

func needFUSE(t testing.TB) {
	t.Helper()
	_, err := os.Stat("/dev/fuse")
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist) && !kernelHasFUSE():
		t.Skip("lossfs: this kernel has no FUSE")
	default:
		t.Fatalf("lossfs: %v\nhint: modprobe fuse; in a container add --device /dev/fuse --cap-add SYS_ADMIN", err)
	}
}

func kernelHasFUSE() bool {
	if _, err := os.Stat("/sys/module/fuse"); err == nil {
		return true
	}
	found, _ := filepath.Glob("/lib/modules/*/kernel/fs/fuse/fuse.ko*")
	return len(found) > 0
}

// Dir is the mount point.
func (f *FS) Dir() string { return f.dir }

// Cut takes the power away and writes what survived into the directory out.
// From here on every change fails with EIO; seed makes the damage repeatable.
func (f *FS) Cut(mode Mode, seed uint64, out string) {
	f.t.Helper()
	f.ask(request{Op: opCut, Mode: mode, Seed: seed, Path: out})
}

// FreezeAfter lets n more changes (writes, syncs, names) through, then takes
// the power away. Cut still has to be called to see what survived.
func (f *FS) FreezeAfter(n int64) {
	f.t.Helper()
	f.ask(request{Op: opFreeze, N: n})
}

// SetCapacity changes the size of the disk, in bytes; 0 takes the limit away.
func (f *FS) SetCapacity(n int64) {
	f.t.Helper()
	f.ask(request{Op: opCapacity, N: n})
}

// Used tells the bytes of allocated blocks.
func (f *FS) Used() int64 {
	f.t.Helper()
	return f.ask(request{Op: opStats}).Used
}

// Counters tells what was written and synced.
func (f *FS) Counters() Counters {
	f.t.Helper()
	return f.ask(request{Op: opStats}).Counters
}

// ResetCounters starts counting from zero.
func (f *FS) ResetCounters() {
	f.t.Helper()
	f.ask(request{Op: opReset})
}

func (f *FS) ask(r request) reply {
	f.t.Helper()
	var a reply
	err := f.in.Encode(r)
	if err == nil {
		err = f.out.Decode(&a)
	}
	if err == nil && a.Err != "" {
		err = errors.New(a.Err)
	}
	if err != nil {
		f.t.Fatalf("lossfs: %s: %v", r.Op, err)
	}
	return a
}

// unmount ends the child, which takes the mount down with it.
func (f *FS) unmount() {
	err := f.stop()
	if err := errors.Join(err, f.cmd.Wait()); err != nil {
		f.t.Errorf("lossfs: unmount: %v", fmt.Errorf("%s: %w", f.dir, err))
	}
}
