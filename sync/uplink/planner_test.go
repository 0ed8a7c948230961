package uplink

import (
	"context"
	"slices"
	"testing"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/collector"
	"checkpoint/sync/wire"

	"pgregory.net/rapid"
)

var testLimits = limits{batch: 10, ahead: 40, window: 4, delay: time.Second, patient: 30 * time.Second, hold: 4 * time.Second}

// world is a box, a collector and the air between them, in one goroutine and
// with a clock that only the test moves.
type world struct {
	t        *rapid.T
	now      time.Time
	disk     []journal.Segment
	plan     *planner
	store    *collector.Memory
	batches  []wire.Batch // under way to the collector, in order
	answers  []mark       // under way to the box, in any order
	repeated int
}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, now: time.Unix(1_700_000_000, 0), store: collector.NewMemory()}
	w.newSegment()
	w.reconnect()
	return w
}

func (w *world) newSegment() {
	if n := len(w.disk); n > 0 {
		w.disk[n-1].Closed = true
	}
	w.disk = append(w.disk, journal.Segment{Epoch: uint64(len(w.disk)) + 1, Header: []byte("h")})
}

func (w *world) write(n uint64) { w.disk[len(w.disk)-1].Last += n }

func (w *world) reconnect() {
	w.plan = &planner{limits: testLimits}
	w.batches, w.answers = nil, nil
}

// send lets the box send all it wants; lost batches reach the broker only.
func (w *world) send(lost bool) {
	for {
		w.plan.refresh(w.disk, w.now)
		o, _ := w.plan.next(w.now)
		if o.kind == nothing {
			return
		}
		w.check(o)
		b := wire.Batch{Province: "p", Box: "b", Epoch: o.epoch, Header: []byte("h")}
		if o.kind != ask {
			for n := o.from; n <= o.to; n++ {
				b.Records = append(b.Records, journal.Sealed{Seq: n, Body: []byte{1}})
			}
		}
		w.plan.sent(o, o.to, w.now)
		if !lost {
			w.batches = append(w.batches, b)
		}
	}
}

func (w *world) check(o order) {
	s := w.plan.find(o.epoch)
	if w.plan.inFlight >= w.plan.window {
		w.t.Fatalf("window of %d exceeded", w.plan.window)
	}
	if o.kind == ask {
		return
	}
	if !s.known {
		w.t.Fatalf("%+v sent before the collector said what it holds", o)
	}
	if o.from <= s.Mark || o.to < o.from || o.to > s.Last || o.to-o.from >= w.plan.batch {
		w.t.Fatalf("%+v with mark %d, last %d", o, s.Mark, s.Last)
	}
	if o.kind == fresh && o.to > s.Mark+w.plan.ahead {
		w.t.Fatalf("%+v runs %d ahead of the mark", o, o.to-s.Mark)
	}
}

func (w *world) brokerAcks() {
	for w.plan.inFlight > 0 {
		w.plan.freed()
	}
}

// receive lets the collector take one batch and answer.
func (w *world) receive(answerLost bool) {
	if len(w.batches) == 0 {
		return
	}
	b := w.batches[0]
	w.batches = w.batches[1:]
	if !b.Asks() {
		all, _ := w.store.Commit(context.Background(), []wire.Batch{b})
		r := all[0]
		w.repeated += r.Repeated
	}
	if !answerLost {
		w.answer(b.Epoch)
	}
}

func (w *world) answer(epoch uint64) {
	st, _ := w.store.Standing(context.Background(), collector.Segment{Box: "b", Epoch: epoch})
	w.answers = append(w.answers, mark{Mark: wire.Mark{Epoch: epoch, Seq: st.Seq, Top: st.Top, Row: st.Row, Gaps: st.Gaps}})
}

// hear lets the box take the i-th answer under way.
func (w *world) hear(i int) {
	m := w.answers[i]
	w.answers = slices.Delete(w.answers, i, i+1)
	d := &w.disk[m.Epoch-1]
	if m.Seq > d.Last {
		w.t.Fatalf("mark %d beyond the last record, %d", m.Seq, d.Last)
	}
	d.Mark = max(d.Mark, m.Seq)
	w.plan.marked(m, w.now)
}

// settle plays a good network until nothing is pending, and fails when that
// takes longer than a few time-outs.
func (w *world) settle() {
	for range 300 {
		w.send(false)
		for len(w.batches) > 0 {
			w.receive(false)
		}
		w.brokerAcks()
		for len(w.answers) > 0 {
			w.hear(0)
		}
		if !slices.ContainsFunc(w.disk, journal.Segment.Pending) {
			return
		}
		w.now = w.now.Add(time.Second)
	}
	w.t.Fatalf("records still pending after 5 minutes: %+v", w.disk)
}

