package gate

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// The drivers.
const (
	DriverGPIO      = "gpio"      // the kernel's GPIO character device
	DriverSimulated = "simulated" // lines of text, see NewSimulated
)

// Config is the gate's section of the configuration file. Pins are named as the
// kernel names the lines (gpioinfo shows them); an empty name is a pin that is
// not fitted. A simulated gate without any name is fully fitted.
type Config struct {
	Driver string `toml:"driver"`

	Green  string `toml:"green"`
	Amber  string `toml:"amber"`
	Red    string `toml:"red"`
	Status string `toml:"status"`
	Buzzer string `toml:"buzzer"`
	Relay  string `toml:"relay"`

	// FireContact is the fire alarm's input, for every driver: a loop closed to
	// ground at rest, unless FireActiveLow says that it closes in an alarm.
	FireContact   string `toml:"fire_contact"`
	FireActiveLow bool   `toml:"fire_active_low"`

	// Further inputs, for every driver. Door and tamper contact are closed to
	// ground at rest (door shut, cover on); the others close to ground when
	// something happens.
	DoorContact    string `toml:"door_contact"`
	TamperContact  string `toml:"tamper_contact"`
	PassageSensor  string `toml:"passage_sensor"`
	ExitButton     string `toml:"exit_button"`
	Button1        string `toml:"button_1"` // the guard's buttons, as on the page: all three or none
	Button2        string `toml:"button_2"`
	Button3        string `toml:"button_3"`
	ButtonPriority string `toml:"button_priority"`
	// Inverted lists those, by the names above, that are wired the other way
	// round.
	Inverted []string `toml:"inverted"`
	// DebounceMS is how long they must keep their level to be believed,
	// milliseconds, 1 to 1,000; 0: DefaultDebounce.
	DebounceMS int `toml:"debounce_ms"`
	// PassageSeconds is how long a person has to come through, 1 to 120;
	// DoorOpenSeconds how long the door may stand open after the last opening,
	// 1 to 3,600, longer than the relay's pulse; 0: the lane's defaults.
	PassageSeconds  int `toml:"passage_seconds"`
	DoorOpenSeconds int `toml:"door_open_seconds"`

	// ActiveLow lists the pins, by the names above ("relay"), that are on when
	// electrically low.
	ActiveLow []string `toml:"active_low"`
	// RelayPulseMS is how long the relay opens for one person, in
	// milliseconds, 100 to 60,000; 0: DefaultPulse.
	RelayPulseMS int `toml:"relay_pulse_ms"`
}

// Standard is how the box's own image is wired (docs/install.md), by the names
// that a Raspberry Pi's lines have. Contacts that are closed at rest are left
// out: where nobody wired them they read as an alarm.
func Standard() Config {
	return Config{
		Driver: DriverGPIO, Green: "GPIO17", Amber: "GPIO27", Red: "GPIO22", Status: "GPIO23", Buzzer: "GPIO24", Relay: "GPIO25",
		PassageSensor: "GPIO16", ExitButton: "GPIO12", Button1: "GPIO19", Button2: "GPIO20", Button3: "GPIO26", ButtonPriority: "GPIO21",
	}
}

// LampsOnly is the part of a wiring that cannot open anything.
func (c Config) LampsOnly() Config {
	return Config{Driver: c.Driver, Green: c.Green, Amber: c.Amber, Red: c.Red, Status: c.Status}
}

func (c Config) names() [roles]string {
	return [roles]string{c.Green, c.Amber, c.Red, c.Status, c.Buzzer, c.Relay}
}

func (c Config) pulse() time.Duration { return millis(c.RelayPulseMS) }

// Validate reports every fault at once; at is the section's path in the file.
func (c Config) Validate(at string) error {
	var faults []error
	report := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s.%s: %s", at, key, fmt.Sprintf(format, args...)))
	}
	switch c.Driver {
	case DriverGPIO:
		if c.names() == [roles]string{} {
			report("driver", "%s without a single pin; name at least green or relay", c.Driver)
		}
	case DriverSimulated:
	default:
		report("driver", "unknown driver %q: use %s or %s", c.Driver, DriverGPIO, DriverSimulated)
	}
	user := map[string]string{}
	for _, l := range c.lines() {
		if other, taken := user[l.Line]; taken {
			report(l.Key, "line %s is already %s", l.Line, other)
		}
		user[l.Line] = l.Key
	}
	c.validateInputs(report)
	for i, name := range c.ActiveLow {
		key := indexed("active_low", i)
		if r := slices.Index(roleNames[:], name); r < 0 {
			report(key, "unknown pin %q: use green, amber, red, status, buzzer or relay", name)
		} else if c.Driver == DriverGPIO && c.names()[r] == "" {
			report(key, "%s is not fitted", name)
		}
	}
	if ms := c.RelayPulseMS; ms != 0 && (ms < 100 || ms > 60_000) {
		report("relay_pulse_ms", "%d is not between 100 and 60000", ms)
	}
	return errors.Join(faults...)
}

func indexed(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }
