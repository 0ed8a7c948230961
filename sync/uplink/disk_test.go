package uplink_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"checkpoint/store/journal"
)

// disk is a journal in memory that outlives the box: reopen gives the next
// life of the box a journal on the same data.
type disk struct {
	mu       sync.Mutex
	segments []journal.Segment
	gone     map[uint64][2]uint64 // by epoch: a range that cannot be read
	lowered  int
	changed  chan struct{}
}

func newDisk() *disk { return &disk{gone: map[uint64][2]uint64{}, changed: make(chan struct{})} }

// reopen closes the newest segment, as the journal does at every start, and
// cuts the old journal off from the data.
func (d *disk) reopen() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := newDisk()
	next.segments, next.gone = slices.Clone(d.segments), d.gone
	for i := range next.segments {
		next.segments[i].Closed = true
	}
	return next
}

func (d *disk) open(epoch uint64) {
	d.update(func() {
		if n := len(d.segments); n > 0 {
			d.segments[n-1].Closed = true
		}
		d.segments = append(d.segments, journal.Segment{Epoch: epoch, Header: fmt.Appendf(nil, "header of %d", epoch)})
	})
}

func (d *disk) write(n uint64) { d.update(func() { d.segments[len(d.segments)-1].Last += n }) }

func (d *disk) update(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	close(d.changed)
	d.changed = make(chan struct{})
}

// sealedRecord is the record that belongs under a number.
func sealedRecord(epoch, seq uint64) journal.Sealed {
	body := binary.BigEndian.AppendUint64(make([]byte, 200), epoch)
	return journal.Sealed{
		Seq: seq, Time: time.UnixMilli(1_700_000_000_000 + int64(seq)).UTC(), Trusted: true, Lane: "in",
		Body: binary.BigEndian.AppendUint64(body, seq),
	}
}

func (d *disk) Segments(context.Context) ([]journal.Segment, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.segments), nil
}

func (d *disk) Read(_ context.Context, epoch, from uint64, max int) ([]journal.Sealed, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.index(epoch)
	if i < 0 {
		return nil, journal.ErrGone
	}
	var out []journal.Sealed
	hole, holed := d.gone[epoch]
	for seq := from; seq <= d.segments[i].Last && len(out) < max; seq++ {
		if !holed || seq < hole[0] || seq > hole[1] {
			out = append(out, sealedRecord(epoch, seq))
		}
	}
	if len(out) == 0 {
		return nil, journal.ErrGone
	}
	return out, nil
}

func (d *disk) SetMark(_ context.Context, epoch, seq uint64) error {
	d.update(func() {
		if i := d.index(epoch); i >= 0 {
			d.segments[i].Mark = max(d.segments[i].Mark, seq)
		}
	})
	return nil
}

func (d *disk) LowerMark(_ context.Context, epoch, seq uint64) error {
	d.update(func() {
		if i := d.index(epoch); i >= 0 {
			d.segments[i].Mark = min(d.segments[i].Mark, seq)
			d.lowered++
		}
	})
	return nil
}

func (d *disk) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

func (d *disk) index(epoch uint64) int {
	return slices.IndexFunc(d.segments, func(s journal.Segment) bool { return s.Epoch == epoch })
}

func (d *disk) mark(epoch uint64) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.segments[d.index(epoch)].Mark
}

// waitMarked waits until the province is known to hold everything.
func (d *disk) waitMarked(t *testing.T) {
	t.Helper()
	late := time.After(40 * time.Second)
	for {
		changed := d.Changed()
		list, _ := d.Segments(t.Context())
		if !slices.ContainsFunc(list, journal.Segment.Pending) {
			return
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("not all records are marked: %+v", list)
		}
	}
}
