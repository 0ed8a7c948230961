package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"checkpoint"
)

// input is an input as the configuration names it.
type input struct {
	Input
	key, line string
}

// inputs are all inputs, those that are not fitted without a line.
func (c Config) inputs() []input {
	hold := cmp.Or(millis(c.DebounceMS), DefaultDebounce)
	list := []input{
		{Input{Contact: checkpoint.ContactFire, ActiveLow: c.FireActiveLow, Off: fireRest, Look: fireLook}, "fire_contact", c.FireContact},
		{Input{Contact: checkpoint.ContactDoor}, "door_contact", c.DoorContact},
		{Input{Contact: checkpoint.ContactTamper}, "tamper_contact", c.TamperContact},
		{Input{Contact: checkpoint.ContactPassage, ActiveLow: true}, "passage_sensor", c.PassageSensor},
		{Input{Contact: checkpoint.ContactExit, ActiveLow: true}, "exit_button", c.ExitButton},
		{Input{Contact: checkpoint.Button1, ActiveLow: true, Press: true}, "button_1", c.Button1},
		{Input{Contact: checkpoint.Button2, ActiveLow: true, Press: true}, "button_2", c.Button2},
		{Input{Contact: checkpoint.Button3, ActiveLow: true, Press: true}, "button_3", c.Button3},
		{Input{Contact: checkpoint.ButtonPriority, ActiveLow: true, Press: true}, "button_priority", c.ButtonPriority},
	}
	for i := range list[1:] {
		in := &list[1+i]
		in.On, in.Off, in.Look = hold, hold, look
		if slices.Contains(c.Inverted, in.key) {
			in.ActiveLow = !in.ActiveLow
		}
	}
	return list
}

// Contacts are the inputs that are fitted.
func (c Config) Contacts() (list []checkpoint.Contact) {
	for _, in := range c.inputs() {
		if in.line != "" {
			list = append(list, in.Contact)
		}
	}
	return list
}

// PassWithin and DoorOpenFor are the times of the configuration; 0: not given.
func (c Config) PassWithin() time.Duration  { return time.Duration(c.PassageSeconds) * time.Second }
func (c Config) DoorOpenFor() time.Duration { return time.Duration(c.DoorOpenSeconds) * time.Second }

// Wire is a line of the kernel's and the key that names it.
type Wire struct {
	Key, Line string
	ActiveLow bool // of an input
}

// Shareable tells whether two lanes may name the same line: one fire alarm and
// one cover concern all lanes of a box.
func (w Wire) Shareable(other Wire) bool {
	return w == other && (w.Key == "fire_contact" || w.Key == "tamper_contact")
}

// Wires are the kernel's lines that the gate asks for; a simulated gate has
// none for its lamps.
func (c Config) Wires() []Wire {
	return slices.DeleteFunc(c.lines(), func(w Wire) bool {
		return c.Driver == DriverSimulated && slices.Contains(roleNames[:], w.Key)
	})
}

// lines are all that are named.
func (c Config) lines() (list []Wire) {
	for r, name := range c.names() {
		list = append(list, Wire{Key: role(r).String(), Line: name})
	}
	for _, in := range c.inputs() {
		list = append(list, Wire{in.key, in.line, in.ActiveLow})
	}
	return slices.DeleteFunc(list, func(w Wire) bool { return w.Line == "" })
}

func (c Config) validateInputs(report func(key, format string, args ...any)) {
	inputs := c.inputs()
	for i, name := range c.Inverted {
		at := slices.IndexFunc(inputs, func(in input) bool { return in.key == name })
		switch {
		case at < 0:
			report(indexed("inverted", i), "unknown input %q: use door_contact, tamper_contact, passage_sensor, exit_button, button_1, button_2, button_3 or button_priority", name)
		case inputs[at].Contact == checkpoint.ContactFire:
			report(indexed("inverted", i), "the fire contact has a key of its own: fire_active_low")
		case inputs[at].line == "":
			report(indexed("inverted", i), "%s is not fitted", name)
		}
	}
	within := func(key string, value, least, most int) {
		if value != 0 && (value < least || value > most) {
			report(key, "%d is not between %d and %d", value, least, most)
		}
	}
	within("debounce_ms", c.DebounceMS, 1, 1000)
	within("passage_seconds", c.PassageSeconds, 1, 120)
	within("door_open_seconds", c.DoorOpenSeconds, 1, 3600)
	pulse := cmp.Or(c.pulse(), DefaultPulse)
	if door := cmp.Or(c.DoorOpenFor(), checkpoint.DefaultDoorOpenFor); c.DoorContact != "" && door <= pulse {
		report("door_open_seconds", "%v is no longer than the relay's pulse of %v", door, pulse)
	}
	buttons := []string{c.Button1, c.Button2, c.Button3}
	for i, line := range buttons {
		if line == "" && strings.Join(buttons, "") != "" {
			report(fmt.Sprintf("button_%d", i+1), "missing: the page has three buttons, and so has the wall, or none")
		}
	}
}
