package main

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

// daemon is a running checkpointd with scanners and the trace of its gates.
type daemon struct {
	*control.Client
	process  *exec.Cmd
	stations []*station
	log      bytes.Buffer // read once the process has ended
	trace    *os.File
}

// setting is what differs between the daemons measured.
type setting struct {
	journal string // where the journal lies, if not in the state directory
	broker  string // none: the box has no link
}

// start runs a daemon with lanes "1", "2", … on a province's box, whose journal
// begins anew, and waits until it reads its scanners.
func (b *bench) start(ctx context.Context, p *province, lanes int, s setting) (*daemon, error) {
	run := filepath.Join(p.dir, "run")
	if err := errors.Join(os.RemoveAll(run), os.MkdirAll(run, 0o755), emptyJournal(p, s.journal)); err != nil {
		return nil, err
	}
	d := &daemon{Client: control.NewClient(run)}
	config := fmt.Sprintf(boxConfig, p.state(), run)
	if s.broker != "" {
		config += fmt.Sprintf("\n[mqtt]\nbroker = %q\n", s.broker)
	}
	for n := range lanes {
		s, err := newStation(fmt.Sprint(n + 1))
		if err != nil {
			return nil, err
		}
		d.stations = append(d.stations, s)
		config += fmt.Sprintf(laneConfig, s.lane, s.scanner.Path)
	}
	return d, b.launch(ctx, d, run, config)
}

func (b *bench) launch(ctx context.Context, d *daemon, run, config string) error {
	path, trace := filepath.Join(run, "checkpoint.toml"), filepath.Join(run, "trace")
	if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
		return err
	}
	if err := d.openTrace(trace); err != nil {
		return err
	}
	d.process = exec.CommandContext(ctx, filepath.Join(b.bin, "checkpointd"), "--config", path, "--trace", trace)
	d.process.Stderr = &d.log
	d.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.process.Start(); err != nil {
		return err
	}
	return d.ready(ctx)
}

func emptyJournal(p *province, dir string) error {
	name := filepath.Join(p.state(), "journal")
	if err := os.RemoveAll(name); err != nil || dir == "" {
		return err
	}
	return errors.Join(os.Mkdir(dir, 0o700), os.Symlink(dir, name))
}

// openTrace makes the trace a pipe, so that edges arrive when they happen and
// cost the disk nothing. Opened for both directions it waits for nobody.
func (d *daemon) openTrace(path string) (err error) {
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return fmt.Errorf("make trace: %w", err)
	}
	if d.trace, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return err
	}
	go follow(d.trace, d.stations) // ends with close
	return nil
}

// ready waits until all scanners are read.
func (d *daemon) ready(ctx context.Context) error {
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
func (d *daemon) stop() string {
	_ = d.process.Process.Signal(syscall.SIGTERM)
	_ = d.process.Wait()
	d.trace.Close()
	for _, s := range d.stations {
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

// end stops the daemon; what it logged of trouble is an error.
func (d *daemon) end() error {
	if trouble := d.stop(); trouble != "" {
		return fmt.Errorf("the daemon had trouble: %s", trouble)
	}
	return nil
}
