package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// What is not in the example nobody finds.
func TestTheExampleShowsEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../docs/collector.toml")
	if err != nil {
		t.Fatal(err)
	}
	var c config
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&c); err != nil {
		t.Fatal(err)
	}
	shown(t, "", reflect.ValueOf(c))
}

func shown(t *testing.T, path string, v reflect.Value) {
	for i := range v.NumField() {
		name := path + v.Type().Field(i).Tag.Get("toml")
		if f := v.Field(i); f.Kind() == reflect.Struct {
			shown(t, name+".", f)
		} else if f.IsZero() {
			t.Errorf("docs/collector.toml does not show %s", name)
		}
	}
}

// Retention runs each night as who has the days' keys, and without the key to
// the records; the log of looks is checked as who writes it.
func TestRetentionAndTheLogAreSeenToEachNight(t *testing.T) {
	for file, want := range map[string][]string{
		"../../systemd/collectord-retain.service": {"User=checkpoint_open", "Type=oneshot", "ReadWritePaths=" + defaultDayKeys, "InaccessiblePaths=-/etc/checkpoint-open",
			"ExecStart=/usr/bin/collectord retain --config " + defaultConfig + " --keep 30"},
		"../../systemd/collectord-retain.timer": {"Persistent=true", "WantedBy=timers.target"},
		"../../systemd/collectord-looks.service": {"User=checkpoint_view", "Type=oneshot", "ReadWritePaths=" + defaultLooks, "InaccessiblePaths=-/etc/checkpoint-open",
			"ExecStart=/usr/bin/collectord looks --verify --config " + defaultConfig},
		"../../systemd/collectord-looks.timer": {"Persistent=true", "WantedBy=timers.target"},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range want {
			if !strings.Contains(string(text), "\n"+line+"\n") {
				t.Errorf("%s lacks %s", file, line)
			}
		}
	}
}

// What the guide enables it has copied before.
func TestTheGuideInstallsWhatItEnables(t *testing.T) {
	text, err := os.ReadFile("../../docs/collector.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^cp (systemd/\S+) /etc/systemd/system/; systemctl enable --now (.+)$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("no line that copies units and enables them")
	}
	for _, unit := range strings.Fields(string(found[2])) {
		if filepath.Ext(unit) == "" {
			unit += ".service"
		}
		copied, err := filepath.Match(string(found[1]), "systemd/"+unit)
		if _, missing := os.Stat("../../systemd/" + unit); err != nil || !copied || missing != nil {
			t.Errorf("%s is enabled, and not copied", unit)
		}
	}
}

// Receiver, opener and pages are different users, and neither receiver nor pages
// can reach the key even where its file's rights are wrong.
func TestUnitsKeepTheKeyFromOthers(t *testing.T) {
	for name, want := range map[string][]string{
		"receive": {"User=checkpoint_receive", "InaccessiblePaths=-/etc/checkpoint-open", "ExecStart=/usr/bin/collectord receive --config " + defaultConfig},
		"pages": {"User=checkpoint_view", "InaccessiblePaths=-/etc/checkpoint-open", "ExecStart=/usr/bin/collectord serve --config " + defaultConfig,
			"ReadWritePaths=" + defaultLooks},
		"open": {"User=checkpoint_open", "ExecStart=/usr/bin/collectord open --config " + defaultConfig},
	} {
		file := "../../systemd/collectord-" + name + ".service"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range append(want, "Restart=always", "NoNewPrivileges=yes", "ProtectSystem=strict") {
			if !strings.Contains(string(text), "\n"+line+"\n") {
				t.Errorf("%s lacks %s", file, line)
			}
		}
		if _, err := exec.LookPath("systemd-analyze"); err != nil {
			continue // checked wherever systemd is; the lines above are checked everywhere
		}
		out, _ := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "collectord-"+name+".service:") && !strings.Contains(line, "not executable") && !strings.Contains(line, "User") {
				t.Errorf("systemd-analyze: %s", line)
			}
		}
	}
}
