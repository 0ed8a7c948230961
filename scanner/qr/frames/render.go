package frames

import "math"

// samples a side that a pixel is made of.
const samples = 3

// render draws the thing on a desk, without light.
func (s *scene) render(f *Frame) []float32 {
	cells := s.cells()
	plane := make([]float32, Width*Height)
	for y := range Height {
		for x := range Width {
			var sum float64
			n := samples
			if !s.near(x, y) {
				n = 1
			}
			for j := range n {
				for i := range n {
					sum += s.grey(float64(x)+(float64(i)+0.5)/float64(n)-0.5, float64(y)+(float64(j)+0.5)/float64(n)-0.5, cells)
				}
			}
			plane[y*Width+x] = float32(sum / float64(n*n))
		}
	}
	return plane
}

func (s *scene) to(x, y float64) (u, v float64) {
	z := s.view[6]*x + s.view[7]*y + s.view[8]
	return (s.view[0]*x + s.view[1]*y + s.view[2]) / z, (s.view[3]*x + s.view[4]*y + s.view[5]) / z
}

// near tells whether a pixel is about the code, where edges matter.
func (s *scene) near(x, y int) bool {
	u, v := s.to(float64(x), float64(y))
	return u > s.codeX-1 && v > s.codeY-1 && u < s.codeX+s.codeSide+1 && v < s.codeY+s.codeSide+1
}

// cells sorts the strokes by millimetre, to find them quickly.
func (s *scene) cells() map[[2]int][]stroke {
	cells := map[[2]int][]stroke{}
	for _, k := range s.strokes {
		for y := int(k.y0); y <= int(k.y1); y++ {
			for x := int(k.x0); x <= int(k.x1); x++ {
				cells[[2]int{x, y}] = append(cells[[2]int{x, y}], k)
			}
		}
	}
	return cells
}

func (s *scene) grey(x, y float64, cells map[[2]int][]stroke) float64 {
	u, v := s.to(x, y)
	if u < 0 || v < 0 || u >= s.width || v >= s.height {
		return s.desk + 12*math.Sin(x*0.05+6*s.wave[0])*math.Sin(y*0.07+x*0.01)
	}
	paper, ink := s.paper, s.ink
	if s.inverted {
		paper, ink = ink, paper
	}
	if cu, cv := (u-s.codeX)/s.codeSide, (v-s.codeY)/s.codeSide; s.dark != nil && cu > -0.08 && cv > -0.08 && cu < 1.08 && cv < 1.08 {
		if cu >= 0 && cv >= 0 && cu < 1 && cv < 1 && s.dark[int(cv*float64(len(s.dark)))][int(cu*float64(len(s.dark)))] {
			return ink
		}
		return paper
	}
	for _, k := range cells[[2]int{int(u), int(v)}] {
		if u >= k.x0 && u < k.x1 && v >= k.y0 && v < k.y1 {
			return k.grey
		}
	}
	return paper + 10*math.Sin(2*u+9*s.wave[1])*math.Sin(1.7*v+3*math.Sin(0.4*u)) - 10
}

