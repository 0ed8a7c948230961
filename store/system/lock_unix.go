//go:build unix

package system

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// NonBlocking is a flag of [os.OpenFile] that keeps it from waiting at a pipe.
const NonBlocking = unix.O_NONBLOCK

// Lock waits for the lock of an open file, or of a directory. Closing it, or the
// end of the process, lets go (flock(2)).
func Lock(f *os.File) error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// TryLock is Lock that fails with [ErrLocked] instead of waiting.
func TryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

// SyncDir makes what was renamed into or removed from dir durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Free is the room on the disk that holds dir, in bytes, for anyone.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

// ForOthers are the rights to a file that others than its owner have.
func ForOthers(info fs.FileInfo) fs.FileMode { return info.Mode().Perm() & 0o077 }

// CreateTemp makes a file of no name: it is gone when it is closed, however the
// process ends.
func CreateTemp(dir, pattern string) (*os.File, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Terminal opens what people type at and read from, whatever standard input is.
func Terminal() (keys, screen *os.File, err error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return f, f, err
}
