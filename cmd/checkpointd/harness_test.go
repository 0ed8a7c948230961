package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/template"
	"time"

	"checkpoint"
	"checkpoint/console/control"
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
name = "scanner"
kind = "serial"
path = "{{.Scanner}}"
suffix = "CR"
`

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

// daemonCommand is the daemon with arguments, not yet started.
func daemonCommand(t testing.TB, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(append(os.Environ(), daemonEnv+"=1"), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// process is one running checkpointd.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	log    logBuffer
	exited chan struct{} // closed once the process is gone
	err    error         // its end; read after exited
	client *control.Client
	edges  watched[edge]          // of the gate's pins, as they happen
	events watched[control.Event] // of the lane, as they happen
	ended  sync.WaitGroup         // the goroutines that fill edges and events
}

// edge is one line of the trace of a simulated gate.
type edge struct {
	at  int64 // CLOCK_MONOTONIC, ns
	pin string
	on  bool
}

// start starts the daemon and waits until it answers.
func (r *rig) start(env ...string) *process {
	r.t.Helper()
	return r.startWith(r.configure(), env...)
}

func (r *rig) startWith(config string, env ...string) *process {
	r.t.Helper()
	r.starts++
	trace := r.path(fmt.Sprint("trace", r.starts))
	r.must(syscall.Mkfifo(trace, 0o600))
	d := &process{t: r.t, exited: make(chan struct{}), client: control.NewClient(r.settings.Run)}
	d.cmd = daemonCommand(r.t, env, "--config", config, "--trace", trace)
	if r.program != "" {
		d.cmd.Path = r.program
	}
	d.cmd.Stderr = &d.log
	// Held open for writing as well, so that the pipe ends when we say so.
	pipe, err := os.OpenFile(trace, os.O_RDWR, 0)
	r.must(err)
	reader, err := os.Open(trace)
	r.must(err)
	r.must(d.cmd.Start())
	go func() {
		d.err = d.cmd.Wait()
		pipe.Close()
		close(d.exited)
	}()
	d.ended.Go(func() { d.readTrace(reader) })
	r.t.Cleanup(d.end)
	d.awaitStatus("the daemon to answer", func(control.Status) bool { return true })
	return d
}

func (d *process) readTrace(f *os.File) {
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e edge
		var level int
		if _, err := fmt.Sscan(lines.Text(), &e.at, &e.pin, &level); err == nil {
			e.on = level == 1
			d.edges.add(e)
		}
	}
}

// listen begins to collect the lane's events.
func (d *process) listen() {
	d.t.Helper()
	ready := make(chan struct{})
	d.ended.Go(func() {
		_ = d.client.Events(context.Background(), ready, func(e control.Event) bool { // ends with the daemon
			d.events.add(e)
			return true
		})
	})
	select {
	case <-ready:
	case <-d.exited:
		d.t.Fatalf("the daemon ended: %v\n%s", d.err, d.log.String())
	}
}

func (d *process) status() (control.Status, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return d.client.Status(ctx)
}

// awaitStatus asks the control socket until the answer is as wanted.
func (d *process) awaitStatus(what string, ok func(control.Status) bool) control.Status {
	d.t.Helper()
	var s control.Status
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		var err error
		if s, err = d.status(); err == nil && ok(s) {
			return s
		}
		select {
		case <-d.exited:
			d.t.Fatalf("waiting for %s: the daemon ended: %v\n%s", what, d.err, d.log.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
	d.t.Fatalf("waited in vain for %s; status %+v\n%s", what, s, d.log.String())
	return s
}

// awaitReader waits until the scanner is there, or is not.
func (d *process) awaitReader(connected bool) {
	d.t.Helper()
	d.awaitStatus(fmt.Sprint("reader connected: ", connected), func(s control.Status) bool {
		return len(s.Lanes) == 1 && len(s.Lanes[0].Readers) == 1 && s.Lanes[0].Readers[0].Connected == connected
	})
}

// kill ends the daemon as a power cut would, and waits for its end.
func (d *process) kill() {
	_ = d.cmd.Process.Kill() // it may be gone already
	<-d.exited
	d.ended.Wait()
}

// stop ends the daemon as systemd would and returns its exit code.
func (d *process) stop() int {
	d.t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	select {
	case <-d.exited:
	case <-time.After(patience):
		d.t.Fatalf("SIGTERM did not end the daemon\n%s", d.log.String())
	}
	d.ended.Wait()
	return d.cmd.ProcessState.ExitCode()
}

// end is the clean-up of every daemon: none outlives its test, and none may
// have raced or panicked.
func (d *process) end() {
	d.kill()
	if log := d.log.String(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic:") || strings.Contains(log, "fatal error:") {
		d.t.Errorf("the daemon crashed or raced:\n%s", log)
	}
}

// logBuffer is what a daemon wrote to standard error.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// watched is a list that grows while somebody waits for it.
type watched[T any] struct {
	mu      sync.Mutex
	list    []T
	changed chan struct{}
}

func (w *watched[T]) add(v T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, v)
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// all is what there is, and a channel that is closed when there is more.
func (w *watched[T]) all() ([]T, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.list[:len(w.list):len(w.list)], w.changed
}

var errGaveUp = errors.New("gave up waiting")

// until waits until ok holds for the list, or stop is closed.
func (w *watched[T]) until(stop <-chan struct{}, ok func([]T) bool) error {
	late := time.After(patience)
	for {
		list, changed := w.all()
		if ok(list) {
			return nil
		}
		select {
		case <-changed:
		case <-stop:
			return errGaveUp
		case <-late:
			return errGaveUp
		}
	}
}

// show shows a code to the scanner of a daemon that listens, and gives the
// event that tells its decision: on disk, and the relay opened or not.
func (d *process) show(r *rig, payload string) control.Event {
	d.t.Helper()
	before, _ := d.events.all()
	var last control.Event
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	r.scan(payload)
	var decided control.Event
	err := d.events.until(d.exited, func(list []control.Event) bool {
		for _, e := range list[len(before):] {
			if e.Verdict != "" && e.Position != last.Position && e.Position.Seq > 0 {
				decided = e
				return true
			}
		}
		return false
	})
	if err != nil {
		d.t.Fatalf("no decision about a card; the log:\n%s", d.log.String())
	}
	return decided
}

// admits shows a good card and fails the test unless it opens the relay.
func (d *process) admits(r *rig, payload string) {
	d.t.Helper()
	if e := d.show(r, payload); e.Verdict != checkpoint.Admit.String() || !e.Opened {
		d.t.Fatalf("a good card: %s %s, relay opened: %t\n%s", e.Verdict, e.Reason, e.Opened, d.log.String())
	}
}

// wants shows a card and fails the test unless it gets this answer without
// opening the relay.
func (d *process) wants(r *rig, payload string, v checkpoint.Verdict, reason checkpoint.Reason) {
	d.t.Helper()
	if e := d.show(r, payload); e.Verdict != v.String() || e.Reason != reason || e.Opened {
		d.t.Fatalf("got %s %s, relay opened: %t; want %s %s and no opening\n%s", e.Verdict, e.Reason, e.Opened, v, reason, d.log.String())
	}
}

// answer gives the guard's answer to the open decision.
func (d *process) answer(answer checkpoint.Answer) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.client.Decide(ctx, control.Decide{Answer: answer.String()}); err != nil {
		d.t.Fatalf("answer %s: %v", answer, err)
	}
}
