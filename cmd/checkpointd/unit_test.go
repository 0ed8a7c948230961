package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const unitFile = "../../systemd/checkpointd.service"

// settingsOf are the lines of a unit file by name, in their order.
func settingsOf(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			settings[name] = append(settings[name], value)
		}
	}
	return settings
}

// The unit starts the daemon without a network, restarts it for ever, and lets
// it ask what it must know.
func TestUnit(t *testing.T) {
	unit := settingsOf(t, unitFile)
	for name, want := range map[string]string{
		"Type": "notify", "WatchdogSec": "30", "Restart": "always", "StartLimitIntervalSec": "0",
		"User": "checkpoint", "StateDirectory": "checkpoint", "RuntimeDirectory": "checkpoint", "ProtectClock": "no",
	} {
		if !slices.Equal(unit[name], []string{want}) {
			t.Errorf("%s=%q, want %s", name, unit[name], want)
		}
	}
	for _, name := range []string{"After", "Wants", "Requires", "BindsTo"} {
		for _, other := range unit[name] {
			if strings.Contains(other, "network") {
				t.Errorf("%s=%s: the box must start without a network", name, other)
			}
		}
	}
	// A later line takes back what an earlier one allows; adjtimex is in
	// @privileged, and the clock is not trusted where it is refused.
	if filters := unit["SystemCallFilter"]; len(filters) == 0 || filters[len(filters)-1] != "adjtimex" {
		t.Errorf("SystemCallFilter=%q: want adjtimex last", filters)
	}
}

// Every kind of scanner can be opened, also the first of its kind that is
// plugged in after the start; and no group is missing, or nothing starts.
func TestUnitOpensEveryKindOfScanner(t *testing.T) {
	unit := settingsOf(t, unitFile)
	for _, device := range []string{"char-ttyACM rw", "char-ttyUSB rw", "char-input r", "char-hidraw r", "char-gpiochip rw", "char-video4linux rw"} {
		if !slices.Contains(unit["DeviceAllow"], device) {
			t.Errorf("DeviceAllow=%q: want %s", unit["DeviceAllow"], device)
		}
	}
	for _, name := range []string{"Wants", "After"} {
		for _, module := range []string{"cdc_acm", "usbserial", "usbhid", "uvcvideo"} {
			if !slices.Contains(strings.Fields(strings.Join(unit[name], " ")), "modprobe@"+module+".service") {
				t.Errorf("%s=%q: want the driver %s loaded before", name, unit[name], module)
			}
		}
	}
	users, err := os.ReadFile("../../systemd/checkpoint-sysusers.conf")
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range strings.Fields(strings.Join(unit["SupplementaryGroups"], " ")) {
		if !strings.Contains(string(users), "\ng "+group+" ") {
			t.Errorf("group %s is made by nobody", group)
		}
	}
}
