package office

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// How guessing is held up. So many wrong passwords are free, then each doubles a
// wait, up to the longest: nobody is locked out for good. After quiet times the
// count begins again.
const (
	freeTries = 5
	firstWait = time.Second
	longWait  = 5 * time.Minute
	quiet     = 15 * time.Minute
)

// How much is done at once. Each hash takes 31 ms of a processor (AMD EPYC) and 19 MiB.
const (
	knownAtOnce    = 2   // hashes for people at places where they logged in before
	strangerAtOnce = 1   // and for all others together
	mostInside     = 4   // log-ins under way at one door
	mostKnown      = 200 // under way in the lane: 200 of 31 ms on two processors are three seconds
	mostStrangers  = 40  // likewise
	mostDoors      = 20_000
)

// Held tells that a log-in was not looked at: too many wrong ones came before it,
// or too many are under way. It may be tried again after Wait.
type Held struct{ Wait time.Duration }

func (h *Held) Error() string {
	return fmt.Sprintf("quá nhiều lần đăng nhập: chờ %[1]v / too many log-ins: wait %[1]v", h.Wait.Round(time.Second))
}

// gate lets log-ins through to be hashed. Each passes its doors, where wrong ones
// are counted; a door at which many wrong ones came is shut for a while. People at
// a place where they logged in before have a door of their own and a lane of their
// own, so that those who guess elsewhere neither shut the one nor fill the other.
type gate struct {
	now              func() time.Time
	known, strangers lane

	mu    sync.Mutex
	doors map[string]*door
}

// door counts for one account of strangers, one address, or one account at a
// place where it is known.
type door struct {
	inside int // under way
	wrong  int // since the last quiet time
	last   time.Time
	shut   time.Time // until when
}

// lane bounds how many are hashed, and how many wait for that.
type lane struct{ hashing, waiting chan struct{} }

func newLane(hashes, waiting int) lane {
	return lane{make(chan struct{}, hashes), make(chan struct{}, waiting)}
}

func newGate(now func() time.Time) *gate {
	return &gate{now: now, known: newLane(knownAtOnce, mostKnown), strangers: newLane(strangerAtOnce, mostStrangers), doors: map[string]*door{}}
}

// try has check look at a password when its turn comes. It is the gate's answer
// to who: an account at an address, known there or not.
func (g *gate) try(ctx context.Context, account, origin string, known bool, check func() bool) (right bool, err error) {
	lane, doors := g.strangers, []string{"account " + account, "address " + origin}
	if known {
		lane, doors = g.known, []string{"both " + account + " " + origin}
	}
	if err := g.enter(doors); err != nil {
		return false, err
	}
	looked := false
	defer func() { g.leave(doors, looked, right) }()
	select {
	case lane.waiting <- struct{}{}:
		defer func() { <-lane.waiting }()
	default:
		return false, &Held{firstWait}
	}
	select {
	case lane.hashing <- struct{}{}:
		defer func() { <-lane.hashing }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	looked, right = true, check()
	return right, nil
}

// enter passes all doors or none.
func (g *gate) enter(names []string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	g.tidy(now)
	var wait time.Duration
	for _, name := range names {
		d := g.doors[name]
		switch {
		case d == nil && len(g.doors) >= mostDoors:
			wait = max(wait, firstWait)
		case d == nil:
		case d.shut.After(now):
			wait = max(wait, d.shut.Sub(now))
		case d.inside >= mostInside:
			wait = max(wait, firstWait)
		}
	}
	if wait > 0 {
		return &Held{wait}
	}
	for _, name := range names {
		if g.doors[name] == nil {
			g.doors[name] = &door{}
		}
		g.doors[name].inside++
	}
	return nil
}

// leave counts at the doors what came out. A right password clears the account's
// own doors, not the address's: whoever has one account may not guess at others.
func (g *gate) leave(names []string, looked, right bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, name := range names {
		d := g.doors[name]
		d.inside--
		switch {
		case !looked:
		case !right:
			d.miss(g.now())
		case i == 0:
			d.wrong = 0
		}
	}
}

func (d *door) miss(now time.Time) {
	if now.Sub(d.last) > quiet {
		d.wrong = 0
	}
	d.wrong++
	d.last = now
	if over := d.wrong - freeTries; over > 0 {
		d.shut = now.Add(min(firstWait<<min(over-1, 20), longWait))
	}
}

// tidy forgets doors that nobody guesses at any more, when there are many.
func (g *gate) tidy(now time.Time) {
	if len(g.doors) < mostDoors {
		return
	}
	for name, d := range g.doors {
		if d.inside == 0 && now.Sub(d.last) > quiet {
			delete(g.doors, name)
		}
	}
}
