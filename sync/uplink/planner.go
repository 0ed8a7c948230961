package uplink

import (
	"time"

	"checkpoint/store/journal"
)

// limits shape what is sent when.
type limits struct {
	batch   uint64        // records in one batch
	ahead   uint64        // records of one segment sent beyond its mark
	window  int           // batches the broker has not acknowledged
	delay   time.Duration // how long a record may wait for company
	patient time.Duration // how long a mark may stand still before it is asked for
	hold    time.Duration // how long a gap just resent is not resent again
}

// planner decides what to send next. It does no input or output and takes the
// time as an argument. One goroutine uses it, for one connection.
type planner struct {
	limits
	segments []*segment // oldest first
	inFlight int
}

// order is one thing to send: an ask, or a run of sequences.
type order struct {
	epoch    uint64
	kind     orderKind
	from, to uint64
}

type orderKind uint8

const (
	nothing orderKind = iota
	ask               // for the mark
	resend            // a gap the collector told of
	fresh             // what was not sent since the collector answered
)

// next returns what to send now; when there is nothing, the time to look again
// without any other event (zero: never).
func (p *planner) next(now time.Time) (order, time.Time) {
	var again time.Time
	if p.inFlight >= p.window {
		return order{}, again
	}
	for _, s := range p.segments {
		o, at := s.next(now, p.limits)
		if o.kind != nothing {
			return o, time.Time{}
		}
		if !at.IsZero() && (again.IsZero() || at.Before(again)) {
			again = at
		}
	}
	return order{}, again
}

// sent tells that the order went out, covering sequences up to upto.
func (p *planner) sent(o order, upto uint64, now time.Time) {
	p.inFlight++
	if s := p.find(o.epoch); s != nil {
		s.sent(o, upto, now, p.hold)
	}
}

// freed tells that the broker acknowledged something.
func (p *planner) freed() { p.inFlight-- }

// putOff leaves a segment alone until then: it could not be read.
func (p *planner) putOff(epoch uint64, until time.Time) {
	if s := p.find(epoch); s != nil {
		s.notBefore = until
	}
}

// refresh takes the journal's list, keeping what is known of each segment.
func (p *planner) refresh(list []journal.Segment, now time.Time) {
	segments := make([]*segment, 0, len(list))
	for i, j := range list {
		s := p.find(j.Epoch)
		if s == nil {
			s = &segment{}
		}
		s.Segment, s.newest = j, i == len(list)-1
		s.arrange(now)
		segments = append(segments, s)
	}
	p.segments = segments
}

// askAgain forgets what the collectors answered: one of them is new.
func (p *planner) askAgain() {
	for _, s := range p.segments {
		s.known, s.asked, s.gaps, s.holdGaps = false, time.Time{}, nil, time.Time{}
	}
}

// startOver forgets also how new the marks were: rows count from anew after
// the database was put back.
func (p *planner) startOver() {
	p.askAgain()
	for _, s := range p.segments {
		s.row = 0
	}
}

// marked takes in a mark that was believed and stored.
func (p *planner) marked(m mark, now time.Time) {
	if s := p.find(m.Epoch); s != nil {
		s.marked(m, now)
	}
}

func (p *planner) find(epoch uint64) *segment {
	for _, s := range p.segments {
		if s.Epoch == epoch {
			return s
		}
	}
	return nil
}
