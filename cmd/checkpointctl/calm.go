//go:build linux

package main

import (
	"maps"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/config"
	"checkpoint/console/control"
)

// quietFor is how long nobody was before a lane when a box without a window
// restarts by itself: longer than a queue has gaps.
const quietFor = 15 * time.Minute

// calm judges when a box may restart for a new system. A window that is
// configured is kept; without one, or without a clock to tell it by, every lane
// has to be quiet for some time. Never while a decision is open, or a vehicle stands
// there, or somebody tests, practises or has the fire contact open.
type calm struct {
	window config.Window
	turns  map[string]uint64 // people before each lane when it was last looked at
	since  time.Time         // nobody came since then
}

// may is asked again and again, a few seconds apart. now is the machine's own
// time, which only differences are taken of. A daemon that does not answer
// counts as a box without lanes: no decision can be open there.
func (c *calm) may(s control.Status, now time.Time) bool {
	turns, idle := map[string]uint64{}, true
	for _, l := range s.Lanes {
		turns[l.Name] = l.Turn
		idle = idle && l.State == checkpoint.StateIdle.String() && !l.Vehicle
	}
	if !idle || c.turns == nil || !maps.Equal(turns, c.turns) {
		c.turns, c.since = turns, now
	}
	if c.window.Given() && s.Clock.Trusted {
		return idle && c.window.Holds(s.Clock.Time)
	}
	return idle && now.Sub(c.since) >= quietFor
}
