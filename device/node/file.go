//go:build linux

package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ReadTimeout is how long Read waits. It is the grain in which silence is
// noticed, and 50 wake-ups a second on a quiet device.
const ReadTimeout = 20 * time.Millisecond

// File is an open device.
type File struct {
	file *os.File
	conn syscall.RawConn
}

// Open opens a device for reading. A failure is an [*Error].
func Open(path string) (*File, error) {
	// Not blocking, so that the runtime waits for it: no thread is held, and a
	// deadline works. A device that it cannot wait for fails in SetReadDeadline.
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, Explain(path, err)
	}
	f, err := New(file)
	if err != nil {
		file.Close()
		return nil, Explain(path, err)
	}
	return f, nil
}

// New takes over what is open already: a device, or in tests the end of a pipe.
func New(file *os.File) (*File, error) {
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &File{file, conn}, nil
}

// Read gives (0, nil) when [ReadTimeout] passes with nothing to read.
func (f *File) Read(p []byte) (int, error) {
	if err := f.file.SetReadDeadline(time.Now().Add(ReadTimeout)); err != nil {
		return 0, err
	}
	n, err := f.file.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}

// Close lets the device go, and with it whatever was claimed of it.
func (f *File) Close() error { return f.file.Close() }

// Alone keeps the device from all others that ask so, in this process and any
// other, until Close; EBUSY means that one has it. The kernel gives every report
// to everybody who has opened a device that cannot be grabbed.
func (f *File) Alone() error {
	return f.Control(func(fd int) error {
		err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) {
			return syscall.EBUSY
		}
		return err
	})
}

// Control calls an ioctl on the descriptor.
func (f *File) Control(ioctl func(fd int) error) error {
	var failed error
	if err := f.conn.Control(func(fd uintptr) { failed = ioctl(int(fd)) }); err != nil {
		return err
	}
	return failed
}

// Error says why a device did not open and what to do about it.
type Error struct {
	Path string // or what it was sought by
	Hint string // the next step, empty when none is known
	Err  error
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return fmt.Sprintf("open scanner %s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("open scanner %s: %v: %s", e.Path, e.Err, e.Hint)
}

func (e *Error) Unwrap() error { return e.Err }

// Explain adds the next step to an error of the system. Errors of package os
// lose the path that they repeat.
func Explain(path string, err error) error {
	if wrapped := new(fs.PathError); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &Error{path, hint(err), err}
}

func hint(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "install systemd/70-checkpoint.rules, and add the service's user to group input"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV):
		return "plug the scanner in, or correct its path: checkpointctl detect"
	case errors.Is(err, syscall.EBUSY):
		return "another program, or another reader of this configuration, has taken it for itself; stop that one first"
	}
	return ""
}
