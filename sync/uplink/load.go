package uplink

import (
	"context"
	"errors"
	"fmt"

	"checkpoint/store/journal"
	"checkpoint/sync/wire"
)

var errNothingRead = errors.New("journal returned no record and no reason")

// errDoubt: the journal said for the first time that a record is gone.
var errDoubt = errors.New("record said to be gone: looking again later")

// load turns an order into a batch. upto is the last sequence it covers, which
// may be short of the order's end.
func (s *session) load(ctx context.Context, o order) (b wire.Batch, upto uint64, err error) {
	seg := s.plan.find(o.epoch)
	b = wire.Batch{Province: s.Province, Box: s.Box, Epoch: o.epoch, Header: seg.Header}
	if o.kind == ask {
		return b, 0, nil
	}
	records, err := s.Outbox.Read(ctx, o.epoch, o.from, int(o.to-o.from+1))
	if errors.Is(err, journal.ErrGone) && !seg.doubted {
		// Gone cannot be taken back: the province stops waiting and the
		// segment is removed. A card that was only out of sorts gets time.
		seg.doubted = true
		return b, 0, errDoubt
	}
	if errors.Is(err, journal.ErrGone) {
		return s.loadBehind(ctx, b, o)
	}
	if err != nil {
		return b, 0, fmt.Errorf("read journal: %w", err)
	}
	upto, err = pack(&b, o, records)
	return b, upto, err
}

// loadBehind serves an order whose first record is gone with what can be read
// behind it, if anything.
func (s *session) loadBehind(ctx context.Context, b wire.Batch, o order) (wire.Batch, uint64, error) {
	for seq := o.from + 1; seq <= o.to; seq++ {
		records, err := s.Outbox.Read(ctx, o.epoch, seq, int(o.to-seq+1))
		if errors.Is(err, journal.ErrGone) {
			continue
		}
		if err != nil {
			return b, 0, fmt.Errorf("read journal: %w", err)
		}
		upto, err := pack(&b, o, records)
		return b, upto, err
	}
	b.Gone = []wire.Range{wire.Span(o.from, o.to)}
	return b, o.to, nil
}

// pack puts records that answer the order into the batch, as many as a message
// holds, and declares gone what the journal passed over. A record too large
// for any message is gone as well: waiting for it would hold up all others.
func pack(b *wire.Batch, o order, records []journal.Sealed) (upto uint64, err error) {
	if len(records) == 0 {
		return 0, errNothingRead
	}
	fit := wire.Fit(records)
	if fit == 0 && records[0].Seq >= o.from {
		last := min(records[0].Seq, o.to)
		b.Gone = []wire.Range{wire.Span(o.from, last)}
		return last, nil
	}
	next := o.from
	for _, r := range records[:fit] {
		if r.Seq < next {
			return 0, fmt.Errorf("journal returned record %d where %d or later was asked for", r.Seq, next)
		}
		last := min(r.Seq-1, o.to)
		if last >= next {
			if len(b.Gone) == wire.MaxRanges {
				break
			}
			b.Gone = append(b.Gone, wire.Span(next, last))
			next = last + 1
		}
		if r.Seq > o.to {
			break
		}
		b.Records = append(b.Records, r)
		next = r.Seq + 1
	}
	return next - 1, nil
}
