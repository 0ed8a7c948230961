package frames_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/scanner/qr"
	"checkpoint/scanner/qr/frames"
	"checkpoint/scanner/qr/symbol"
)

// Of a round of traps, each is read as modules, and some as pictures, which take a
// hundred times as long. Some rounds have a whole frame.
const (
	roundOf      = 1000
	pictureEvery = 50
	frameEvery   = 4 // rounds
)

// soaking is one worker's part of the soak, and what it has seen.
type soaking struct {
	t       *testing.T
	seed    uint64
	reader  qr.Reader
	decoder symbol.Decoder
	count   counts
	slowest time.Duration
	slow    string
}

type counts struct {
	traps, read      [frames.TrapKinds]int // as modules
	pictures, seen   int                   // traps as pictures, and codes read in them
	speckles, frames int
}

func (c *counts) add(d *counts) {
	for k := range c.traps {
		c.traps[k] += d.traps[k]
		c.read[k] += d.read[k]
	}
	c.pictures, c.seen = c.pictures+d.pictures, c.seen+d.seen
	c.speckles, c.frames = c.speckles+d.speckles, c.frames+d.frames
}

// What is read is what was drawn, or nothing: in symbols that are damaged in
// every way, as modules and as pictures, and in whole frames without a code.
func TestSoakNoWrongPayload(t *testing.T) {
	soak(t, (*soaking).look).report()
}

// Nothing is read in pictures of nothing but chance.
func TestSoakNothingInSpecks(t *testing.T) {
	all := soak(t, (*soaking).specks)
	t.Logf("seed %d: %d pictures of specks; most processor time of one %v: %s", all.seed, all.count.speckles, all.slowest, all.slow)
}

// soak has all processors look at rounds of a thousand. CHECKPOINT_SOAK is how many,
// without it a few; CHECKPOINT_SEED is their seed.
func soak(t *testing.T, look func(w *soaking, round uint64)) *soaking {
	rounds, seed := environment("CHECKPOINT_SOAK", 2), environment("CHECKPOINT_SEED", 1)
	workers := make([]soaking, runtime.GOMAXPROCS(0))
	var next atomic.Uint64
	var group sync.WaitGroup
	started := time.Now()
	for i := range workers {
		group.Go(func() {
			runtime.LockOSThread() // its processor time is measured
			defer runtime.UnlockOSThread()
			w := &workers[i]
			w.t, w.seed = t, seed
			for round := next.Add(1) - 1; round < rounds && !t.Failed(); round = next.Add(1) - 1 {
				look(w, round)
				if done := round + 1; done%500 == 0 {
					fmt.Fprintf(os.Stderr, "%.1f million after %v\n", float64(done)/1000, time.Since(started).Round(time.Second))
				}
			}
		})
	}
	group.Wait()
	all := &soaking{t: t, seed: seed}
	for i := range workers {
		w := &workers[i]
		all.count.add(&w.count)
		if w.slowest > all.slowest {
			all.slowest, all.slow = w.slowest, w.slow
		}
	}
	return all
}

// report tells what was shown and read. A soak in which nothing can be read
// would show nothing.
func (w *soaking) report() {
	t, c := w.t, &w.count
	total := 0
	for k := range frames.TrapKinds {
		total += c.traps[k]
		t.Logf("%-15s %8d traps, %8d read", k, c.traps[k], c.read[k])
		random := k == frames.RandomData || k == frames.RandomModules || k == frames.BareMask
		if c.read[k] == 0 && !random {
			t.Errorf("%v: none was read: none of them comes near a wrong payload", k)
		}
	}
	t.Logf("seed %d: %d traps as modules; %d of them as pictures, in which %d codes were read; %d frames without a code; most processor time of a picture %v: %s",
		w.seed, total, c.pictures, c.seen, c.frames, w.slowest, w.slow)
	if c.seen == 0 {
		t.Error("no picture of a trap was read")
	}
}

func environment(name string, usual uint64) uint64 {
	if v, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return v
	}
	return usual
}

// look is at a round's traps and what goes with them.
func (w *soaking) look(round uint64) {
	traps := frames.NewTraps(w.seed)
	for n := round * roundOf; n < (round+1)*roundOf; n++ {
		trap := traps.Trap(n)
		w.count.traps[trap.Kind]++
		if payload, err := w.decoder.Decode(symbol.LayoutOf(trap.Size), trap.Modules); err == nil {
			w.count.read[trap.Kind]++
			w.allowed(n, "modules", &trap, payload)
		}
		if n%pictureEvery == 0 {
			pix, side := trap.Picture()
			w.count.pictures++
			for _, c := range w.read(qr.Image{Pix: pix, Width: side, Height: side, Stride: side}, "trap", n) {
				w.count.seen++
				w.allowed(n, "picture", &trap, c.Payload)
			}
		}
	}
	if round%frameEvery == 0 {
		kind := []frames.Kind{frames.Nothing, frames.Text, frames.Scene, frames.Noise}[round/frameEvery%4]
		f := frames.Make(kind, w.seed, round, -1)
		w.count.frames++
		w.nothing(qr.Image{Pix: f.Pix, Width: frames.Width, Height: frames.Height, Stride: frames.Width}, string(kind), round)
	}
}

// specks are a round of small pictures without any code.
func (w *soaking) specks(round uint64) {
	for n := round * roundOf; n < (round+1)*roundOf; n++ {
		pix, width, height := frames.Speckle(w.seed, n)
		w.count.speckles++
		w.nothing(qr.Image{Pix: pix, Width: width, Height: height, Stride: width}, "specks", n)
	}
}

// nothing is read where no code is.
func (w *soaking) nothing(m qr.Image, what string, n uint64) {
	for _, c := range w.read(m, what, n) {
		w.t.Errorf("seed %d, %s %d: read %q where no code is", w.seed, what, n, c.Payload)
	}
}

// read remembers the slowest picture.
func (w *soaking) read(m qr.Image, what string, n uint64) []qr.Code {
	before := threadTime()
	codes := w.reader.Read(m)
	if took := threadTime() - before; took > w.slowest {
		w.slowest, w.slow = took, fmt.Sprintf("%s %d, %d × %d", what, n, m.Width, m.Height)
	}
	return codes
}

func threadTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

func (w *soaking) allowed(n uint64, as string, trap *frames.Trap, payload []byte) {
	w.t.Helper()
	if !slices.ContainsFunc(trap.Payloads, func(p []byte) bool { return bytes.Equal(p, payload) }) {
		w.t.Errorf("seed %d number %d (%v), as %s: read %q of %q", w.seed, n, trap.Kind, as, payload, trap.Payloads)
	}
}
