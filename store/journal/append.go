package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"checkpoint"
)

// A batch ends at these, so that one commit stays short.
const (
	batchRecords = 256
	batchBytes   = 32 << 10
)

// pending is one append on its way through the owning goroutine.
type pending struct {
	clear Sealed // without sequence and body
	body  []byte // encoded, not yet sealed
	pos   checkpoint.Position
	done  chan error
}

// size is an upper bound of the stored record, key included.
func (p *pending) size() int64 { return int64(len(p.body) + len(p.clear.Lane) + 64) }

// Append stores r and returns its position once it is on disk. Appends that
// come while the disk is busy share one commit. ctx counts until the record is
// handed over; from there on Append waits for the disk, since the caller must
// know what became of the record. Errors: [ErrFull], [ErrClosed], that of ctx,
// of the disk, or of a record over 16 KiB.
//
// After an error of the disk the record may exist all the same, as a write
// whose sync failed does: the province may then see it, never twice under one
// position.
func (j *Journal) Append(ctx context.Context, r checkpoint.Record) (checkpoint.Position, error) {
	p, err := prepare(r)
	if err != nil {
		return checkpoint.Position{}, fmt.Errorf("append record: %w", err)
	}
	select {
	case j.appends <- p:
		err = <-p.done
	case <-j.quit:
		err = ErrClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return checkpoint.Position{}, fmt.Errorf("append record: %w", err)
	}
	return p.pos, nil
}

func prepare(r checkpoint.Record) (*pending, error) {
	clear := Sealed{Time: time.UnixMilli(r.Time.UnixMilli()).UTC(), Trusted: r.Trusted, Lane: text(r.Lane)}
	if len(clear.Lane) > maxLane {
		return nil, fmt.Errorf("lane name of %d bytes, at most %d", len(clear.Lane), maxLane)
	}
	body, err := encodeBody(r)
	if err != nil {
		return nil, err
	}
	return &pending{clear: clear, body: body, done: make(chan error, 1)}, nil
}

// drain takes along whoever else is waiting.
func (j *Journal) drain(first *pending) []*pending {
	batch, bytes := []*pending{first}, first.size()
	for len(batch) < batchRecords && bytes < batchBytes {
		select {
		case p := <-j.appends:
			batch, bytes = append(batch, p), bytes+p.size()
		default:
			return batch
		}
	}
	return batch
}

// commit stores a batch, making room if it must, and answers every append.
func (j *Journal) commit(batch []*pending) {
	err := j.store(batch)
	for noSpace(err) && j.makeRoom() {
		err = j.store(batch)
	}
	j.full = noSpace(err)
	if j.full {
		err = fmt.Errorf("%w: %w", ErrFull, err)
	}
	j.publish() // before the answer, so that whoever has it sees its effect
	if err == nil {
		j.notify()
	}
	for _, p := range batch {
		p.done <- err
	}
}

// store writes a batch in one transaction. A live segment whose transaction
// failed is given up: nobody knows what the disk holds of it.
func (j *Journal) store(batch []*pending) error {
	var size int64
	for _, p := range batch {
		size += p.size()
	}
	if err := j.ready(size, uint64(len(batch))); err != nil {
		return err
	}
	l := j.live
	values, err := l.sealAll(batch)
	if err != nil {
		return err
	}
	if err := l.file.put(l.last+1, values); err != nil {
		j.giveUp(err)
		return err
	}
	l.last += uint64(len(batch))
	l.newest = batch[len(batch)-1].clear.Time
	if err := l.measure(); err != nil { // the records are on disk all the same
		j.opts.Log.Warn("journal segment not measured", "segment", l.name(), "err", err)
	}
	return nil
}

func (l *live) sealAll(batch []*pending) ([][]byte, error) {
	values := make([][]byte, len(batch))
	for i, p := range batch {
		p.pos = checkpoint.Position{Epoch: l.epoch, Seq: l.last + 1 + uint64(i)}
		clear := p.clear
		clear.Seq = p.pos.Seq
		v, err := l.key.seal(clear, p.body).MarshalCBOR()
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

// ready makes sure that the live segment can take that many bytes and records.
func (j *Journal) ready(size int64, records uint64) error {
	// Twice the bytes, for a split page is written in two halves at worst, and
	// 16 pages of branches, roots and free list.
	need := 2*size + 16*pageSize
	if l := j.live; l != nil && l.last > 0 && (l.bytes+need+growBytes > j.opts.SegmentBytes || l.last+records > MaxRecords) {
		if err := j.retire(); err != nil {
			j.opts.Log.Warn("journal segment not closed cleanly", "err", err)
		}
	}
	if j.live == nil {
		if err := j.allow(freshBytes + need); err != nil {
			return err
		}
		return j.begin()
	}
	return j.allow(need + growBytes)
}

// errNoRoom: the journal's own limit, rather than the disk's, is reached.
var errNoRoom = errors.New("size limit reached")

func (j *Journal) allow(more int64) error {
	if j.opts.MaxBytes == 0 {
		return nil
	}
	for _, s := range j.segments {
		more += s.bytes
	}
	if more > j.opts.MaxBytes {
		return errNoRoom
	}
	return nil
}
