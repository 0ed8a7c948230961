package update

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever holds the broker can announce what it likes: it costs a look a minute
// at most, and cannot make the box deaf to the province's own announcements.
func TestStormOfHintsCostsALookAMinute(t *testing.T) {
	p := newProvince(t, "mau")
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := &asking{}
		b := p.box(dir, a)
		b.o.Interval, b.o.Spread, b.o.Log = 24*time.Hour, time.Second, New(Options{}).o.Log
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- b.Run(ctx) }()
		time.Sleep(2 * time.Hour) // its own attempts on a dead link have become rare
		b.Hint(math.MaxUint64)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		before := a.looks.Load()
		for n := range uint64(36_000) {
			b.Hint(1000 + n)
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if n := a.looks.Load() - before; n < 50 || n > 80 {
			t.Errorf("%d looks in an hour of hints", n)
		}
		b.o.Interval = 2 * time.Second
		b.Hint(1) // the look it asks for falls due now that hints are rare; then comes the pause
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		before = a.looks.Load()
		b.Hint(2)
		b.Hint(3)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if n := a.looks.Load() - before; n < 5 {
			t.Errorf("%d looks in 20 s that are due each 2 s: a hint put them off", n)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
