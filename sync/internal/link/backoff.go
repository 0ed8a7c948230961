package link

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff spaces out attempts: a random wait under a ceiling that doubles from
// Min to Max (full jitter), so that a thousand boxes do not return to a
// restarted broker together.
type Backoff struct {
	Min, Max time.Duration
	tries    int
}

// Wait sleeps before the next attempt, or until ctx ends. lived is how long
// the last connection held: one that outlived the longest wait starts afresh.
func (b *Backoff) Wait(ctx context.Context, lived time.Duration) {
	if lived >= b.Max {
		b.tries = 0
	}
	t := time.NewTimer(rand.N(b.ceiling()) + 1)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (b *Backoff) ceiling() time.Duration {
	c := b.Min
	for range b.tries {
		c = min(2*c, b.Max)
	}
	if c < b.Max {
		b.tries++
	}
	return c
}
