package gate

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"periph.io/x/conn/v3/driver"
	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3/gpioioctl"
)

// late is a line that is sought at each use until it is there: udev may be late
// with its rights, or the chip's driver with the chip. Who writes or watches it
// tries again by itself, as with a pin that fails.
type late struct {
	gpio.PinIO // what is never called
	name       string
	among      *lines
	had        atomic.Pointer[gpio.PinIO]
}

func (l *lines) late(name string) *late {
	return &late{PinIO: gpio.INVALID, name: name, among: l}
}

// missing tells whether it was not there yet.
func (l *late) missing() bool { return l.had.Load() == nil }

func (l *late) seek() (gpio.PinIO, error) {
	if p := l.had.Load(); p != nil {
		return *p, nil
	}
	p, err := l.among.find(l.name)
	if err == nil {
		l.had.Store(&p)
	}
	return p, err
}

func (l *late) Name() string { return l.name }

func (l *late) Out(level gpio.Level) error {
	p, err := l.seek()
	if err != nil {
		return err
	}
	return p.Out(level)
}

func (l *late) In(pull gpio.Pull, edge gpio.Edge) error {
	p, err := l.seek()
	if err != nil {
		return err
	}
	return p.In(pull, edge)
}

// Read and WaitForEdge come after an In that was good.
func (l *late) Read() gpio.Level {
	p, err := l.seek()
	return err == nil && p.Read()
}

func (l *late) WaitForEdge(wait time.Duration) bool {
	p, err := l.seek()
	return err == nil && p.WaitForEdge(wait)
}

// How long a line that is not there is not sought anew.
const (
	soonest = time.Second
	latest  = 30 * time.Second
)

// lines are the kernel's lines by name. Of those that are not there the chips are
// looked at ever less often.
type lines struct {
	chips func() string                // the chips that may be opened; changes with them
	load  func(again bool) error       // takes in their lines
	named func(name string) gpio.PinIO // nil: there is none
	mu    sync.Mutex
	seen  string // when they were loaded last
	begun bool
	wait  time.Duration
	next  time.Time
}

// kernel are those of this machine.
var kernel = &lines{chips: openable, load: load, named: named}

func (l *lines) find(name string) (gpio.PinIO, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	if l.begun {
		if p := l.named(name); p != nil {
			return p, nil
		}
	}
	if now := time.Now(); !l.begun || !now.Before(l.next) {
		l.wait = min(max(2*l.wait, soonest), latest)
		l.next = now.Add(l.wait)
		if chips := l.chips(); !l.begun || chips != l.seen {
			err = l.load(l.begun)
			l.begun, l.seen = true, chips
		}
		if p := l.named(name); p != nil {
			return p, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find GPIO lines: %w", err)
	}
	return nil, fmt.Errorf("no GPIO line %q: gpioinfo lists the names; the service's user must be in group gpio", name)
}

// openable are the chips that this process may open, as they are now.
func openable() string {
	var list []string
	paths, _ := filepath.Glob("/dev/gpiochip*") // the pattern is a good one
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		if info, err := f.Stat(); err == nil {
			if stat, ok := info.Sys().(*syscall.Stat_t); ok {
				list = append(list, fmt.Sprint(path, " ", stat.Rdev, " ", stat.Ino))
			}
		}
		f.Close()
	}
	return strings.Join(list, "\n")
}

// driverName is periph's driver of the kernel's character devices.
const driverName = "ioctl-gpio"

// load has periph take in the chips that there are. It does so once by itself;
// after that its driver is told to. A chip that it had already it then has twice,
// under a longer name, so that this is done only when there are others.
func load(again bool) error {
	state, err := driverreg.Init()
	if err != nil || !again {
		return err
	}
	drivers := slices.Clone(state.Loaded)
	for _, f := range slices.Concat(state.Skipped, state.Failed) {
		drivers = append(drivers, f.D)
	}
	at := slices.IndexFunc(drivers, func(d driver.Impl) bool { return d.String() == driverName })
	if at < 0 {
		return fmt.Errorf("no driver %s", driverName)
	}
	_, err = drivers[at].Init()
	return err
}

func named(name string) gpio.PinIO {
	found, ok := gpioreg.ByName(name).(*gpioioctl.GPIOLine)
	if !ok {
		return nil
	}
	return line{found}
}
