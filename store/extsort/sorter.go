package extsort

import (
	"errors"
	"fmt"
	"iter"
	"sync"
)

// DefaultMemory is the budget of a sorter that was given none, in bytes.
const DefaultMemory = 32 << 20

// MaxRecord is the longest record, in bytes.
const MaxRecord = 1 << 15

// Options say with how much a sorter works.
type Options struct {
	Dir    string // where runs lie on disk; empty: the system's place for temporary files
	Memory int    // bytes of records and their index in memory; 0: DefaultMemory
}

// Sorter collects records and gives them back in order.
//
// Memory is two batches: one fills while the other is sorted and written.
type Sorter struct {
	opts Options

	mu    sync.Mutex
	batch *batch // being filled
	count int

	idle   chan *batch // emptied, or not yet used
	full   chan *batch // to be written as a run
	done   chan struct{}
	closed bool

	runs   runFile
	runErr error // first failure to write a run; of writeRuns until done
}

// New starts a sorter. Until records exceed the memory no file is made.
func New(o Options) *Sorter {
	if o.Memory <= 0 {
		o.Memory = DefaultMemory
	}
	s := &Sorter{opts: o, batch: &batch{}, idle: make(chan *batch, 2), full: make(chan *batch), done: make(chan struct{}), runs: runFile{dir: o.Dir}}
	s.idle <- &batch{}
	go s.writeRuns()
	return s
}

var errClosed = errors.New("sort: records came after the end")

// Add takes a copy of a record. It may be called from several goroutines.
func (s *Sorter) Add(record []byte) error {
	if len(record) > MaxRecord {
		return fmt.Errorf("sort: record of %d bytes, want at most %d", len(record), MaxRecord)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	if s.batch.size() >= s.opts.Memory/2 {
		s.full <- s.batch
		s.batch = <-s.idle
		if s.batch.err != nil {
			return s.batch.err
		}
	}
	s.batch.add(record)
	s.count++
	return nil
}

// Len is how many records were added.
func (s *Sorter) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// writeRuns owns the run file until full is closed. A batch that could not be
// written comes back with the error.
func (s *Sorter) writeRuns() {
	defer close(s.done)
	for b := range s.full {
		b.sort()
		if s.runErr == nil {
			s.runErr = s.runs.write(b)
		}
		b.reset()
		b.err = s.runErr
		s.idle <- b
	}
}

// Sorted ends adding and returns the records in order. It can be asked for
// again, but by one goroutine at a time. A record is good until the next one.
// An error is the last thing that is yielded.
func (s *Sorter) Sorted() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if err := s.finish(); err != nil {
			yield(nil, err)
			return
		}
		if len(s.runs.extents) == 0 {
			s.batch.each(yield)
			return
		}
		s.runs.merge(s.opts.Memory, yield)
	}
}

// finish sorts the last batch: in memory if it is the only one.
func (s *Sorter) finish() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return s.runErr
	}
	s.stop()
	s.batch.sort()
	if len(s.runs.extents) > 0 && s.runErr == nil {
		s.runErr = s.runs.write(s.batch)
		s.batch = nil // the merge needs the room
	}
	return s.runErr
}

func (s *Sorter) stop() {
	s.closed = true
	close(s.full)
	<-s.done
	<-s.idle // lets go of the other batch's memory
}

// Close gives memory and disk back.
func (s *Sorter) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.stop()
	}
	s.batch, s.runErr = &batch{}, errors.Join(s.runErr, errClosed)
	return s.runs.close()
}
