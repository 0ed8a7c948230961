package gate

import (
	"context"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
)

const (
	// contactLook bounds how late a missed edge is seen: the fire contact must
	// open the gate within 50 ms.
	contactLook = 20 * time.Millisecond
	// contactHold is how long a contact must be at rest before it counts as
	// released: one that bounces must not close the gate on people.
	contactHold = 500 * time.Millisecond
)

// Contact is the fire alarm's input: a loop that is closed to ground at rest,
// with the pull-up on, so that a cut wire is an alarm too.
type Contact struct {
	Pin       gpio.PinIn
	ActiveLow bool // the loop is open at rest instead, and closes in an alarm
}

// Watch tells each change, beginning with an alarm that is already there, until
// ctx ends. An alarm is told at once, its end when it has lasted 500 ms.
func (c Contact) Watch(ctx context.Context, changed func(alarm bool)) error {
	if err := c.Pin.In(gpio.PullUp, gpio.BothEdges); err != nil {
		return fmt.Errorf("watch fire contact: %w", err)
	}
	alarm := false
	var rest time.Time // since when the contact is at rest again
	for ctx.Err() == nil {
		now := bool(c.Pin.Read()) != c.ActiveLow
		switch {
		case now && !alarm:
			alarm = true
			changed(true)
		case now:
			rest = time.Time{}
		case alarm && rest.IsZero():
			rest = time.Now()
		case alarm && time.Since(rest) >= contactHold:
			alarm, rest = false, time.Time{}
			changed(false)
		}
		c.Pin.WaitForEdge(contactLook)
	}
	return ctx.Err()
}
