package uplink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"checkpoint/store/journal"
	"checkpoint/store/photos"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

var errRenewed = errors.New("connecting anew with a new certificate")

// session is one connection's work. Its loop alone touches the planner and the
// outbox; MQTT handlers only check what came and hand it over.
type session struct {
	*Uplink
	conn     *link.Conn
	plan     *planner
	changed  <-chan struct{} // of the outbox; nil: its list must be read again
	present  map[string]bool // collectors that are ready
	marks    chan mark
	photos   chan photos.ID // that the province has
	arrived  chan error     // of the piece under way, once the broker has it
	presence chan announcement
	freed    chan error
	over     chan struct{} // closed when the loop has ended
	pace     time.Time     // until when the limit of bytes lets nothing go
}

// announcement is one collector's word about itself.
type announcement struct {
	id       string
	ready    bool
	retained bool
}

// connection connects, works until something ends it, and says goodbye.
func (u *Uplink) connection(ctx context.Context) error {
	conn, err := link.Dial(ctx, link.Options{
		Broker: u.Broker, TLS: u.TLS, ClientID: u.Box, Will: u.topics.State(), WillWord: string(wire.Lost),
		KeepAlive: u.KeepAlive,
	})
	if err != nil {
		return err
	}
	s := &session{
		Uplink: u, conn: conn, plan: &planner{limits: u.limits()}, present: map[string]bool{},
		marks: make(chan mark), photos: make(chan photos.ID), arrived: make(chan error, 1), presence: make(chan announcement),
		freed: make(chan error, u.Window), over: make(chan struct{}),
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

// greet makes the box known. It is ready only when marks can reach it.
func (s *session) greet(ctx context.Context) error {
	if err := s.conn.PublishWait(ctx, s.topics.State(), true, []byte(wire.Init)); err != nil {
		return err
	}
	if err := s.tellInfo(ctx); err != nil {
		return err
	}
	// What comes meanwhile waits for the loop.
	if err := s.conn.Subscribe(ctx, s.topics.Mark(), s.onMark); err != nil {
		return err
	}
	if err := s.conn.Subscribe(ctx, wire.AllCollectors(s.Province), s.onPresence); err != nil {
		return err
	}
	if err := s.conn.PublishWait(ctx, s.topics.State(), true, []byte(wire.Ready)); err != nil {
		return err
	}
	s.tellHealth()
	s.parcel.interrupted()
	s.listen(ctx)
	s.change(func(st *Status) { st.Connected, st.Since = true, time.Now() })
	s.Log.Info("uplink up")
	return nil
}

func (s *session) tellInfo(ctx context.Context) error {
	s.mu.Lock()
	info := s.Info
	s.mu.Unlock()
	b, err := info.Encode()
	if err != nil {
		s.Log.Error("info not told", "error", err)
		return nil // records matter more
	}
	return s.conn.PublishWait(ctx, s.topics.Info(), true, b)
}

func (s *session) loop(ctx context.Context) error {
	for {
		if s.changed == nil {
			s.changed = s.Outbox.Changed() // before the list is read, so that no change falls between
			if err := s.refresh(ctx); err != nil {
				return err
			}
		}
		again, err := s.fill(ctx)
		if err != nil {
			return err
		}
		if err := s.await(ctx, again); err != nil {
			return err
		}
	}
}

// await handles the next event.
func (s *session) await(ctx context.Context, again time.Time) error {
	var alarm <-chan time.Time
	if !again.IsZero() {
		t := time.NewTimer(time.Until(again))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.conn.Lost():
		return fmt.Errorf("connection lost: %w", s.conn.Err())
	case err := <-s.freed:
		s.plan.freed()
		return err
	case m := <-s.marks:
		return s.accept(ctx, m)
	case err := <-s.arrived:
		if err == nil {
			s.parcel.arrived(time.Now(), s.ResendAfter)
		}
		return err
	case id := <-s.photos:
		s.photoArrived(id)
	case <-s.newPhotos():
	case a := <-s.presence:
		s.announced(a)
	case <-s.newInfo:
		return s.tellInfo(ctx)
	case <-s.newHealth:
		s.tellHealth()
	case d := <-s.diagnoses:
		s.conn.Publish(s.topics.Diagnosis(), false, d, func(error) {}) // who missed it orders another
	case <-s.renewed:
		return errRenewed
	case <-s.changed:
		s.changed = nil
	case <-alarm:
	}
	return nil
}

func (s *session) refresh(ctx context.Context) error {
	list, err := s.Outbox.Segments(ctx)
	if err != nil {
		return fmt.Errorf("list journal segments: %w", err)
	}
	s.plan.refresh(list, time.Now())
	return nil
}

// fill sends until the window is full or nothing is due. It returns when to
// look again if nothing else happens.
func (s *session) fill(ctx context.Context) (time.Time, error) {
	for len(s.present) > 0 {
		now := time.Now()
		if now.Before(s.pace) {
			return s.pace, nil
		}
		o, again := s.plan.next(now)
		if o.kind == nothing {
			return s.sendPhoto(again, now), nil
		}
		if err := s.send(ctx, o, now); err != nil {
			return time.Time{}, err
		}
	}
	return time.Time{}, nil
}

func (s *session) send(ctx context.Context, o order, now time.Time) error {
	b, upto, err := s.load(ctx, o)
	var payload []byte
	if err == nil {
		payload, err = b.Encode()
	}
	switch {
	case errors.Is(err, journal.ErrClosed), errors.Is(err, context.Canceled):
		return err
	case err != nil:
		s.Log.Error("records not sent", "epoch", o.epoch, "from", o.from, "error", err)
		s.plan.putOff(o.epoch, now.Add(s.ResendAfter))
		return nil
	}
	s.conn.Publish(s.topics.Records(), false, payload, func(err error) { s.freed <- err })
	s.plan.sent(o, upto, now)
	if s.BytesASecond > 0 {
		s.pace = now.Add(time.Duration(len(payload)) * time.Second / time.Duration(s.BytesASecond))
	}
	s.countGone(b)
	return nil
}

func (s *session) countGone(b wire.Batch) {
	var n uint64
	for _, r := range b.Gone {
		n += r.Len()
	}
	if n == 0 {
		return
	}
	s.Log.Error("records gone from the journal", "epoch", b.Epoch, "count", n)
	s.change(func(st *Status) { st.Gone += n })
}

func (s *session) onPresence(m link.Message) {
	id, err := wire.CollectorOf(m.Topic(), s.Province)
	if err != nil {
		return // not a collector's topic, so nobody is there
	}
	state, err := wire.ParseState(m.Payload())
	a := announcement{id: id, ready: err == nil && state == wire.Ready, retained: m.Retained()}
	select {
	case s.presence <- a:
	case <-s.over:
	}
}

// announced keeps who is there. A collector that comes up may lack what was
// under way before it subscribed, so that every mark is asked for again.
func (s *session) announced(a announcement) {
	if !a.ready {
		delete(s.present, a.id)
	} else {
		if !a.retained || !s.present[a.id] {
			s.plan.askAgain()
		}
		s.present[a.id] = true
	}
	present := len(s.present) > 0
	s.change(func(st *Status) { st.CollectorPresent = present })
}
