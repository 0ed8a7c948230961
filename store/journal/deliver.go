package journal

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// readBytes is about where Read stops, so that a batch stays small in memory.
const readBytes = 256 << 10

// Segments lists the segments, oldest first, the live one last.
func (j *Journal) Segments(ctx context.Context) ([]Segment, error) {
	return call(ctx, j, func() ([]Segment, error) {
		out := make([]Segment, 0, len(j.segments))
		for _, s := range j.segments {
			out = append(out, s.info(!j.isLive(s)))
		}
		return out, nil
	})
}

// Read gives the records of a segment from sequence from on, at most max and
// about 256 KiB of them, and none beyond its end. Reading removes nothing.
//
// [ErrGone]: the segment is not there, or the record from cannot be read; the
// ones after it may be. Records that can be read before one that cannot are
// given without an error. Any other error may pass.
func (j *Journal) Read(ctx context.Context, epoch, from uint64, max int) ([]Sealed, error) {
	return call(ctx, j, func() ([]Sealed, error) {
		out, err := j.read(epoch, from, max)
		if err != nil && len(out) > 0 {
			return out, nil // the next call, from there, will tell
		}
		if err != nil {
			return nil, fmt.Errorf("read record %d of segment %016x: %w", from, epoch, err)
		}
		return out, nil
	})
}

func (j *Journal) read(epoch, from uint64, max int) (out []Sealed, err error) {
	s := j.find(epoch)
	if s == nil {
		return nil, ErrGone
	}
	if from == 0 {
		from = 1
	}
	if from > s.last || max < 1 {
		return nil, nil
	}
	f, release, err := j.reader(s)
	if err != nil {
		return nil, gone(err)
	}
	err = f.view(func(tx *bolt.Tx) (err error) {
		out, err = scan(tx.Bucket(recordsBucket()), from, s.last, max)
		return err
	})
	return out, gone(errors.Join(err, release()))
}

// gone says for good that a record is lost. What may pass (no descriptor left,
// no memory, a card that answers again after a cold start) stays an error of
// its own, since nobody asks again for what is gone.
func gone(err error) error {
	if err == nil {
		return nil
	}
	for _, passing := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN, syscall.EIO, syscall.EACCES, berrors.ErrTimeout} {
		if errors.Is(err, passing) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrGone, err)
}

// reader opens a closed segment; the live one is open.
func (j *Journal) reader(s *segment) (f *file, release func() error, err error) {
	if !j.isLive(s) {
		f, err := mapFile(s.path, read)
		if err != nil {
			return nil, nil, err
		}
		return f, f.close, nil
	}
	f = j.live.file
	return f, func() error {
		if f.broken {
			j.giveUp(errDamaged)
		}
		return nil
	}, nil
}

// scan reads records without a gap, and gives what it has with an error where
// one is missing or damaged.
func scan(b *bolt.Bucket, from, last uint64, max int) (out []Sealed, err error) {
	if b == nil {
		return nil, errDamaged
	}
	size, c := 0, b.Cursor()
	key, value := c.Seek(u64(from))
	for seq := from; seq <= last && len(out) < max && size < readBytes; seq++ {
		r, err := entry(key, value)
		if err != nil {
			return out, err
		}
		if r.Seq != seq {
			return out, fmt.Errorf("%w: record %d is missing", errDamaged, seq)
		}
		out, size = append(out, r), size+len(value)
		key, value = c.Next()
	}
	return out, nil
}

// SetMark notes that the province's database holds every record of the segment
// up to seq, and returns when the note is durable. A mark never falls by it,
// and never passes the last record. [ErrGone]: no such segment.
func (j *Journal) SetMark(ctx context.Context, epoch, seq uint64) error {
	return j.moveMark(ctx, epoch, func(s *segment) uint64 { return max(s.mark, min(seq, s.last)) })
}

// LowerMark takes a mark back to seq after the province restored an older
// database; it never raises one. The caller has checked the restore token.
// [ErrGone]: no such segment.
func (j *Journal) LowerMark(ctx context.Context, epoch, seq uint64) error {
	return j.moveMark(ctx, epoch, func(s *segment) uint64 { return min(s.mark, seq) })
}

func (j *Journal) moveMark(ctx context.Context, epoch uint64, to func(*segment) uint64) error {
	_, err := call(ctx, j, func() (struct{}, error) {
		s := j.find(epoch)
		if s == nil {
			return struct{}{}, fmt.Errorf("mark segment %016x: %w", epoch, ErrGone)
		}
		if err := j.setMark(s, to(s)); err != nil {
			return struct{}{}, fmt.Errorf("mark segment %s: %w", s.name(), err)
		}
		return struct{}{}, nil
	})
	return err
}

// setMark writes the mark. On a full disk the mark itself can be what allows
// the segment to go, so it counts before it is written.
func (j *Journal) setMark(s *segment, mark uint64) error {
	was := s.mark
	if mark == was {
		return nil
	}
	s.mark = mark
	err := j.writeMark(s)
	for noSpace(err) && j.makeRoom() {
		if j.find(s.epoch) != s {
			return nil // gone, and rightly
		}
		err = j.writeMark(s)
	}
	if err != nil {
		s.mark = was
		return err
	}
	if mark < was {
		j.notify()
	}
	return nil
}

func (j *Journal) writeMark(s *segment) error {
	if j.isLive(s) {
		err := j.live.file.putMark(s.mark)
		if err != nil {
			j.giveUp(err)
		}
		return err
	}
	f, err := openFile(s.path, write)
	if err != nil {
		return err
	}
	return errors.Join(f.putMark(s.mark), f.close(), s.measure())
}
