package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"text/template"
	"time"

	"checkpoint/device/serial/pty"
)

// patience is how long a test waits for what should take well under a second:
// the machine may be busy, and only a failing test waits that long.
const patience = 30 * time.Second

// rig is a checkpoint box under test: its directories, its configuration and
// its virtual scanner. The daemon is started on it, killed and started again.
type rig struct {
	t        testing.TB
	province *province
	dir      string
	settings settings
	scanner  *pty.Pair // nil: unplugged
	program  string    // the daemon to run; empty: this test binary
	starts   int
}

// settings are what tests vary of the configuration.
type settings struct {
	State        string // directory of an enrolled box; empty: a new one
	Run, Scanner string // set by newRig

	SiteType   string // road: nobody is a repeat, cards may be shown again
	Unattended bool
	Broker     string
	More       string // further lines at the top of the file
	Reader     string // the reader's lines, instead of a serial scanner's
}

const configTemplate = `box = "thu-0001"
province = "mau"
site = "Cổng thử"
site_type = "{{.SiteType}}"
state_dir = "{{.State}}"
run_dir = "{{.Run}}"
{{if .Unattended}}decision_inputs = []{{end}}
{{.More}}
[clock]
mode = "always"
{{if .Broker}}[mqtt]
broker = "{{.Broker}}"{{end}}
[[lane]]
name = "1"
direction = "in"
gate = { driver = "simulated", relay_pulse_ms = 100 }
[[lane.reader]]
{{if .Reader}}{{.Reader}}{{else}}name = "scanner"
kind = "serial"
path = "{{.Scanner}}"
suffix = "CR"
{{end}}`

// newRig makes an enrolled box without data and without a scanner.
func newRig(t testing.TB, s settings) *rig {
	t.Helper()
	r := &rig{t: t, province: theProvince(t)}
	var err error
	if r.dir, err = os.MkdirTemp("", "box"); err != nil { // t.TempDir can be too long for a socket
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.unplug()
		os.RemoveAll(r.dir)
	})
	s.Run, s.Scanner = r.path("run"), r.path("scanner")
	if s.State == "" {
		s.State = r.path("state")
		r.must(r.province.enrol(s.State))
	}
	if s.SiteType == "" {
		s.SiteType = "building"
	}
	r.settings = s
	return r
}

// newReadyRig makes a box with snapshot 1 and its scanner plugged in.
func newReadyRig(t testing.TB, s settings) *rig {
	t.Helper()
	r := newRig(t, s)
	r.must(r.province.load(r.settings.State, 1))
	r.plug()
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) path(name string) string  { return filepath.Join(r.dir, name) }
func (r *rig) state(name string) string { return filepath.Join(r.settings.State, name) }

// plug connects a scanner under the stable path that udev would give it.
func (r *rig) plug() {
	r.t.Helper()
	var err error
	r.scanner, err = pty.Open()
	r.must(err)
	r.must(os.Symlink(r.scanner.Path, r.settings.Scanner))
}

func (r *rig) unplug() {
	if r.scanner == nil {
		return
	}
	_ = os.Remove(r.settings.Scanner)
	_ = r.scanner.Close()
	r.scanner = nil
}

// scan shows a code to the scanner.
func (r *rig) scan(payload string) {
	r.t.Helper()
	_, err := r.scanner.Master.WriteString(payload + "\r")
	r.must(err)
}

func (r *rig) configure() string {
	r.t.Helper()
	var text bytes.Buffer
	r.must(template.Must(template.New("").Parse(configTemplate)).Execute(&text, r.settings))
	r.must(os.WriteFile(r.path("checkpoint.toml"), text.Bytes(), 0o644))
	return r.path("checkpoint.toml")
}
