package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pelletier/go-toml/v2"

	"checkpoint/cmd/internal/certificates"
	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/wire"
)

// defaultConfig is where all daemons look. It holds no secret: each reads its
// own section, and its own user reads the files named there.
const defaultConfig = "/etc/checkpoint/collector.toml"

// Addresses of the health pages where nobody names others.
const (
	receiveHealth = "127.0.0.1:9641"
	openHealth    = "127.0.0.1:9642"
	pagesHealth   = "127.0.0.1:9643"
)

type config struct {
	Province string  `toml:"province"`
	Receive  receive `toml:"receive"`
	Open     open    `toml:"open"`
	View     viewing `toml:"view"`
	Office   bureau  `toml:"office"`
	Pages    paging  `toml:"pages"`
}

// receive is the section of the process that takes batches and gives marks.
type receive struct {
	ID       string `toml:"id"` // of this collector, unique in the province
	Database string `toml:"database"`
	StateDir string `toml:"state_dir"` // keeps how far the database's log was seen
	MarkKey  string `toml:"mark_key"`  // signs marks
	Health   string `toml:"health"`
	MQTT     broker `toml:"mqtt"`
}

type broker struct {
	Broker string `toml:"broker"` // ssl://host:8883, or tcp:// on this machine
	CA     string `toml:"ca"`     // PEM files, for ssl
	Cert   string `toml:"cert"`
	Key    string `toml:"key"`
}

// open is the section of the process that has the key to the records.
type open struct {
	Database   string `toml:"database"`
	RecordsKey string `toml:"records_key"`
	DayKeys    string `toml:"day_keys"` // folder of the keys under which people are kept
	Health     string `toml:"health"`
}

// viewing is the section of what the province's offices see.
type viewing struct {
	Database string      `toml:"database"`
	DayKeys  string      `toml:"day_keys"`
	Clocks   view.Clocks `toml:"clocks"` // of requests about oneself
}

// defaultDayKeys is where the opener makes the days' keys.
const defaultDayKeys = "/var/lib/checkpoint-days"

type faults []error

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

// readConfig reads the file strictly and has validate look at one section. The
// error lists every fault.
func readConfig(path string, validate func(*config, *faults)) (*config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &cli.Error{Err: fmt.Errorf("read configuration: %w", err), Code: cli.NotConfigured,
			Hint: "chép docs/collector.toml vào đó rồi điền / copy docs/collector.toml there and fill it in"}
	}
	c := &config{Receive: receive{Health: receiveHealth, StateDir: "/var/lib/checkpoint-receive"}, Open: open{Health: openHealth, DayKeys: defaultDayKeys},
		View: viewing{DayKeys: defaultDayKeys, Clocks: view.LawClocks}, Office: bureau{LooksDir: defaultLooks, Idle: 30, Longest: 12}, Pages: paging{Listen: defaultPages, Health: pagesHealth}}
	var f faults
	err = toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(c)
	unknown, decode := new(toml.StrictMissingError), new(toml.DecodeError)
	switch {
	case errors.As(err, &unknown): // all other keys were read
		f.add("unknown key:\n%s", strings.TrimSuffix(unknown.String(), "\n"))
		validate(c, &f)
	case errors.As(err, &decode):
		f.add("%s", decode.String())
	case err != nil:
		f = append(f, err)
	default:
		validate(c, &f)
	}
	if len(f) > 0 {
		return nil, cli.Hint(fmt.Errorf("read configuration: %s:\n%w", path, errors.Join(f...)),
			"docs/collector.toml giải thích từng dòng / docs/collector.toml shows every key")
	}
	return c, nil
}

func (c *config) forReceive(f *faults) {
	c.common(f)
	r := c.Receive
	if err := wire.CheckID(r.ID); err != nil {
		f.add("receive.id: %w", err)
	}
	f.database("receive.database", r.Database)
	f.loopback("receive.health", r.Health)
	f.file("receive.mark_key", r.MarkKey, true)
	if !filepath.IsAbs(r.StateDir) {
		f.add("receive.state_dir: %q is no absolute path", r.StateDir)
	}
	secured, err := certificates.Broker(r.MQTT.Broker)
	if err != nil {
		f.add("receive.mqtt.broker: %w", err)
	}
	if secured {
		f.file("receive.mqtt.ca", r.MQTT.CA, false)
		f.file("receive.mqtt.cert", r.MQTT.Cert, false)
		f.file("receive.mqtt.key", r.MQTT.Key, true)
	}
}

func (c *config) forOpen(f *faults) {
	c.common(f)
	f.database("open.database", c.Open.Database)
	f.loopback("open.health", c.Open.Health)
	f.file("open.records_key", c.Open.RecordsKey, true)
	if _, err := daykeys.Open(c.Open.DayKeys); err != nil {
		f.add("open.day_keys: %w", err)
	}
}

func (c *config) forView(f *faults) {
	c.common(f)
	f.database("view.database", c.View.Database)
	if _, err := daykeys.Open(c.View.DayKeys); err != nil {
		f.add("view.day_keys: %w", err)
	}
	k := c.View.Clocks
	if min(k.Reply, k.Access, k.Correct, k.Restrict, k.Delete) < 1 {
		f.add("view.clocks: want at least one day for each")
	}
}

// forRetain wants what destroys the days' keys and removes their records: the
// opener's user and role, without its key.
func (c *config) forRetain(f *faults) {
	c.common(f)
	f.database("open.database", c.Open.Database)
	if _, err := daykeys.Open(c.Open.DayKeys); err != nil {
		f.add("open.day_keys: %w", err)
	}
}

func (c *config) common(f *faults) {
	if err := wire.CheckID(c.Province); err != nil {
		f.add("province: %w", err)
	}
}

// database wants an address without a password: the file is for everybody to read.
func (f *faults) database(key, url string) {
	if url == "" {
		f.add("%s: missing", key)
		return
	}
	parsed, err := pgx.ParseConfig(url)
	switch {
	case err != nil:
		f.add("%s: not an address of a database, such as postgres:///checkpoint?host=/run/postgresql", key)
	case parsed.Password != "" && !strings.Contains(url, "passfile="):
		f.add("%s: holds a password: use the local socket or a certificate, or put it into a file of mode 0600 and name that as passfile=", key)
	}
}

// loopback keeps the page on this machine: it has no log-in.
func (f *faults) loopback(key, address string) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		f.add("%s: %q: want an address of this machine alone, such as %s", key, address, receiveHealth)
	}
}

func (f *faults) file(key, path string, secret bool) {
	if path == "" {
		f.add("%s: missing", key)
		return
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		f.add("%s: %v", key, err)
	case !info.Mode().IsRegular():
		f.add("%s: %s is no file", key, path)
	case secret && info.Mode().Perm()&0o077 != 0:
		f.add("%s: %s is readable by others (mode %04o): chmod 600 it", key, path, info.Mode().Perm())
	}
}
