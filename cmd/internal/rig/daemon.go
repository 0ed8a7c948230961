package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/console/control"
)

const boxConfig = `box = "do-0001"
province = "mau"
site = "Bàn đo"
site_type = "building"
state_dir = %q
run_dir = %q
decision_inputs = ["control"]

[clock]
mode = "always"
%s
`

// The shortest pulse: the next scan is measured once the relay is at rest.
const laneConfig = `
[[lane]]
name = %q
direction = "in"
gate = { driver = "simulated", relay_pulse_ms = 100 }

[[lane.reader]]
name = "scanner"
kind = "serial"
path = %q
suffix = "CR"
`

// Setting is what differs between the daemons measured.
type Setting struct {
	Program    string // path of checkpointd
	State, Run string // directories; Run is made anew
	Lanes      int    // "1", "2", …
	More       string // further sections of the configuration
}

// Daemon is a running checkpointd with scanners and the trace of its gates.
type Daemon struct {
	*control.Client
	Stations []*Station
	process  *exec.Cmd
	log      bytes.Buffer // read once the process has ended
	trace    *os.File
}

// Start runs a daemon and waits until it reads its scanners. End it with
// [Daemon.End].
func Start(ctx context.Context, s Setting) (*Daemon, error) {
	if err := errors.Join(os.RemoveAll(s.Run), os.MkdirAll(s.Run, 0o755)); err != nil {
		return nil, err
	}
	d := &Daemon{Client: control.NewClient(s.Run)}
	config := fmt.Sprintf(boxConfig, s.State, s.Run, s.More)
	for n := range s.Lanes {
		station, err := newStation(fmt.Sprint(n + 1))
		if err != nil {
			return nil, err
		}
		d.Stations = append(d.Stations, station)
		config += fmt.Sprintf(laneConfig, station.lane, station.scanner.Path)
	}
	return d, d.launch(ctx, s, config)
}

func (d *Daemon) launch(ctx context.Context, s Setting, config string) error {
	path, trace := filepath.Join(s.Run, "checkpoint.toml"), filepath.Join(s.Run, "trace")
	if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
		return err
	}
	if err := d.openTrace(trace); err != nil {
		return err
	}
	d.process = exec.CommandContext(ctx, s.Program, "--config", path, "--trace", trace)
	d.process.Stderr = &d.log
	d.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.process.Start(); err != nil {
		return err
	}
	return d.ready(ctx)
}

// PID is the daemon's process.
func (d *Daemon) PID() int { return d.process.Process.Pid }

// openTrace makes the trace a pipe, so that edges arrive when they happen and
// cost the disk nothing. Opened for both directions it waits for nobody.
func (d *Daemon) openTrace(path string) (err error) {
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return fmt.Errorf("make trace: %w", err)
	}
	if d.trace, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return err
	}
	go follow(d.trace, d.Stations) // ends with the trace
	return nil
}

// ready waits until all scanners are read.
func (d *Daemon) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("daemon does not read its scanners: %w: %s", ctx.Err(), d.stop())
		case <-t.C:
			if s, err := d.Status(ctx); err == nil && reading(s) {
				return nil
			}
		}
	}
}

func reading(s control.Status) bool {
	for _, l := range s.Lanes {
		if len(l.Readers) == 0 || !l.Readers[0].Connected {
			return false
		}
	}
	return len(s.Lanes) > 0
}

// stop ends the daemon and returns what it logged of trouble.
func (d *Daemon) stop() string {
	_ = d.process.Process.Signal(syscall.SIGTERM)
	_ = d.process.Wait()
	d.trace.Close()
	for _, s := range d.Stations {
		s.scanner.Close()
	}
	var trouble []string
	for line := range strings.Lines(d.log.String()) {
		if strings.Contains(line, "level=ERROR") {
			trouble = append(trouble, line)
		}
	}
	return strings.Join(trouble, "")
}

// End stops the daemon; what it logged of trouble is an error.
func (d *Daemon) End() error {
	if trouble := d.stop(); trouble != "" {
		return fmt.Errorf("the daemon had trouble: %s", trouble)
	}
	return nil
}
