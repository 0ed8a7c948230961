package frames

import (
	"math"
	"math/rand/v2"
)

// homography maps one plane to another, row by row.
type homography [9]float64

func (h *homography) at(x, y float64) (u, v float64) {
	z := h[6]*x + h[7]*y + h[8]
	return (h[0]*x + h[1]*y + h[2]) / z, (h[3]*x + h[4]*y + h[5]) / z
}

// focal is the camera's, in pixels: 65° across the picture, as web cameras have.
const focal = 1000

// look places a pinhole camera: as far off as modules are to be wide, turned
// any way, the sheet tilted about any axis that lies in it, and then by yaw and
// pitch about the picture's own.
func (s *sheet) look(rng *rand.Rand, k Knobs) {
	across, modules := 20.0, 45.0
	if len(s.codes) > 0 {
		across, modules = s.codes[0].side, float64(len(s.codes[0].dark))
	}
	distance := across * focal / k.Module / modules
	turn, about := 2*math.Pi*rng.Float64(), 2*math.Pi*rng.Float64()
	r := times(times(turned(about), tilted(k.Tilt*math.Pi/180)), turned(turn-about))
	r = times(yawed(k.Yaw*math.Pi/180), times(tilted(-k.Pitch*math.Pi/180), r))
	// The code, or the sheet's middle, is seen about the middle of the picture.
	cx, cy := s.width/2, s.height/2
	if len(s.codes) == 1 {
		cx, cy = s.codes[0].x+across/2, s.codes[0].y+across/2
	}
	px, py := (rng.Float64()-0.5)*0.3*distance, (rng.Float64()-0.5)*0.15*distance
	if len(s.codes) > 1 {
		px, py = px/5, py/5
	}
	tx, ty, tz := px-(r[0]*cx+r[1]*cy), py-(r[3]*cx+r[4]*cy), distance-(r[6]*cx+r[7]*cy)
	s.view = inverse(homography{
		focal*r[0] + Width/2*r[6], focal*r[1] + Width/2*r[7], focal*tx + Width/2*tz,
		focal*r[3] + Height/2*r[6], focal*r[4] + Height/2*r[7], focal*ty + Height/2*tz,
		r[6], r[7], tz,
	})
}

func turned(angle float64) homography {
	sin, cos := math.Sincos(angle)
	return homography{cos, -sin, 0, sin, cos, 0, 0, 0, 1}
}

func tilted(angle float64) homography {
	sin, cos := math.Sincos(angle)
	return homography{1, 0, 0, 0, cos, -sin, 0, sin, cos}
}

func yawed(angle float64) homography {
	sin, cos := math.Sincos(angle)
	return homography{cos, 0, -sin, 0, 1, 0, sin, 0, cos}
}

func times(a, b homography) (c homography) {
	for i := range 3 {
		for j := range 3 {
			c[3*i+j] = a[3*i]*b[j] + a[3*i+1]*b[3+j] + a[3*i+2]*b[6+j]
		}
	}
	return c
}

// inverse is the inverse but for a factor, which a homography does not mind.
func inverse(h homography) homography {
	return homography{
		h[4]*h[8] - h[5]*h[7], h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		h[5]*h[6] - h[3]*h[8], h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		h[3]*h[7] - h[4]*h[6], h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}
}

// samples a side that a pixel about a code is made of.
const samples = 3

// render draws the sheet on its desk: light that leaves it, 0 to 255.
func (s *sheet) render(k Knobs) []float32 {
	plane := make([]float32, Width*Height)
	linear := linearLight(k.Gamma)
	for y := range Height {
		for x := range Width {
			n := 1
			if u, v := s.view.at(float64(x), float64(y)); s.near(u, v) {
				n = samples
			}
			var sum float32
			for j := range n {
				for i := range n {
					sum += linear[s.seen(float64(x)+(float64(i)+0.5)/float64(n)-0.5, float64(y)+(float64(j)+0.5)/float64(n)-0.5, k.Inverted)]
				}
			}
			plane[y*Width+x] = sum / float32(n*n)
		}
	}
	return plane
}

// near tells whether a place is about a code, where edges matter.
func (s *sheet) near(u, v float64) bool {
	for i := range s.codes {
		if c := &s.codes[i]; u > c.x-1 && v > c.y-1 && u < c.x+c.side+1 && v < c.y+c.side+1 {
			return true
		}
	}
	return false
}

func (s *sheet) seen(x, y float64, inverted bool) byte {
	u, v := s.view.at(x, y)
	if u < 0 || v < 0 || u >= s.width || v >= s.height {
		return grey(s.desk + 12*math.Sin(x*0.05+s.wave[0])*math.Sin(y*0.07+x*0.01))
	}
	g := s.grey(u, v)
	if inverted {
		g = s.paper + s.ink - g
	}
	return grey(g)
}

func grey(v float64) byte { return byte(min(255, max(0, v+0.5))) }

// linearLight is how much light makes a grey level of a camera with that gamma.
func linearLight(gamma float64) (light [256]float32) {
	for i := range light {
		light[i] = float32(255 * math.Pow(float64(i)/255, gamma))
	}
	return light
}
