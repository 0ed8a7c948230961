package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const unitFolder = "../../systemd"

// exposures are the limits of systemd-analyze security, in tenths: systemd/README.md
// says why the others need more than the daemon.
var exposures = map[string]int{
	"checkpointd.service": 20, "checkpoint-scrub.service": 15, "checkpoint-scrub-system.service": 15, "checkpoint-good.service": 25, "checkpoint-update.service": 20, "checkpoint-stick@.service": 35,
	"checkpoint-first-boot.service": 45, "checkpoint-enrol.service": 50, "checkpoint-wifi.service": 50, "checkpoint-kiosk.service": 85,
}

var program = regexp.MustCompile(`(?m)^(Exec[A-Za-z]*=)/usr/s?bin/(checkpoint[a-z]+|cage|wpa_supplicant)`)

// systemd itself reads every unit of the card, and finds none more exposed than
// the README says.
func TestUnitsOfTheCard(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(unitFolder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatalf("%v: .ci/deps installs it", err)
	}
	names, err := filepath.Glob(unitFolder + "/checkpoint*.service")
	if err != nil || len(names) < len(exposures) {
		t.Fatalf("%v %v", names, err)
	}
	dir := t.TempDir()
	var copies []string
	for _, path := range names {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		limit, known := exposures[name]
		if !known {
			continue // of the image's own
		}
		if row := fmt.Sprintf("| `%s` | %.1f |", name, float64(limit)/10); !strings.Contains(string(readme), row) {
			t.Errorf("README.md does not say %s", row)
		}
		if out, err := exec.Command(analyze, "security", "--offline=yes", fmt.Sprintf("--threshold=%d", limit), path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		copies = append(copies, filepath.Join(dir, name))
		if err := os.WriteFile(copies[len(copies)-1], program.ReplaceAll(text, []byte("${1}/bin/true")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(analyze, append([]string{"verify"}, copies...)...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// No unit of the card waits for a network, and the page cannot take the lane's
// memory.
func TestNothingOnTheCardWaitsForTheNetwork(t *testing.T) {
	paths, err := filepath.Glob(unitFolder + "/checkpoint*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "network-online") {
			t.Errorf("%s waits for the network", path)
		}
	}
	kiosk := settingsOf(t, filepath.Join(unitFolder, "checkpoint-kiosk.service"))
	for name, want := range map[string]string{"MemoryMax": "1200M", "MemorySwapMax": "0", "OOMScoreAdjust": "1000", "ConditionMemory": ">=3500M", "User": "checkpoint-kiosk"} {
		if !slices.Equal(kiosk[name], []string{want}) {
			t.Errorf("kiosk: %s=%q, want %s", name, kiosk[name], want)
		}
	}
	if daemon := settingsOf(t, unitFile); !slices.Equal(daemon["OOMScoreAdjust"], []string{"-900"}) {
		t.Errorf("daemon: OOMScoreAdjust=%q", daemon["OOMScoreAdjust"])
	}
}

// systemd makes the users whom the units name: it passes over what it cannot read.
func TestTheUnitsUsersAreMade(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"etc", "usr/lib/sysusers.d"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file, err := filepath.Abs(unitFolder + "/checkpoint-sysusers.conf")
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("systemd-sysusers", "--root", root, "--dry-run", file).CombinedOutput()
	for _, user := range []string{"checkpoint", "checkpoint-kiosk"} {
		if want := "Creating user '" + user + "'"; err != nil || !strings.Contains(string(said), want) {
			t.Errorf("%v, not said: %s\n%s", err, want, said)
		}
	}
}

// What the units name of each other is there.
func TestUnitsNameWhatIsThere(t *testing.T) {
	paths, err := filepath.Glob(unitFolder + "/*")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`checkpoint-[a-z-]+@?(?:%k|%i)?\.(?:service|path|timer)`)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil || strings.HasSuffix(path, ".md") {
			continue
		}
		for _, name := range named.FindAllString(string(text), -1) {
			if _, err := os.Stat(filepath.Join(unitFolder, strings.NewReplacer("%k", "", "%i", "").Replace(name))); err != nil {
				t.Errorf("%s names %s: %v", path, name, err)
			}
		}
	}
}

// Scanners that type have every key that a keyboard has: none of them takes the box
// out of service. The board's own power button does (cmd/hil/card presses it).
func TestNoKeySwitchesTheBoxOff(t *testing.T) {
	login := settingsOf(t, "../../image/system/etc/systemd/logind.conf.d/checkpoint.conf")
	for _, key := range []string{"RebootKey", "SuspendKey", "HibernateKey"} {
		for _, name := range []string{"Handle" + key, "Handle" + key + "LongPress"} {
			if !slices.Equal(login[name], []string{"ignore"}) {
				t.Errorf("logind: %s=%q", name, login[name])
			}
		}
	}
	if power := login["HandlePowerKey"]; power != nil {
		t.Errorf("logind: HandlePowerKey=%q: the board's button does nothing", power)
	}
	if sysctl := settingsOf(t, "../../image/system/etc/sysctl.d/checkpoint.conf"); !slices.Equal(sysctl["kernel.sysrq "], []string{" 0"}) {
		t.Errorf("kernel.sysrq =%q", sysctl["kernel.sysrq "])
	}
}

// Every hint and manual says sudo: on the card, whose only user is root, it has to
// pass on what it was given, and to tell how that ended.
func TestWhatManualsSayRunsOnTheCard(t *testing.T) {
	out, err := exec.Command("../../image/system/usr/bin/sudo", "sh", "-c", `printf '%s|' "$@"; exit 7`, "sh", "a b", "", "*").Output()
	var exit *exec.ExitError
	if string(out) != "a b||*|" || !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("%q, %v", out, err)
	}
}

// A box asks name servers alone, and no neighbour: nothing but its own daemons has a
// socket on the network.
func TestTheCardAsksNoNeighbour(t *testing.T) {
	resolved := settingsOf(t, "../../image/system/etc/systemd/resolved.conf.d/checkpoint.conf")
	for _, name := range []string{"LLMNR", "MulticastDNS"} {
		if !slices.Equal(resolved[name], []string{"no"}) {
			t.Errorf("resolved: %s=%q", name, resolved[name])
		}
	}
}

// The browser of a box with a display shows the page and nothing else, whatever
// keys somebody plugs in: no files, no other address, no tools.
func TestTheBrowserShowsThePageAlone(t *testing.T) {
	text, err := os.ReadFile("../../image/chromium.json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		URLBlocklist, URLAllowlist []string
		DeveloperToolsAvailability int
		AllowFileSelectionDialogs  *bool
		PasswordManagerEnabled     *bool
		DownloadRestrictions       int
	}
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	kiosk := settingsOf(t, filepath.Join(unitFolder, "checkpoint-kiosk.service"))
	if len(policy.URLAllowlist) != 1 || !strings.HasSuffix(kiosk["ExecStart"][0], " "+policy.URLAllowlist[0]+"/") || !slices.Equal(policy.URLBlocklist, []string{"*"}) {
		t.Errorf("%v of %v; the unit opens %v", policy.URLAllowlist, policy.URLBlocklist, kiosk["ExecStart"])
	}
	no := func(b *bool) bool { return b != nil && !*b }
	if policy.DeveloperToolsAvailability != 2 || policy.DownloadRestrictions != 3 || !no(policy.AllowFileSelectionDialogs) || !no(policy.PasswordManagerEnabled) {
		t.Errorf("%+v", policy)
	}
}
