package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"checkpoint/cmd/internal/certificates"
	"checkpoint/console/control"
	"checkpoint/store/keys"
	"checkpoint/sync/collector"
	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
	"checkpoint/sync/mosquittotest"
)

var building sync.Mutex

// tool builds one of the commands, once for all tests.
func tool(t testing.TB, name string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	dir := filepath.Join(theProvince(t).dir, "bin")
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if out, err := exec.Command("go", "build", "-o", path, "checkpoint/cmd/"+name).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, out)
	}
	return path
}

// headquarters are a province's office and broker, as its people run them.
type headquarters struct {
	t      testing.TB
	dir    string
	broker *mosquittotest.Broker
	server string // address of box serve
}

const brokerACL = `user collector.1
topic readwrite checkpoint/v1/mau/#
user office
topic readwrite checkpoint/v1/mau/#
pattern write checkpoint/v1/mau/%u/state
pattern write checkpoint/v1/mau/%u/info
pattern write checkpoint/v1/mau/%u/health
pattern write checkpoint/v1/mau/%u/records
pattern write checkpoint/v1/mau/%u/diagnosis
pattern read checkpoint/v1/mau/%u/mark
pattern read checkpoint/v1/mau/%u/cmd
pattern read checkpoint/v1/mau/snapshot
pattern read checkpoint/v1/mau/collectors/+
`

func newHeadquarters(t testing.TB) *headquarters {
	t.Helper()
	h := &headquarters{t: t, dir: t.TempDir()}
	if out, err := exec.Command("cp", "-a", theProvince(t).keys(""), h.path("keys")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	h.run("provincectl", "ca", "init")
	for _, m := range [][]string{{"broker", "--host", "127.0.0.1"}, {"enrol", "--host", "127.0.0.1"}, {"collector"}, {"office"}} {
		h.run("provincectl", append([]string{"ca", "issue", "--out", "certs"}, m...)...)
	}
	h.must(os.WriteFile(h.path("acl"), []byte(brokerACL), 0o600))
	h.broker = mosquittotest.Start(t, mosquittotest.TLS(h.path("certs/ca.pem"), h.path("certs/broker.pem"), h.path("certs/broker.key"),
		"crlfile "+h.path("office/crl.pem"), "use_identity_as_username true", "acl_file "+h.path("acl"))...)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	h.must(err)
	h.server = l.Addr().String()
	h.must(l.Close())
	return h
}

func (h *headquarters) path(name string) string { return filepath.Join(h.dir, name) }

func (h *headquarters) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *headquarters) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(tool(h.t, name), args...)
	cmd.Dir = h.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// run runs a command in the office's directory.
func (h *headquarters) run(name string, args ...string) string {
	h.t.Helper()
	out, err := h.command(name, args...).CombinedOutput()
	if err != nil {
		h.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// background runs a command until the test ends; what it says is in the buffer.
func (h *headquarters) background(name string, args ...string) (*exec.Cmd, *logBuffer) {
	h.t.Helper()
	cmd, said := h.command(name, args...), &logBuffer{}
	cmd.Stdout, cmd.Stderr = said, said
	h.must(cmd.Start())
	h.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }) // it may have ended
	return cmd, said
}

func (h *headquarters) await(what string, ok func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (h *headquarters) serve() {
	h.t.Helper()
	_, said := h.background("provincectl", "box", "serve", "--listen", h.server, "--cert", "certs/enrol.pem", "--key", "certs/enrol.key")
	h.await("the office's server", func() bool { return strings.Contains(said.String(), "taking requests") })
}

func (h *headquarters) invite(id string) {
	h.t.Helper()
	h.run("provincectl", "box", "invite", id, "--site", "Cổng thử", "--site-type", "building", "--lane", "1:in",
		"--broker", h.broker.SecureURL(), "--server", "https://"+h.server, "--out", "claim")
}

// collect runs a collector with the certificate that the province issued.
func (h *headquarters) collect() *collector.Memory {
	h.t.Helper()
	store := collector.NewMemory()
	h.collectInto(store)
	return store
}

func (h *headquarters) collectInto(store collector.Store) {
	h.t.Helper()
	key, err := keys.ReadSigner(h.path("keys/collector.key"))
	h.must(err)
	config, err := certificates.Client(h.path("certs/ca.pem"), h.path("certs/collector.1.pem"), h.path("certs/collector.1.key"))
	h.must(err)
	c, err := collector.New(collector.Options{Broker: h.broker.SecureURL(), Province: "mau", ID: "thu", Key: key, Store: store, TLS: config})
	h.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx) }()
	h.t.Cleanup(func() { cancel(); <-ended })
}

// equip adds to the configuration that enrolment wrote what the technician
// does: where the daemon's socket is, the clock, the scanner and the pins.
func (h *headquarters) equip(r *rig, written string) string {
	h.t.Helper()
	text, err := os.ReadFile(written)
	h.must(err)
	text = bytes.Replace(text, []byte("\n[mqtt]"), []byte("run_dir = \""+r.settings.Run+"\"\n[clock]\nmode = \"always\"\n[mqtt]"), 1)
	text = append(text, "gate = { driver = \"simulated\" }\n[[lane.reader]]\nname = \"scanner\"\nkind = \"serial\"\npath = \""+r.settings.Scanner+"\"\nsuffix = \"CR\"\n"...)
	path := r.path("equipped.toml")
	h.must(os.WriteFile(path, text, 0o644))
	return path
}

