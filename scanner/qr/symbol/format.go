package symbol

import "slices"

// format is what a symbol says of itself: error correction level (two bits, as
// they lie in the symbol) and mask.
type format struct {
	level, mask int
	// fit is the agreement of the modules with it, 1: all of them.
	fit float32
	// turned tells that the symbol is seen in a mirror.
	turned bool
}

// formatPlaces lists y*size+x of the two copies of the format information, 15
// bits each, the highest first (7.9.1).
func formatPlaces(size int) []int {
	at := func(x, y int) int { return y*size + x }
	var list []int
	for x := range 6 {
		list = append(list, at(x, 8))
	}
	list = append(list, at(7, 8), at(8, 8), at(8, 7))
	for y := 5; y >= 0; y-- {
		list = append(list, at(8, y))
	}
	for y := size - 1; y >= size-7; y-- {
		list = append(list, at(8, y))
	}
	for x := size - 8; x < size; x++ {
		list = append(list, at(x, 8))
	}
	return list
}

// formatWords are the 32 words of the (15,5) BCH code, masked as in a symbol.
var formatWords = func() (words [32]uint16) {
	for i := range words {
		rest := i << 10
		for bit := 14; bit >= 10; bit-- {
			if rest>>bit&1 == 1 {
				rest ^= 0x537 << (bit - 10)
			}
		}
		words[i] = uint16(i<<10|rest) ^ 0x5412
	}
	return words
}()

// formats ranks the formats that a grid can have, best first. Comparing how
// sure each module is tells more than counting wrong ones.
func formats(l *Layout, grid []float32) []format {
	places := formatPlaces(l.Size)
	list := make([]format, 0, 2*len(formatWords))
	for _, turned := range []bool{false, true} {
		var seen [15]float32
		var all float32
		for i, at := range places {
			if turned {
				at = at%l.Size*l.Size + at/l.Size
			}
			seen[i%15] += grid[at]
			all += max(grid[at], -grid[at])
		}
		for i, word := range formatWords {
			var sum float32
			for bit, v := range seen {
				if word>>(14-bit)&1 == 1 { // dark
					v = -v
				}
				sum += v
			}
			list = append(list, format{level: i >> 3, mask: i & 7, fit: sum / max(all, 1e-6), turned: turned})
		}
	}
	slices.SortStableFunc(list, func(a, b format) int {
		switch {
		case a.fit > b.fit:
			return -1
		case a.fit < b.fit:
			return 1
		}
		return 0
	})
	return list
}

// masked tells whether the data module in column x of row y is inverted under a
// mask (7.8.2).
func masked(mask, x, y int) bool {
	switch mask {
	case 0:
		return (y+x)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (y+x)%3 == 0
	case 4:
		return (y/2+x/3)%2 == 0
	case 5:
		return y*x%2+y*x%3 == 0
	case 6:
		return (y*x%2+y*x%3)%2 == 0
	}
	return ((y+x)%2+y*x%3)%2 == 0
}
