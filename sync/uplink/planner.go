package uplink

import (
	"time"

	"checkpoint/store/journal"
)

// limits shape what is sent when.
type limits struct {
	batch   uint64        // records in one batch
	ahead   uint64        // records sent beyond their marks, of all segments together, at most
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
	room     room
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
// without any other event (zero: never). The newest segment comes first, so that
// what is decided now does not wait behind a backlog; then the oldest.
func (p *planner) next(now time.Time) (order, time.Time) {
	var again time.Time
	if p.inFlight >= p.window {
		return order{}, again
	}
	room := p.left(now)
	for i := range p.segments {
		s := p.segments[(i+len(p.segments)-1)%len(p.segments)]
		o, at := s.next(now, p.limits, room)
		if o.kind != nothing {
			return o, time.Time{}
		}
		if !at.IsZero() && (again.IsZero() || at.Before(again)) {
			again = at
		}
	}
	return order{}, again
}

// left is how many records may still go beyond their marks. A segment that waits
// for an answer, or cannot be read, holds up no other.
func (p *planner) left(now time.Time) uint64 {
	var out uint64
	for _, s := range p.segments {
		if s.known && !now.Before(s.notBefore) {
			out += s.cursor - 1 - s.Mark
		}
	}
	most := p.room.most(p.limits)
	return most - min(out, most)
}

// quiet tells whether records leave room for something else: none is under way to
// the broker, and none waits but the newest, for company. A segment that cannot
// be read just now waits for the card, not for the link.
func (p *planner) quiet(now time.Time) bool {
	for i, s := range p.segments {
		if now.Before(s.notBefore) || !s.Pending() && !s.newest {
			continue
		}
		behind := s.Last + 1 - min(s.cursor, s.Last+1)
		if !s.known || len(s.gaps) > 0 || behind > 0 && (i < len(p.segments)-1 || behind >= p.batch) {
			return false
		}
	}
	return p.inFlight == 0
}

// sent tells that the order went out, covering sequences up to upto.
func (p *planner) sent(o order, upto uint64, now time.Time) {
	p.inFlight++
	if s := p.find(o.epoch); s != nil {
		if o.kind == resend || o.kind == ask && s.outstanding() {
			p.room.lost(now, p.limits)
		}
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
	p.room = room{}
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
		was := s.Mark
		s.marked(m, now)
		p.room.arrived(s.Mark-was, p.limits)
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
