package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
)

// Whatever comes down the serial line, a good code between two terminators is
// decided.
func TestNoiseOnTheLineHidesNoGoodCode(t *testing.T) {
	withNoise(t, newReadyRig(t, settings{SiteType: "road"}), 500_000)
}

// And memory stays as it is: measured on the program as it is shipped, since
// the race detector has memory of its own.
func TestNoiseLeavesMemoryFlat(t *testing.T) {
	r := newReadyRig(t, settings{SiteType: "road"})
	r.program = buildShipped(t)
	before, after := withNoise(t, r, 10_000_000)
	t.Logf("RssAnon %d kB, then %d kB", before>>10, after>>10)
	if after > before+4<<20 {
		t.Errorf("memory grew from %d to %d bytes", before, after)
	}
}

// buildShipped builds the daemon as it goes to boxes.
func buildShipped(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "checkpointd")
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// withNoise feeds so many bytes of noise on a road lane, where the same card
// may come again, and tells the daemon's memory half way and at the end.
func withNoise(t *testing.T, r *rig, total int) (before, after int) {
	t.Helper()
	const seed = 2021
	d := r.start()
	d.awaitReader(true)
	n := &noise{rng: rand.New(rand.NewPCG(seed, 3)), cards: r.province.green}
	started := time.Now()
	n.feed(r, total/2)
	d.awaitEnd(r)
	before = d.anonymousMemory()
	n.feed(r, total/2)
	d.awaitEnd(r)
	after = d.anonymousMemory()
	t.Logf("%d bytes of noise, %d good codes, %s", n.bytes, len(n.good), time.Since(started).Round(time.Millisecond))
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, d.log.String())
	}
	var admitted []string
	for _, r := range r.province.read(t, r.settings.State) {
		if r.Kind == checkpoint.RecordDecision && r.Verdict == checkpoint.Admit {
			admitted = append(admitted, r.Number)
		}
	}
	compare(t, admitted, n.good)
	return before, after
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	for i, number := range want {
		if i >= len(got) || got[i] != number {
			t.Fatalf("of %d good codes %d were admitted; the first that is missing or out of turn is number %d", len(want), len(got), i)
		}
	}
	if len(got) > len(want) {
		t.Errorf("%d good codes shown, %d admitted", len(want), len(got))
	}
}

// noise is a broken scanner: random bytes, with good codes in between.
type noise struct {
	rng   *rand.Rand
	cards []string
	bytes int      // fed so far, without the good codes
	good  []string // numbers of the good codes fed, in order
}

// feed writes so many bytes of noise, with a good code about every 4 kB.
func (n *noise) feed(r *rig, total int) {
	r.t.Helper()
	for end := n.bytes + total; n.bytes < end; {
		piece := n.piece()
		n.bytes += len(piece)
		if n.rng.IntN(4) == 0 {
			card := n.cards[len(n.good)%len(n.cards)]
			n.good = append(n.good, numberOf(card))
			piece = fmt.Append(piece, "\r", card, "\r")
		}
		_, err := r.scanner.Master.Write(piece)
		r.must(err)
	}
}

// piece is one stretch of noise, 1 kB on average.
func (n *noise) piece() []byte {
	switch n.rng.IntN(8) {
	case 0: // one byte stuck, beyond the longest code at times
		return bytes.Repeat([]byte{[]byte{0, '\r', '\n', ' ', 'A', '|', 0x7f, 0xff}[n.rng.IntN(8)]}, 1+n.rng.IntN(6000))
	case 1: // what codes are made of
		return n.draw("0123456789|$/:-*{}\" ABCDEFHKLPT\xc4\x91\xe1\xbb\x85\r")
	case 2: // a broken keyboard of terminators
		return n.draw("\r\n\t\x00 x")
	default:
		b := make([]byte, n.rng.IntN(1200))
		for i := range b {
			b[i] = byte(n.rng.UintN(256))
		}
		return b
	}
}

func (n *noise) draw(alphabet string) []byte {
	b := make([]byte, n.rng.IntN(1200))
	for i := range b {
		b[i] = alphabet[n.rng.IntN(len(alphabet))]
	}
	return b
}

// awaitEnd waits until the daemon has worked off everything that was written:
// it takes scans in turn, so a card that asks for the guard, shown last, comes
// last.
func (d *process) awaitEnd(r *rig) {
	d.t.Helper()
	r.scan("")
	r.scan(r.province.cards["amber"])
	d.awaitStatus("the last card", func(s control.Status) bool {
		return s.Lanes[0].State == checkpoint.StateWaiting.String()
	})
	r.must(d.client.Decide(d.t.Context(), control.Decide{Answer: "denied"}))
}

// anonymousMemory is what the daemon holds of memory that no file backs, in
// bytes.
func (d *process) anonymousMemory() int {
	d.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kB, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				d.t.Fatal(err)
			}
			return kB << 10
		}
	}
	d.t.Fatal("no RssAnon in /proc/PID/status")
	return 0
}
