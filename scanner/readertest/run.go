package readertest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/scanner"
)

// within is how long a case waits for what must come. It only passes when
// something is broken: a loaded machine, or an emulated one, is slow.
const within = 60 * time.Second

// retry keeps cases short; a box waits longer before it seeks a lost device.
const retry = 5 * time.Millisecond

// result is what a reader made of what it was sent.
type result struct {
	text       string
	unreadable bool
}

func (r result) String() string {
	if r.unreadable {
		return "an unreadable code"
	}
	return fmt.Sprintf("%.200q", r.text)
}

// running is a reader at work, as its sink sees it.
type running struct {
	t      T
	bench  Bench
	scans  chan checkpoint.Scan
	states chan bool
}

func (r *running) Scan(s checkpoint.Scan)          { r.scans <- s }
func (r *running) Reader(_ string, connected bool) { r.states <- connected }

// start runs the bench's reader until the case ends, and waits for it to be
// connected.
func start(t T, b Bench) *running {
	t.Helper()
	r := &running{t: t, bench: b, scans: make(chan checkpoint.Scan, 1024), states: make(chan bool, 1024)}
	run(t, b, b.Reader(r))
	r.connected(true)
	return r
}

// run runs a reader until the case ends.
func run(t T, b Bench, reader *scanner.Reader) {
	reader.Log, reader.Retry = slog.New(slog.DiscardHandler), retry
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); reader.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done; b.Close() })
}

// do ends the case when the bench itself is broken.
func (r *running) do(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("bench: %v", err)
	}
}

func (r *running) connected(want bool) {
	r.t.Helper()
	select {
	case got := <-r.states:
		if got != want {
			r.t.Fatalf("the reader says connected = %t, want %t", got, want)
		}
	case <-time.After(within):
		r.t.Fatalf("the reader does not say connected = %t", want)
	}
}

func (r *running) next() result {
	r.t.Helper()
	select {
	case s := <-r.scans:
		if s.Unreadable != (len(s.Payload) == 0) || s.At.IsZero() {
			r.t.Fatalf("scan of %d bytes, unreadable %t, at %v", len(s.Payload), s.Unreadable, s.At)
		}
		return result{string(s.Payload), s.Unreadable}
	case <-time.After(within):
		r.t.Fatalf("no scan")
	}
	return result{}
}

// code takes one code. Where a pause ends one, a machine that was held up while
// it sent may have made several of it: then whole is false.
func (r *running) code(want string) (whole bool) {
	r.t.Helper()
	got := r.next()
	for text := got.text; ; text += r.next().text {
		if text == want {
			return got.text == want
		}
		if got.unreadable || !r.bench.PauseEnds() || !strings.HasPrefix(want, text) {
			r.t.Fatalf("%v came out, want %.200q", got, want)
		}
	}
}

// tries is how often a code may come out in pieces before that is the reader's
// fault.
const tries = 20

// show sends a code until it comes out whole.
func (r *running) show(send func(code string) error, code string) {
	r.t.Helper()
	for range tries {
		r.do(send(code))
		if r.code(code) {
			return
		}
	}
	r.t.Fatalf("%.200q never came out in one piece", code)
}

// nothing tells that no scan is waiting; call it after one that came last.
func (r *running) nothing() {
	r.t.Helper()
	if n := len(r.scans); n != 0 {
		r.t.Fatalf("%d scans too many", n)
	}
}
