// Package headquarters runs what a province has in its data centre: a broker on
// the files of docs/broker, a PostgreSQL cluster, and collectord, each program
// under its own role and certificate. Helper commands use it; it is never shipped.
package headquarters

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"checkpoint/store/keys"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/postgrestest"
)

// Database is the name of the province's database, of collectord's own choosing.
const Database = "checkpoint"

// CollectorID is the receiver's; docs/broker/acl knows it.
const CollectorID = "thu-1"

// Options of a headquarters. All but Database and Settings are needed.
type Options struct {
	Bin          string // directory of the programs
	Docs         string // the repository's docs
	Dir          string // of the daemons' configuration and state
	Database     string // directory of the database, with what an earlier run left; empty: one that is removed afterwards
	Province     string
	Keys         string // directory of the province's keys
	Certificates mosquittotest.Certificates
	Settings     []string // of PostgreSQL, "name=value"
}

// Headquarters are running.
type Headquarters struct {
	Options
	Broker        *mosquittotest.Broker
	Cluster       *postgrestest.Cluster
	ReceiveHealth string // address of the receiver's page
	OpenHealth    string // address of the opener's page
	Pages         string // address of the offices' pages
	PagesHealth   string // and of their page of health
	t             mosquittotest.TB
}

// Start runs broker and database, and brings the database to the daemons' layout.
func Start(t mosquittotest.TB, o Options) *Headquarters {
	h := &Headquarters{Options: o, t: t, ReceiveHealth: free(t), OpenHealth: free(t), Pages: free(t), PagesHealth: free(t)}
	h.Broker = mosquittotest.StartProvince(t, o.Docs, o.Province, o.Certificates)
	if o.Database == "" {
		h.Cluster = postgrestest.Start(t, o.Settings...)
	} else {
		h.Cluster = postgrestest.StartIn(t, o.Database, o.Settings...)
	}
	roles := h.Cluster.Path("roles.sql")
	h.must(os.WriteFile(roles, []byte(h.Tool("migrate", "--roles")), 0o644))
	h.must(h.Cluster.Run("psql", "--quiet", "--no-psqlrc", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-o", os.DevNull, "-f", roles))
	h.Tool("migrate", "--database", h.Cluster.URLFor("checkpoint_owner", Database))
	h.configure()
	return h
}

// free is an address of this machine that nobody has.
func free(t mosquittotest.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (h *Headquarters) must(err error) {
	if err != nil {
		h.t.Fatal(err)
	}
}

// configuration leaves nothing to defaults that two provinces on one machine would share.
const configuration = `province = %q
[receive]
id = %q
database = %q
state_dir = %q
mark_key = %q
health = %q
mqtt = { broker = %q, ca = %q, cert = %q, key = %q }
[open]
database = %q
records_key = %q
day_keys = %q
health = %q
[view]
database = %q
day_keys = %q
[office]
looks_dir = %q
[pages]
name = "Tỉnh Mẫu"
listen = %q
health = %q
`

// Days is the folder of the days' keys.
func (h *Headquarters) Days() string { return h.path("days") }

// Looks is the folder of the key to the log of looks.
func (h *Headquarters) Looks() string { return h.path("looks") }

func (h *Headquarters) path(name string) string { return filepath.Join(h.Dir, name) }

func (h *Headquarters) configure() {
	ca, cert, key := h.Certificates.Files("collector." + CollectorID)
	h.must(os.MkdirAll(h.Days(), 0o750)) // an earlier run's are gone on with
	h.must(os.MkdirAll(h.Looks(), 0o700))
	text := fmt.Sprintf(configuration, h.Province, CollectorID, h.Cluster.URLFor("checkpoint_receive", Database), h.path("receive"),
		filepath.Join(h.Keys, keys.CollectorFile), h.ReceiveHealth, h.Broker.SecureURL(), ca, cert, key,
		h.Cluster.URLFor("checkpoint_open", Database), filepath.Join(h.Keys, keys.RecordsFile), h.Days(), h.OpenHealth,
		h.Cluster.URLFor("checkpoint_view", Database), h.Days(), h.Looks(), h.Pages, h.PagesHealth)
	h.must(os.WriteFile(h.path("collector.toml"), []byte(text), 0o600))
}

// Tool runs one of collectord's commands and returns what it says.
func (h *Headquarters) Tool(args ...string) string {
	cmd := exec.Command(filepath.Join(h.Bin, "collectord"), args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("collectord %s: %v: %s", strings.Join(args, " "), err, said.String())
	}
	return string(out)
}

// Run runs one of the daemons, "receive", "open" or "serve", until the end. What it logs
// goes to a file of its name in Dir. It returns the process.
func (h *Headquarters) Run(daemon string) (pid int) {
	log, err := os.Create(h.path("collectord-" + daemon + ".log"))
	h.must(err)
	cmd := exec.Command(filepath.Join(h.Bin, "collectord"), daemon, "--config", h.path("collector.toml"))
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM} // Ctrl-C reaches it once, through us
	h.must(cmd.Start())
	h.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // whoever needs its word asks its health page
		kill.Stop()
		log.Close()
	})
	return cmd.Process.Pid
}
