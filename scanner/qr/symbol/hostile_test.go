package symbol

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// worstTries is the most that Decode may try to mend: each block as it is, and
// the first that fails with more and more of its codewords left out.
func worstTries(l *Layout) int {
	worst := 0
	for _, blocks := range divisions[l.Version-1] {
		worst = max(worst, blocks.count*(1+blocks.checks/2))
	}
	return formatTries * worst
}

// written is a grid with sound function patterns and format information, and
// modules that data gives.
func written(t testing.TB, version int, level decoder.ErrorCorrectionLevel, data func(x, y int) float32) (*Layout, []float32) {
	l, grid := encoded(t, "x", level, version, "UTF-8")
	for _, at := range l.data {
		grid[at] = data(int(at)%l.Size, int(at)/l.Size)
	}
	return l, grid
}

// Surfaces that are sound as codewords go, since every codeword is zero.
func TestMasksAloneAreNoPayload(t *testing.T) {
	var d Decoder
	for version := 1; version <= 10; version++ {
		for mask := range 8 {
			l, grid := written(t, version, decoder.ErrorCorrectionLevel_L, func(x, y int) float32 {
				if masked(mask, x, y) {
					return -1
				}
				return 1
			})
			word := formatWords[1<<3|mask] // level L
			for i, at := range formatPlaces(l.Size) {
				grid[at] = 1
				if word>>(14-i%15)&1 == 1 {
					grid[at] = -1
				}
			}
			if got, err := d.Decode(l, grid); err == nil {
				t.Fatalf("mask %d of version %d was read as %q", mask, version, got)
			}
		}
	}
}

// Everything fits but the data.
func TestSoundPatternsAroundNoiseAreNotRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var d Decoder
	for i := range 3000 {
		l, grid := written(t, 1+i%14, levels[i%4], func(_, _ int) float32 { return float32(rng.NormFloat64()) })
		before := d.corrector.tries
		if got, err := d.Decode(l, grid); err == nil {
			t.Fatalf("version %d: noise was read as %q", l.Version, got)
		}
		if tries := d.corrector.tries - before; tries > worstTries(l) {
			t.Fatalf("version %d: %d tries", l.Version, tries)
		}
	}
}

// Two cards over each other, one glossy: what is read is one or the other.
func TestMixedSymbolsAreNotReadAsAThird(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var d Decoder
	read := 0
	for i := range 600 {
		a, b := fmt.Sprintf("001090%06d||Nguyễn Văn An", i), fmt.Sprintf("001190%06d||Trần Thị Bình", 7*i)
		l, grid := encoded(t, a, levels[i%4], 7, "UTF-8")
		_, other := encoded(t, b, levels[i%4], 7, "UTF-8")
		share := float32(rng.Float64())
		for k := range grid {
			if rng.IntN(3) == 0 {
				grid[k] = (1-share)*grid[k] + share*other[k] + float32(0.3*rng.NormFloat64())
			}
		}
		got, err := d.Decode(l, grid)
		if err != nil {
			continue
		}
		if read++; string(got) != a && string(got) != b {
			t.Fatalf("%q and %q were read as %q", a, b, got)
		}
	}
	if read == 0 {
		t.Error("none was read: the test tests nothing")
	}
}

func FuzzDecode(f *testing.F) {
	for _, version := range []int{1, 2, 7, 14} {
		l, grid := encoded(f, "001090000011", decoder.ErrorCorrectionLevel_M, version, "UTF-8")
		seed := make([]byte, len(grid))
		for i, v := range grid {
			seed[i] = byte(int8(100 * v))
		}
		f.Add(l.Size, seed)
	}
	f.Add(21, make([]byte, 21*21))
	f.Add(0, []byte{})
	f.Fuzz(func(t *testing.T, size int, modules []byte) {
		l := LayoutOf(size)
		if l == nil {
			return
		}
		grid := make([]float32, size*size)
		for i := range grid[:min(len(grid), len(modules))] {
			grid[i] = float32(int8(modules[i]))
		}
		var d Decoder
		got, err := d.Decode(l, grid)
		if err == nil && (len(got) == 0 || len(got) > 3*size*size/8) {
			t.Fatalf("%d bytes out of %d modules", len(got), len(grid))
		}
		if d.corrector.tries > worstTries(l) {
			t.Fatalf("%d tries to mend, at most %d", d.corrector.tries, worstTries(l))
		}
	})
}
