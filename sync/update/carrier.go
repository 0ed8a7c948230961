package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"checkpoint/store/durable"
)

// Carrier brings files of a repository. Nothing it brings is believed.
type Carrier interface {
	// Open opens a file of the repository (a slash-separated path) at byte from.
	// fs.ErrNotExist: the repository has no such file. Reading ends with
	// io.ErrUnexpectedEOF, or any other error, when the link breaks.
	Open(ctx context.Context, name string, from int64) (io.ReadCloser, error)
}

// Directory carries from a directory, such as a USB stick.
type Directory string

// Open implements Carrier.
func (d Directory) Open(_ context.Context, name string, from int64) (io.ReadCloser, error) {
	f, err := durable.OpenForeign(filepath.Join(string(d), filepath.FromSlash(name)))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) && !d.there() {
			return nil, fmt.Errorf("%w: %s is gone", ErrLink, string(d))
		}
		return nil, err
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// there tells a stick that lacks a file from one that was pulled.
func (d Directory) there() bool { return IsRepository(string(d)) }

// IsRepository tells a repository, such as a stick holds, from a snapshot as
// the builder leaves it.
func IsRepository(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "timestamp.json"))
	return err == nil
}

// small reads a whole file of at most limit bytes.
func small(ctx context.Context, c Carrier, name string, limit int64) ([]byte, error) {
	f, err := c.Open(ctx, name, 0)
	if err != nil {
		return nil, linkError(name, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, linkError(name, err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrTooLong, name, limit)
	}
	return b, nil
}

// linkError names what went wrong with the carrier, if nothing else does.
func linkError(name string, err error) error {
	for _, known := range []error{fs.ErrNotExist, context.Canceled, ErrLink, ErrSlow} {
		if errors.Is(err, known) {
			return fmt.Errorf("fetch %s: %w", name, err)
		}
	}
	return fmt.Errorf("fetch %s: %w: %w", name, ErrLink, err)
}