// From the invitation to a record in the province's hands over mutual TLS, and
// commands down: each program as people call it.
func TestFromInvitationToRecord(t *testing.T) {
	h := newHeadquarters(t)
	h.serve()
	h.invite("thu-0001")
	r := newRig(t, settings{State: t.TempDir()})
	cmd, said := h.background("checkpointctl", "enrol", "--claim", "claim", "--data", r.settings.State, "--config", r.path("written.toml"))
	h.await("the request", func() bool { return strings.Contains(h.run("provincectl", "box", "list"), "requested") })
	_, after, found := strings.Cut(said.String(), "read it out:")
	if !found {
		t.Fatalf("the box shows no code:\n%s", said)
	}
	h.run("provincectl", "box", "accept", "thu-0001", "--code", strings.Fields(after)[0])
	if err := cmd.Wait(); err != nil {
		t.Fatalf("enrol: %v\n%s", err, said)
	}

	r.must(r.province.load(r.settings.State, 1))
	r.plug()
	config := h.equip(r, r.path("written.toml"))
	store := h.collect()
	d := r.startWith(config)
	d.listen()
	d.admits(r, r.province.green[0])
	d.awaitStatus("the record with the province", func(s control.Status) bool { return s.Journal.Waiting == 0 && !s.Link.LastMark.IsZero() })
	if got, err := store.After(t.Context(), 0, 10); err != nil || len(got) == 0 {
		t.Errorf("the province has %d records, %v", len(got), err)
	}
	h.obeys(r, d, config)
}

// obeys sends commands as the office does.
func (h *headquarters) obeys(r *rig, d *process, config string) {
	h.t.Helper()
	order := func(name string, more ...string) string {
		return h.run("provincectl", append([]string{"box", "command", "thu-0001", name, "--province-keys", "keys",
			"--broker", h.broker.SecureURL(), "--ca", "certs/ca.pem", "--cert", "certs/office.pem", "--key", "certs/office.key"}, more...)...)
	}
	h.diagnosed(r, order)
	if out := order("fetch"); out != "thu-0001: fetch, taken\n" {
		h.t.Error(out)
	}
	order("lamps")
	d.awaitStatus("the lamp walk", func(s control.Status) bool { return s.Lanes[0].State == "walk" })
	h.publish("checkpoint/v1/mau/thu-0001/cmd", "open the gate")
	d.awaitStatus("the refusal", func(s control.Status) bool {
		return s.Commands != nil && s.Commands.Refused == 1 && s.Commands.LastRefusal == "not a command" && s.Commands.Newest > 0
	})
	h.publish("checkpoint/v1/mau/thu-0001/mark", "all of it")
	d.awaitStatus("the forged mark's refusal", func(s control.Status) bool { return s.Link.Forged == 1 })
	order("restart")
	select {
	case <-d.exited:
	case <-time.After(patience):
		h.t.Fatalf("the daemon does not start again\n%s", d.log.String())
	}
	if code := d.cmd.ProcessState.ExitCode(); code != 4 {
		h.t.Errorf("exit code %d\n%s", code, d.log.String())
	}
	again := r.startWith(config)
	again.listen()
	s := again.awaitStatus("the link", func(s control.Status) bool { return s.Link.Connected && s.Commands != nil })
	if s.Commands.Newest == 0 || s.Commands.Refused != 0 {
		h.t.Errorf("after the restart: %+v", s.Commands)
	}
}

// diagnosed has the box tell how it is: its state, and nothing of the person
// who was there.
func (h *headquarters) diagnosed(r *rig, order func(string, ...string) string) {
	h.t.Helper()
	order("diagnose", "--out", "told.json")
	told, err := os.ReadFile(h.path("told.json"))
	h.must(err)
	if !bytes.Contains(told, []byte(`"box":"thu-0001"`)) || !bytes.Contains(told, []byte(`"free_bytes"`)) {
		h.t.Errorf("%s", told)
	}
	for _, part := range strings.Split(r.province.green[0], "|") {
		if len(part) > 3 && bytes.Contains(told, []byte(part)) {
			h.t.Errorf("the diagnosis holds %q of a card", part)
		}
	}
}

// publish says something on a topic with the office's certificate.
func (h *headquarters) publish(topic, text string) {
	h.t.Helper()
	_, port, err := net.SplitHostPort(h.broker.Addr())
	h.must(err)
	out, err := exec.Command("mosquitto_pub", "-h", "127.0.0.1", "-p", port, "--cafile", h.path("certs/ca.pem"),
		"--cert", h.path("certs/office.pem"), "--key", h.path("certs/office.key"), "-q", "1", "-t", topic, "-m", text).CombinedOutput()
	if err != nil {
		h.t.Fatalf("mosquitto_pub: %v %s", err, out)
	}
}

