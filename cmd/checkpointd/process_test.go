package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"checkpoint/console/control"
)

// daemonCommand is the daemon with arguments, not yet started. The test binary
// called by this name is the daemon: see [TestMain].
func daemonCommand(t testing.TB, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = daemonName
	cmd.Env = append(os.Environ(), env...)
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
	return r.startIn(config, nil, env...)
}

// startIn starts it with attributes of its process: a network of its own.
func (r *rig) startIn(config string, attr *syscall.SysProcAttr, env ...string) *process {
	r.t.Helper()
	r.starts++
	trace := r.path(fmt.Sprint("trace", r.starts))
	r.must(syscall.Mkfifo(trace, 0o600))
	d := &process{t: r.t, exited: make(chan struct{}), client: control.NewClient(r.settings.Run)}
	d.cmd = daemonCommand(r.t, env, "--config", config, "--trace", trace)
	if attr != nil {
		d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Cloneflags: attr.Cloneflags}
	}
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
		if _, err := fmt.Sscan(lines.Text(), &e.at, &e.pin, &level); err != nil {
			d.t.Errorf("trace line %q: %v", lines.Text(), err)
		}
		e.on = level == 1
		d.edges.add(e)
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
