// Package durable replaces small files so that a power cut leaves the old one
// or the new one, never a piece: temporary file, sync, rename, sync of the
// directory.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/store/system"
)

// Replace writes data under name.
func Replace(name string, data []byte, perm fs.FileMode) error {
	// One temporary name, so that a power cut leaves at most one piece, which
	// the next call overwrites.
	temp := name + ".new"
	if err := write(temp, data, perm); err != nil {
		os.Remove(temp)
		return err
	}
	return Publish(temp, name)
}

// write makes the file anew, whatever a power cut, or somebody who may write to the
// directory, has left under its name: root's hand is not led elsewhere by a link.
func write(name string, data []byte, perm fs.FileMode) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Chmod(perm), f.Close()) // the umask may have taken some of perm
}

// Publish makes a finished file appear under its name, in the same directory
// tree and file system.
func Publish(temp, name string) error {
	f, err := os.OpenFile(temp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, name); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(name))
}

// SyncDir makes what was renamed into or removed from dir durable.
func SyncDir(dir string) error { return system.SyncDir(dir) }

// MkdirAll is os.MkdirAll whose directories are still there after a power cut.
func MkdirAll(dir string, perm fs.FileMode) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := MkdirAll(filepath.Dir(dir), perm); err != nil {
		return err
	}
	if err := os.Mkdir(dir, perm); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return SyncDir(filepath.Dir(dir))
}

// Bytes is a file that holds a few bytes.
type Bytes string

// Load is nil when there is no file.
func (f Bytes) Load() ([]byte, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// Save replaces the file.
func (f Bytes) Save(b []byte) error { return Replace(string(f), b, 0o600) }

// Time is a file that holds one moment, as text.
type Time string

// Load is the zero time when there is no file.
func (f Time) Load() (time.Time, error) {
	text, err := Bytes(f).Load()
	if err != nil || text == nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(text)))
	if err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", string(f), err)
	}
	return t.UTC(), nil
}

// Store replaces the file.
func (f Time) Store(t time.Time) error {
	return Bytes(f).Save([]byte(t.UTC().Format(time.RFC3339Nano) + "\n"))
}