// gated is a listener whose connections wait until the gate opens.
type gated struct {
	net.Listener
	open chan struct{}
}

func (g gated) Accept() (net.Conn, error) {
	<-g.open
	return g.Listener.Accept()
}

// The daemon renews its certificate when it is due, and goes on with the new
// one without a restart.
func TestCertificateIsRenewed(t *testing.T) {
	h := newHeadquarters(t)
	o, err := office.Open(h.path("keys"), h.path("office"))
	h.must(err)
	h.invite("thu-0001")
	r := newRig(t, settings{State: t.TempDir()})
	h.run("checkpointctl", "enrol", "--claim", "claim", "--request", "claim", "--data", r.settings.State, "--config", r.path("written.toml"))
	h.enrolByHand(o, r, 10*time.Minute) // of an hour and ten minutes the hour is over
	r.must(r.province.load(r.settings.State, 1))

	gate := h.serveGated(o)
	d := r.startWith(h.equip(r, r.path("written.toml")))
	d.listen()
	before := d.awaitStatus("the link", func(s control.Status) bool { return s.Link.Connected && s.Certificate != nil })
	close(gate)
	d.awaitStatus("the new certificate and a new connection", func(s control.Status) bool {
		return s.Certificate != nil && s.Certificate.Until.After(time.Now().Add(300*24*time.Hour)) && s.Certificate.Fault == "" &&
			s.Link.Connected && s.Link.Since.After(before.Link.Since)
	})
	b, err := o.Box("thu-0001")
	if err != nil || len(b.Certificates) != 2 {
		t.Errorf("%d certificates, %v", len(b.Certificates), err)
	}
}

func (h *headquarters) enrolByHand(o *office.Office, r *rig, life time.Duration) {
	h.t.Helper()
	message, err := os.ReadFile(h.path("claim/" + enrol.RequestFile))
	h.must(err)
	if _, err := o.Ask(message, "stick", time.Now()); !errors.Is(err, enrol.ErrWaiting) {
		h.t.Fatal(err)
	}
	request, err := enrol.DecodeRequest(message)
	h.must(err)
	code, err := request.Code()
	h.must(err)
	grant, err := o.Accept("thu-0001", code, time.Now(), life)
	h.must(err)
	h.must(os.WriteFile(h.path("claim/"+enrol.ReplyFile), grant, 0o600))
	h.run("checkpointctl", "enrol", "--reply", "claim", "--data", r.settings.State, "--config", r.path("written.toml"))
}

// serveGated is the office's server in this process; it answers once the gate
// is closed.
func (h *headquarters) serveGated(o *office.Office) chan struct{} {
	h.t.Helper()
	l, err := net.Listen("tcp", h.server)
	h.must(err)
	pair, err := tls.LoadX509KeyPair(h.path("certs/enrol.pem"), h.path("certs/enrol.key"))
	h.must(err)
	s := &office.Server{Office: o, Certificate: pair, Life: office.DefaultLife, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	gate := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, gated{l, gate}) }()
	h.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Error(err)
		}
	})
	return gate
}

// An expired certificate is said, with who has to do what; a new one that
// somebody brings is seen.
func TestExpiredCertificateIsSaid(t *testing.T) {
	h := newHeadquarters(t)
	o, err := office.Open(h.path("keys"), h.path("office"))
	h.must(err)
	h.invite("thu-0001")
	r := newRig(t, settings{State: t.TempDir()})
	h.run("checkpointctl", "enrol", "--claim", "claim", "--request", "claim", "--data", r.settings.State, "--config", r.path("written.toml"))
	h.enrolByHand(o, r, -time.Minute)
	r.must(r.province.load(r.settings.State, 1))
	r.plug()
	d := r.startWith(h.equip(r, r.path("written.toml")))
	d.listen()
	d.awaitStatus("the fault", func(s control.Status) bool {
		return s.Certificate != nil && strings.Contains(s.Certificate.Fault, "the certificate expired on ") && strings.Contains(s.Certificate.Fault, "provincectl box recert thu-0001")
	})
	d.admits(r, r.province.green[0]) // the network never changes a verdict

	h.serve()
	h.run("provincectl", "box", "recert", "thu-0001")
	h.run("checkpointctl", "enrol", "--data", r.settings.State, "--config", r.path("written.toml"))
	d.awaitStatus("the certificate that was brought", func(s control.Status) bool {
		return s.Certificate != nil && s.Certificate.Fault == "" && s.Certificate.Until.After(time.Now().Add(300*24*time.Hour)) && s.Link.Connected
	})
	h.run("provincectl", "box", "retire", "thu-0001")
	out, err := h.command("checkpointctl", "enrol", "--data", r.settings.State, "--config", r.path("written.toml")).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "the office refuses: box retired") {
		t.Errorf("a retired box asks: %v\n%s", err, out)
	}
	h.broker.Restart() // with the new list
	d.awaitStatus("the end of the link", func(s control.Status) bool { return !s.Link.Connected })
	d.admits(r, r.province.green[1])
}
