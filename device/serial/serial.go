package serial

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"time"

	"go.bug.st/serial"
)

// DefaultBaud is what scanners with a serial line are delivered with. Over USB
// (CDC-ACM) the rate is a formality.
const DefaultBaud = 9600

// ReadTimeout is how long Read waits for a byte. It is the grain in which
// silence on the line is noticed, and 50 wake-ups a second on a quiet one.
const ReadTimeout = 20 * time.Millisecond

// Config names a port, as in the configuration file.
type Config struct {
	// Path that stays the same when the device is replugged: a link below
	// /dev/serial/by-id or one of the product's own udev rules.
	Path string `toml:"path"`
	Baud int    `toml:"baud"` // bits per second; 0: DefaultBaud
}

// Validate reports every fault at once; at is the section's path in the file.
func (c Config) Validate(at string) error {
	var faults []error
	if c.Path == "" {
		faults = append(faults, fmt.Errorf("%s.path: missing; name the scanner's link: checkpointctl detect", at))
	}
	if c.Baud != 0 && (c.Baud < 300 || c.Baud > 4_000_000) {
		faults = append(faults, fmt.Errorf("%s.baud: %d is not between 300 and 4000000", at, c.Baud))
	}
	return errors.Join(faults...)
}

// Error says why a port did not open and what to do about it.
type Error struct {
	Path string
	Hint string // the next step, empty when none is known
	Err  error
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return fmt.Sprintf("open serial port %s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("open serial port %s: %v: %s", e.Path, e.Err, e.Hint)
}

func (e *Error) Unwrap() error { return e.Err }

// Open opens the port. Read of what it returns gives (0, nil) when
// [ReadTimeout] passes without a byte and an error once the device is gone.
// A failure is an [*Error].
func Open(c Config) (io.ReadCloser, error) {
	baud := c.Baud
	if baud == 0 {
		baud = DefaultBaud
	}
	// InitialStatusBits stays nil: many USB devices have no modem lines, and
	// opening would fail on them.
	port, err := serial.Open(c.Path, &serial.Mode{BaudRate: baud, DataBits: 8, Parity: serial.NoParity, StopBits: serial.OneStopBit})
	if err != nil {
		return nil, explain(c.Path, err)
	}
	if err := port.SetReadTimeout(ReadTimeout); err != nil {
		port.Close()
		return nil, &Error{Path: c.Path, Err: err}
	}
	return port, nil
}

// explain turns the library's error codes into errors that [errors.Is] knows,
// each with the next step.
func explain(path string, err error) error {
	var coded *serial.PortError
	if errors.As(err, &coded) {
		switch coded.Code() {
		case serial.PermissionDenied:
			err = fs.ErrPermission
		case serial.PortBusy:
			err = syscall.EBUSY
		case serial.InvalidSerialPort:
			return &Error{path, "this is not a serial port; name the scanner's: checkpointctl detect", err}
		}
	}
	return &Error{path, hint(err), err}
}

func hint(err error) string {
	switch {
	case errors.Is(err, syscall.EPERM): // EACCES would be the file's mode
		return "the service's unit does not open it: systemctl edit checkpointd, [Service] DeviceAllow= and this port's own name below /dev, rw"
	case errors.Is(err, fs.ErrPermission):
		return "add the service's user to group dialout"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV):
		return "plug the scanner in, or correct its path: checkpointctl detect"
	case errors.Is(err, syscall.EBUSY):
		return "another program holds it, or another reader of this configuration; stop that one first"
	}
	return ""
}
