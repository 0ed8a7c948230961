package frames

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// light is how lamps, shadows and reflections fall on the picture.
func (k *Knobs) light(plane []float32, rng *rand.Rand) {
	gx, gy := (rng.Float64()-0.5)*0.9, (rng.Float64()-0.5)*0.9
	sx, sy, sd := rng.NormFloat64(), rng.NormFloat64(), (rng.Float64()-0.5)*200
	bx, by := Width/2+160*rng.NormFloat64(), Height/2+90*rng.NormFloat64()
	wide, squeeze := 15+70*rng.Float64(), 1+4*rng.Float64()
	sin, cos := math.Sincos(math.Pi * rng.Float64())
	for y := range Height {
		for x := range Width {
			ax, ay := float64(x)-Width/2, float64(y)-Height/2
			dx, dy := ax/Width, ay/Height
			g := k.Light * (1 + gx*dx + gy*dy) * (1 - 0.5*(dx*dx+dy*dy))
			if sx*ax+sy*ay > sd {
				g *= 1 - k.Shadow
			}
			v := g * float64(plane[y*Width+x])
			if k.Glare > 0 {
				ex, ey := float64(x)-bx, float64(y)-by
				a, b := (ex*cos+ey*sin)/wide, (ey*cos-ex*sin)/wide*squeeze
				if d := a*a + b*b; d < 12 {
					v += k.Glare * math.Exp(-d)
				}
			}
			plane[y*Width+x] = float32(v)
		}
	}
}

// lens is out of focus, and shaken.
func (k *Knobs) lens(plane []float32, rng *rand.Rand) []float32 {
	along := math.Pi * rng.Float64()
	if k.Blur > 0 {
		kernel := gaussian(k.Blur)
		plane = convolve(convolve(plane, kernel, 1, 0), kernel, 0, 1)
	}
	if k.Motion >= 0.5 {
		plane = smear(plane, k.Motion, along)
	}
	return plane
}

func gaussian(sigma float64) []float32 {
	kernel := make([]float32, 1+2*int(math.Ceil(2.5*sigma)))
	var sum float32
	for i := range kernel {
		d := float64(i-len(kernel)/2) / sigma
		kernel[i] = float32(math.Exp(-d * d / 2))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	return kernel
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

// smear moves the picture by length pixels while the shutter is open.
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

// dirt on the lens is far out of focus: it takes light from wide spots.
func (k *Knobs) dirt(plane []float32, rng *rand.Rand) {
	for range k.Dirt {
		cx, cy, r, depth := Width*rng.Float64(), Height*rng.Float64(), 8+50*rng.Float64(), 0.2+0.4*rng.Float64()
		for y := max(0, int(cy-2*r)); y < min(Height, int(cy+2*r)); y++ {
			for x := max(0, int(cx-2*r)); x < min(Width, int(cx+2*r)); x++ {
				dx, dy := float64(x)-cx, float64(y)-cy
				plane[y*Width+x] *= float32(1 - depth*math.Exp(-(dx*dx+dy*dy)/(r*r)))
			}
		}
	}
}

// moire is a screen's grid of pixels, seen only where the sensor's own pixels
// are: the beat between the two comes by itself. A blurred lens would hide the
// grid, so its contrast at the sensor is the knob.
func (k *Knobs) moire(s *sheet, plane []float32, rng *rand.Rand) {
	pitch := 0.05 + 0.03*rng.Float64() // mm: 320 to 500 pixels an inch
	for y := range Height {
		for x := range Width {
			u, v := s.view.at(float64(x), float64(y))
			if u < 0 || v < 0 || u >= s.width || v >= s.height {
				continue
			}
			beat := math.Cos(2*math.Pi*u/pitch) + math.Cos(2*math.Pi*v/pitch)
			plane[y*Width+x] *= float32(1 + k.Moire*beat/2)
		}
	}
}

// sensor turns light into grey levels, with noise.
func (f *Frame) sensor(plane []float32, rng *rand.Rand) {
	f.Pix = make([]byte, Width*Height)
	const steps = 1024
	var levels [steps + 1]float64
	for i := range levels {
		levels[i] = 255 * math.Pow(float64(i)/steps, 1/f.Gamma)
	}
	for i, v := range plane {
		level := levels[int(min(1, max(0, v/255))*steps+0.5)]
		f.Pix[i] = grey(level + f.Noise*rng.NormFloat64())
	}
}

// compress leaves what JPEG leaves.
func (f *Frame) compress() {
	if f.Quality == 0 {
		return
	}
	var b bytes.Buffer
	m := &image.Gray{Pix: f.Pix, Stride: Width, Rect: image.Rect(0, 0, Width, Height)}
	// Neither fails: a buffer takes everything, and what was encoded decodes.
	if jpeg.Encode(&b, m, &jpeg.Options{Quality: f.Quality}) == nil {
		if m, err := jpeg.Decode(&b); err == nil {
			f.Pix = m.(*image.Gray).Pix
		}
	}
}
