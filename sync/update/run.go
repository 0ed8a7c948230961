package update

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// hintPause lies between two looks that were not due by themselves. Whoever
// holds the broker can shout hints without end; each look is 5 KB.
const hintPause = time.Minute

// Hint says that snapshot number was announced. It is believed only so far
// that the client looks soon, at most once a minute; one that is known already
// moves nobody. It never blocks.
func (c *Client) Hint(number uint64) {
	c.mu.Lock()
	news := number > c.status.Offered
	c.mu.Unlock()
	if news {
		c.wake()
	}
}

// Look has the client look soon, whatever was announced: at most once a minute,
// too. It never blocks.
func (c *Client) Look() { c.wake() }

// Run looks for new snapshots until ctx ends: soon after the start, after a
// hint, and every Interval on average. All waits are random, so that five
// hundred boxes, started or told together, do not ask together.
func (c *Client) Run(ctx context.Context) error {
	for failures, first := 0, true; ; first = false {
		if err := c.wait(ctx, failures, first); err != nil {
			return err
		}
		before := c.Status().Fault
		_, err := c.Update(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && before != "":
			c.o.Log.Info("updates work again")
		case err != nil && before != err.Error():
			c.o.Log.Warn("no update; the snapshot in use stays", "error", err)
		}
		failures = next(failures, err)
	}
}

// next counts failures that trying again soon may end.
func next(failures int, err error) int {
	if err == nil || errors.Is(err, ErrStale) || errors.Is(err, ErrNoRoom) {
		return 0
	}
	return min(failures+1, 10)
}

// wait ends when the next look is due.
func (c *Client) wait(ctx context.Context, failures int, first bool) error {
	d := c.o.Interval/2 + rand.N(c.o.Interval)
	switch {
	case first:
		d = rand.N(c.o.Spread)
	case failures > 0:
		d = min(d, rand.N(c.o.Spread<<failures)+c.o.Retry)
	}
	due := time.Now().Add(d)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	case <-c.hints:
	}
	// Only Run waits, so the last time needs no lock. A hint never makes a look
	// later than it would have been.
	d = max(rand.N(c.o.Spread), time.Until(c.woken.Add(hintPause)))
	if !sleep(ctx, min(d, time.Until(due))) {
		return ctx.Err()
	}
	c.woken = time.Now()
	return nil
}
