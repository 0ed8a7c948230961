package changes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"checkpoint"
	"checkpoint/store/snapshot"
)

// Entries gives what a snapshot says, entry by entry and by rising tag; each
// is good until the next call, and nil comes after the last.
type Entries interface {
	Next() (*snapshot.Standing, error)
}

// Judge says what the two policies say to a person who shows the very card that
// the data knows. It is called by several goroutines.
type Judge func(checkpoint.Person) (before, after Outcome)

// Comparison is what to compare.
type Comparison struct {
	Before, After Entries
	Judge         Judge
	// Matched: both were built with one pepper, so that a person has one tag.
	Matched bool
	// Progress is told now and then how many entries have been read; it may be
	// nil. An error of its own ends the comparison.
	Progress func(entries int) error
}

// Compare reads both to their ends. Errors are those of reading, of a record
// that says nothing known, and of Progress.
func Compare(c Comparison) (*Result, error) {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	reading := &reader{c: c, ctx: ctx, full: make(chan []pair, 4), result: Result{Matched: c.Matched, Moves: map[Move]int{}}}
	judges := make([]*judging, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range judges {
		judges[i] = newJudging(c.Judge)
		wg.Go(func() {
			for batch := range reading.full {
				if err := judges[i].all(batch); err != nil {
					stop(err)
				}
			}
		})
	}
	err := reading.run()
	close(reading.full)
	wg.Wait()
	if err == nil {
		err = context.Cause(ctx) // a judge's, after the last batch was sent
	}
	if err != nil {
		return nil, fmt.Errorf("compare snapshots: %w", err)
	}
	for _, j := range judges {
		j.addTo(reading.result.Moves)
	}
	return &reading.result, nil
}

// pair is a person in both snapshots, or in one.
type pair struct {
	before, after     snapshot.Bearing
	inBefore, inAfter bool
}

// reader merges the two.
type reader struct {
	c      Comparison
	ctx    context.Context
	full   chan []pair
	batch  []pair
	read   int
	result Result
}

const batchSize = 4096

func (r *reader) run() error {
	before, err := r.next(r.c.Before)
	if err != nil {
		return err
	}
	after, err := r.next(r.c.After)
	if err != nil {
		return err
	}
	for before != nil || after != nil {
		old, now := r.pick(before, after)
		if err := r.take(old, now); err != nil {
			return err
		}
		if old != nil {
			if before, err = r.next(r.c.Before); err != nil {
				return err
			}
		}
		if now != nil {
			if after, err = r.next(r.c.After); err != nil {
				return err
			}
		}
	}
	return r.send()
}

// pick is what comes next: the entry with the lower tag alone, or both.
func (r *reader) pick(before, after *snapshot.Standing) (old, now *snapshot.Standing) {
	switch {
	case before == nil:
		return nil, after
	case after == nil:
		return before, nil
	case !r.c.Matched: // order means nothing then
		return before, nil
	}
	switch bytes.Compare(before.Tag[:], after.Tag[:]) {
	case -1:
		return before, nil
	case 1:
		return nil, after
	}
	return before, after
}

const progressEvery = 1 << 16

func (r *reader) next(e Entries) (*snapshot.Standing, error) {
	if r.read++; r.c.Progress != nil && r.read%progressEvery == 0 {
		if err := r.c.Progress(r.read); err != nil {
			return nil, err
		}
	}
	return e.Next()
}

// take counts one document. A document that was a person's own and is another's
// further one now counts in both columns.
func (r *reader) take(before, after *snapshot.Standing) error {
	if before != nil && after != nil && before.Person != after.Person {
		return errors.Join(r.take(before, nil), r.take(nil, after))
	}
	one := before
	if one == nil {
		one = after
	}
	if !one.Person {
		r.count(&r.result.Documents, before, after)
		return nil
	}
	r.count(&r.result.People, before, after)
	var p pair
	if before != nil {
		p.before, p.inBefore = before.Bearing(), true
	}
	if after != nil {
		p.after, p.inAfter = after.Bearing(), true
	}
	if r.batch = append(r.batch, p); len(r.batch) == batchSize {
		return r.send()
	}
	return nil
}

func (r *reader) count(c *Change, before, after *snapshot.Standing) {
	if before != nil {
		c.Before++
	}
	if after != nil {
		c.After++
	}
	switch {
	case !r.c.Matched:
	case before == nil:
		c.Added++
	case after == nil:
		c.Removed++
	case *before != *after:
		c.Changed++
	}
}

func (r *reader) send() error {
	select {
	case r.full <- r.batch:
		r.batch = make([]pair, 0, batchSize)
		return nil
	case <-r.ctx.Done():
		return context.Cause(r.ctx)
	}
}
