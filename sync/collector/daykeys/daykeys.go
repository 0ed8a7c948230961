// Package daykeys keeps the keys under which the province's database holds who
// was scanned: one for each day. Personal data of a day is gone for good, from
// the database, its dumps and its backups alike, once the key of that day is
// destroyed. Keys are files of a directory that no backup may take in.
package daykeys

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"checkpoint/store/durable"
)

// ErrGone: the day's key was destroyed, or its time is over and none is made.
var ErrGone = errors.New("the key of that day is gone")

const (
	size    = 32
	suffix  = ".key"
	horizon = "destroyed-before" // file: the first day whose key may exist
)

// Keys are the keys in one directory. It is safe for concurrent use.
type Keys struct {
	dir string

	mu    sync.Mutex
	known map[string]*Key // by date
}

// Open uses a directory that is there.
func Open(dir string) (*Keys, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("day keys: %w", err)
	case !info.IsDir():
		return nil, fmt.Errorf("day keys: %s is no directory", dir)
	case info.Mode().Perm()&0o007 != 0:
		return nil, fmt.Errorf("day keys: %s is open to everybody (mode %04o): chmod 2750 it", dir, info.Mode().Perm())
	}
	return &Keys{dir: dir, known: map[string]*Key{}}, nil
}

// Day is the key of a day; [ErrGone] if there is none.
func (k *Keys) Day(day time.Time) (*Key, error) {
	name := day.Format(time.DateOnly)
	k.mu.Lock()
	defer k.mu.Unlock()
	// The file is looked for each time: another process may have destroyed it.
	if _, err := os.Stat(k.path(name)); err != nil {
		delete(k.known, name)
		return nil, gone(err)
	}
	if key := k.known[name]; key != nil {
		return key, nil
	}
	secret, err := os.ReadFile(k.path(name))
	if err != nil {
		return nil, gone(err)
	}
	if len(secret) != size {
		return nil, fmt.Errorf("day keys: %s%s: %d bytes, want %d", name, suffix, len(secret), size)
	}
	k.known[name] = newKey(secret)
	return k.known[name], nil
}

func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrGone
	}
	return fmt.Errorf("day keys: %w", err)
}

// Make is the key of a day, made if need be. Of days before the horizon none is
// made any more: [ErrGone].
func (k *Keys) Make(day time.Time) (*Key, error) {
	key, err := k.Day(day)
	if !errors.Is(err, ErrGone) {
		return key, err
	}
	first, err := k.Horizon()
	if err != nil {
		return nil, err
	}
	name := day.Format(time.DateOnly)
	if day.Before(first) {
		return nil, ErrGone
	}
	secret := make([]byte, size)
	_, _ = rand.Read(secret) // never fails
	if err := k.create(name, secret); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("day keys: %w", err)
	}
	return k.Day(day)
}

// create writes a key that is not there yet: of two that make one the first counts.
func (k *Keys) create(name string, secret []byte) error {
	file, err := os.CreateTemp(k.dir, name+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.Write(secret); err != nil {
		return err
	}
	if err := file.Chmod(0o640); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := os.Link(file.Name(), k.path(name)); err != nil {
		return err
	}
	return durable.SyncDir(k.dir)
}

// Horizon is the first day whose key may exist; the zero time if none was
// destroyed yet.
func (k *Keys) Horizon() (time.Time, error) {
	text, err := os.ReadFile(filepath.Join(k.dir, horizon))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("day keys: %w", err)
	}
	day, err := time.Parse(time.DateOnly, strings.TrimSpace(string(text)))
	if err != nil {
		return time.Time{}, fmt.Errorf("day keys: %s: %w", horizon, err)
	}
	return day, nil
}

// DestroyBefore destroys the keys of all days before first, and has none of them
// made again. It tells how many there were. A key's bytes are overwritten first;
// what a flash disk keeps of overwritten bytes is for its encryption to hide.
func (k *Keys) DestroyBefore(first time.Time) (int, error) {
	old, err := k.Horizon()
	if err != nil {
		return 0, err
	}
	if first.After(old) {
		if err := durable.Replace(filepath.Join(k.dir, horizon), []byte(first.Format(time.DateOnly)+"\n"), 0o640); err != nil {
			return 0, fmt.Errorf("day keys: %w", err)
		}
	}
	days, err := k.Days()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, day := range days {
		if !day.Before(first) {
			continue
		}
		if err := k.destroy(day.Format(time.DateOnly)); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return n, durable.SyncDir(k.dir)
}

func (k *Keys) destroy(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, name)
	file, err := os.OpenFile(k.path(name), os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("day keys: %w", err)
	}
	defer file.Close()
	if _, err := file.Write(make([]byte, size)); err != nil {
		return fmt.Errorf("day keys: %w", err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("day keys: %w", err)
	}
	return os.Remove(k.path(name))
}

// Days are those that have a key, the oldest first.
func (k *Keys) Days() ([]time.Time, error) {
	entries, err := os.ReadDir(k.dir) // sorted
	if err != nil {
		return nil, fmt.Errorf("day keys: %w", err)
	}
	var days []time.Time
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		if day, err := time.Parse(time.DateOnly, name); ok && err == nil {
			days = append(days, day)
		}
	}
	return days, nil
}

func (k *Keys) path(date string) string { return filepath.Join(k.dir, date+suffix) }
