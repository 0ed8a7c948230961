package symbol

import "sync"

// Sizes of symbols in modules, version 1 to 40.
const (
	MinSize = 21
	MaxSize = 177
)

// Module is a place of a symbol whose colour is the same in all symbols of
// that size.
type Module struct {
	X, Y int
	Dark bool
}

// Layout is what all symbols of one size have in common (ISO/IEC 18004:2015,
// 6.3). It is not to be changed.
type Layout struct {
	Size    int
	Version int
	// Fixed are the modules of finders, separators, timing and alignment
	// patterns.
	Fixed []Module
	// Alignments are the centres of the alignment patterns.
	Alignments []Module

	known   []bool   // Fixed, as a map of the symbol
	colours []int8   // of them: 1 light, -1 dark; 0 for all others
	inside  []int    // those whose eight neighbours are known as well
	data    []uint16 // y*Size+x of all other modules, in the order of the codewords' bits
}

var layouts [41]struct {
	once sync.Once
	*Layout
}

// LayoutOf is the layout of symbols of size modules, nil where there are none.
func LayoutOf(size int) *Layout {
	if size < MinSize || size > MaxSize || size%4 != 1 {
		return nil
	}
	l := &layouts[(size-17)/4]
	l.once.Do(func() { l.Layout = newLayout(size) })
	return l.Layout
}

func newLayout(size int) *Layout {
	l := &Layout{Size: size, Version: (size - 17) / 4, known: make([]bool, size*size)}
	l.finder(3, 3)
	l.finder(size-4, 3)
	l.finder(3, size-4)
	for i := 8; i < size-8; i++ {
		l.fix(i, 6, i%2 == 0)
		l.fix(6, i, i%2 == 0)
	}
	l.alignments(alignmentCentres(l.Version))
	l.data = l.order()
	l.colours = make([]int8, len(l.known))
	for _, m := range l.Fixed {
		l.colours[m.Y*size+m.X] = 1
		if m.Dark {
			l.colours[m.Y*size+m.X] = -1
		}
	}
	l.inside = l.surrounded()
	return l
}

// Colour of the module at y*Size+x: 1 light, -1 dark, 0 not the same in all
// symbols.
func (l *Layout) Colour(at int) int8 { return l.colours[at] }

// Surrounded lists the modules, y*Size+x, whose colour is known and whose eight
// neighbours' too.
func (l *Layout) Surrounded() []int { return l.inside }

func (l *Layout) surrounded() (list []int) {
	for y := 1; y < l.Size-1; y++ {
		for x := 1; x < l.Size-1; x++ {
			all := true
			for k := range 9 {
				all = all && l.known[(y+k/3-1)*l.Size+x+k%3-1]
			}
			if all {
				list = append(list, y*l.Size+x)
			}
		}
	}
	return list
}

func (l *Layout) fix(x, y int, dark bool) {
	if x < 0 || y < 0 || x >= l.Size || y >= l.Size || l.known[y*l.Size+x] {
		return
	}
	l.known[y*l.Size+x] = true
	l.Fixed = append(l.Fixed, Module{x, y, dark})
}

// finder is three squares in each other, and the light separator around them.
func (l *Layout) finder(cx, cy int) {
	for y := -4; y <= 4; y++ {
		for x := -4; x <= 4; x++ {
			ring := max(x, -x, y, -y)
			l.fix(cx+x, cy+y, ring == 3 || ring <= 1)
		}
	}
}

func (l *Layout) alignments(at []int) {
	for _, cy := range at {
		for _, cx := range at {
			if corner := l.Size - 9; cx < 9 && cy < 9 || cx > corner && cy < 9 || cx < 9 && cy > corner {
				continue // a finder is there
			}
			l.Alignments = append(l.Alignments, Module{cx, cy, true})
			for y := -2; y <= 2; y++ {
				for x := -2; x <= 2; x++ {
					l.fix(cx+x, cy+y, max(x, -x, y, -y) != 1)
				}
			}
		}
	}
}

// order lists the modules of the codewords' bits: upwards and downwards in
// pairs of columns from the right, leaving out the vertical timing pattern
// (7.7.3).
func (l *Layout) order() []uint16 {
	free := make([]bool, len(l.known))
	for i, known := range l.known {
		free[i] = !known
	}
	for _, at := range formatPlaces(l.Size) {
		free[at] = false
	}
	free[(l.Size-8)*l.Size+8] = false // the module that is always dark
	if l.Version >= 7 {
		for i := range 18 {
			free[(i/3)*l.Size+l.Size-11+i%3], free[(l.Size-11+i%3)*l.Size+i/3] = false, false
		}
	}
	var list []uint16
	up := true
	for right := l.Size - 1; right > 0; right -= 2 {
		if right == 6 {
			right--
		}
		for i := range l.Size {
			y := i
			if up {
				y = l.Size - 1 - i
			}
			for x := right; x > right-2; x-- {
				if at := y*l.Size + x; free[at] {
					list = append(list, uint16(at))
				}
			}
		}
		up = !up
	}
	return list
}
