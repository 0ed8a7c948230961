package clock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// File is a [FloorStore]: one line of RFC 3339 in UTC, mode 0600, replaced as a
// whole.
type File string

// Load returns the zero time when the file does not exist.
func (f File) Load() (time.Time, error) {
	text, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSuffix(string(text), "\n"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", string(f), err)
	}
	return t.UTC(), nil
}

// Store replaces the file: after a power cut it holds the old time or the new.
func (f File) Store(t time.Time) error {
	dir := filepath.Dir(string(f))
	// One name, so that a power cut leaves at most one piece, soon overwritten.
	temp, err := os.OpenFile(string(f)+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = temp.WriteString(t.UTC().Format(time.RFC3339Nano) + "\n")
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), string(f)); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a rename in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
