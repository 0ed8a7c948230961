package uplink

import "time"

// room is how many records may be on their way to the collectors without a mark
// that covers them. A broker queues what a slow collector leaves, up to a limit,
// and drops the rest without a word: where many boxes come back at once with a
// day's backlog each, what is dropped and sent again would leave room for
// nothing else. So a box begins with little, doubles it while marks keep up, and
// halves it when something was lost on the way, as TCP does (RFC 5681).
type room struct {
	records uint64    // 0: a batch, the least
	ceiling uint64    // where something was lost before: beyond it room grows slowly; 0: never
	halved  time.Time // when it last was
}

func (r *room) most(l limits) uint64 { return min(max(r.records, l.batch), l.ahead) }

// arrived tells how many records more are marked.
func (r *room) arrived(n uint64, l limits) {
	most := r.most(l)
	if r.ceiling > 0 && most >= r.ceiling {
		n = n * l.batch / most // a batch more for each roomful
	}
	r.records = min(most+n, l.ahead)
}

// lost tells that something did not arrive. Losses of one moment count once.
func (r *room) lost(now time.Time, l limits) {
	if !r.halved.IsZero() && now.Sub(r.halved) < l.hold {
		return
	}
	r.records = max(r.most(l)/2, l.batch)
	r.ceiling, r.halved = r.records, now
}
