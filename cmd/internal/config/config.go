// Package config reads /etc/checkpoint/checkpoint.toml. It is strict: an
// unknown key is an error that shows its line, and every fault is reported at
// once, with its full path and what is wanted.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"checkpoint"
	"checkpoint/cmd/internal/certificates"
	"checkpoint/device/clock"
	"checkpoint/device/gate"
)

// DefaultPath is where the daemon looks for its configuration.
const DefaultPath = "/etc/checkpoint/checkpoint.toml"

// DefaultLimitKbps holds a download down where nobody says how much: 2 MB a
// second, at which a card has time for records between two runs of blocks, and
// a base of ten million people takes twelve minutes.
const DefaultLimitKbps = 16_000

// Config is the whole file.
type Config struct {
	Box      string `toml:"box"`       // id, also the MQTT client id
	Province string `toml:"province"`  // id
	Site     string `toml:"site"`      // how people call the place
	SiteType string `toml:"site_type"` // building, mall, station, road…: what policies ask
	SiteID   string `toml:"site_id"`   // id in the province's sites file; empty: the box carries no site's lists
	Commune  string `toml:"commune"`   // code of the commune the site is in; empty: rules know no level of it
	StateDir string `toml:"state_dir"`
	RunDir   string `toml:"run_dir"`
	// DecisionInputs are ways a guard can answer: "page", "control" (checkpointctl),
	// "buttons" (on GPIO lines). Empty: nobody can, amber and red close as undecided after 8 s.
	DecisionInputs []string `toml:"decision_inputs"`
	// LeadPINs are hashes of the shift leads' PINs (checkpointctl pin hash).
	LeadPINs []string `toml:"lead_pins"`
	Clock    Clock    `toml:"clock"`
	Page     Page     `toml:"page"`
	Metrics  Metrics  `toml:"metrics"`
	MQTT     MQTT     `toml:"mqtt"`
	Enrol    Enrol    `toml:"enrol"`
	Update   Update   `toml:"update"`
	Lanes    []Lane   `toml:"lane"`
}

// Clock says who answers for the machine's clock.
type Clock struct {
	Mode clock.Mode `toml:"mode"`
}

// MQTT is the way up. Without a broker records stay on the box.
type MQTT struct {
	Broker string `toml:"broker"` // ssl://host:port, or tcp:// on this machine
	CA     string `toml:"ca"`     // PEM files, for ssl
	Cert   string `toml:"cert"`
	Key    string `toml:"key"`

	LimitKbps int64 `toml:"limit_kbps"` // kilobits of records a second; 0: no limit
}

// Enrol is where the box's certificate is renewed. Without a server somebody
// has to bring the next one.
type Enrol struct {
	Server string `toml:"server"` // https://host:port
}

// Update is where new snapshots and systems come from. Without a URL they are
// loaded by hand.
type Update struct {
	URL             string `toml:"url"`              // https://host/path
	CA              string `toml:"ca"`               // PEM file; empty: the system's authorities
	IntervalMinutes int    `toml:"interval_minutes"` // between two looks, on average; 0: 10
	LimitKbps       int64  `toml:"limit_kbps"`       // kilobits a second; 0: no limit; not given: DefaultLimitKbps
	RestartWindow   Window `toml:"restart_window"`   // for a new system; zero: whenever the lanes are quiet
}

// Lane is one lane of the box.
type Lane struct {
	Name      string      `toml:"name"`
	Direction string      `toml:"direction"`
	Readers   []Reader    `toml:"reader"`
	Gate      gate.Config `toml:"gate"`
}

// Read reads and validates a file. The error lists every fault.
func Read(path string) (*Config, error) {
	return read(path, (*Config).Validate)
}

// Check is Read for somebody who is about to use the file on this machine: the
// files that it names must be there, too, and those of the box the daemon's own.
func Check(path string) error {
	_, err := read(path, func(c *Config) error { return errors.Join(c.Validate(), c.MQTT.Files(), c.cameraFiles(), c.Owned()) })
	return err
}

