//go:build linux

package scanner_test

import (
	"os"
	"strconv"
	"testing"

	"checkpoint/scanner"
	"checkpoint/scanner/readertest"
)

// benches are all kinds of readers.
var benches = map[string]func(*testing.T) readertest.Bench{
	"serial":              newSerial,
	"replay":              newReplay,
	"keyboard":            func(t *testing.T) readertest.Bench { return newKeyboard(t, scanner.AnyEnd) },
	"keyboard with Enter": func(t *testing.T) readertest.Bench { return newKeyboard(t, scanner.CR) },
	"HID-POS":             newPOS,
	"camera":              newCamera,
}

func TestConformance(t *testing.T) {
	for kind, bench := range benches {
		for _, c := range readertest.Cases() {
			t.Run(kind+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				c.Run(t, func() readertest.Bench { return bench(t) })
			})
		}
	}
}

// TestOneCardOnTwoKindsOfReaders: a lane takes the same card once, however two
// readers spell it: typed in any way that keeps its letters, or reported with
// the suffix that serial scanners need.
func TestOneCardOnTwoKindsOfReaders(t *testing.T) {
	for _, e := range readertest.Encodings() {
		if !e.Whole {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			keyboard := newKeyboard(t, scanner.AnyEnd)
			keyboard.encoding = e
			both := []readertest.Bench{keyboard, suffixed{newPOS(t)}}
			for _, c := range readertest.Cases() {
				if c.Name == readertest.SameCard {
					c.Run(t, func() (b readertest.Bench) { b, both = both[0], both[1:]; return b })
				}
			}
		})
	}
}

// suffixed is a scanner that sends CR LF after each code.
type suffixed struct{ readertest.Bench }

func (s suffixed) Send(code string) error { return s.Bench.Send(code + "\r\n") }

// TestUnplugSoak: a thousand times with CHECKPOINT_SOAK, a few without. Not in
// parallel: it counts what is left over in the whole process.
func TestUnplugSoak(t *testing.T) {
	cycles := 25
	if n, err := strconv.Atoi(os.Getenv("CHECKPOINT_SOAK")); err == nil {
		cycles = 5 * n
	}
	for kind, bench := range benches {
		t.Run(kind, func(t *testing.T) { readertest.Cycles(t, bench(t), cycles) })
	}
}
