package config

import (
	"fmt"
	"slices"
	"strings"

	"checkpoint/console/pin"
)

// Ways in which a guard can answer.
const (
	inputPage    = "page"
	inputControl = "control"
	inputButtons = "buttons"
)

// Attended tells whether a guard can answer at all.
func (c *Config) Attended() bool { return len(c.DecisionInputs) > 0 }

// ByControl tells whether checkpointctl may answer for the guard.
func (c *Config) ByControl() bool { return slices.Contains(c.DecisionInputs, inputControl) }

// ByPage tells whether the guard's page takes answers.
func (c *Config) ByPage() bool { return slices.Contains(c.DecisionInputs, inputPage) }

func (c *Config) validateInputs(f *faults) {
	buttons := slices.Contains(c.DecisionInputs, inputButtons)
	for i, in := range c.DecisionInputs {
		if in != inputControl && in != inputButtons && in != inputPage {
			f.add(`decision_inputs[%d]: unknown input %q: use "page", "control" or "buttons", or leave the list empty`, i, in)
		}
	}
	if c.ByPage() && c.Page.Listen == "" {
		f.add(`page.listen: missing, and decision_inputs has "page"`)
	}
	for i, l := range c.Lanes {
		switch fitted := l.Gate.Button1 != ""; {
		case buttons && !fitted && !c.ByControl() && !c.ByPage():
			f.add(`lane[%d].gate.button_1: missing, and decision_inputs has nothing but "buttons"`, i)
		case !buttons && fitted:
			f.add(`lane[%d].gate.button_1: fitted, but decision_inputs lacks "buttons"`, i)
		}
	}
	if _, err := pin.NewList(c.LeadPINs); err != nil {
		for line := range strings.Lines(err.Error()) {
			*f = append(*f, fmt.Errorf("lead_pins%s", strings.TrimSpace(line)))
		}
	}
}
