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
