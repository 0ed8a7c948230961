package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"checkpoint/cmd/internal/config"
)

const example = "../../../docs/checkpoint.toml"

// least is the shortest file that works.
const least = `
box = "b1"
province = "mau"
site = "Cổng"
site_type = "building"
[[lane]]
name = "1"
direction = "in"
[[lane.reader]]
name = "s"
kind = "serial"
path = "/dev/x"
[lane.gate]
driver = "simulated"
`

func read(t *testing.T, text string) (*config.Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "checkpoint.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return config.Read(path)
}

func TestExampleWorksAndShowsEveryKey(t *testing.T) {
	c, err := config.Read(example)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keysOf(reflect.TypeOf(*c)) {
		if !strings.Contains(string(text), "\n"+key+" = ") && !strings.Contains(string(text), key+"]") {
			t.Errorf("docs/checkpoint.toml does not show %q", key)
		}
	}
}

// keysOf lists the keys of a configuration type and of those inside it.
func keysOf(t reflect.Type) (keys []string) {
	for t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("toml"); key != "" {
			keys = append(append(keys, key), keysOf(t.Field(i).Type)...)
		}
	}
	return keys
}

func TestDefaults(t *testing.T) {
	c, err := read(t, least)
	if err != nil {
		t.Fatal(err)
	}
	if c.StateDir != "/var/lib/checkpoint" || c.RunDir != "/run/checkpoint" || !c.Attended() || c.MQTT.Broker != "" {
		t.Errorf("%+v", c)
	}
	if c.Update.LimitKbps != config.DefaultLimitKbps {
		t.Errorf("a download is held down to %d kbit/s, want the default", c.Update.LimitKbps)
	}
	if c, err = read(t, least+"[update]\nurl = \"https://x/y\"\nlimit_kbps = 0\n"); err != nil || c.Update.LimitKbps != 0 {
		t.Errorf("no limit was asked for: %+v, %v", c.Update, err)
	}
	c, err = read(t, "decision_inputs = []\n"+least)
	if err != nil || c.Attended() {
		t.Errorf("an empty list of inputs: attended %v, %v", c.Attended(), err)
	}
}

func TestEveryFaultIsReportedAtOnceWithItsPath(t *testing.T) {
	_, err := read(t, `
box = "Hộp 1"
province = ""
state_dir = "data"
run_dir = "run"
decision_inputs = ["control", "shout"]
[clock]
mode = "guess"
[mqtt]
broker = "ssl://b:8883"
ca = "ca.pem"
[[lane]]
name = "1"
direction = "up"
[[lane.reader]]
name = "s"
kind = "serial"
baud = 7
suffix = "BELL"
[[lane.reader]]
name = "s"
kind = "mouse"
path = "/dev/x"
[lane.gate]
driver = "steam"
relay_pulse_ms = 5
[[lane]]
name = "1"
direction = "out"
[lane.gate]
driver = "gpio"
green = "A"
relay = "A"
active_low = ["bell"]
`)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"\nbox: ", "\nprovince: ", "\nsite: missing", "\nsite_type: missing", "\nstate_dir: ", "\nrun_dir: ", "\ndecision_inputs[1]: ",
		"\nclock.mode: ", "\nmqtt.cert: missing", "\nmqtt.key: missing",
		"\nlane[0].direction: ", "\nlane[0].reader[0].path: missing", "\nlane[0].reader[0].baud: ", "\nlane[0].reader[0].suffix: unknown suffix", "\nlane[0].reader[1].name: ", "\nlane[0].reader[1].kind: ",
		"\nlane[0].gate.driver: ", "\nlane[0].gate.relay_pulse_ms: ",
		"\nlane[1].name: ", "\nlane[1].reader: none", "\nlane[1].gate.relay: ", "\nlane[1].gate.active_low[0]: ",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not reported: %s", strings.TrimSpace(want))
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestNoLaneAndCertificatesWithoutABroker(t *testing.T) {
	if _, err := read(t, least+"[mqtt]\nbroker = \"tcp://10.0.0.5:1883\"\n"); err == nil || !strings.Contains(err.Error(), "mqtt.broker: ") {
		t.Errorf("records would go over a network without TLS: %v", err)
	}
	_, err := read(t, "box = \"b\"\nprovince = \"p\"\nsite = \"s\"\nsite_type = \"road\"\n[mqtt]\nca = \"x\"\n")
	if err == nil || !strings.Contains(err.Error(), "lane: none") || !strings.Contains(err.Error(), "mqtt.broker: missing") {
		t.Errorf("got %v", err)
	}
}

func TestUnknownKeysShowTheirLineAndACaret(t *testing.T) {
	_, err := read(t, strings.Replace(least, "box = ", "colour = \"red\"\nbox = ", 1)+"lamp = 3\n")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"2| colour = \"red\"\n | ~~~~~~", "lamp = 3\n"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not show %q:\n%v", want, err)
		}
	}
}

