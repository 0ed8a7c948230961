package gate

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3/gpioioctl"
)

// Of periph's host drivers only the kernel's character device is linked in: a
// line that one process holds is its alone, names are the kernel's on every
// board, and nothing maps /dev/mem.

// Open opens the gate that c describes. It expects a Config that Validate
// passed. The error names every line that cannot be had; the gate works with the
// others, since a lamp that is missing must not keep a fire alarm from the relay.
//
// The relay's pulse comes from c, the rest of o as it is.
func Open(c Config, o Options) (*Gate, error) {
	o.RelayPulse = c.pulse()
	if c.Driver == DriverSimulated {
		return openSimulated(c, o), nil
	}
	if _, err := driverreg.Init(); err != nil {
		return New(Pins{}, o), fmt.Errorf("open gate: %w", err)
	}
	var pins [roles]Pin
	var errs []error
	for r, name := range c.names() {
		if name == "" {
			continue
		}
		found, err := lineOf(name, role(r).String())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		pins[r] = Pin{Out: line{found}, ActiveLow: slices.Contains(c.ActiveLow, role(r).String())}
	}
	return New(Pins{Green: pins[green], Amber: pins[amber], Red: pins[red], Status: pins[status], Buzzer: pins[buzzer], Relay: pins[relay]}, o), errors.Join(errs...)
}

func lineOf(name, what string) (*gpioioctl.GPIOLine, error) {
	found, ok := gpioreg.ByName(name).(*gpioioctl.GPIOLine)
	if !ok {
		return nil, fmt.Errorf("open gate: no GPIO line %q for %s: gpioinfo lists the names; the service's user must be in group gpio", name, what)
	}
	return found, nil
}

// OpenInputs opens the inputs that c describes, whatever drives its lamps. The
// error names every line that cannot be had; the others are returned with it.
func OpenInputs(c Config) (inputs []Input, err error) {
	var errs []error
	for _, in := range c.inputs() {
		if in.line == "" {
			continue
		}
		if _, err := driverreg.Init(); err != nil {
			return nil, fmt.Errorf("open inputs: %w", err)
		}
		found, err := lineOf(in.line, in.key)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		in.Pin = inputLine{found}
		inputs = append(inputs, in.Input)
	}
	return inputs, errors.Join(errs...)
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
// requested anew at the next write.
type line struct{ *gpioioctl.GPIOLine }

// inputLine is a GPIO line that recovers likewise.
type inputLine struct{ *gpioioctl.GPIOLine }

func (l inputLine) In(pull gpio.Pull, edge gpio.Edge) error {
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
