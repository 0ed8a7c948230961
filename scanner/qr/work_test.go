package qr

import (
	"math/rand/v2"
	"testing"
)

// tiled is a picture full of finders of the given module, a distance apart.
func tiled(width, height, module, apart int, noise float64) Image {
	rng := rand.New(rand.NewPCG(1, uint64(module*1000+apart)))
	m := Image{Pix: make([]byte, width*height), Width: width, Height: height, Stride: width}
	for i := range m.Pix {
		x, y := i%width/module%apart, i/width/module%apart
		v := 200.0
		if ring := max(x-3, 3-x, y-3, 3-y); ring == 3 || ring <= 1 {
			v = 40
		}
		m.Pix[i] = byte(min(255, max(0, v+noise*rng.NormFloat64())))
	}
	return m
}

// What is tried in a picture is bounded, whatever it shows. Work is counted
// and not timed.
func TestWorkIsBounded(t *testing.T) {
	var r Reader
	for _, m := range []Image{
		tiled(1280, 720, 2, 9, 0), tiled(1280, 720, 3, 8, 4), tiled(1280, 720, 4, 14, 12), tiled(640, 480, 5, 23, 2), tiled(1280, 720, 9, 10, 30),
	} {
		if codes := r.Read(m); len(codes) > 0 {
			t.Fatalf("finders alone were read as %q", codes[0].Payload)
		}
		if r.laid > maxLaid {
			t.Errorf("%d symbols were laid over one picture", r.laid)
		}
		for p := range passes {
			r.pass(m, p)
			if n := max(len(r.found.list), len(r.light.list)); n > maxFound {
				t.Errorf("pass %d kept %d finders", p, n)
			}
		}
	}
}
