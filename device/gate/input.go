package gate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"checkpoint"

	"periph.io/x/conn/v3/gpio"
)

const (
	// fireLook bounds how late a missed edge of the fire contact is seen: it must
	// open the gate within 50 ms.
	fireLook = 20 * time.Millisecond
	// look does so for all other inputs.
	look = 100 * time.Millisecond
	// fireRest is how long the fire contact must be at rest before the alarm is
	// over: one that bounces must not close the gate on people.
	fireRest = 500 * time.Millisecond
	// DefaultDebounce is how long any other input must keep its level.
	DefaultDebounce = 30 * time.Millisecond
)

// Input is a contact with its pin. The pull-up is on, so that a cut wire reads
// high.
type Input struct {
	Contact   checkpoint.Contact
	Pin       gpio.PinIn
	ActiveLow bool // active is closed to ground

	// On and Off are how long the contact must be active, or at rest, before it
	// is told; 0: at once. Look bounds how late a missed edge is seen.
	On, Off, Look time.Duration

	// Press: only what begins while we listen counts. A button that is down before
	// that is a fault until it is let go.
	Press bool
}

var (
	// errSilent is a line whose edges come without waiting: it is gone.
	errSilent = errors.New("the line does not answer")
	// errHeld is a button that would open by itself, at every start.
	errHeld = errors.New("the button is down since before the start: let it go, or look at its wire and at inverted")
)

// Watch tells each change, beginning with a contact that is active already (but
// see Press), until ctx ends. A line that is lost is told once as a fault, asked for again
// every second, and told with nil when it is back.
func (i Input) Watch(ctx context.Context, changed func(active bool), fault func(error)) {
	w := watch{Input: i, changed: changed, fault: fault}
	for failing := false; ctx.Err() == nil; {
		err := w.listen()
		if err == nil {
			if failing {
				fault(nil)
			}
			failing = false
			w.begin()
			err = w.run(ctx)
		}
		if err != nil && !failing {
			failing = true
			fault(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// watch is an input and what is believed of it.
type watch struct {
	Input
	changed func(active bool)
	fault   func(error)
	active  bool
	since   time.Time // of a change that is not believed yet
	early   bool      // a press may have begun before we listened
	stuck   bool      // it did: told as a fault
}

// begin: whatever is down now was pressed before.
func (w *watch) begin() {
	w.active = w.active && !w.stuck
	w.early, w.stuck = w.Press, false
}

// run follows the line until ctx ends or the line is lost.
func (w *watch) run(ctx context.Context) error {
	for silent := 0; ctx.Err() == nil; {
		w.look()
		began, wait := time.Now(), w.wait()
		if w.Pin.WaitForEdge(wait) || time.Since(began) >= wait/2 {
			silent = 0
			continue
		}
		// Neither an edge nor the time: a chip that is gone reads as low without
		// an error, so it is asked for its line again.
		if silent++; silent > 3 {
			return fmt.Errorf("watch %s: %w", w.Contact, errSilent)
		}
		if err := w.listen(); err != nil {
			return err
		}
	}
	return nil
}

// look reads the line once.
func (w *watch) look() {
	active := bool(w.Pin.Read()) != w.ActiveLow
	if active == w.active {
		w.since = time.Time{}
		w.early = w.early && active
		return
	}
	if w.since.IsZero() {
		w.since = time.Now()
	}
	if time.Since(w.since) >= w.hold() {
		w.active, w.since = active, time.Time{}
		w.tell()
	}
}

func (w *watch) tell() {
	switch {
	case w.active && w.early:
		w.stuck = true
		w.fault(fmt.Errorf("watch %s: %w", w.Contact, errHeld))
	case w.stuck:
		w.stuck = false
		w.fault(nil)
	default:
		w.changed(w.active)
	}
	w.early = false
}

// hold is how long the next change must last.
func (w *watch) hold() time.Duration {
	if w.active {
		return w.Off
	}
	return w.On
}

// wait is when to look again.
func (w *watch) wait() time.Duration {
	if w.since.IsZero() {
		return w.Look
	}
	return min(w.Look, max(time.Millisecond, w.hold()-time.Since(w.since)))
}

func (w *watch) listen() error {
	if err := w.Pin.In(gpio.PullUp, gpio.BothEdges); err != nil {
		return fmt.Errorf("watch %s: %w", w.Contact, err)
	}
	return nil
}
