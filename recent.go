package checkpoint

import (
	"crypto/sha256"
	"sync"
	"time"
)

// recentMost bounds memory: a busy box lets about 30,000 people in a day, and
// repeat windows are minutes.
const recentMost = 8192

// Recent remembers who was let in lately, on all lanes of a box, so that a
// card handed back through the fence is noticed. It is kept in memory only.
type Recent struct {
	mu   sync.Mutex
	seen map[recentKey]recentPass
}

type recentKey struct {
	person    PersonKey
	direction Direction
}

type recentPass struct {
	at   time.Time
	lane string
	card [sha256.Size]byte // what was shown
}

// NewRecent makes an empty memory.
func NewRecent() *Recent { return &Recent{seen: map[recentKey]recentPass{}} }

// add notes that somebody was let in. The returned function takes exactly that
// back, with what was known before.
func (r *Recent) add(p PersonKey, info LaneInfo, card [sha256.Size]byte) (undo func()) {
	if p.IsZero() {
		return func() {}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) >= recentMost {
		r.dropOldest()
	}
	// Going out ends the stay: coming in again soon is then no repeat.
	this, other := recentKey{p, info.Direction}, recentKey{p, opposite(info.Direction)}
	before, had := r.seen[this]
	left, hadLeft := r.seen[other]
	r.seen[this] = recentPass{time.Now(), info.Lane, card}
	delete(r.seen, other)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.put(this, before, had)
		r.put(other, left, hadLeft)
	}
}

func (r *Recent) put(k recentKey, pass recentPass, there bool) {
	if there {
		r.seen[k] = pass
		return
	}
	delete(r.seen, k)
}

// passed is the last time that a person was let in, if that is within a window.
func (r *Recent) passed(p PersonKey, d Direction, within time.Duration) (recentPass, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pass, ok := r.seen[recentKey{p, d}]
	return pass, ok && time.Since(pass.at) < within
}

func (r *Recent) dropOldest() {
	var oldest recentKey
	var at time.Time
	for k, pass := range r.seen {
		if at.IsZero() || pass.at.Before(at) {
			oldest, at = k, pass.at
		}
	}
	delete(r.seen, oldest)
}

func opposite(d Direction) Direction {
	if d == In {
		return Out
	}
	return In
}
