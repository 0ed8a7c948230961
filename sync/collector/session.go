package collector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// groupMessages and groupBytes are how much shares one commit at most: what came
// while the commit before was under way. A commit of a record each of two
// thousand boxes takes little longer than one of two hundred, and then nobody
// waits for the tenth; one of full batches is kept to about a second.
const (
	groupMessages = 2000 // what the broker sends unacknowledged, see docs/broker
	groupBytes    = 2 << 20
)

// patience is how long the broker may take to acknowledge the marks of a group.
const patience = 10 * time.Second

// session is one connection's work. Its loop handles one group of messages at a
// time: decode, commit, acknowledge, mark. The broker's own limit of
// unacknowledged messages bounds what waits in front of it.
type session struct {
	*Receiver
	conn  *link.Conn
	inbox chan link.Message
	over  chan struct{} // closed when the loop has ended
	gaps  gapWatch
	marks unheard // of the last group
}

func (r *Receiver) connection(ctx context.Context) error {
	// Nobody is told "ready" while the store is away: boxes would send into the void.
	if _, err := r.Store.Standing(ctx, Segment{}); err != nil {
		return fmt.Errorf("store: %w", err)
	}
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
		Receiver: r, conn: conn, inbox: make(chan link.Message, groupMessages), over: make(chan struct{}),
		gaps: gapWatch{after: r.GapAfter, seen: map[Segment]*openGaps{}},
	}
	err = s.greet(ctx)
	if err == nil {
		stop := s.alsoFleet(ctx)
		err = s.loop(ctx)
		stop()
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
	if err := s.conn.Subscribe(ctx, wire.SharedRecords(s.Province), s.queue); err != nil {
		return err
	}
	s.takePhotos(ctx)
	here := wire.Collector(s.Province, s.ID)
	if err := s.conn.PublishWait(ctx, here, true, []byte(wire.Ready)); err != nil {
		return err
	}
	s.count(func(st *Stats) { st.Connected = true })
	s.Log.Info("collector up")
	return nil
}

func (s *session) queue(m link.Message) {
	select {
	case s.inbox <- m:
	case <-s.over:
	}
}

func (s *session) loop(ctx context.Context) error {
	tick, look := time.NewTicker(s.GapAfter/5), time.NewTicker(s.GapAfter)
	defer tick.Stop()
	defer look.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.conn.Lost():
			return fmt.Errorf("connection lost: %w", s.conn.Err())
		case m := <-s.inbox:
			err = s.receive(ctx, s.group(m))
		case now := <-tick.C:
			if err = s.settle(ctx); err == nil {
				err = s.tellGaps(ctx, now)
			}
		case <-look.C: // presence says that the store is there, also when nobody sends
			_, err = s.standing(ctx, Segment{})
		}
		if err != nil {
			return err
		}
	}
}

// group adds to a message those that wait already.
func (s *session) group(first link.Message) []link.Message {
	all, bytes := []link.Message{first}, len(first.Payload())
	for len(all) < groupMessages && bytes < groupBytes {
		select {
		case m := <-s.inbox:
			all, bytes = append(all, m), bytes+len(m.Payload())
		default:
			return all
		}
	}
	return all
}

// receive returns an error only when the store or the broker fails, and then
// leaves the messages unacknowledged.
func (s *session) receive(ctx context.Context, group []link.Message) error {
	group, pieces := s.sorted(group)
	var batches []wire.Batch
	asked := map[Segment]bool{}
	for _, m := range group {
		b, err := s.decode(m)
		switch {
		case err != nil: // acknowledged below: it would not be better the next time
			s.Log.Warn("message rejected", "topic", m.Topic(), "error", err)
			s.count(func(st *Stats) { st.Rejected++ })
		case b.Asks():
			asked[Segment{b.Box, b.Epoch}] = true
		default:
			batches = append(batches, b)
		}
	}
	standings, err := s.commit(ctx, batches)
	if err != nil {
		return err
	}
	for _, m := range group {
		m.Ack()
	}
	if err := s.receivePhotos(ctx, pieces); err != nil {
		return err
	}
	for seg := range asked {
		if _, known := standings[seg]; known {
			continue
		}
		if standings[seg], err = s.standing(ctx, seg); err != nil {
			return err
		}
	}
	return s.mark(ctx, standings, time.Now())
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
	if err == nil && s.Check != nil {
		err = s.Check(b)
	}
	return b, err
}

