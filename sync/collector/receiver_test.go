package collector_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/journal"
	"checkpoint/sync/collector"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/wire"
)

var signing = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))

// peer plays a box by hand.
type peer struct {
	*link.Conn
	t     *testing.T
	marks chan wire.Mark
}

func newPeer(t *testing.T, url string) *peer {
	t.Helper()
	conn, err := link.Dial(t.Context(), link.Options{Broker: url, ClientID: "gate-1", Will: "checkpoint/v1/ha-noi/gate-1/state", WillWord: "lost"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Leave("disconnected") })
	p := &peer{Conn: conn, t: t, marks: make(chan wire.Mark, 100)}
	err = conn.Subscribe(t.Context(), "checkpoint/v1/ha-noi/gate-1/mark", func(m link.Message) {
		mark, err := wire.DecodeMark(m.Payload())
		if err == nil {
			err = mark.Verify([]ed25519.PublicKey{signing.Public().(ed25519.PublicKey)})
		}
		if err != nil {
			t.Error(err)
		}
		p.marks <- mark
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// waitReady waits for the collector's word.
func (p *peer) waitReady() {
	p.t.Helper()
	ready := make(chan struct{}, 100)
	err := p.Subscribe(p.t.Context(), wire.AllCollectors("ha-noi"), func(m link.Message) {
		if string(m.Payload()) == string(wire.Ready) {
			ready <- struct{}{}
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	await(p.t, ready, "presence")
}

func (p *peer) send(topic string, payload []byte) {
	p.t.Helper()
	if err := p.PublishWait(p.t.Context(), topic, false, payload); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) sendBatch(b wire.Batch) {
	p.t.Helper()
	payload, err := b.Encode()
	if err != nil {
		p.t.Fatal(err)
	}
	p.send("checkpoint/v1/ha-noi/gate-1/records", payload)
}

func await[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

func start(t *testing.T, url string, adjust func(*collector.Options)) *collector.Receiver {
	t.Helper()
	o := collector.Options{
		Broker: url, Province: "ha-noi", ID: "a", Key: signing, Store: collector.NewMemory(),
		GapAfter: 100 * time.Millisecond, MinBackoff: 10 * time.Millisecond, MaxBackoff: 50 * time.Millisecond,
	}
	if adjust != nil {
		adjust(&o)
	}
	r, err := collector.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return r
}

func TestMarksAnswerBatchesQuestionsAndGaps(t *testing.T) {
	broker := mosquittotest.Start(t)
	start(t, broker.URL(), nil)
	p := newPeer(t, broker.URL())
	p.waitReady()

	p.sendBatch(batch(7))
	if m := await(t, p.marks, "answer"); m.Seq != 0 || m.Top != 0 || m.Epoch != 7 {
		t.Fatalf("answer about a new segment: %+v", m)
	}
	p.sendBatch(batch(7, 1, 2, 5))
	first := await(t, p.marks, "mark")
	if first.Seq != 2 || first.Top != 5 || first.Gaps != nil {
		t.Fatalf("mark %+v", first)
	}
	// Nothing more is sent: the gap is told when it is old enough.
	told := await(t, p.marks, "word of the gap")
	if len(told.Gaps) != 1 || told.Gaps[0] != wire.Span(3, 4) {
		t.Fatalf("mark %+v", told)
	}
	p.sendBatch(batch(7, 3, 4))
	for m := told; m.Seq != 5; m = await(t, p.marks, "full mark") {
		if m.Row < first.Row {
			t.Fatalf("row fell: %+v", m)
		}
	}
}

func TestWhatIsNoBatchIsRejectedAndHoldsUpNothing(t *testing.T) {
	broker := mosquittotest.Start(t, "max_inflight_messages 2") // two left unacknowledged would stop everything
	r := start(t, broker.URL(), nil)
	p := newPeer(t, broker.URL())
	p.waitReady()
	foreign := batch(7, 1)
	foreign.Box = "gate-2"
	other, err := foreign.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		p.send("checkpoint/v1/ha-noi/gate-1/records", []byte("garbage"))
		p.send("checkpoint/v1/ha-noi/gate-1/records", other)
		p.send("checkpoint/v1/ha-noi/Gate/records", other)
	}
	p.sendBatch(batch(7, 1, 2))
	if m := await(t, p.marks, "mark"); m.Seq != 2 {
		t.Fatalf("mark %+v", m)
	}
	if s := r.Stats(); s.Rejected != 6 || s.Records != 2 {
		t.Fatalf("stats %+v", s)
	}
}

// opener opens all records but number 2.
type opener struct{}

func (opener) Open(header []byte, s journal.Sealed) (checkpoint.Record, error) {
	if s.Seq == 2 {
		return checkpoint.Record{}, errors.New("sealed for somebody else")
	}
	return checkpoint.Record{Lane: s.Lane, Rule: string(header)}, nil
}

func TestRecordsAreOpenedAfterTheyAreStored(t *testing.T) {
	broker := mosquittotest.Start(t)
	type opened struct {
		pos checkpoint.Position
		rec checkpoint.Record
	}
	got := make(chan opened)
	r := start(t, broker.URL(), func(o *collector.Options) {
		store := collector.NewMemory()
		o.Store, o.Source, o.Opener = store, store, opener{}
		o.OnRecord = func(_ string, pos checkpoint.Position, rec checkpoint.Record) { got <- opened{pos, rec} }
	})
	p := newPeer(t, broker.URL())
	p.waitReady()
	p.sendBatch(batch(7, 1, 2, 3))
	// Nobody takes opened records yet, and one cannot be opened: the mark comes all the same.
	if m := await(t, p.marks, "mark"); m.Seq != 3 {
		t.Fatalf("mark %+v", m)
	}
	for _, want := range []uint64{1, 3} {
		if o := await(t, got, "opened record"); o.pos != (checkpoint.Position{Epoch: 7, Seq: want}) || o.rec.Rule != "header" {
			t.Fatalf("opened %+v, want record %d", o, want)
		}
	}
	if s := r.Stats(); s.Unopened != 1 {
		t.Fatalf("stats %+v", s)
	}
}
