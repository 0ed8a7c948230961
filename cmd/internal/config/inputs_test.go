package config_test

import (
	"strings"
	"testing"
)

func TestButtonsAndDecisionInputsGoTogether(t *testing.T) {
	fitted := least + "button_1 = \"A\"\nbutton_2 = \"B\"\nbutton_3 = \"C\"\n"
	top := func(line, text string) string { return line + "\n" + text }
	for name, c := range map[string]struct{ text, fault string }{
		"not listed":      {fitted, `lane[0].gate.button_1: fitted, but decision_inputs lacks "buttons"`},
		"listed":          {top(`decision_inputs = ["buttons"]`, fitted), ""},
		"none fitted":     {top(`decision_inputs = ["buttons"]`, least), `lane[0].gate.button_1: missing`},
		"or by control":   {top(`decision_inputs = ["buttons", "control"]`, least), ""},
		"page":            {top(`decision_inputs = ["page"]`, least), `page.listen: missing`},
		"on the network":  {top("", least) + "\n[page]\nlisten = \"0.0.0.0:80\"\n", `page.listen: "0.0.0.0:80": want`},
		"unknown":         {top(`decision_inputs = ["bell"]`, least), `decision_inputs[0]: unknown input "bell"`},
		"a PIN as it is":  {top(`lead_pins = ["24680"]`, least), "lead_pins[0]: not a PIN's hash"},
		"PINs of nobody":  {top(`lead_pins = []`, least), ""},
		"two bad entries": {top(`lead_pins = ["1", "2"]`, least), "lead_pins[1]: "},
	} {
		_, err := read(t, c.text)
		if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
			t.Errorf("%s: %v, want %q", name, err, c.fault)
		}
	}
}