// commit stores the batches and returns how their segments stand.
func (s *session) commit(ctx context.Context, batches []wire.Batch) (map[Segment]Standing, error) {
	standings := map[Segment]Standing{}
	if len(batches) == 0 {
		return standings, nil
	}
	results, err := s.Store.Commit(ctx, batches)
	if err != nil {
		return nil, fmt.Errorf("commit batches: %w", err)
	}
	s.count(func(st *Stats) { st.Batches += uint64(len(batches)) })
	for _, res := range results {
		s.counted(res)
		standings[res.Segment] = res.Standing
	}
	select {
	case s.stored <- struct{}{}:
	default: // the opener will see this commit as well
	}
	return standings, nil
}

func (s *session) counted(res Result) {
	s.count(func(st *Stats) {
		st.Records += uint64(res.New)
		st.Repeated += uint64(res.Repeated)
		st.Conflicts += uint64(res.Conflicts)
		st.Gone += res.Gone
		st.Rejected += uint64(res.Refused)
	})
	log := s.Log.With("box", res.Segment.Box, "epoch", res.Segment.Epoch)
	if res.Conflicts > 0 || res.Gone > 0 {
		log.Error("box's journal was damaged", "conflicts", res.Conflicts, "gone", res.Gone)
	}
	if res.Refused > 0 {
		log.Error("batches refused: another header than the segment's first", "batches", res.Refused)
	}
	if s.OnCommit != nil {
		s.OnCommit(res)
	}
}

func (s *session) standing(ctx context.Context, seg Segment) (Standing, error) {
	st, err := s.Store.Standing(ctx, seg)
	if err != nil {
		return st, fmt.Errorf("compute mark: %w", err)
	}
	return st, nil
}

// mark tells boxes how far the store is. It waits only for the marks before: the
// broker takes these while the next group is being committed.
func (s *session) mark(ctx context.Context, standings map[Segment]Standing, now time.Time) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	done := make(chan error, len(standings))
	s.marks = unheard{done, len(standings)}
	for seg, st := range standings {
		topic, payload, err := s.signed(seg, st, now)
		if err != nil {
			return err
		}
		s.conn.Publish(topic, true, payload, func(err error) { done <- err })
	}
	return nil
}

// unheard are marks that the broker has not acknowledged.
type unheard struct {
	done chan error
	left int
}

// settle waits until the broker has the marks under way.
func (s *session) settle(ctx context.Context) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	for s.marks.left > 0 {
		select {
		case err := <-s.marks.done:
			if s.marks.left--; err != nil {
				return fmt.Errorf("publish mark: %w", err)
			}
		case <-s.conn.Lost():
			return fmt.Errorf("connection lost: %w", s.conn.Err())
		case <-late.C:
			return errors.New("publish mark: no answer from the broker")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *session) signed(seg Segment, st Standing, now time.Time) (topic string, payload []byte, err error) {
	m := wire.Mark{
		Province: s.Province, Box: seg.Box, Epoch: seg.Epoch,
		Seq: st.Seq, Top: st.Top, Row: st.Row, Gaps: s.gaps.observe(seg, st.Gaps, now),
		Restore: st.Restore, Time: now, Collector: s.ID,
	}
	if err := m.Sign(s.Key); err != nil {
		return "", nil, err
	}
	topics, err := wire.NewTopics(s.Province, seg.Box)
	if err != nil {
		return "", nil, err
	}
	payload, err = m.Encode()
	return topics.Mark(), payload, err
}

func (s *session) tellGaps(ctx context.Context, now time.Time) error {
	standings := map[Segment]Standing{}
	for _, seg := range s.gaps.due(now) {
		st, err := s.standing(ctx, seg)
		if err != nil {
			return err
		}
		standings[seg] = st
	}
	if len(standings) == 0 {
		return nil
	}
	return s.mark(ctx, standings, now)
}
