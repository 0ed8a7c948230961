package symbol

import (
	"errors"
	"math"
	"slices"
)

// mostWritten is the last version without version information: 106 bytes.
const mostWritten = 6

// ErrTooLong is a text that does not fit.
var ErrTooLong = errors.New("too long for a code on the screen")

// Write makes the smallest symbol that holds a text of at most 106 bytes, for
// a screen to show: rows of modules, true is dark. It wants a light margin of
// four modules.
func Write(text string) ([][]bool, error) {
	for version := 1; version <= mostWritten; version++ {
		l := LayoutOf(17 + 4*version)
		blocks := divisions[version-1][levelM]
		room := len(l.data)/8 - blocks.count*blocks.checks
		if len(text)+2 > room { // mode, length and end are two bytes
			continue
		}
		return l.draw(interleaved(segment(text, room), blocks)), nil
	}
	return nil, ErrTooLong
}

// segment is a text in byte mode, filled up (7.4.5, 7.4.10).
func segment(text string, room int) []byte {
	const byteMode = 4
	data := []byte{byteMode<<4 | byte(len(text)>>4)}
	half := byte(len(text) & 15)
	for _, b := range []byte(text) {
		data = append(data, half<<4|b>>4)
		half = b & 15
	}
	data = append(data, half<<4)
	for pad := byte(0xec); len(data) < room; pad ^= 0xec ^ 0x11 {
		data = append(data, pad)
	}
	return data
}

// interleaved divides data into blocks, adds check codewords and takes one of
// each block in turn (7.6).
func interleaved(data []byte, d division) (out []byte) {
	short, longer := len(data)/d.count, len(data)%d.count
	var blocks, checks [][]byte
	for i := range d.count {
		n := short
		if i >= d.count-longer {
			n++
		}
		blocks, checks = append(blocks, data[:n]), append(checks, remainder(data[:n], d.checks))
		data = data[n:]
	}
	for _, columns := range [][][]byte{blocks, checks} {
		for i := range len(columns[len(columns)-1]) {
			for _, b := range columns {
				if i < len(b) {
					out = append(out, b[i])
				}
			}
		}
	}
	return out
}

// remainder is what dividing by the generator polynomial leaves: n check
// codewords (7.5.2).
func remainder(data []byte, n int) []byte {
	generator := []byte{1}
	for i := range n {
		next := append(slices.Clone(generator), 0)
		for k, g := range generator {
			next[k+1] ^= mul(g, exp[i])
		}
		generator = next
	}
	rest := append(slices.Clone(data), make([]byte, n)...)
	for i := range data {
		factor := rest[i]
		for k, g := range generator {
			rest[i+k] ^= mul(g, factor)
		}
	}
	return rest[len(data):]
}

// draw puts codewords in their places, under the mask that reads best.
func (l *Layout) draw(codewords []byte) (best [][]bool) {
	least := math.MaxInt
	for mask := range 8 {
		drawn := l.under(mask, codewords)
		if p := penalty(drawn); p < least {
			best, least = drawn, p
		}
	}
	return best
}

func (l *Layout) under(mask int, codewords []byte) [][]bool {
	rows := make([][]bool, l.Size)
	for y := range rows {
		rows[y] = make([]bool, l.Size)
	}
	for _, m := range l.Fixed {
		rows[m.Y][m.X] = m.Dark
	}
	for i, at := range l.data {
		x, y := int(at)%l.Size, int(at)/l.Size
		dark := i/8 < len(codewords) && codewords[i/8]>>(7-i%8)&1 == 1
		rows[y][x] = dark != masked(mask, x, y)
	}
	word := formatWords[levelM<<3|mask]
	for i, at := range formatPlaces(l.Size) {
		rows[at/l.Size][at%l.Size] = word>>(14-i%15)&1 == 1
	}
	rows[l.Size-8][8] = true // always
	return rows
}

// penalty is how badly a symbol reads (7.8.3.1).
func penalty(rows [][]bool) (p int) {
	n, dark := len(rows), 0
	at := func(x, y int, turned bool) bool {
		if turned {
			x, y = y, x
		}
		return rows[y][x]
	}
	for y := range n {
		for _, turned := range []bool{false, true} {
			p += linePenalty(n, func(x int) bool { return at(x, y, turned) })
		}
		for x := range n {
			if rows[y][x] {
				dark++
			}
			if x > 0 && y > 0 && rows[y][x] == rows[y-1][x] && rows[y][x] == rows[y][x-1] && rows[y][x] == rows[y-1][x-1] {
				p += 3
			}
		}
	}
	share := 100 * dark / (n * n)
	return p + max(share-50, 50-share)/5*10
}

// linePenalty counts runs of one colour, and what looks like a finder.
func linePenalty(n int, dark func(int) bool) (p int) {
	const finder = 0b1011101
	run, seen := 0, 0
	for x := range n {
		if x > 0 && dark(x) == dark(x-1) {
			run++
		} else {
			run = 1
		}
		switch {
		case run == 5:
			p += 3
		case run > 5:
			p++
		}
		seen = seen << 1 & 0x7ff
		if dark(x) {
			seen |= 1
		}
		if x >= 10 && (seen == finder || seen == finder<<4) {
			p += 40
		}
	}
	return p
}