// Parse is Read of a text that is to be written to path.
func Parse(path string, text []byte) (*Config, error) { return parse(path, text, (*Config).Validate) }

func read(path string, validate func(*Config) error) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return parse(path, text, validate)
}

func parse(path string, text []byte, validate func(*Config) error) (*Config, error) {
	c := &Config{StateDir: "/var/lib/checkpoint", RunDir: "/run/checkpoint", DecisionInputs: []string{"control"}, Update: Update{LimitKbps: DefaultLimitKbps}}
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	err := d.Decode(c)
	if unknown := new(toml.StrictMissingError); errors.As(err, &unknown) {
		err = errors.New("unknown key:\n" + strings.TrimSuffix(unknown.String(), "\n")) // all other keys were read
		err = errors.Join(err, validate(c))
	} else if err != nil {
		err = errors.New(explain(err))
	} else {
		err = validate(c)
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %s:\n%w", path, err)
	}
	return c, nil
}

// explain shows the line with a caret below what is wrong.
func explain(err error) string {
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		return decode.String()
	}
	return err.Error()
}

var id = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

var commune = regexp.MustCompile(`^[0-9A-Za-z]{0,8}$`)

// Validate reports every fault at once.
func (c *Config) Validate() error {
	var f faults
	f.id("box", c.Box)
	f.id("province", c.Province)
	f.required("site", c.Site)
	f.required("site_type", c.SiteType)
	if !commune.MatchString(c.Commune) {
		f.add("commune: %q: want a code of at most 8 letters and digits, or nothing", c.Commune)
	}
	f.absolute("state_dir", c.StateDir)
	f.absolute("run_dir", c.RunDir)
	c.validateInputs(&f)
	c.Page.validate(&f)
	c.Metrics.validate(&f)
	f.join(c.Clock.Mode.Validate("clock.mode"))
	c.MQTT.validate(&f)
	c.Enrol.validate(&f)
	c.Update.validate(&f)
	if len(c.Lanes) == 0 {
		f.add("lane: none: add a [[lane]]")
	}
	names := map[string]bool{}
	for i, l := range c.Lanes {
		at := fmt.Sprintf("lane[%d]", i)
		if names[l.Name] {
			f.add("%s.name: %q is taken", at, l.Name)
		}
		names[l.Name] = true
		l.validate(&f, at)
	}
	c.shared(&f)
	return errors.Join(f...)
}

// shared reports devices that are named twice: the kernel gives a line or a
// port to one user only.
func (c *Config) shared(f *faults) {
	lines, wires, ports := map[string]int{}, map[string]gate.Wire{}, map[string]string{}
	for i, l := range c.Lanes {
		at := fmt.Sprintf("lane[%d]", i)
		for _, w := range l.Gate.Wires() {
			of, taken := lines[w.Line]
			if taken && of != i && !w.Shareable(wires[w.Line]) { // within a lane the gate says so
				f.add("%s.gate.%s: line %s is already used by lane[%d]", at, w.Key, w.Line, of)
			}
			lines[w.Line], wires[w.Line] = i, w
		}
		for k, r := range l.Readers {
			key, name, device := fmt.Sprintf("%s.reader[%d].path", at, k), r.Path, filepath.Clean(r.Path)
			switch {
			case r.Camera.URL != "":
				key, name, device = fmt.Sprintf("%s.reader[%d].camera.url", at, k), "this address", r.Camera.URL
			case r.Path == "":
				key, name, device = fmt.Sprintf("%s.reader[%d].usb", at, k), r.USB, r.Kind+" "+strings.ToLower(r.USB)
			}
			if of, taken := ports[device]; taken && name != "" {
				f.add("%s: %s is already %s", key, name, of)
			}
			ports[device] = key
		}
	}
}

