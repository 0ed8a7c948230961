package virtual

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// gpioSim is the driver's folder
// (Documentation/admin-guide/gpio/gpio-sim.rst).
const gpioSim = "/sys/kernel/config/gpio-sim"

// Chip is a GPIO chip whose lines this process sees from outside.
type Chip struct {
	config string
	lines  map[string]*Line
}

// Line is one line of a chip, as the wire on it sees it. Its methods may be
// used by several goroutines.
type Line struct {
	Name  string
	value *os.File
	pull  string // file
}

// NewChip makes a chip with lines of these names. The name of the chip is its
// own on this machine.
func NewChip(name string, lines ...string) (*Chip, error) {
	c := &Chip{config: filepath.Join(gpioSim, name), lines: map[string]*Line{}}
	bank := filepath.Join(c.config, "bank0")
	if err := os.MkdirAll(bank, 0o755); err != nil {
		return nil, fmt.Errorf("make GPIO chip: %w", err)
	}
	if err := set(bank, "num_lines", fmt.Sprint(len(lines))); err != nil {
		return nil, errors.Join(err, c.Remove())
	}
	for i, line := range lines {
		dir := filepath.Join(bank, fmt.Sprint("line", i))
		if err := errors.Join(os.Mkdir(dir, 0o755), set(dir, "name", line)); err != nil {
			return nil, errors.Join(err, c.Remove())
		}
	}
	if err := set(c.config, "live", "1"); err != nil {
		return nil, errors.Join(err, c.Remove())
	}
	device := filepath.Join("/sys/devices/platform", get(c.config, "dev_name"), get(bank, "chip_name"))
	for i, line := range lines {
		dir := filepath.Join(device, fmt.Sprint("sim_gpio", i))
		f, err := os.Open(filepath.Join(dir, "value"))
		if err != nil {
			return nil, errors.Join(err, c.Remove())
		}
		c.lines[line] = &Line{Name: line, value: f, pull: filepath.Join(dir, "pull")}
	}
	return c, nil
}

// Line is the line of that name; nil: there is none.
func (c *Chip) Line(name string) *Line { return c.lines[name] }

// Remove takes the chip away, as when its driver is unbound.
func (c *Chip) Remove() error {
	for _, l := range c.lines {
		l.value.Close()
	}
	errs := []error{set(c.config, "live", "0")}
	dirs, _ := filepath.Glob(filepath.Join(c.config, "bank0", "line*")) // the pattern is well formed
	for _, dir := range append(dirs, filepath.Join(c.config, "bank0"), c.config) {
		errs = append(errs, os.Remove(dir))
	}
	return errors.Join(errs...)
}

// High tells the line's electrical level: what drives it as an output, else
// its pull.
func (l *Line) High() (bool, error) {
	var b [2]byte
	if _, err := l.value.ReadAt(b[:1], 0); err != nil {
		return false, fmt.Errorf("read line %s: %w", l.Name, err)
	}
	return b[0] == '1', nil
}

// Pull puts a level on the line from outside, and returns when it was there, in
// nanoseconds of CLOCK_MONOTONIC.
func (l *Line) Pull(high bool) (at int64, err error) {
	word := "pull-down"
	if high {
		word = "pull-up"
	}
	at = Monotonic()
	return at, os.WriteFile(l.pull, []byte(word), 0)
}

// Monotonic is CLOCK_MONOTONIC in nanoseconds.
func Monotonic() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // this clock is always there
	return t.Nano()
}

func set(dir, name, value string) error {
	if err := os.WriteFile(filepath.Join(dir, name), []byte(value), 0); err != nil {
		return fmt.Errorf("set up virtual hardware: %w", err)
	}
	return nil
}

func get(dir, name string) string {
	b, _ := os.ReadFile(filepath.Join(dir, name)) // what cannot be read is missed where it is used
	return strings.TrimSpace(string(b))
}