// Whatever is lost, reordered or restarted, everything arrives in the end.
func TestEverythingArrivesOverABadNetwork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		bad := rapid.Bool()
		t.Repeat(map[string]func(*rapid.T){
			"write":       func(t *rapid.T) { w.write(rapid.Uint64Range(1, 35).Draw(t, "records")) },
			"new segment": func(*rapid.T) { w.newSegment() },
			"send":        func(t *rapid.T) { w.send(bad.Draw(t, "lost")) },
			"ack":         func(*rapid.T) { w.brokerAcks() },
			"receive":     func(t *rapid.T) { w.receive(bad.Draw(t, "answer lost")) },
			"hear": func(t *rapid.T) {
				if n := len(w.answers); n > 0 {
					w.hear(rapid.IntRange(0, n-1).Draw(t, "which"))
				}
			},
			"wait":          func(t *rapid.T) { w.now = w.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "s")) * time.Second) },
			"reconnect":     func(*rapid.T) { w.reconnect() },
			"new collector": func(*rapid.T) { w.plan.askAgain(); w.batches = nil },
		})
		w.settle()
		for _, d := range w.disk {
			if st, _ := w.store.Standing(context.Background(), collector.Segment{Box: "b", Epoch: d.Epoch}); st.Seq != d.Last {
				t.Fatalf("store holds %d of %d of segment %d", st.Seq, d.Last, d.Epoch)
			}
		}
	})
}

// Mobile data is paid for: on a network that loses nothing no record goes twice.
func TestNothingIsSentTwiceOverAGoodNetwork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(1, 20).Draw(t, "rounds") {
			w.write(rapid.Uint64Range(0, 60).Draw(t, "records"))
			if rapid.IntRange(0, 5).Draw(t, "restart") == 0 {
				w.settle()
				w.newSegment()
				w.reconnect()
			}
			w.send(false)
			for range rapid.IntRange(0, 6).Draw(t, "received") {
				w.receive(false)
			}
			for len(w.answers) > 0 {
				w.hear(0)
			}
			w.brokerAcks()
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "ms")) * time.Millisecond)
		}
		w.settle()
		if w.repeated > 0 {
			t.Fatalf("%d records sent twice", w.repeated)
		}
	})
}

func onePlanner(last uint64, now time.Time) *planner {
	p := &planner{limits: testLimits}
	p.refresh([]journal.Segment{{Epoch: 1, Last: last, Header: []byte("h")}}, now)
	return p
}

func TestALoneRecordWaitsOneSecondForCompany(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	p := onePlanner(0, now)
	p.marked(mark{Mark: wire.Mark{Epoch: 1}}, now)
	p.refresh([]journal.Segment{{Epoch: 1, Last: 3}}, now)
	if o, again := p.next(now); o.kind != nothing || !again.Equal(now.Add(time.Second)) {
		t.Fatalf("order %+v, again at %v", o, again)
	}
	if o, _ := p.next(now.Add(time.Second)); o != (order{epoch: 1, kind: fresh, from: 1, to: 3}) {
		t.Fatalf("after a second: %+v", o)
	}
	p.refresh([]journal.Segment{{Epoch: 1, Last: 12}}, now)
	if o, _ := p.next(now); o != (order{epoch: 1, kind: fresh, from: 1, to: 10}) {
		t.Fatalf("a full batch: %+v", o)
	}
}

func TestOnlyTheGapIsSentAgainAndOnlyOnce(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	p := onePlanner(60, now)
	gap := mark{Mark: wire.Mark{Epoch: 1, Seq: 20, Top: 60, Gaps: []wire.Range{wire.Span(21, 35)}}}
	p.marked(gap, now)
	for _, want := range []order{{1, resend, 21, 30}, {1, resend, 31, 35}, {}} {
		o, _ := p.next(now)
		if o != want {
			t.Fatalf("order %+v, want %+v", o, want)
		}
		p.sent(o, o.to, now)
		p.marked(gap, now) // the same word again, from before the gap arrived
	}
	p.inFlight = 0
	p.marked(gap, now.Add(5*time.Second))
	if o, _ := p.next(now.Add(5 * time.Second)); o.from != 21 {
		t.Fatalf("a gap still open after 5 s gives %+v", o)
	}
}

func TestAMarkThatStandsStillIsAskedFor(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	p := onePlanner(10, now)
	p.marked(mark{Mark: wire.Mark{Epoch: 1}}, now)
	o, _ := p.next(now)
	p.sent(o, o.to, now)
	o, again := p.next(now.Add(29 * time.Second))
	if o.kind != nothing || !again.Equal(now.Add(30*time.Second)) {
		t.Fatalf("before the time-out: %+v, again at %v", o, again)
	}
	if o, _ = p.next(again); o.kind != ask {
		t.Fatalf("after the time-out: %+v", o)
	}
	p.sent(o, 0, again)
	p.marked(mark{Mark: wire.Mark{Epoch: 1}, retained: true}, again)
	if o, _ := p.next(again); o.kind != nothing {
		t.Fatalf("a retained mark was taken for the answer: %+v", o)
	}
	p.marked(mark{Mark: wire.Mark{Epoch: 1}}, again)
	if o, _ := p.next(again.Add(time.Second)); o.kind != fresh || o.from != 1 {
		t.Fatalf("after the answer: %+v", o)
	}
}