func (m MQTT) validate(f *faults) {
	if m.LimitKbps < 0 || m.LimitKbps > 0 && m.LimitKbps < 8 {
		f.add("mqtt.limit_kbps: %d: want at least 8, or 0 for no limit", m.LimitKbps)
	}
	if m.Broker == "" {
		if m.CA+m.Cert+m.Key != "" {
			f.add("mqtt.broker: missing, but certificates are named")
		}
		return
	}
	secured, err := certificates.Broker(m.Broker)
	if err != nil {
		f.add("mqtt.broker: %w", err)
	}
	if secured {
		f.required("mqtt.ca", m.CA)
		f.required("mqtt.cert", m.Cert)
		f.required("mqtt.key", m.Key)
	}
}

func (e Enrol) validate(f *faults) {
	if e.Server != "" && !strings.HasPrefix(e.Server, "https://") {
		f.add("enrol.server: %q: use https://host:port", e.Server)
	}
}

func (u Update) validate(f *faults) {
	if err := u.RestartWindow.fault; err != nil {
		f.add("update.restart_window: %w", err)
	}
	if u.URL == "" && u.CA != "" {
		f.add("update.url: missing, but a certificate is named")
	}
	if u.URL != "" && !strings.HasPrefix(u.URL, "https://") {
		f.add("update.url: %q: use https://host/path", u.URL)
	}
	if u.IntervalMinutes < 0 || u.IntervalMinutes > 24*60 {
		f.add("update.interval_minutes: %d: want 1 to 1440", u.IntervalMinutes)
	}
	if u.LimitKbps < 0 || u.LimitKbps > 0 && u.LimitKbps < 8 {
		f.add("update.limit_kbps: %d: want at least 8, or 0 for no limit", u.LimitKbps)
	}
}

// Files reports certificates that are not there, and a key that others can
// read. They may come while the daemon runs, so Validate does not ask for them.
func (m MQTT) Files() error {
	var f faults
	for key, path := range map[string]string{"mqtt.ca": m.CA, "mqtt.cert": m.Cert, "mqtt.key": m.Key} {
		if path == "" {
			continue
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			f.add("%s: %v", key, err) // not wrapped: it is not the configuration that is not there
		case !info.Mode().IsRegular():
			f.add("%s: %s is no file", key, path)
		case key == "mqtt.key" && info.Mode().Perm()&0o077 != 0:
			f.add("%s: %s is readable by others (mode %04o): chmod 600 it", key, path, info.Mode().Perm())
		}
	}
	slices.SortFunc(f, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(f...)
}

func (l Lane) validate(f *faults, at string) {
	f.name(at+".name", l.Name)
	if _, err := checkpoint.ParseDirection(l.Direction); err != nil {
		f.add(`%s.direction: %q: use "in" or "out"`, at, l.Direction)
	}
	if len(l.Readers) == 0 {
		f.add("%s.reader: none: add a [[lane.reader]]", at)
	}
	names := map[string]bool{}
	for i, r := range l.Readers {
		rat := fmt.Sprintf("%s.reader[%d]", at, i)
		if names[r.Name] {
			f.add("%s.name: %q is taken", rat, r.Name)
		}
		names[r.Name] = true
		f.name(rat+".name", r.Name)
		r.validate(f, rat)
	}
	f.join(l.Gate.Validate(at + ".gate"))
}

type faults []error

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

func (f *faults) join(err error) {
	if err != nil {
		*f = append(*f, err)
	}
}

func (f *faults) required(key, value string) {
	if value == "" {
		f.add("%s: missing", key)
	}
}

func (f *faults) absolute(key, dir string) {
	if !filepath.IsAbs(dir) {
		f.add("%s: %q is no absolute path", key, dir)
	}
}

// name bounds what travels in every record's header.
func (f *faults) name(key, value string) {
	if value == "" || len(value) > 32 {
		f.add("%s: %q: want 1 to 32 bytes", key, value)
	}
}

func (f *faults) id(key, value string) {
	if !id.MatchString(value) {
		f.add("%s: %q: want 1 to 32 of a-z, 0-9 and -", key, value)
	}
}
