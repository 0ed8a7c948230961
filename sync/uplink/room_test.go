package uplink

import (
	"testing"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/wire"
)

// answer lets a collector without records answer for every segment.
func answer(p *planner, now time.Time) {
	for _, s := range p.segments {
		p.marked(mark{Mark: wire.Mark{Epoch: s.Epoch}}, now)
	}
}

// burst sends until there is no room and returns what went, by segment.
func burst(p *planner, now time.Time) (went []order) {
	for {
		p.inFlight = 0
		o, _ := p.next(now)
		if o.kind != fresh {
			return went
		}
		p.sent(o, o.to, now)
		went = append(went, o)
	}
}

// A box that was cut off for days has hundreds of segments. They share one room,
// which grows while marks keep up and shrinks when something is lost.
func TestRoomIsSharedGrowsAndShrinks(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	p := &planner{limits: testLimits} // batches of 10, 40 ahead
	var list []journal.Segment
	for epoch := range uint64(200) {
		list = append(list, journal.Segment{Epoch: epoch + 1, Last: 1000, Closed: true})
	}
	p.refresh(list, now)
	answer(p, now)
	for i, want := range []int{1, 2, 4, 4} {
		went := burst(p, now)
		if len(went) != want {
			t.Fatalf("round %d: %d batches on their way at once, want %d", i, len(went), want)
		}
		last := went[len(went)-1]
		p.marked(mark{Mark: wire.Mark{Epoch: last.epoch, Seq: last.to, Top: last.to}}, now)
	}
	went := burst(p, now)
	first := went[0]
	gap := mark{Mark: wire.Mark{Epoch: first.epoch, Seq: first.from - 1, Top: went[3].to, Gaps: []wire.Range{wire.Span(first.from, first.to)}}}
	p.marked(gap, now)
	o, _ := p.next(now)
	if o.kind != resend {
		t.Fatalf("order %+v, want the gap", o)
	}
	p.sent(o, o.to, now)
	for _, upto := range []uint64{first.to, went[3].to} {
		p.marked(mark{Mark: wire.Mark{Epoch: first.epoch, Seq: upto, Top: went[3].to}}, now)
	}
	if again := burst(p, now); len(again) >= 4 {
		t.Errorf("%d batches at once after a loss", len(again))
	}
}

// What is decided now reaches the province before a backlog of days.
func TestNewestSegmentGoesFirst(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	p := &planner{limits: testLimits}
	p.refresh([]journal.Segment{{Epoch: 1, Last: 4000, Closed: true}, {Epoch: 2, Last: 4000, Closed: true}, {Epoch: 3}}, now)
	answer(p, now)
	if went := burst(p, now); went[0].epoch != 1 {
		t.Fatalf("with nothing new %+v goes first, want the oldest", went[0])
	}
	p.marked(mark{Mark: wire.Mark{Epoch: 1, Seq: 10, Top: 10}}, now)
	p.refresh([]journal.Segment{{Epoch: 1, Last: 4000, Mark: 10, Closed: true}, {Epoch: 2, Last: 4000, Closed: true}, {Epoch: 3, Last: 1}}, now)
	now = now.Add(testLimits.delay)
	if went := burst(p, now); len(went) == 0 || went[0] != (order{epoch: 3, kind: fresh, from: 1, to: 1}) {
		t.Errorf("%+v goes, want the new record first", went)
	}
}
