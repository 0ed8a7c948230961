package frames

import (
	"math"
	"math/rand/v2"
)

// scenery is a picture of things that are no code: heads, windows, fences,
// and what looks like a finder pattern without being part of a code.
func scenery(rng *rand.Rand, k Knobs) []float32 {
	levels := make([]float64, Width*Height)
	slope, middle := rng.NormFloat64()*60, 60+120*rng.Float64()
	for i := range levels {
		levels[i] = middle + slope*(float64(i/Width)/Height-0.5)
	}
	for range 15 + rng.IntN(40) {
		t := thing{x: Width * rng.Float64(), y: Height * rng.Float64(), a: 8 * math.Pow(30, rng.Float64()), grey: 255 * rng.Float64(), other: 255 * rng.Float64()}
		t.b = t.a * (0.4 + 1.2*rng.Float64())
		t.sin, t.cos = math.Sincos(math.Pi * rng.Float64())
		t.shape = shape(rng.IntN(int(shapes)))
		t.step = 3 + 20*rng.Float64()
		t.draw(levels)
	}
	linear := linearLight(k.Gamma)
	plane := make([]float32, len(levels))
	for i, v := range levels {
		plane[i] = linear[grey(v)]
	}
	return plane
}

type shape int

const (
	head   shape = iota // an ellipse with eyes and a mouth
	window              // panes
	fence               // bars
	rings               // round, and 1:1:3:1:1 from every side
	square              // a finder pattern alone
	shapes
)

// thing is something in a scene, in pixels.
type thing struct {
	x, y, a, b, sin, cos, grey, other, step float64
	shape
}

func (t *thing) draw(levels []float64) {
	r := max(t.a, t.b) * 1.5
	for y := max(0, int(t.y-r)); y < min(Height, int(t.y+r)); y++ {
		for x := max(0, int(t.x-r)); x < min(Width, int(t.x+r)); x++ {
			dx, dy := float64(x)-t.x, float64(y)-t.y
			if g, ok := t.at((dx*t.cos+dy*t.sin)/t.a, (dy*t.cos-dx*t.sin)/t.b); ok {
				levels[y*Width+x] = g
			}
		}
	}
}

// at is the thing's grey at a place that has the thing between -1 and 1.
func (t *thing) at(u, v float64) (float64, bool) {
	far, round := max(math.Abs(u), math.Abs(v)), math.Hypot(u, v)
	either := func(first bool) (float64, bool) {
		if first {
			return t.grey, true
		}
		return t.other, true
	}
	switch {
	case t.shape == head && round < 1:
		eyes := math.Hypot(math.Abs(u)-0.35, v+0.25) < 0.12
		mouth := math.Abs(v-0.45) < 0.06 && math.Abs(u) < 0.35
		return either(!eyes && !mouth)
	case t.shape == window && far < 1:
		return either(math.Mod(far*4+4, 1) > 0.15 && math.Abs(u) > 0.05 && math.Abs(v) > 0.05)
	case t.shape == fence && far < 1:
		return either(math.Mod((u+1)*t.a, t.step) < t.step/2)
	case t.shape == rings && round < 1:
		return either(inFinder(round))
	case t.shape == square && far < 1:
		return either(inFinder(far))
	}
	return 0, false
}

// inFinder tells a finder pattern's dark places from its light ones, by how far
// they are from its middle: 3 of 7 modules, 5 of 7, the edge.
func inFinder(far float64) bool { return far < 3.0/7 || far > 5.0/7 }

// grains is random grey.
func grains(rng *rand.Rand, k Knobs) []float32 {
	linear := linearLight(k.Gamma)
	size := 1 + rng.IntN(12)
	two := rng.IntN(2) == 0 // black and white only
	across := Width/size + 1
	grain := make([]byte, across*(Height/size+1))
	for i := range grain {
		grain[i] = byte(rng.IntN(256))
		if two {
			grain[i] = 20 + 200*(grain[i]&1)
		}
	}
	plane := make([]float32, Width*Height)
	for i := range plane {
		plane[i] = linear[grain[i/Width/size*across+i%Width/size]]
	}
	return plane
}
