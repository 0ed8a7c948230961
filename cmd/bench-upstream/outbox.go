package main

import (
	"context"
	"sync"
	"time"

	"checkpoint/store/journal"
)

// outbox is a journal of one segment in memory, which knows how long each
// record waited for its mark.
type outbox struct {
	like    journal.Sealed // what every record looks like
	relayed bool           // its bytes are counted

	mu      sync.Mutex
	segment journal.Segment
	written []time.Time
	behind  []time.Duration
	changed chan struct{}
}

func (o *outbox) write() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.segment.Last++
	o.written = append(o.written, time.Now())
	close(o.changed)
	o.changed = make(chan struct{})
}

func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return int(o.segment.Last - o.segment.Mark)
}

// Segments implements [uplink.Outbox].
func (o *outbox) Segments(context.Context) ([]journal.Segment, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return []journal.Segment{o.segment}, nil
}

// Read implements [uplink.Outbox].
func (o *outbox) Read(_ context.Context, _, from uint64, max int) (records []journal.Sealed, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for seq := from; seq <= o.segment.Last && len(records) < max; seq++ {
		r := o.like
		r.Seq, r.Time = seq, o.written[seq-1]
		records = append(records, r)
	}
	return records, nil
}

// SetMark implements [uplink.Outbox].
func (o *outbox) SetMark(_ context.Context, _, seq uint64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.segment.Mark < min(seq, o.segment.Last) {
		o.behind = append(o.behind, time.Since(o.written[o.segment.Mark]))
		o.segment.Mark++
	}
	return nil
}

// LowerMark implements [uplink.Outbox]. The database has one life here.
func (o *outbox) LowerMark(context.Context, uint64, uint64) error { return nil }

// Changed implements [uplink.Outbox].
func (o *outbox) Changed() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.changed
}
