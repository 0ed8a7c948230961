// Package symbol reads the modules of a QR code, each with how sure its colour
// is, as the bytes it carries (ISO/IEC 18004:2015), and writes small ones for a
// screen. It knows nothing of pictures.
//
// Codewords whose modules were doubtful count as unknown rather than as wrong
// where that helps: Reed-Solomon mends twice as many of them. The result is
// always confirmed by check codewords that were not needed for mending.
package symbol

import (
	"errors"
	"fmt"
	"slices"
)

// Errors of Decode. None says anything about the payload.
var (
	ErrFormat   = errors.New("no format information")
	ErrTooBad   = errors.New("too many modules are wrong")
	ErrSegments = errors.New("the bits make no sense")
)

// Decoder reads symbols one after the other and keeps its memory.
type Decoder struct {
	corrector corrector
	words     []word
	block     []byte
	sure      []float32
	doubtful  []int
	order     []int
	data      []byte
}

// word is a codeword with how sure its most doubtful module is.
type word struct {
	value byte
	sure  float32
}

// Bounds of what is tried.
const (
	minFormatFit = 0.35 // of 1; by chance the best of 64 is seldom above 0.6 of pure noise
	formatTries  = 2
	// spareDoubtful check codewords confirm a block that was mended with
	// doubtful ones left out: a random block passes with odds of 1 in 2^32.
	spareDoubtful = 4
)

// Decode gives the payload of a grid of l.Size × l.Size modules, row by row:
// above 0 light, below 0 dark, 0 unknown, and the further the surer. Any scale
// will do. The payload is UTF-8 wherever the symbol says or shows what it is,
// and otherwise the bytes as they are.
func (d *Decoder) Decode(l *Layout, grid []float32) ([]byte, error) {
	if len(grid) != l.Size*l.Size {
		return nil, fmt.Errorf("%w: %d modules of %d", ErrTooBad, len(grid), l.Size*l.Size)
	}
	err := ErrFormat
	for _, f := range formats(l, grid)[:formatTries] {
		if f.fit < minFormatFit {
			break
		}
		var payload []byte
		if payload, err = d.decodeAs(l, grid, f); err == nil {
			return payload, nil
		}
	}
	return nil, err
}

func (d *Decoder) decodeAs(l *Layout, grid []float32, f format) ([]byte, error) {
	d.read(l, grid, f)
	d.data = d.data[:0]
	blocks := divisions[l.Version-1][f.level]
	for i := range blocks.count {
		d.take(blocks, i)
		if !d.correct(blocks.checks, reserved(l.Version, f.level)) {
			return nil, ErrTooBad
		}
		d.data = append(d.data, d.block[:len(d.block)-blocks.checks]...)
	}
	payload, err := segments(d.data, l.Version)
	if err == nil && len(payload) == 0 {
		// A plain surface under any mask is a symbol of zeros, which is sound.
		return nil, fmt.Errorf("%w: nothing in it", ErrSegments)
	}
	return payload, err
}

// read takes the codewords out of the grid.
func (d *Decoder) read(l *Layout, grid []float32, f format) {
	d.words = d.words[:0]
	for bits := l.data; len(bits) >= 8; bits = bits[8:] {
		var w word
		w.sure = 1e30
		for _, at := range bits[:8] {
			x, y := int(at)%l.Size, int(at)/l.Size
			v := grid[at]
			if f.turned {
				v = grid[x*l.Size+y]
			}
			w.sure = min(w.sure, max(v, -v))
			w.value <<= 1
			if (v < 0) != masked(f.mask, x, y) {
				w.value |= 1
			}
		}
		d.words = append(d.words, w)
	}
}

// take puts block i together, whose codewords lie one of each block in turn (7.6).
func (d *Decoder) take(blocks division, i int) {
	data := len(d.words)/blocks.count - blocks.checks
	long := len(d.words) % blocks.count // the last ones have one data codeword more
	short := blocks.count - long
	d.block, d.sure = d.block[:0], d.sure[:0]
	put := func(at int) {
		d.block, d.sure = append(d.block, d.words[at].value), append(d.sure, d.words[at].sure)
	}
	for k := range data {
		put(k*blocks.count + i)
	}
	if i >= short {
		put(data*blocks.count + i - short)
	}
	for k := range blocks.checks {
		put(data*blocks.count + long + k*blocks.count + i)
	}
}

// correct mends the block, at first by its checks alone, then with more and
// more of its most doubtful codewords taken as unknown (Forney's generalised
// minimum distance decoding).
func (d *Decoder) correct(checks, spare int) bool {
	if d.corrector.load(d.block, checks) || d.corrector.mend(d.block, nil, spare) {
		return true
	}
	d.order = d.order[:0]
	for i := range d.block {
		d.order = append(d.order, i)
	}
	slices.SortStableFunc(d.order, func(a, b int) int {
		switch {
		case d.sure[a] < d.sure[b]:
			return -1
		case d.sure[a] > d.sure[b]:
			return 1
		}
		return 0
	})
	spare = max(spare, spareDoubtful)
	for n := 2; n <= checks-spare; n += 2 {
		d.doubtful = append(d.doubtful[:0], d.order[:n]...)
		if d.corrector.mend(d.block, d.doubtful, spare) {
			return true
		}
	}
	return false
}

// reserved is how many check codewords of the smallest symbols are for
// detecting errors only (Table 9, p).
func reserved(version, level int) int {
	switch {
	case version == 1 && level == levelL:
		return 3
	case version == 1 && level == levelM, version == 2 && level == levelL:
		return 2
	case version == 1, version == 3 && level == levelL:
		return 1
	}
	return 0
}

// Levels of correction as the format tells them (table 12).
const (
	levelM = iota
	levelL
)
