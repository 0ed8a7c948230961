package collector

import (
	"time"

	"checkpoint/sync/wire"
)

// gapWatch knows since when gaps stand open. A gap is told to the box only
// when it is older than after: a younger one may be a batch still under way.
type gapWatch struct {
	after time.Duration
	seen  map[Segment]*openGaps
}

type openGaps struct {
	gaps []openGap
	told time.Time
}

type openGap struct {
	wire.Range
	since time.Time
}

// observe takes in the gaps that a segment has now and returns those to tell.
func (w *gapWatch) observe(key Segment, gaps []wire.Range, now time.Time) []wire.Range {
	if len(gaps) == 0 {
		delete(w.seen, key)
		return nil
	}
	before := w.seen[key]
	if before == nil {
		before = &openGaps{}
	}
	next := &openGaps{told: before.told}
	var old []wire.Range
	for _, g := range gaps {
		since := before.since(g, now)
		next.gaps = append(next.gaps, openGap{g, since})
		if now.Sub(since) >= w.after {
			old = append(old, g)
		}
	}
	if len(old) > 0 {
		next.told = now
	}
	w.seen[key] = next
	return old
}

// due lists the segments with a gap that is old and was not told lately.
func (w *gapWatch) due(now time.Time) []Segment {
	var keys []Segment
	for key, o := range w.seen {
		if now.Sub(o.told) >= w.after && now.Sub(o.oldest(now)) >= w.after {
			keys = append(keys, key)
		}
	}
	return keys
}

// since is when any part of the gap was first seen open.
func (o *openGaps) since(g wire.Range, now time.Time) time.Time {
	for _, b := range o.gaps {
		if b.From <= g.To && g.From <= b.To && b.since.Before(now) {
			now = b.since
		}
	}
	return now
}

func (o *openGaps) oldest(now time.Time) time.Time {
	for _, g := range o.gaps {
		if g.since.Before(now) {
			now = g.since
		}
	}
	return now
}
