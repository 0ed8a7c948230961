package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"checkpoint/store/system"
)

// Journal is one box's journal. Its methods may be called from any goroutine;
// one goroutine owns the files.
type Journal struct {
	opts    Options
	appends chan *pending
	ops     chan func()
	quit    chan struct{}
	done    chan struct{}
	changed chan struct{}
	stats   atomic.Pointer[Stats]
	stop    sync.Once

	// Owned by Open until it returns, and by run from there on.
	dir      *os.File   // locked while the journal is open
	segments []*segment // oldest first; the live one is the last
	live     *live      // nil: the next append starts a segment
	next     uint64     // number of the next segment file
	damaged  int
	full     bool
	closeErr error
}

// live is the segment that takes records.
type live struct {
	*segment
	file *file
	key  sealer
}

// Open opens the journal in opts.Dir and begins a new segment. A damaged
// segment file is named in the log, renamed to *.damaged and left alone; the
// others serve. Only one journal may be open on a directory.
func Open(opts Options) (*Journal, error) {
	if err := opts.complete(); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{
		opts: opts, next: 1,
		appends: make(chan *pending), ops: make(chan func()),
		quit: make(chan struct{}), done: make(chan struct{}), changed: make(chan struct{}, 1),
	}
	if err := j.lock(); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	if err := j.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), j.dir.Close())
	}
	if err := j.tidy(); err != nil {
		opts.Log.Warn("journal not tidied", "err", err)
	}
	if err := j.begin(); err != nil {
		// A full or failing disk is no reason not to deliver what is there.
		j.full = noSpace(err)
		opts.Log.Warn("journal has no live segment yet", "err", err)
	}
	j.publish()
	go j.run()
	return j, nil
}

func (j *Journal) lock() error {
	if err := makeDir(j.opts.Dir); err != nil {
		return err
	}
	dir, err := os.Open(j.opts.Dir)
	if err != nil {
		return err
	}
	if err := system.TryLock(dir); err != nil {
		return errors.Join(fmt.Errorf("lock %s, in use by another process?: %w", j.opts.Dir, err), dir.Close())
	}
	j.dir = dir
	return nil
}

// makeDir makes a directory and its parents, and their names durable: a file
// in a directory that a power cut takes away is lost however well it is synced.
func makeDir(dir string) error {
	parent := filepath.Dir(dir)
	if _, err := os.Stat(parent); errors.Is(err, os.ErrNotExist) {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	p, err := os.Open(parent)
	if errors.Is(err, os.ErrPermission) {
		return nil // then it was not this user who made dir
	}
	if err != nil {
		return err
	}
	return errors.Join(p.Sync(), p.Close())
}

// load reads every segment file's own account of itself.
func (j *Journal) load() error {
	entries, err := os.ReadDir(j.opts.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(j.opts.Dir, e.Name())
		if number, _, ok := parseName(e.Name()); ok {
			j.next = max(j.next, number+1)
		}
		switch {
		case strings.HasSuffix(e.Name(), newExt):
			err = os.Remove(path) // no record is in it: it gets its name first
		case strings.HasSuffix(e.Name(), damagedExt):
			j.damaged++
		case strings.HasSuffix(e.Name(), segmentExt):
			err = j.loadSegment(path)
		}
		if err != nil {
			return err
		}
	}
	slices.SortFunc(j.segments, func(a, b *segment) int { return cmp.Compare(a.number, b.number) })
	return nil
}

func (j *Journal) loadSegment(path string) error {
	s, err := inspect(path)
	if err == nil {
		j.segments = append(j.segments, s)
		return nil
	}
	j.opts.Log.Error("journal segment damaged, set aside", "segment", filepath.Base(path), "err", err)
	j.damaged++
	if err := os.Rename(path, path+damagedExt); err != nil {
		return fmt.Errorf("set segment aside: %w", err)
	}
	return j.dir.Sync()
}

// run owns the files until the journal is closed.
func (j *Journal) run() {
	defer close(j.done)
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		select {
		case p := <-j.appends:
			j.commit(j.drain(p))
		case op := <-j.ops:
			op()
		case <-hourly.C:
			if err := j.tidy(); err != nil {
				j.opts.Log.Warn("journal not tidied", "err", err)
			}
		case <-j.quit:
			j.closeErr = j.shutdown()
			return
		}
		j.publish()
	}
}

// call has the owning goroutine do fn.
func call[T any](ctx context.Context, j *Journal, fn func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	done := make(chan result, 1)
	op := func() {
		v, err := fn()
		j.publish()
		done <- result{v, err}
	}
	select {
	case j.ops <- op:
	case <-j.quit:
		return none, ErrClosed
	case <-ctx.Done():
		return none, ctx.Err()
	}
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// Close ends the journal. Appends that were handed over are on disk before it
// returns; later ones get [ErrClosed].
func (j *Journal) Close() error {
	j.stop.Do(func() { close(j.quit) })
	<-j.done
	return j.closeErr
}

func (j *Journal) shutdown() error {
	if err := errors.Join(j.retire(), j.dir.Close()); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

// Changed receives after records were committed or a mark was lowered. It
// holds one signal: read the segments again, do not count.
func (j *Journal) Changed() <-chan struct{} { return j.changed }

func (j *Journal) notify() {
	select {
	case j.changed <- struct{}{}:
	default:
	}
}

// Stats is the state after the last operation. It never waits for the disk.
func (j *Journal) Stats() Stats { return *j.stats.Load() }

func (j *Journal) publish() {
	s := Stats{Segments: len(j.segments), Full: j.full, Damaged: j.damaged}
	for _, seg := range j.segments {
		s.Bytes += seg.bytes
		s.Waiting += seg.last - min(seg.mark, seg.last)
		if seg.last > seg.mark && (s.Oldest.IsZero() || seg.opened.Before(s.Oldest)) {
			s.Oldest = seg.opened
		}
	}
	j.stats.Store(&s)
}
