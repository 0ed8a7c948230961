package collector

import (
	"context"
	"time"

	"checkpoint"
)

const (
	openAtOnce = 100
	openRetry  = 5 * time.Second
)

// open reads what is stored, page by page, and hands it over opened. It reads
// the store instead of being handed records so that a slow reader costs the
// boxes nothing and memory stays at one page.
func (r *Receiver) open(ctx context.Context) {
	var last uint64
	for ctx.Err() == nil {
		page, err := r.Source.After(ctx, last, openAtOnce)
		if err != nil {
			r.Log.Error("stored records not read", "error", err)
		}
		for _, s := range page {
			r.openOne(s)
			last = s.Number
		}
		if len(page) == 0 {
			r.idle(ctx)
		}
	}
}

func (r *Receiver) openOne(s Stored) {
	pos := checkpoint.Position{Epoch: s.Epoch, Seq: s.Sealed.Seq}
	rec, err := r.Opener.Open(s.Header, s.Sealed)
	if err != nil {
		r.Log.Error("record not opened", "box", s.Box, "epoch", pos.Epoch, "seq", pos.Seq, "error", err)
		r.count(func(st *Stats) { st.Unopened++ })
		return
	}
	r.OnRecord(s.Box, pos, rec)
}

func (r *Receiver) idle(ctx context.Context) {
	t := time.NewTimer(openRetry)
	defer t.Stop()
	select {
	case <-r.stored:
	case <-t.C:
	case <-ctx.Done():
	}
}
