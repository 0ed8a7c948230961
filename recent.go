package checkpoint

import (
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
}

// NewRecent makes an empty memory.
func NewRecent() *Recent { return &Recent{seen: map[recentKey]recentPass{}} }

func (r *Recent) add(p PersonKey, info LaneInfo) {
	if p.IsZero() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) >= recentMost {
		r.dropOldest()
	}
	r.seen[recentKey{p, info.Direction}] = recentPass{time.Now(), info.Lane}
	// Going out ends the stay: coming in again soon is then no repeat.
	delete(r.seen, recentKey{p, opposite(info.Direction)})
}

func (r *Recent) forget(p PersonKey, info LaneInfo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.seen, recentKey{p, info.Direction})
}

func (r *Recent) passed(p PersonKey, d Direction, within time.Duration) (ago time.Duration, lane string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pass, ok := r.seen[recentKey{p, d}]
	ago = time.Since(pass.at)
	return ago, pass.lane, ok && ago < within
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