// light puts lamps, shadows and reflections over the picture.
func (s *scene) light(plane []float32, f *Frame) {
	rng := s.rng
	gain := 0.3 + 0.8*math.Pow(rng.Float64(), 0.7)
	gx, gy := (rng.Float64()-0.5)*0.9, (rng.Float64()-0.5)*0.9
	shadow := rng.IntN(4) == 0
	sx, sy, sd := rng.NormFloat64(), rng.NormFloat64(), (rng.Float64()-0.5)*200
	f.Glare = rng.IntN(3) == 0
	bx, by := Width/2+160*rng.NormFloat64(), Height/2+90*rng.NormFloat64()
	bright, wide := 100+400*rng.Float64(), 15+70*rng.Float64()
	squeeze, turn := 1+4*rng.Float64(), math.Pi*rng.Float64()
	sin, cos := math.Sincos(turn)
	pitch, lines := 0.15+0.5*s.wave[2], 0.0
	if s.kind == Phone {
		lines = 0.18 * s.wave[3]
		gain = 0.15 + 0.8*rng.Float64()
	}
	for y := range Height {
		for x := range Width {
			dx, dy := (float64(x)-Width/2)/Width, (float64(y)-Height/2)/Height
			g := gain * (1 + gx*dx + gy*dy) * (1 - 0.5*(dx*dx+dy*dy))
			if shadow && sx*(float64(x)-Width/2)+sy*(float64(y)-Height/2) > sd {
				g *= 0.55
			}
			if lines > 0 { // the screen's own grid against the camera's
				g *= 1 + lines*math.Sin(pitch*float64(x)+0.3*float64(y))*math.Sin(pitch*float64(y)*0.9)
			}
			v := g * float64(plane[y*Width+x])
			if f.Glare {
				ex, ey := float64(x)-bx, float64(y)-by
				a, b := (ex*cos+ey*sin)/wide, (ey*cos-ex*sin)/wide*squeeze
				if d := a*a + b*b; d < 12 {
					v += bright * math.Exp(-d)
				}
			}
			plane[y*Width+x] = float32(v)
		}
	}
}

// blur is out of focus and shaken.
func (s *scene) blur(plane []float32, f *Frame) []float32 {
	f.Blur = 0.4 + 1.5*math.Pow(s.rng.Float64(), 1.6)
	f.Motion = 5 * math.Pow(s.rng.Float64(), 2.5)
	kernel := make([]float32, 1+2*int(math.Ceil(2.5*f.Blur)))
	var sum float32
	for i := range kernel {
		d := float64(i-len(kernel)/2) / f.Blur
		kernel[i] = float32(math.Exp(-d * d / 2))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	plane = convolve(convolve(plane, kernel, 1, 0), kernel, 0, 1)
	if f.Motion < 1 {
		return plane
	}
	along := math.Pi * s.rng.Float64()
	return smear(plane, f.Motion, along)
}

func convolve(plane, kernel []float32, dx, dy int) []float32 {
	out := make([]float32, len(plane))
	h := len(kernel) / 2
	for y := range Height {
		for x := range Width {
			var sum float32
			for i, k := range kernel {
				xx, yy := min(max(x+(i-h)*dx, 0), Width-1), min(max(y+(i-h)*dy, 0), Height-1)
				sum += k * plane[yy*Width+xx]
			}
			out[y*Width+x] = sum
		}
	}
	return out
}

func smear(plane []float32, length, along float64) []float32 {
	out := make([]float32, len(plane))
	sin, cos := math.Sincos(along)
	n := int(math.Ceil(length)) + 1
	for k := range n {
		d := length * (float64(k)/float64(n-1) - 0.5)
		sx, sy := cos*d, sin*d
		x0, y0 := int(math.Floor(sx)), int(math.Floor(sy))
		fx, fy := float32(sx-float64(x0)), float32(sy-float64(y0))
		for y := range Height {
			ya, yb := min(max(y+y0, 0), Height-1)*Width, min(max(y+y0+1, 0), Height-1)*Width
			for x := range Width {
				xa, xb := min(max(x+x0, 0), Width-1), min(max(x+x0+1, 0), Width-1)
				a := plane[ya+xa]*(1-fx) + plane[ya+xb]*fx
				b := plane[yb+xa]*(1-fx) + plane[yb+xb]*fx
				out[y*Width+x] += (a*(1-fy) + b*fy) / float32(n)
			}
		}
	}
	return out
}

// expose adds the sensor's noise and rounds to bytes.
func (s *scene) expose(plane []float32, f *Frame) {
	f.Noise = 1 + 7*math.Pow(s.rng.Float64(), 1.5)
	for i, v := range plane {
		f.Pix[i] = byte(min(255, max(0, float64(v)+f.Noise*s.rng.NormFloat64()+0.5)))
	}
}
