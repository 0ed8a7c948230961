package checkup

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/machine"
	"checkpoint/console/control"
	"checkpoint/console/doctor"
)

// scanWithin is how long somebody has to show the test code.
const scanWithin = time.Minute

// Of is how to look at the box of a configuration; nil: none could be read, and
// state says where the box keeps its state all the same. check is why the
// configuration does not hold; may be nil.
func Of(c *config.Config, state string, daemon *control.Client, check func() error) doctor.Box {
	b := doctor.Box{
		Status: daemon.Status, Config: check,
		Denied:  func(err error) bool { return errors.Is(err, fs.ErrPermission) },
		Machine: func() control.Machine { return machine.Look(state) },
		Write:   func() error { return machine.Write(state) },
		Lookups: func(ctx context.Context, n int) (doctor.Lookups, error) { return lookups(ctx, state, n) },
		Walk: func(ctx context.Context, lane string) error {
			return daemon.Lamp(ctx, control.Lamp{Lane: lane, Step: control.AllLamps})
		},
		Code: func(ctx context.Context) (doctor.Seen, error) { return testCode(ctx, daemon) },
	}
	if c != nil {
		box := &asleep{c}
		b.Without, b.Broker = box.look, box.reach
	}
	return b
}

// testCode waits until a scanner delivers the test code.
func testCode(ctx context.Context, daemon *control.Client) (seen doctor.Seen, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, scanWithin, errors.New("không ai đưa mã thử / nobody showed the test code within a minute"))
	defer cancel()
	err = daemon.Codes(ctx, make(chan struct{}), func(c control.Code) bool {
		if c.Test == control.NoTest {
			return true
		}
		seen = doctor.Seen{Lane: c.Lane, Reader: c.Reader, Whole: c.Test == control.TestWhole}
		return false
	})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return seen, err
}

// random is a number of 12 digits as nobody has it: 999 is no province's and no
// country's. Where it would stand in the data is anybody's guess, since they are
// sorted by a keyed digest.
func random(n uint64) checkpoint.Query {
	digits := []byte("999000000000")
	for i := len(digits) - 1; i >= 3; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return checkpoint.Query{Kind: checkpoint.KindCCCD, Number: string(digits), Birth: checkpoint.Date{Year: 2000, Month: 1, Day: 1}}
}
