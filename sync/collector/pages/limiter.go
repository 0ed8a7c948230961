package pages

import (
	"sync"
	"time"
)

// limiter lets each key do something at most so often (the generic cell rate
// algorithm, ITU-T I.371): some at once, and then one in every interval.
type limiter struct {
	every time.Duration
	ahead time.Duration // how far before its time the next one may come

	mu    sync.Mutex
	next  map[string]time.Time // when the next one is due
	swept time.Time            // when keys were last forgotten
}

// mostKeys bounds what is remembered, some 100 bytes each.
const mostKeys = 50_000

func newLimiter(every time.Duration, atOnce int) *limiter {
	return &limiter{every: every, ahead: time.Duration(atOnce-1) * every, next: map[string]time.Time{}}
}

// allow tells whether the key may now. What is refused does not count.
func (l *limiter) allow(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	due := l.next[key]
	if due.Before(now) {
		due = now
	}
	if due.Sub(now) > l.ahead {
		return false
	}
	if _, known := l.next[key]; !known && len(l.next) >= mostKeys && !l.forget(now) {
		return false // so many at once are no office's
	}
	l.next[key] = due.Add(l.every)
	return true
}

// forget drops those of whom nothing is held any more, at most once a second: it
// goes through all of them. False: it was nobody.
func (l *limiter) forget(now time.Time) bool {
	if now.Sub(l.swept) < time.Second {
		return false
	}
	l.swept = now
	for key, due := range l.next {
		if !due.After(now) {
			delete(l.next, key)
		}
	}
	return len(l.next) < mostKeys
}
