package uplink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// onMark checks whatever claims to be a mark, before the loop hears of it.
func (s *session) onMark(msg link.Message) {
	m, err := wire.DecodeMark(msg.Payload())
	switch {
	case err != nil:
		s.refuse(NotAMark, 0)
	case m.Province != s.Province || m.Box != s.Box:
		s.refuse(NotForThisBox, m.Epoch)
	case m.Verify(s.Collectors) != nil:
		s.refuse(NotSigned, m.Epoch)
	default:
		select {
		case s.marks <- mark{Mark: m, retained: msg.Retained()}:
		case <-s.over:
		}
	}
}

func (u *Uplink) refuse(why Refusal, epoch uint64) {
	u.Log.Warn("mark refused", "reason", string(why), "epoch", epoch)
	u.change(func(s *Status) {
		s.Refused++
		s.LastRefusal = why
		if why.forged() {
			s.Forged++
		}
	})
}

// accept acts on a mark that a collector of the province signed for this box.
// It returns an error only when the uplink or the journal is stopping.
func (s *session) accept(ctx context.Context, m mark) error {
	if !bytes.Equal(m.Restore, s.memo.token) {
		if !m.Time.After(s.memo.since) {
			s.refuse(OldRestore, m.Epoch)
			return nil
		}
		if err := s.startOver(ctx, m); err != nil {
			return s.notTaken(ctx, m, err)
		}
	}
	seg := s.plan.find(m.Epoch)
	if seg == nil {
		s.refuse(UnknownSegment, m.Epoch)
		return nil
	}
	if m.Seq < seg.Mark {
		if m.retained || m.Row < seg.row {
			return nil // an older word, overtaken
		}
		s.refuse(FellUnasked, m.Epoch)
	} else if err := s.raise(ctx, seg, m.Seq); err != nil {
		return s.notTaken(ctx, m, err)
	}
	s.plan.marked(m, time.Now())
	s.change(func(st *Status) { st.LastMark = time.Now(); st.SignedTime = later(st.SignedTime, m.Time) })
	return nil
}

// raise never goes beyond what the journal holds: a card that lied about
// flushing may have lost a tail that the province has.
func (s *session) raise(ctx context.Context, seg *segment, seq uint64) error {
	if seq = min(seq, seg.Last); seq <= seg.Mark {
		return nil
	}
	return s.Outbox.SetMark(ctx, seg.Epoch, seq)
}

// startOver takes in that the province's database has a new life: no earlier
// mark holds any more. All fall to zero before the token is kept, so that a
// power cut between the two repeats the fall; the collector is then asked
// anew, which costs a question for each segment and resends nothing it holds.
func (s *session) startOver(ctx context.Context, m mark) error {
	if len(s.memo.token) > 0 {
		s.Log.Warn("new restore token: every mark is asked for again", "collector", m.Collector)
	}
	for _, seg := range s.plan.segments {
		if seg.Mark == 0 {
			continue
		}
		err := s.Outbox.LowerMark(ctx, seg.Epoch, 0)
		if err != nil && !errors.Is(err, journal.ErrGone) {
			return fmt.Errorf("lower mark: %w", err)
		}
	}
	if err := s.keepToken(m.Restore, m.Time); err != nil {
		return err
	}
	if err := s.refresh(ctx); err != nil {
		return err
	}
	s.plan.startOver()
	return nil
}

// notTaken lets the mark pass by when the journal could not store it: it is
// asked for again when it stands still. The planner does not hear of it.
func (s *session) notTaken(ctx context.Context, m mark, err error) error {
	switch {
	case ctx.Err() != nil, errors.Is(err, journal.ErrClosed):
		return err
	case errors.Is(err, journal.ErrGone):
		s.changed = nil // the segment went meanwhile: read the list again
	default:
		s.Log.Error("mark not stored", "epoch", m.Epoch, "error", err)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
