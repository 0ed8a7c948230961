package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"
)

// sink writes down what it is told, in order.
type sink struct {
	mu     sync.Mutex
	events []string
}

func (s *sink) Scan(c checkpoint.Scan) {
	text := string(c.Payload)
	if c.Unreadable {
		text = "?"
	}
	s.add(c.Reader + ": " + text)
}

func (s *sink) Reader(name string, connected bool) {
	s.add(fmt.Sprintf("%s connected=%t", name, connected))
}

func (s *sink) add(e string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

// want takes the events that came since the last call.
func (s *sink) want(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.events, want) {
		t.Fatalf("events = %q, want %q", s.events, want)
	}
	s.events = nil
}

// device is a scanner that can be plugged, unplugged and told what to send.
type device struct {
	mu      sync.Mutex
	plugged bool
	broken  bool // opens, but no read works
	pending []byte
	opened  []time.Time
}

var errGone = errors.New("no such device")

func (d *device) Open() (io.ReadCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, time.Now())
	if !d.plugged {
		return nil, errGone
	}
	d.pending = nil // nothing is kept for a port that nobody has open
	return d, nil
}

func (d *device) Read(p []byte) (int, error) {
	d.mu.Lock()
	n := copy(p, d.pending)
	d.pending = d.pending[n:]
	gone := !d.plugged || d.broken
	d.mu.Unlock()
	switch {
	case n > 0:
		return n, nil
	case gone:
		return 0, errGone
	}
	time.Sleep(20 * time.Millisecond)
	return 0, nil
}

func (d *device) Close() error { return nil }

func (d *device) set(plugged bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.plugged = plugged
}

func (d *device) send(s string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending = append(d.pending, s...)
}

// run starts a reader in the bubble and stops it at the end of the test.
func run(t *testing.T, suffix Suffix, d *device, log io.Writer) *sink {
	got := new(sink)
	r := &Reader{Name: "door", Decode: Bytes(suffix), Open: d.Open, Sink: got, Log: slog.New(slog.NewTextHandler(log, nil))}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { r.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	after(50 * time.Millisecond) // to be opened, if there is anything to open
	return got
}

// after lets fake time pass and everything settle.
func after(d time.Duration) { time.Sleep(d); synctest.Wait() }

func TestUnplugMidCodeThenReplug(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &device{plugged: true}
		got := run(t, CR, d, io.Discard)
		d.send("001090000011\r")
		after(time.Second)
		got.want(t, "door connected=true", "door: 001090000011")

		d.send("00109000")
		after(100 * time.Millisecond)
		d.set(false)
		after(time.Minute)
		got.want(t, "door connected=false")

		d.set(true)
		after(maxWait + 100*time.Millisecond)
		d.send("001090000022\r")
		after(100 * time.Millisecond)
		got.want(t, "door connected=true", "door: 001090000022")
	})
}

func TestMissingReaderIsSaidOnceAndSoughtAtAMeasuredPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := new(device)
		var log bytes.Buffer
		got := run(t, CR, d, &log)
		after(12 * time.Second)
		got.want(t, "door connected=false")
		if n := bytes.Count(log.Bytes(), []byte("\n")); n != 1 {
			t.Errorf("%d log lines for one outage:\n%s", n, &log)
		}
		var waits []time.Duration
		for i := 1; i < len(d.opened); i++ {
			waits = append(waits, d.opened[i].Sub(d.opened[i-1]))
		}
		ms := time.Millisecond
		if want := []time.Duration{100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 2000 * ms, 2000 * ms, 2000 * ms, 2000 * ms}; !slices.Equal(waits, want) {
			t.Errorf("waits = %v, want %v", waits, want)
		}
	})
}

func TestFaultSaysWhyAndOnlyWhileItIsSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &device{plugged: true}
		r := &Reader{Name: "door", Decode: Bytes(CR), Open: d.Open, Sink: new(sink), Log: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.Run(ctx); close(done) }()
		for _, plugged := range []bool{true, false, true} {
			d.set(plugged)
			after(maxWait + time.Second)
			if got := r.Fault(); (got == "") != plugged {
				t.Errorf("plugged %v: fault %q", plugged, got)
			}
		}
		cancel()
		<-done
	})
}

func TestDeviceNodeWithoutDeviceIsNotConnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &device{plugged: true, broken: true}
		got := run(t, CR, d, io.Discard)
		after(10 * time.Second)
		got.want(t, "door connected=false")
	})
}

func TestSilenceEndsACode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &device{plugged: true}
		got := run(t, Silence, d, io.Discard)
		d.send("00109")
		after(60 * time.Millisecond)
		d.send("0000011")
		after(SilenceEnd)
		got.want(t, "door connected=true")
		after(60 * time.Millisecond)
		got.want(t, "door: 001090000011")
	})
}

func TestCodeThatStopsIsSaidUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &device{plugged: true}
		got := run(t, TAB, d, io.Discard)
		d.send("00109")
		after(BrokenAfter + 100*time.Millisecond)
		got.want(t, "door connected=true", "door: ?")
		d.send("001090000022\t")
		after(50 * time.Millisecond)
		got.want(t, "door: 001090000022")
	})
}

func TestParseSuffix(t *testing.T) {
	for suffix := range terminators {
		if got, err := ParseSuffix(string(suffix)); got != suffix || err != nil {
			t.Errorf("ParseSuffix(%s) = %v, %v", suffix, got, err)
		}
	}
	for _, s := range []string{"", "cr", "NUL"} {
		if _, err := ParseSuffix(s); err == nil {
			t.Errorf("ParseSuffix(%q) accepted", s)
		}
	}
}
