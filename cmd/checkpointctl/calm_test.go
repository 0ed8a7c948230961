package main

import (
	"testing"
	"time"

	"checkpoint/cmd/internal/config"
	"checkpoint/console/control"
)

func lanesAt(at time.Time, trusted bool, lanes ...control.LaneStatus) control.Status {
	return control.Status{Lanes: lanes, Clock: control.Clock{Time: at, Trusted: trusted}}
}

// A box restarts for a new system when nobody came for a quarter of an hour.
func TestABoxRestartsWhenItsLanesAreQuiet(t *testing.T) {
	begun := time.Unix(0, 0)
	quiet := control.LaneStatus{Name: "1", State: "idle", Turn: 4}
	var c calm
	look := func(minute int, want bool, lanes ...control.LaneStatus) {
		t.Helper()
		if got := c.may(lanesAt(begun, true, lanes...), begun.Add(time.Duration(minute)*time.Minute)); got != want {
			t.Errorf("minute %d: %v", minute, got)
		}
	}
	look(0, false, quiet)
	look(14, false, quiet)
	next := quiet
	next.Turn++ // who came and went between two looks
	look(14, false, next)
	look(28, false, next)
	for _, busy := range []control.LaneStatus{{Name: "1", State: "waiting", Turn: 5}, {Name: "1", State: "decided", Turn: 5}, {Name: "1", State: "emergency", Turn: 5}, {Name: "1", State: "training", Turn: 5}, {Name: "1", State: "idle", Turn: 5, Vehicle: true}} {
		look(60, false, busy)
	}
	look(61, false, next)
	look(76, true, next)
	look(77, false, next, control.LaneStatus{Name: "2", State: "waiting"})
	c = calm{}
	look(0, false) // a daemon that does not answer
	look(15, true)
}

// A window is kept, also by a box on which nobody has been all day.
func TestAWindowIsKept(t *testing.T) {
	var w config.Window
	if err := w.UnmarshalText([]byte("02:00-04:00")); err != nil {
		t.Fatal(err)
	}
	night, day := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC), time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	quiet, open := control.LaneStatus{Name: "1", State: "idle"}, control.LaneStatus{Name: "1", State: "waiting"}
	c := calm{window: w}
	if !c.may(lanesAt(night, true, quiet), time.Unix(0, 0)) {
		t.Error("not within the window")
	}
	if c.may(lanesAt(night, true, open), time.Unix(0, 0)) {
		t.Error("with an open decision")
	}
	c.may(lanesAt(day, true, quiet), time.Unix(0, 0))
	if c.may(lanesAt(day, true, quiet), time.Unix(0, 0).Add(24*time.Hour)) {
		t.Error("outside of the window")
	}
	// A clock that nobody trusts knows no window.
	if !c.may(lanesAt(day, false, quiet), time.Unix(0, 0).Add(24*time.Hour)) {
		t.Error("a box without a clock never restarts")
	}
}
