package uplink

import (
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/wire"
)

// segment is one journal segment and how far this connection is with it.
type segment struct {
	journal.Segment
	newest    bool         // asked for even when all is marked: the database may have a new life
	known     bool         // a collector answered; what it lacks is sent
	asked     time.Time    // when the mark was last asked for
	cursor    uint64       // the first sequence not sent
	waiting   time.Time    // since when it waits to be sent; zero: nothing waits
	moved     time.Time    // when the mark last rose, or the first send after it
	gaps      []wire.Range // to be sent again
	holdGaps  time.Time    // until when further word of gaps is old news
	notBefore time.Time
	doubted   bool   // the journal said already that records of it are gone
	row       uint64 // newest row version that a mark carried
}

// slowly times the delay is how long a lone record waits while earlier ones have
// no mark.
const slowly = 4

func (s *segment) next(now time.Time, l limits, room uint64) (order, time.Time) {
	if !s.Pending() && (s.known || !s.newest) {
		return order{}, time.Time{}
	}
	if now.Before(s.notBefore) {
		return order{}, s.notBefore
	}
	if !s.known || (s.outstanding() && now.Sub(s.moved) >= l.patient) {
		return s.ask(now, l)
	}
	if len(s.gaps) > 0 {
		g := s.gaps[0]
		return s.order(resend, g.From, min(g.To, g.From+l.batch-1)), time.Time{}
	}
	return s.fresh(now, l, room)
}

// ask wants the mark, and until it comes nothing of the segment is sent.
func (s *segment) ask(now time.Time, l limits) (order, time.Time) {
	if !s.asked.IsZero() && now.Sub(s.asked) < l.patient {
		return order{}, s.asked.Add(l.patient)
	}
	return s.order(ask, 0, 0), time.Time{}
}

// fresh sends a full batch at once, a lesser one when its first record has
// waited long enough, and no more than there is room for.
func (s *segment) fresh(now time.Time, l limits, room uint64) (order, time.Time) {
	var again time.Time
	if s.outstanding() {
		again = s.moved.Add(l.patient)
	}
	to := min(s.Last, s.cursor+l.batch-1)
	if to < s.cursor || to-s.cursor+1 > room {
		return order{}, again
	}
	due := s.waiting.Add(l.delay)
	if s.outstanding() {
		// The province is slow: what comes meanwhile goes together (as in Nagle's
		// algorithm, RFC 896), so that two thousand boxes slow down and do not choke.
		due = later(due, s.moved.Add(slowly*l.delay))
	}
	if to-s.cursor+1 == l.batch || s.Closed || !now.Before(due) {
		return s.order(fresh, s.cursor, to), time.Time{}
	}
	if again.IsZero() || due.Before(again) {
		again = due
	}
	return order{}, again
}

func (s *segment) order(k orderKind, from, to uint64) order {
	return order{epoch: s.Epoch, kind: k, from: from, to: to}
}

// outstanding tells whether something was sent that no mark covers yet.
func (s *segment) outstanding() bool { return s.cursor > s.Mark+1 }

func (s *segment) sent(o order, upto uint64, now time.Time, hold time.Duration) {
	switch o.kind {
	case ask:
		s.known, s.asked = false, now
	case resend:
		s.gapSent(upto, now.Add(hold))
	case fresh:
		if !s.outstanding() {
			s.moved = now
		}
		s.cursor, s.waiting = upto+1, time.Time{}
		s.arrange(now)
	}
}

func (s *segment) gapSent(upto uint64, hold time.Time) {
	if len(s.gaps) == 0 {
		return
	}
	if s.gaps[0].From = upto + 1; s.gaps[0].From > s.gaps[0].To {
		s.gaps = s.gaps[1:]
	}
	if len(s.gaps) == 0 {
		s.holdGaps = hold
	}
}

func (s *segment) marked(m mark, now time.Time) {
	if seq := min(m.Seq, s.Last); seq > s.Mark {
		s.Mark, s.moved = seq, now
	}
	s.row = max(s.row, m.Row)
	if !m.retained && !s.known {
		s.known, s.asked, s.moved = true, time.Time{}, now
		s.cursor = min(m.Top, s.Last) + 1
	}
	s.arrange(now)
	s.dropFilledGaps()
	if s.known && len(s.gaps) == 0 && !now.Before(s.holdGaps) {
		s.takeGaps(m.Gaps)
	}
}

// takeGaps keeps what of the gaps was sent and is not marked.
func (s *segment) takeGaps(gaps []wire.Range) {
	for _, g := range gaps {
		g.From, g.To = max(g.From, s.Mark+1), min(g.To, s.cursor-1)
		if g.From <= g.To {
			s.gaps = append(s.gaps, g)
		}
	}
}

func (s *segment) dropFilledGaps() {
	for len(s.gaps) > 0 && s.gaps[0].To <= s.Mark {
		s.gaps = s.gaps[1:]
	}
	if len(s.gaps) > 0 {
		s.gaps[0].From = max(s.gaps[0].From, s.Mark+1)
	}
}

// arrange keeps the cursor above the mark and notices what waits behind it.
func (s *segment) arrange(now time.Time) {
	s.cursor = max(s.cursor, s.Mark+1)
	if s.cursor > s.Last {
		s.waiting = time.Time{}
	} else if s.waiting.IsZero() {
		s.waiting = now
	}
}
