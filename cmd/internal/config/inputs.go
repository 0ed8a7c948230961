package config

import (
	"fmt"
	"slices"
	"strings"

	"checkpoint/console/pin"
)

// Ways in which a guard can answer.
const (
	inputControl = "control"
	inputButtons = "buttons"
)

// Attended tells whether a guard can answer at all.
func (c *Config) Attended() bool { return len(c.DecisionInputs) > 0 }

// ByControl tells whether checkpointctl may answer for the guard.
func (c *Config) ByControl() bool { return slices.Contains(c.DecisionInputs, inputControl) }

func (c *Config) validateInputs(f *faults) {
	buttons := slices.Contains(c.DecisionInputs, inputButtons)
	for i, in := range c.DecisionInputs {
		if in != inputControl && in != inputButtons {
			f.add(`decision_inputs[%d]: unknown input %q: use "control" or "buttons", or leave the list empty`, i, in)
		}
	}
	for i, l := range c.Lanes {
		switch fitted := l.Gate.ButtonPass != ""; {
		case buttons && !fitted && !c.ByControl():
			f.add(`lane[%d].gate.button_pass: missing, and decision_inputs has nothing but "buttons"`, i)
		case !buttons && fitted:
			f.add(`lane[%d].gate.button_pass: fitted, but decision_inputs lacks "buttons"`, i)
		}
	}
	if _, err := pin.NewList(c.LeadPINs); err != nil {
		for line := range strings.Lines(err.Error()) {
			*f = append(*f, fmt.Errorf("lead_pins%s", strings.TrimSpace(line)))
		}
	}
}
