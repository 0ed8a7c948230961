package readers_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/readers"
)

// sink hands on what a reader tells.
type sink struct {
	scans  chan checkpoint.Scan
	states chan bool
}

func newSink() sink { return sink{make(chan checkpoint.Scan, 8), make(chan bool, 8)} }

func (s sink) Scan(c checkpoint.Scan)       { s.scans <- c }
func (s sink) Reader(_ string, there bool)  { s.states <- there }
func (s sink) connected(t *testing.T) bool  { return wait(t, s.states) }
func (s sink) next(t *testing.T) (c string) { return string(wait(t, s.scans).Payload) }

func wait[V any](t *testing.T, c <-chan V) (v V) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came")
	}
	return v
}

// run runs a reader until stop, which waits for it.
func run(c config.Reader, s sink, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); readers.New(c, s, log).Run(ctx) }()
	return func() { cancel(); <-done }
}

func TestAMissingDeviceIsToldWithTheNextStep(t *testing.T) {
	for _, kind := range []string{config.KindSerial, config.KindKeyboard, config.KindHIDPOS, config.KindCamera, config.KindReplay} {
		var log bytes.Buffer
		s := newSink()
		stop := run(config.Reader{Name: "door", Kind: kind, Path: "/dev/no-such-scanner"}, s, slog.New(slog.NewTextHandler(&log, nil)))
		if s.connected(t) {
			t.Errorf("%s: connected", kind)
		}
		stop()
		if !strings.Contains(log.String(), "reader=door") || !strings.Contains(log.String(), "/dev/no-such-scanner") {
			t.Errorf("%s: %s", kind, &log)
		}
	}
}

// Whatever a path leads to, a reader does not take another device for its own.
func TestAnotherDeviceIsNotTaken(t *testing.T) {
	for kind, hint := range map[string]string{config.KindSerial: "not a serial port", config.KindKeyboard: "no keyboard", config.KindHIDPOS: "HID-POS mode", config.KindCamera: "this is no camera"} {
		var log bytes.Buffer
		s := newSink()
		stop := run(config.Reader{Name: "door", Kind: kind, Path: "/dev/null"}, s, slog.New(slog.NewTextHandler(&log, nil)))
		if s.connected(t) {
			t.Errorf("%s: /dev/null is connected", kind)
		}
		stop()
		if !strings.Contains(log.String(), hint) {
			t.Errorf("%s: %s, want %q", kind, &log, hint)
		}
	}
}

func TestReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "codes")
	if err := os.WriteFile(path, []byte("001090000011\nthe second\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSink()
	stop := run(config.Reader{Name: "door", Kind: config.KindReplay, Path: path}, s, slog.New(slog.DiscardHandler))
	defer stop()
	if !s.connected(t) {
		t.Error("not connected")
	}
	began := time.Now()
	if got := s.next(t); got != "001090000011" {
		t.Errorf("played %q", got)
	}
	if got := s.next(t); got != "the second" || time.Since(began) < readers.ReplayPace/2 {
		t.Errorf("played %q after %v", got, time.Since(began))
	}
}
