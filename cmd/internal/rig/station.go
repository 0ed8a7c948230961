package rig

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/console/control"
	"checkpoint/device/serial/pty"
)

// patience is how long an edge may take before the benchmark gives up.
const patience = 5 * time.Second

// Station is one lane seen from outside: the scanner's end of its serial port,
// and the edges of its pins.
type Station struct {
	lane    string
	scanner *pty.Pair
	edges   chan edge
	pins    map[string]edge // the last edge of each pin; none: off
}

// edge is one line of the trace.
type edge struct {
	at  int64 // CLOCK_MONOTONIC, ns: the same for every process of the machine
	pin string
	on  bool
}

func newStation(lane string) (*Station, error) {
	p, err := pty.Open()
	if err != nil {
		return nil, err
	}
	return &Station{lane: lane, scanner: p, edges: make(chan edge, 1024), pins: map[string]edge{}}, nil
}

// follow hands the trace's edges to their lanes until it ends.
func follow(trace io.Reader, stations []*Station) {
	lines := bufio.NewScanner(trace)
	for lines.Scan() {
		e, lane, err := parseEdge(lines.Text())
		if err != nil {
			continue // the edge that is missing then is named by whoever waits for it
		}
		for _, s := range stations {
			if s.lane == lane {
				s.edges <- e
			}
		}
	}
}

func parseEdge(line string) (e edge, lane string, err error) {
	var level int
	_, err = fmt.Sscanf(line, "%d %s %d %s", &e.at, &e.pin, &level, &lane)
	e.on = level == 1
	return e, lane, err
}

// Await returns when the pin went to that level, which may be in the past.
func (s *Station) Await(ctx context.Context, pin string, on bool) (at int64, err error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for s.pins[pin].on != on {
		select {
		case e := <-s.edges:
			s.pins[e.pin] = e
		case <-late.C:
			return 0, fmt.Errorf("lane %s: no edge of %s in %s", s.lane, pin, patience)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return s.pins[pin].at, nil
}

// settle is what a scanner's last byte lies behind the ones before: those are
// read by then.
const settle = 5 * time.Millisecond

// Load sends a code but its terminator.
func (s *Station) Load(payload string) error {
	if _, err := io.WriteString(s.scanner.Master, payload); err != nil {
		return err
	}
	time.Sleep(settle)
	return nil
}

// Fire sends the terminator and returns the moment just before.
func (s *Station) Fire() (int64, error) {
	at := monotonic()
	_, err := s.scanner.Master.Write([]byte{'\r'})
	return at, err
}

func monotonic() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // cannot fail on Linux
	return t.Nano()
}

// Darken makes the green lamp dark long before its 3 s are over, as the next
// person does: one whom the guard is asked about (amber is the code), and sends
// away. Without it the next green would be no edge.
func (s *Station) Darken(ctx context.Context, d *Daemon, amber string) error {
	if err := s.Load(amber); err != nil {
		return err
	}
	if _, err := s.Fire(); err != nil {
		return err
	}
	if _, err := s.Await(ctx, "amber", true); err != nil {
		return err
	}
	if err := d.Decide(ctx, control.Decide{Lane: s.lane, Answer: "denied"}); err != nil {
		return err
	}
	return s.Rest(ctx, "green")
}

// Rest waits until the relay and the other pins named are off.
func (s *Station) Rest(ctx context.Context, pins ...string) error {
	for _, pin := range append(pins, "relay") {
		if _, err := s.Await(ctx, pin, false); err != nil {
			return err
		}
	}
	return nil
}
