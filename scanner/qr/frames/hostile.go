package frames

import (
	"math/rand/v2"
	"slices"
)

// Trap is a symbol that invites a decoder to read what is not there.
type Trap struct {
	Kind     TrapKind
	Size     int       // modules a side
	Modules  []float32 // row by row: above 0 light, below 0 dark, the further the surer
	Payloads [][]byte  // what was truly drawn, however damaged; none: nothing may be read

	rng *rand.Rand // what Picture goes on with
}

// TrapKind is how a trap is laid.
type TrapKind int

// The kinds.
const (
	RandomData    TrapKind = iota // right finders and format, random elsewhere
	RandomModules                 // all modules
	Flipped                       // modules of a code, from few to far beyond correction
	Mixed                         // modules of two codes
	Mosaic                        // the upper half of one code, the lower of another
	FalseFormat                   // random format bits about a code
	FalsePatterns                 // finders, timing and alignment patterns of a code damaged
	BareMask                      // nothing but a mask: all codewords are 0, which checks
	Part                          // a code that ends on one side
	Unsure                        // a code of which some modules mean nothing and say so
	TrapKinds
)

func (k TrapKind) String() string {
	return [...]string{"random data", "random modules", "modules flipped", "two mixed", "mosaic of two", "false format", "false patterns", "bare mask", "part of a code", "unsure modules"}[k]
}

// Traps are those of a seed. It is for one goroutine.
type Traps struct {
	seed  uint64
	batch uint64 // of those drawn, from 1
	drawn []symbol
}

// symbol is one as the library draws it.
type symbol struct {
	payload []byte
	dark    [][]bool
}

// Traps of one batch take their symbols, all of one version, from a few:
// drawing one takes longer than damaging and reading it ten times.
const (
	batchOf = 500
	symbols = 12
)

// NewTraps are the traps of a seed.
func NewTraps(seed uint64) *Traps { return &Traps{seed: seed} }

// Trap is number n. Its modules are good until the next call.
func (s *Traps) Trap(n uint64) Trap {
	if batch := n/batchOf + 1; batch != s.batch {
		s.batch, s.drawn = batch, s.drawn[:0]
		rng := stream(s.seed, batch, ofKnobs)
		version := 1 + rng.IntN(4)
		for range symbols {
			payload, dark := little(rng, version)
			s.drawn = append(s.drawn, symbol{payload, dark})
		}
	}
	rng := stream(s.seed, n, ofThing)
	first := rng.IntN(symbols)
	other := (first + 1 + rng.IntN(symbols-1)) % symbols
	t := Trap{Kind: TrapKind(rng.IntN(int(TrapKinds))), Size: len(s.drawn[first].dark), rng: rng}
	t.lay(&s.drawn[first], &s.drawn[other])
	return t
}

// lay damages the first symbol, or mixes the other into it.
func (t *Trap) lay(first, other *symbol) {
	rng, n := t.rng, t.Size
	t.Payloads = [][]byte{first.payload}
	share := rng.Float64()
	random := func() bool { return rng.IntN(2) == 0 }
	set := func(dark func(x, y int) bool) {
		t.Modules = make([]float32, n*n)
		for i := range t.Modules {
			t.Modules[i] = 1
			if dark(i%n, i/n) {
				t.Modules[i] = -1
			}
		}
	}
	is := func(x, y int) bool { return first.dark[y][x] }
	finder := func(x, y int) bool { return x < 9 && y < 9 || x >= n-8 && y < 9 || x < 9 && y >= n-8 }
	switch t.Kind {
	case RandomData:
		t.Payloads = nil
		set(func(x, y int) bool { return finder(x, y) && is(x, y) || !finder(x, y) && random() })
	case RandomModules:
		t.Payloads = nil
		set(func(int, int) bool { return random() })
	case Flipped:
		set(func(x, y int) bool { return is(x, y) != (rng.Float64() < share*share/3) })
	case Mixed:
		t.Payloads = append(t.Payloads, other.payload)
		set(func(x, y int) bool {
			if rng.Float64() < share {
				return other.dark[y][x]
			}
			return is(x, y)
		})
	case Mosaic:
		t.Payloads = append(t.Payloads, other.payload)
		set(func(x, y int) bool {
			if float64(y) < share*float64(n) {
				return is(x, y)
			}
			return other.dark[y][x]
		})
	case FalseFormat:
		set(func(x, y int) bool {
			if finder(x, y) && (x == 8 || y == 8) {
				return random()
			}
			return is(x, y)
		})
	case FalsePatterns:
		set(func(x, y int) bool {
			if finder(x, y) && x != 8 && y != 8 || x == 6 || y == 6 {
				return is(x, y) != (rng.Float64() < share)
			}
			return is(x, y)
		})
	case BareMask:
		t.Payloads = nil
		set(func(x, y int) bool { return finder(x, y) && is(x, y) || !finder(x, y) && (x+y)%2 == 0 })
	case Part:
		set(func(x, y int) bool { return float64(x) < share*float64(n) && is(x, y) })
	case Unsure:
		set(is)
	}
	t.doubt(share)
}

// doubt makes modules less sure than others, and some of [Unsure] ones
// nothing but chance.
func (t *Trap) doubt(share float64) {
	if t.Kind != Unsure && t.rng.IntN(2) == 0 {
		return
	}
	for i := range t.Modules {
		t.Modules[i] *= 0.2 + 0.8*t.rng.Float32()
		if t.Kind == Unsure && t.rng.Float64() < share*0.6 {
			t.Modules[i] *= float32(0.3 * t.rng.NormFloat64())
		}
	}
}

// Picture is the trap as a small picture, side × side.
func (t *Trap) Picture() (pix []byte, side int) {
	module := 2 + t.rng.IntN(2)
	edge := t.rng.IntN(5) * module
	side = t.Size*module + 2*edge
	pix = make([]byte, side*side)
	dark, light, noise := 10+t.rng.IntN(90), 130+t.rng.IntN(120), t.rng.IntN(30)
	for i := range pix {
		x, y := (i%side-edge+module)/module-1, (i/side-edge+module)/module-1
		v := light
		if x >= 0 && y >= 0 && x < t.Size && y < t.Size && t.Modules[y*t.Size+x] < 0 {
			v = dark
		}
		pix[i] = byte(min(255, max(0, v+t.rng.IntN(2*noise+1)-noise)))
	}
	return pix, side
}

// Speckle is small picture number n of a seed that shows nothing but chance:
// grains of one to six pixels, of any greys or of two.
func Speckle(seed, n uint64) (pix []byte, width, height int) {
	rng := stream(seed, n, ofSensor)
	width, height = 21+rng.IntN(60), 21+rng.IntN(60)
	grain, two := 1+rng.IntN(6), rng.IntN(2) == 0
	across := (width + grain - 1) / grain
	var row []byte
	for y := range height {
		if y%grain == 0 {
			row = slices.Grow(row[:0], across)[:across]
			for i := range row {
				row[i] = byte(rng.Uint32())
				if two {
					row[i] = 40 + 170*(row[i]&1)
				}
			}
		}
		for x := range width {
			pix = append(pix, row[x/grain])
		}
	}
	return pix, width, height
}

// little is a symbol of a few digits.
func little(rng *rand.Rand, version int) ([]byte, [][]bool) {
	text := make([]byte, 4+rng.IntN(10))
	for i := range text {
		text[i] = '0' + byte(rng.IntN(10))
	}
	dark, err := modules(string(text), version, levels[rng.IntN(len(levels))])
	if err != nil { // 13 digits fit the smallest symbol at any level
		panic(err)
	}
	return text, dark
}
