package keycache

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"checkpoint/store/durable"
	"checkpoint/store/extsort"
	"checkpoint/store/snapshot"
	"checkpoint/store/system"
)

// Options say where the cache lies and what a build does to it.
type Options struct {
	Dir     string
	Pepper  snapshot.Pepper
	Stretch snapshot.Stretch
	// Whole: the build uses the key of every record of the province, so that
	// what it does not use can go.
	Whole bool
	Temp  string // for sorting; empty: Dir
}

// Cache is two files: keys by rising tag, and the journal of those that came
// since, in the order of work. It serves one build.
type Cache struct {
	opts    Options
	keys    string // path
	journal *journal
	recent  *extsort.Sorter // the journal's keys, sorted
	next    *sheet          // takes the place of keys; nil: only the journal grows
}

const (
	keysEnd    = ".keys"
	journalEnd = ".journal"
)

// name of the cache's files, without their end: other peppers and stretches
// have other files.
func (o *Options) name() string {
	id := o.Pepper.ID()
	return fmt.Sprintf("stretched-%s-%d", hex.EncodeToString(id[:]), o.Stretch)
}

// ErrBusy: another build uses the cache.
var ErrBusy = errors.New("another build uses the cache of stretched keys")

// Open opens the cache, which may be empty. Finish or Close ends its use.
func Open(o Options) (*Cache, error) {
	c := &Cache{opts: o, keys: filepath.Join(o.Dir, o.name()+keysEnd)}
	if err := c.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("open cache of stretched keys: %w", err), c.Close())
	}
	return c, nil
}

func (c *Cache) open() (err error) {
	if c.journal, err = openJournal(filepath.Join(c.opts.Dir, c.opts.name()+journalEnd)); err != nil {
		return err
	}
	temp := c.opts.Temp
	if temp == "" {
		temp = c.opts.Dir
	}
	c.recent = extsort.New(extsort.Options{Dir: temp, Memory: sortMemory})
	if err := c.journal.each(c.recent.Add); err != nil {
		return err
	}
	if c.opts.Whole {
		c.next, err = createSheet(c.keys + ".new")
	}
	return err
}

// sortMemory is what sorting the journal may take, in bytes.
const sortMemory = 8 << 20

// Others are the names of files that belong to another pepper or stretch.
func (c *Cache) Others() (names []string) {
	entries, err := os.ReadDir(c.opts.Dir)
	if err != nil {
		return nil // the directory was there a moment ago: whoever asks only wants to tell people
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "stretched-") && strings.HasSuffix(e.Name(), keysEnd) && e.Name() != filepath.Base(c.keys) {
			names = append(names, e.Name())
		}
	}
	return names
}

// Keep takes a key that the build uses, by rising tag. Fresh ones are on disk a
// second later.
func (c *Cache) Keep(tag snapshot.Tag, secret [snapshot.SecretStart]byte, key snapshot.Digest, fresh bool) error {
	record := encode(tag, secret, key)
	if fresh {
		if err := c.journal.append(record[:]); err != nil {
			return err
		}
	}
	if c.next == nil {
		return nil
	}
	return c.next.append(record[:])
}

// Finish ends the use by a build that went well.
func (c *Cache) Finish() error {
	if c.next == nil {
		return c.Close()
	}
	err := c.next.flush()
	if err == nil {
		err = durable.Publish(c.next.path, c.keys)
	}
	if err == nil { // only now, that all its keys are in the other file
		err = c.journal.empty()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep stretched keys: %w", err), c.Close())
	}
	return c.Close()
}

// Close ends the use by a build that failed. What it stretched is kept.
func (c *Cache) Close() error {
	var errs []error
	if c.journal != nil {
		errs = append(errs, c.journal.close())
	}
	if c.recent != nil {
		errs = append(errs, c.recent.Close())
	}
	if c.next != nil {
		errs = append(errs, c.next.close())
	}
	c.journal, c.recent, c.next = nil, nil, nil
	return errors.Join(errs...)
}

// Read begins to read what was kept before this build.
func (c *Cache) Read() (snapshot.KeyReader, error) {
	f, err := os.Open(c.keys)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read stretched keys: %w", err)
	}
	return newReader(f, c.recent), nil
}

// lock keeps a second build out. The kernel lets go of it, however this one ends.
func lock(f *os.File) error {
	err := system.TryLock(f)
	if errors.Is(err, system.ErrLocked) {
		return ErrBusy
	}
	return err
}

// before orders records by tag and beginning of the secret.
func before(a, b []byte) bool { return bytes.Compare(a[:searched], b[:searched]) < 0 }
