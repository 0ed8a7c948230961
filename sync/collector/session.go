package collector

import (
	"context"
	"fmt"
	"time"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// session is one connection's work. Its loop handles one message at a time:
// decode, commit, acknowledge, mark. The broker's own limit of unacknowledged
// messages bounds what waits in front of it.
type session struct {
	*Receiver
	conn  *link.Conn
	inbox chan link.Message
	over  chan struct{} // closed when the loop has ended
	gaps  gapWatch
}

func (r *Receiver) connection(ctx context.Context) error {
	conn, err := link.Dial(ctx, link.Options{
		Broker: r.Broker, TLS: r.TLS, Manual: true,
		// The slash keeps a collector's client id apart from every box's.
		ClientID: "collector/" + r.ID,
		Will:     wire.Collector(r.Province, r.ID), WillWord: string(wire.Lost),
	})
	if err != nil {
		return err
	}
	s := &session{
		Receiver: r, conn: conn, inbox: make(chan link.Message), over: make(chan struct{}),
		gaps: gapWatch{after: r.GapAfter, seen: map[segmentKey]*openGaps{}},
	}
	err = s.greet(ctx)
	if err == nil {
		err = s.loop(ctx)
	}
	close(s.over)
	word := wire.Lost
	if ctx.Err() != nil {
		word = wire.Disconnected
	}
	conn.Leave(string(word))
	return err
}

// greet says ready only when batches can arrive.
func (s *session) greet(ctx context.Context) error {
	err := s.conn.Subscribe(ctx, wire.AllRecords(s.Province), func(m link.Message) {
		select {
		case s.inbox <- m:
		case <-s.over:
		}
	})
	if err != nil {
		return err
	}
	here := wire.Collector(s.Province, s.ID)
	if err := s.conn.PublishWait(ctx, here, true, []byte(wire.Ready)); err != nil {
		return err
	}
	s.count(func(st *Stats) { st.Connected = true })
	s.Log.Info("collector up")
	return nil
}

func (s *session) loop(ctx context.Context) error {
	tick := time.NewTicker(s.GapAfter / 5)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.conn.Lost():
			return fmt.Errorf("connection lost: %w", s.conn.Err())
		case m := <-s.inbox:
			err = s.receive(ctx, m)
		case now := <-tick.C:
			err = s.tellGaps(ctx, now)
		}
		if err != nil {
			return err
		}
	}
}

// receive returns an error only when the store or the broker fails, and then
// leaves the message unacknowledged.
func (s *session) receive(ctx context.Context, m link.Message) error {
	b, err := s.decode(m)
	if err != nil {
		s.Log.Warn("message rejected", "topic", m.Topic(), "error", err)
		s.count(func(st *Stats) { st.Rejected++ })
		m.Ack() // it would not be better the next time
		return nil
	}
	if !b.Asks() {
		if err := s.commit(ctx, b); err != nil {
			return err
		}
	}
	m.Ack()
	return s.mark(ctx, segmentKey{b.Box, b.Epoch}, time.Now())
}

// decode wants the batch to be of the box whose topic it came on, since the
// broker lets each box publish under its own name only.
func (s *session) decode(m link.Message) (wire.Batch, error) {
	box, err := wire.BoxOf(m.Topic(), s.Province, "records")
	if err != nil {
		return wire.Batch{}, err
	}
	b, err := wire.DecodeBatch(m.Payload())
	if err == nil && (b.Province != s.Province || b.Box != box) {
		err = fmt.Errorf("batch names another box than its topic")
	}
	return b, err
}

func (s *session) commit(ctx context.Context, b wire.Batch) error {
	res, err := s.Store.Commit(ctx, b)
	if err != nil {
		return fmt.Errorf("commit batch: %w", err)
	}
	s.count(func(st *Stats) {
		st.Batches++
		st.Records += uint64(res.New)
		st.Repeated += uint64(res.Repeated)
		st.Conflicts += uint64(res.Conflicts)
		st.Gone += res.Gone
	})
	if res.Conflicts > 0 || res.Gone > 0 {
		s.Log.Error("box's journal was damaged", "box", b.Box, "epoch", b.Epoch, "conflicts", res.Conflicts, "gone", res.Gone)
	}
	select {
	case s.stored <- struct{}{}:
	default: // the opener will see this commit as well
	}
	return nil
}

// mark tells the box how far the store is.
func (s *session) mark(ctx context.Context, key segmentKey, now time.Time) error {
	st, err := s.Store.Standing(ctx, key.box, key.epoch)
	if err != nil {
		return fmt.Errorf("compute mark: %w", err)
	}
	m := wire.Mark{
		Province: s.Province, Box: key.box, Epoch: key.epoch,
		Seq: st.Seq, Top: st.Top, Row: st.Row, Gaps: s.gaps.observe(key, st.Gaps, now),
		Restore: st.Restore, Time: now, Collector: s.ID,
	}
	if err := m.Sign(s.Key); err != nil {
		return err
	}
	payload, err := m.Encode()
	if err != nil {
		return err
	}
	topics, err := wire.NewTopics(s.Province, key.box)
	if err != nil {
		return err
	}
	return s.conn.PublishWait(ctx, topics.Mark(), true, payload)
}

func (s *session) tellGaps(ctx context.Context, now time.Time) error {
	for _, key := range s.gaps.due(now) {
		if err := s.mark(ctx, key, now); err != nil {
			return err
		}
	}
	return nil
}
