package gate

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"

	"github.com/pelletier/go-toml/v2"
)

func TestConfigFromTOML(t *testing.T) {
	const text = `
driver = "gpio"
green = "GPIO17"
relay = "GPIO27"
active_low = ["relay"]
relay_pulse_ms = 1500
`
	var c Config
	d := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if err := c.Validate("lanes[0].gate"); err != nil {
		t.Error(err)
	}
	if c.pulse() != 1500*time.Millisecond || c.names()[relay] != "GPIO27" {
		t.Errorf("config = %+v", c)
	}
}

func TestValidateReportsEveryFault(t *testing.T) {
	err := Config{
		Driver: "gpio", Green: "GPIO17", Red: "GPIO17",
		ActiveLow: []string{"relay", "siren"}, RelayPulseMS: 5,
	}.Validate("lanes[1].gate")
	for _, want := range []string{
		"lanes[1].gate.red: line GPIO17 is already green",
		"lanes[1].gate.active_low[0]: relay is not fitted",
		`lanes[1].gate.active_low[1]: unknown pin "siren"`,
		"lanes[1].gate.relay_pulse_ms: 5 is not",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v\nwant %q in it", err, want)
		}
	}
	for _, c := range []Config{{}, {Driver: "GPIO", Green: "x"}, {Driver: "gpio"}} {
		if err := c.Validate("gate"); err == nil || !strings.Contains(err.Error(), "gate.driver") {
			t.Errorf("Validate(%+v) = %v", c, err)
		}
	}
	if err := (Config{Driver: "simulated", ActiveLow: []string{"relay"}}).Validate("gate"); err != nil {
		t.Error(err)
	}
}

func TestOpenNamesEveryLineThatIsMissing(t *testing.T) {
	g, err := Open(Config{Driver: "gpio", Green: "no-such-line", Relay: "nor-this"}, Options{})
	if g == nil {
		t.Fatal("no gate of the lines that are there")
	}
	defer g.Close()
	for _, want := range []string{`green: no GPIO line "no-such-line"`, `relay: no GPIO line "nor-this"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open = %v, want %q in it", err, want)
		}
	}
}

func TestSimulatedGateTellsWhatAPersonWouldNotice(t *testing.T) {
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		g, err := Open(Config{Driver: "simulated", RelayPulseMS: 1000}, Options{Output: &out})
		if err != nil {
			t.Fatal(err)
		}
		step := func(f func()) {
			f()
			time.Sleep(10 * time.Second)
		}
		step(func() { g.Signal(checkpoint.SignalIdle) })
		step(func() { g.Signal(checkpoint.SignalIdle) })
		step(func() { g.Signal(checkpoint.SignalAdmit); g.Open() })
		step(func() { g.Signal(checkpoint.SignalRefer) })
		step(func() { g.Notice() })
		step(func() { g.Signal(checkpoint.SignalFault) })
		step(func() { g.Signal(checkpoint.SignalEmergency); g.Hold(true) })
		step(func() { g.Signal(checkpoint.SignalDark) })
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	})
	const want = `lamp status (idle)
relay energised
lamp green on
buzzer 200
relay at rest
lamp amber (refer)
buzzer 150-150-150
buzzer 40-40-40-40-40
lamp amber+red (fault)
buzzer 1200
relay energised
lamp green on
lamp status (emergency)
buzzer 1200
lamps off
relay at rest
`
	if out.String() != want {
		t.Errorf("output:\n%s\nwant:\n%s", &out, want)
	}
}

// At night a lane can be still: what it shows stays, and what must be heard is.
func TestAQuietGateSoundsOnlyWhatMustBeHeard(t *testing.T) {
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		g, err := Open(Config{Driver: "simulated"}, Options{Output: &out})
		if err != nil {
			t.Fatal(err)
		}
		step := func(f func()) {
			f()
			time.Sleep(10 * time.Second)
		}
		step(func() { g.Quiet(true); g.Signal(checkpoint.SignalAdmit) })
		step(func() { g.Signal(checkpoint.SignalRefuse) })
		step(func() { g.Notice() })
		step(func() { g.Signal(checkpoint.SignalFault) })
		step(func() { g.Signal(checkpoint.SignalEmergency) })
		step(func() { g.Signal(checkpoint.SignalWalkBuzzer) })
		step(func() { g.Quiet(false); g.Signal(checkpoint.SignalAdmit) })
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	})
	const want = `lamp green on
lamp red (refuse)
lamp amber+red (fault)
buzzer 1200
lamp green on
lamp status (emergency)
buzzer 1200
lamps off
buzzer 200-800
lamp green on
buzzer 200
`
	if out.String() != want {
		t.Errorf("output:\n%s\nwant:\n%s", &out, want)
	}
}

func TestSimulatedGateFittedAsConfigured(t *testing.T) {
	g, err := Open(Config{Driver: "simulated", Green: "lamp"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if g.HasRelay() {
		t.Error("a simulated gate with only a green lamp has a relay")
	}
}

func TestValidateReportsFaultsOfInputs(t *testing.T) {
	err := Config{
		Driver: "gpio", Green: "GPIO17", DoorContact: "GPIO17", ExitButton: "GPIO5", FireContact: "GPIO5", Button2: "GPIO6",
		Inverted: []string{"fire_contact", "tamper_contact", "bell"}, DebounceMS: 2000, PassageSeconds: 500, DoorOpenSeconds: 3,
	}.Validate("gate")
	for _, want := range []string{
		"gate.door_contact: line GPIO17 is already green", "gate.exit_button: line GPIO5 is already fire_contact",
		"gate.inverted[0]: the fire contact has a key of its own", "gate.inverted[1]: tamper_contact is not fitted", `gate.inverted[2]: unknown input "bell"`,
		"gate.debounce_ms: 2000", "gate.passage_seconds: 500", "gate.door_open_seconds: 3s is no longer than the relay's pulse of 3s",
		"gate.button_1: missing", "gate.button_3: missing",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v\nwant %q in it", err, want)
		}
	}
}
