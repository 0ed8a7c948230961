package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// roomBytes is how much makeRoom frees at least, if it can: a few hundred
// commits, so that a full disk is not scraped for every scan.
const roomBytes = 1 << 20

// Tidy removes closed segments that the province has in full and whose last
// record is older than Options.Keep. The journal does so hourly by itself.
func (j *Journal) Tidy(ctx context.Context) error {
	_, err := call(ctx, j, func() (struct{}, error) { return struct{}{}, j.tidy() })
	return err
}

// tidy also removes closed segments without records, which starts leave.
func (j *Journal) tidy() error {
	before := j.opts.Now().Add(-j.opts.Keep)
	return j.remove(j.collect(func(s *segment) bool { return s.last == 0 || s.newest.Before(before) }))
}

// collect lists the segments that may be removed, oldest first, and that want
// chooses. What is live or not marked to its end never is among them.
func (j *Journal) collect(want func(*segment) bool) []*segment {
	var out []*segment
	for _, s := range j.segments {
		if !j.isLive(s) && !s.pending() && want(s) {
			out = append(out, s)
		}
	}
	return out
}

// makeRoom removes the oldest wholly marked segments before their time and
// tells whether that gave space. A live segment that is wholly marked is
// closed for it.
func (j *Journal) makeRoom() bool {
	if l := j.live; l != nil && l.last > 0 && !l.pending() {
		if err := j.retire(); err != nil {
			j.opts.Log.Warn("journal segment not closed cleanly", "err", err)
		}
	}
	var freed int64
	old := j.collect(func(s *segment) bool {
		enough := freed >= roomBytes
		if s.last > 0 && !enough {
			freed += s.bytes
		}
		return !enough
	})
	if err := j.remove(old); err != nil {
		j.opts.Log.Error("journal segments not removed", "err", err)
		return false
	}
	return freed > 0
}

// remove deletes whole files. One that cannot be deleted stays known.
func (j *Journal) remove(old []*segment) error {
	var errs []error
	for _, s := range old {
		if err := removeIfThere(s.path); err != nil {
			errs = append(errs, fmt.Errorf("remove segment: %w", err))
			continue
		}
		j.opts.Log.Info("journal segment removed", "segment", s.name(), "records", s.last)
		j.segments = slices.DeleteFunc(j.segments, func(have *segment) bool { return have == s })
	}
	if len(old) > 0 {
		errs = append(errs, j.dir.Sync())
	}
	return errors.Join(errs...)
}

func (j *Journal) isLive(s *segment) bool { return j.live != nil && j.live.segment == s }

func (j *Journal) find(epoch uint64) *segment {
	for _, s := range j.segments {
		if s.epoch == epoch {
			return s
		}
	}
	return nil
}
