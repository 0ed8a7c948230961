package frames

import (
	"math"
	"math/rand/v2"
)

// scene is a thing with a code on it, in millimetres, and where the camera is.
type scene struct {
	rng           *rand.Rand
	kind          Kind
	dark          [][]bool
	width, height float64 // of card or telephone
	codeX, codeY  float64 // top left of the symbol
	codeSide      float64
	paper, ink    float64 // grey levels
	inverted      bool
	strokes       []stroke
	view          [9]float64 // picture -> thing
	wave          [4]float64 // printed background, or moiré of a screen
	desk          float64
}

// stroke is a printed bar: a letter's part, a line, a portrait.
type stroke struct{ x0, y0, x1, y1, grey float64 }

func newScene(rng *rand.Rand, kind Kind, f *Frame) *scene {
	s := &scene{rng: rng, kind: kind, width: 85.6, height: 53.98, codeSide: 20, desk: 30 + 150*rng.Float64()}
	s.paper, s.ink = 170+70*rng.Float64(), 15+50*rng.Float64()
	if kind == Small {
		s.codeSide = 18
	}
	s.codeX, s.codeY = s.width-s.codeSide-3-3*rng.Float64(), 3+3*rng.Float64()
	if kind == Phone {
		s.width, s.height = 68, 140
		s.codeSide = 35 + 20*rng.Float64()
		s.codeX, s.codeY = (s.width-s.codeSide)/2, 30+40*rng.Float64()
		s.inverted = rng.IntN(12) == 0
	}
	if kind != Nothing {
		text := payload(rng)
		f.Payload = []byte(text)
		s.dark = symbol(rng, text, kind == Phone)
	}
	s.print()
	s.look(f)
	for i := range s.wave {
		s.wave[i] = rng.Float64()
	}
	return s
}

// print puts lines of letters and a portrait beside the code.
func (s *scene) print() {
	quiet := func(x, y float64) bool {
		return s.kind != Nothing && x > s.codeX-4 && x < s.codeX+s.codeSide+4 && y > s.codeY-4 && y < s.codeY+s.codeSide+4
	}
	for y := 4.0; y < s.height-4; y += 4 + 2*s.rng.Float64() {
		for x := 4.0; x < s.width-4; x += 0.8 + s.rng.Float64() {
			if quiet(x, y) || quiet(x+1, y+2) || s.rng.IntN(4) == 0 {
				continue
			}
			s.strokes = append(s.strokes, stroke{x, y, x + 0.3 + 0.5*s.rng.Float64(), y + 0.5 + 2*s.rng.Float64(), s.ink + 60*s.rng.Float64()})
		}
	}
	s.strokes = append(s.strokes, stroke{5, s.height - 30, 25, s.height - 6, 60 + 80*s.rng.Float64()})
}

// look places the camera: a pinhole of 1,000 pixels focal length.
func (s *scene) look(f *Frame) {
	const focal = 1000
	distance := 70 * math.Pow(2.7, s.rng.Float64())
	if s.kind == Phone {
		distance *= 1.9
	}
	if s.dark != nil {
		f.Module = s.codeSide * focal / distance / float64(len(s.dark))
	}
	turn, about := 2*math.Pi*s.rng.Float64(), 2*math.Pi*s.rng.Float64()
	tilt := f.Tilt * math.Pi / 180
	// A turn in the plane, then a tilt about an axis that lies in it.
	r := rotation(about, tilt, turn)
	// The code is seen about the middle of the picture.
	cx, cy := s.codeX+s.codeSide/2, s.codeY+s.codeSide/2
	px, py := (s.rng.Float64()-0.5)*0.3*distance, (s.rng.Float64()-0.5)*0.15*distance
	h := [9]float64{
		focal*r[0] + Width/2*r[6], focal*r[1] + Width/2*r[7], 0,
		focal*r[3] + Height/2*r[6], focal*r[4] + Height/2*r[7], 0,
		r[6], r[7], 0,
	}
	tx, ty, tz := px-(r[0]*cx+r[1]*cy), py-(r[3]*cx+r[4]*cy), distance-(r[6]*cx+r[7]*cy)
	h[2], h[5], h[8] = focal*tx+Width/2*tz, focal*ty+Height/2*tz, tz
	s.view = invert(h)
}

// rotation turns by turn in the plane and tilts by tilt about an axis at about.
func rotation(about, tilt, turn float64) [9]float64 {
	z := func(a float64) [9]float64 {
		sin, cos := math.Sincos(a)
		return [9]float64{cos, -sin, 0, sin, cos, 0, 0, 0, 1}
	}
	sin, cos := math.Sincos(tilt)
	x := [9]float64{1, 0, 0, 0, cos, -sin, 0, sin, cos}
	return times(times(z(about), x), z(turn-about))
}

func times(a, b [9]float64) (c [9]float64) {
	for i := range 3 {
		for j := range 3 {
			c[3*i+j] = a[3*i]*b[j] + a[3*i+1]*b[3+j] + a[3*i+2]*b[6+j]
		}
	}
	return c
}

func invert(h [9]float64) [9]float64 {
	return [9]float64{
		h[4]*h[8] - h[5]*h[7], h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		h[5]*h[6] - h[3]*h[8], h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		h[3]*h[7] - h[4]*h[6], h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}
}
