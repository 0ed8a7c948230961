package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"checkpoint/store/system"
)

// ErrNoFile is a path that somebody else's disk calls a file and that is none:
// a pipe would make its reader wait for good, a device has no end.
var ErrNoFile = errors.New("not an ordinary file")

// ErrTooLong is a file that has more in it than what it is called could have.
var ErrTooLong = errors.New("too long")

// OpenForeign opens a file for reading on a disk that somebody brought, such as
// a USB stick.
func OpenForeign(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|system.NonBlocking, 0) // opening a pipe does not wait
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w", filepath.Base(path), ErrNoFile)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadForeign is the content of such a file if it has at most limit bytes.
func ReadForeign(path string, limit int64) ([]byte, error) {
	f, err := OpenForeign(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s: %w: more than %d bytes", filepath.Base(path), ErrTooLong, limit)
	}
	return b, err
}
