// Package scratch is disk space for work in progress: a file without a name,
// so that nothing of it is left when the process ends, however it ends. It
// refuses to fill the disk to the brim. It promises nothing about power cuts:
// what lies here can be made again.
package scratch

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"checkpoint/store/system"
)

// ErrNoRoom: the disk would be fuller than the work may make it.
var ErrNoRoom = errors.New("not enough room on disk")

// reserve is what stays free on the disk, in bytes: the rest of the machine
// needs to log that it is full.
const reserve = 64 << 20

// File is a temporary file that only grows. Its methods may be called from
// several goroutines.
type File struct {
	file *os.File
	dir  string
	end  atomic.Int64
}

// New makes a file on the disk that holds dir; empty is the system's place for
// temporary files.
func New(dir string) (*File, error) {
	f, err := system.CreateTemp(dir, "scratch-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("make scratch file: %w", err)
	}
	if dir == "" {
		dir = os.TempDir()
	}
	return &File{file: f, dir: dir}, nil
}

// Extent is a piece of a file.
type Extent struct{ At, Size int64 }

// Append writes p behind everything else.
func (f *File) Append(p []byte) (Extent, error) {
	e := Extent{At: f.end.Add(int64(len(p))) - int64(len(p)), Size: int64(len(p))}
	if _, err := f.file.WriteAt(p, e.At); err != nil {
		return e, fmt.Errorf("write scratch file in %s: %w", f.dir, err)
	}
	return e, nil
}

// ReadAt reads like [os.File.ReadAt].
func (f *File) ReadAt(p []byte, at int64) (int, error) { return f.file.ReadAt(p, at) }

// Size is how many bytes were written.
func (f *File) Size() int64 { return f.end.Load() }

// Close gives the room back.
func (f *File) Close() error { return f.file.Close() }

// Room fails with [ErrNoRoom] when the disk that holds dir cannot take need
// bytes more.
func Room(dir string, need int64) error {
	if dir == "" {
		dir = os.TempDir()
	}
	free, err := system.Free(dir)
	if err != nil {
		return fmt.Errorf("ask for free room in %s: %w", dir, err)
	}
	if free < need+reserve {
		return fmt.Errorf("%w: %s has %d MB free, the work needs %d MB and leaves %d MB", ErrNoRoom, dir, free>>20, need>>20, int64(reserve)>>20)
	}
	return nil
}

// Room fails with [ErrNoRoom] when the file cannot grow by need bytes.
func (f *File) Room(need int64) error { return Room(f.dir, need) }