func TestUnknownKeysHideNoOtherFault(t *testing.T) {
	_, err := read(t, "colour = \"red\"\nbox = \"Hộp\"\nprovince = \"mau\"\nsite = \"s\"\n")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"colour = \"red\"", "\nbox: ", "\nsite_type: missing", "\nlane: none"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not reported: %q in\n%v", want, err)
		}
	}
}

// twoLanes has a second lane with the first one's reader, lamp and fire alarm.
const twoLanes = `
box = "b1"
province = "mau"
site = "Cổng"
site_type = "building"
[[lane]]
name = "1"
direction = "in"
gate = { driver = "gpio", green = "GPIO17", relay = "GPIO25", fire_contact = "GPIO5" }
[[lane.reader]]
name = "s"
kind = "serial"
path = "/dev/x"
[[lane]]
name = "2"
direction = "out"
gate = { driver = "gpio", green = "GPIO18", red = "GPIO17", relay = "GPIO26", fire_contact = "GPIO5" }
[[lane.reader]]
name = "s"
kind = "serial"
path = "/dev/../dev/x"
[[lane.reader]]
name = "t"
kind = "serial"
path = "/dev/y"
`

func TestWhatTwoLanesCannotShare(t *testing.T) {
	_, err := read(t, twoLanes)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"lane[1].gate.red: line GPIO17 is already used by lane[0]",
		"lane[1].reader[0].path: /dev/../dev/x is already lane[0].reader[0].path",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not reported: %s", want)
		}
	}
	if n := strings.Count(err.Error(), "already"); n != 2 { // one fire alarm may be for both
		t.Errorf("%d faults, want 2:\n%v", n, err)
	}
	otherWay := strings.Replace(twoLanes, `fire_contact = "GPIO5" }`, `fire_contact = "GPIO5", fire_active_low = true }`, 1)
	if _, err := read(t, otherWay); err == nil || !strings.Contains(err.Error(), "lane[1].gate.fire_contact: line GPIO5 is already used by lane[0]") {
		t.Errorf("one contact that means two things: %v", err)
	}
	// Simulated pins are nobody's.
	if _, err := read(t, strings.NewReplacer("gpio", "simulated", "/../dev/x", "/z").Replace(twoLanes)); err != nil {
		t.Error(err)
	}
}

// The daemon starts without certificates; who checks a file is told.
func TestCheckAsksForTheFilesThatAreNamed(t *testing.T) {
	dir := t.TempDir()
	key, path := filepath.Join(dir, "box.key"), filepath.Join(dir, "checkpoint.toml")
	text := least + "[mqtt]\nbroker = \"ssl://b:8883\"\nca = \"" + dir + "\"\ncert = \"" + dir + "/none\"\nkey = \"" + key + "\"\n"
	if err := errors.Join(os.WriteFile(path, []byte(text), 0o644), os.WriteFile(key, nil, 0o644), os.Chmod(key, 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Read(path); err != nil {
		t.Error(err)
	}
	err := config.Check(path)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"\nmqtt.ca: " + dir + " is no file", "\nmqtt.cert: stat ", "\nmqtt.key: " + key + " is readable by others (mode 0644): chmod 600"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not reported: %q in\n%v", want, err)
		}
	}
}

func TestWrongTypesAndBrokenSyntaxShowTheirLine(t *testing.T) {
	for _, line := range []string{"box = 7", "box = \"open", "[[lane]", "baud = \"fast\""} {
		_, err := read(t, strings.Replace(least, "path = ", line+"\npath = ", 1))
		if err == nil || !strings.Contains(err.Error(), "| "+line) {
			t.Errorf("%s: got %v", line, err)
		}
	}
}

func TestAMissingFileIsToldApart(t *testing.T) {
	if _, err := config.Read(filepath.Join(t.TempDir(), "none.toml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
