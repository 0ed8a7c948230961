package gate

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// retryAfter is when a pin that failed is written again: a relay that does not
// go to rest cannot wait for the next signal.
const retryAfter = 250 * time.Millisecond

// driven is a pin and what is known of it.
type driven struct {
	Pin
	role    role
	on      bool  // as last written
	known   bool  // false: never written, or the last write failed
	failing error // reported, and not yet recovered
}

// missing tells whether its line was not there yet.
func (d *driven) missing() bool {
	l, ok := d.Out.(*late)
	return ok && l.missing()
}

// set makes the pin on or off; edge tells whether it was known to be otherwise.
func (d *driven) set(on bool) (edge bool, err error) {
	was, known := d.on, d.known
	err = d.Out.Out(gpio.Level(on != d.ActiveLow))
	d.on, d.known = on, err == nil
	if err != nil {
		return false, fmt.Errorf("write pin %s: %w", d.role, err)
	}
	return known && was != on, nil
}

// rest writes every pin off, whatever is known of it and whichever fails. Whose
// line was never there is at rest.
func (g *Gate) rest() error {
	var errs []error
	for _, d := range g.pins {
		if d != nil && !d.missing() {
			errs = append(errs, g.write(d, false))
		}
	}
	return errors.Join(errs...)
}

func (g *Gate) write(d *driven, on bool) error {
	edge, err := d.set(on)
	if edge && g.options.Trace != nil {
		g.trace(d)
	}
	return err
}

// run owns the pins until Close.
func (g *Gate) run() {
	defer close(g.done)
	var shown wish
	timer := time.NewTimer(0)
	for {
		select {
		case <-g.stop:
			timer.Stop()
			return
		case <-g.wake:
		case <-timer.C:
		}
		g.mu.Lock()
		want := g.want
		g.mu.Unlock()
		if next := g.drive(want); next < never {
			timer.Reset(next)
		} else {
			timer.Stop()
		}
		if g.show != nil {
			g.show(shown, want)
			shown = want
		}
	}
}

// drive writes the pins that are not as want says, and returns when to look
// again.
func (g *Gate) drive(want wish) (next time.Duration) {
	on, next := want.at(time.Now())
	for r, d := range g.pins {
		if d == nil || d.known && d.on == on[r] {
			continue
		}
		if err := g.write(d, on[r]); err != nil {
			next = min(next, retryAfter)
			g.fault(d, err)
		} else if d.failing != nil {
			g.recovered(d)
		}
	}
	return next
}

func (g *Gate) fault(d *driven, err error) {
	if d.failing != nil {
		return
	}
	d.failing = err
	g.tellFaults()
}

func (g *Gate) recovered(d *driven) {
	d.failing = nil
	g.tellFaults()
}

func (g *Gate) tellFaults() {
	var errs []error
	for _, d := range g.pins {
		if d != nil {
			errs = append(errs, d.failing)
		}
	}
	if g.options.OnFault != nil {
		g.options.OnFault(errors.Join(errs...))
	}
}

// trace is for benchmarks: an error of its writer concerns no lane.
func (g *Gate) trace(d *driven) {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	level := 0
	if d.on {
		level = 1
	}
	fmt.Fprintf(g.options.Trace, "%d %s %d\n", t.Nano(), d.role, level)
}
