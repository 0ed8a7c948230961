package gate

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"
)

// Of periph's host drivers only the kernel's character device is linked in: a
// line that one process holds is its alone, names are the kernel's on every
// board, and nothing maps /dev/mem.

// Open opens the gate that c describes. It expects a Config that Validate
// passed. The error names every line that is not there; the gate works with the
// others, since a lamp that is missing must not keep a fire alarm from the relay.
// What is missing is a fault (OnFault), and is taken when it comes.
//
// The relay's pulse comes from c, the rest of o as it is.
func Open(c Config, o Options) (*Gate, error) { return open(c, o, kernel) }

func open(c Config, o Options, among *lines) (*Gate, error) {
	o.RelayPulse = c.pulse()
	if c.Driver == DriverSimulated {
		return openSimulated(c, o), nil
	}
	var pins [roles]Pin
	var errs []error
	for r, name := range c.names() {
		if name == "" {
			continue
		}
		l := among.late(name)
		if _, err := l.seek(); err != nil {
			errs = append(errs, fmt.Errorf("open gate: %s: %w", role(r), err))
		}
		pins[r] = Pin{Out: l, ActiveLow: slices.Contains(c.ActiveLow, role(r).String())}
	}
	return New(Pins{Green: pins[green], Amber: pins[amber], Red: pins[red], Status: pins[status], Buzzer: pins[buzzer], Relay: pins[relay]}, o), errors.Join(errs...)
}

// Inputs are the inputs that c describes, whatever drives its lamps. One whose
// line is not there is a fault of its Watch until it comes.
func Inputs(c Config) (inputs []Input) {
	for _, in := range c.inputs() {
		if in.line != "" {
			in.Pin = kernel.late(in.line)
			inputs = append(inputs, in.Input)
		}
	}
	return inputs
}

func openSimulated(c Config, o Options) *Gate {
	w := o.Output
	if w == nil {
		w = io.Discard
	}
	if c.names() == [roles]string{} {
		return NewSimulated(w, o)
	}
	var fitted [roles]bool
	for r, name := range c.names() {
		fitted[r] = name != ""
	}
	return simulate(w, o, fitted)
}

// line is a GPIO line that recovers. After a failed request periph takes the
// line for configured and writes to descriptor 0 from then on; closed, it is
// requested anew at the next write, or when it is watched again.
type line struct{ *gpioioctl.GPIOLine }

func (l line) In(pull gpio.Pull, edge gpio.Edge) error {
	err := l.GPIOLine.In(pull, edge)
	if err != nil {
		l.Close()
	}
	return explain(err)
}

// explain says what helps where a chip is gone: a controller on USB that was
// unplugged, a driver that was unbound. periph finds chips once in a process, so
// one that is back is another one to it. Of the kernel's errors it keeps the
// words alone.
func explain(err error) error {
	if err != nil && strings.HasSuffix(err.Error(), syscall.ENODEV.Error()) {
		return fmt.Errorf("%w: the GPIO chip is gone; once gpioinfo shows its lines again: systemctl restart checkpointd", err)
	}
	return err
}

func (l line) Out(level gpio.Level) error {
	err := l.GPIOLine.Out(level)
	if err != nil {
		l.Close()
	}
	return explain(err)
}
