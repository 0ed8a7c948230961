package frames

import (
	"math"
	"math/rand/v2"
)

// sheet is a flat thing: a card, a telephone, paper. In millimetres.
type sheet struct {
	width, height float64
	codes         []code
	paper, ink    float64 // grey levels
	desk          float64 // what it lies on
	marks         []mark
	cells         [][]int32  // marks by square millimetre, row by row
	view          homography // from picture to sheet
	wave          [2]float64 // phases of what is printed behind everything
}

// mark is a printed bar, a crumb, a letter's stroke.
type mark struct{ x0, y0, x1, y1, grey float64 }

// quietZone is what is left white around a code, in modules (ISO/IEC 18004
// wants 4; cards have less).
const quietZone = 3

func newSheet(rng *rand.Rand, k Knobs) *sheet {
	s := &sheet{width: 85.6, height: 53.98, desk: 30 + 150*rng.Float64()} // ISO/IEC 7810 ID-1
	middle := 110 + 25*rng.Float64()
	s.paper, s.ink = middle+105*k.Contrast, middle-95*k.Contrast
	s.wave = [2]float64{6 * rng.Float64(), 6 * rng.Float64()}
	switch k.Kind {
	case Card, Small:
		s.add(cardCode(rng, k.Says, 6, 4), side(k.Kind), s.width-side(k.Kind)-3-3*rng.Float64(), 3+3*rng.Float64())
	case Phone:
		s.width, s.height = 68, 140
		side := 35 + 20*rng.Float64()
		s.add(cardCode(rng, k.Says, 4, 7), side, (s.width-side)/2, 30+40*rng.Float64())
	case Several:
		s.width, s.height = 85, 60
		for i := range 2 + rng.IntN(3) {
			s.add(cardCode(rng, k.Says, 6, 4), side(k.Kind), 5+float64(i%2)*45+10*rng.Float64(), 4+float64(i/2)*28+5*rng.Float64())
		}
	case Text:
		s.width, s.height = 148, 105
	}
	s.print(rng, k.Kind)
	for range k.Dirt {
		x, y, r := s.width*rng.Float64(), s.height*rng.Float64(), 0.1+0.5*rng.Float64()
		s.marks = append(s.marks, mark{x - r, y - r, x + r, y + r, 255 * rng.Float64()})
	}
	s.sort()
	return s
}

// side is how wide a code is, in millimetres.
func side(kind Kind) float64 {
	if kind == Small {
		return 18
	}
	return 20
}

func (s *sheet) add(c code, side, x, y float64) {
	c.side, c.x, c.y = side, x, y
	s.codes = append(s.codes, c)
}

// print puts lines of letters about the codes, and a portrait.
func (s *sheet) print(rng *rand.Rand, kind Kind) {
	line, letter := 4.0, 0.8
	if kind == Text {
		line, letter = 1.6+1.5*rng.Float64(), 0.4
	}
	for y := 4.0; y < s.height-4; y += line * (1 + 0.5*rng.Float64()) {
		for x := 4.0; x < s.width-4; x += letter * (1 + rng.Float64()) {
			m := mark{x, y, x + letter*(0.4+0.6*rng.Float64()), y + line*(0.1+0.5*rng.Float64()), s.ink + (s.paper-s.ink)*0.4*rng.Float64()}
			if rng.IntN(4) > 0 && !s.quiet(m) {
				s.marks = append(s.marks, m)
			}
		}
	}
	portrait := mark{5, s.height - 30, 25, s.height - 6, 60 + 80*rng.Float64()}
	if (kind == Card || kind == Small || kind == Nothing) && !s.quiet(portrait) {
		s.marks = append(s.marks, portrait)
	}
}

// quiet tells whether a mark would lie in or about a code.
func (s *sheet) quiet(m mark) bool {
	for _, c := range s.codes {
		zone := quietZone * c.side / float64(len(c.dark))
		if m.x1 > c.x-zone && m.x0 < c.x+c.side+zone && m.y1 > c.y-zone && m.y0 < c.y+c.side+zone {
			return true
		}
	}
	return false
}

// sort puts the marks into square millimetres, to find them quickly.
func (s *sheet) sort() {
	s.cells = make([][]int32, int(s.width+1)*int(s.height+1))
	for i, m := range s.marks {
		for y := max(0, int(m.y0)); y <= int(min(m.y1, s.height)); y++ {
			for x := max(0, int(m.x0)); x <= int(min(m.x1, s.width)); x++ {
				s.cells[y*int(s.width+1)+x] = append(s.cells[y*int(s.width+1)+x], int32(i))
			}
		}
	}
}

// grey is what is at a place of the sheet.
func (s *sheet) grey(u, v float64) float64 {
	list := s.cells[int(v)*int(s.width+1)+int(u)]
	for i := len(list) - 1; i >= 0; i-- { // the last lies on top
		if m := &s.marks[list[i]]; u >= m.x0 && u < m.x1 && v >= m.y0 && v < m.y1 {
			return m.grey
		}
	}
	for i := range s.codes {
		c := &s.codes[i]
		n := float64(len(c.dark))
		x, y := (u-c.x)/c.side*n, (v-c.y)/c.side*n
		switch {
		case x >= 0 && y >= 0 && x < n && y < n:
			if c.dark[int(y)][int(x)] {
				return s.ink
			}
			return s.paper
		case x > -quietZone && y > -quietZone && x < n+quietZone && y < n+quietZone:
			return s.paper
		}
	}
	return s.paper + 10*math.Sin(2*u+s.wave[0])*math.Sin(1.7*v+3*math.Sin(0.4*u+s.wave[1])) - 10
}
