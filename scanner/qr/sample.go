package qr

// sample reads each module of a fit: how much lighter than its surroundings it
// is in the picture, by the thresholds there. Large modules are read at five
// places.
func (p *plane) sample(f *fit, module float64, grid []float32) {
	size := f.layout.Size
	spots := []point{{0.5, 0.5}}
	if module > 3 {
		spots = []point{{0.5, 0.5}, {0.28, 0.28}, {0.72, 0.28}, {0.28, 0.72}, {0.72, 0.72}}
	}
	for y := range size {
		for x := range size {
			var light float64
			for _, s := range spots {
				light += p.light(f.place.at(float64(x)+s.x, float64(y)+s.y))
			}
			grid[y*size+x] = float32(light)
		}
	}
}

// shades reads each module's brightness, and none for those outside.
func (p *plane) shades(f *fit, grid []float32) {
	size := f.layout.Size
	for y := range size {
		for x := range size {
			v, _ := p.grey(f.place.at(float64(x)+0.5, float64(y)+0.5))
			grid[y*size+x] = float32(v)
		}
	}
}

// neighbours is how far around itself a module is compared with others.
const neighbours = 4

// level makes of shades how much lighter each module is than those around it,
// about 1 for the lightest and -1 for the darkest of them.
func level(shades, into []float32, size int) {
	for y := range size {
		y0, y1 := max(0, y-neighbours), min(size-1, y+neighbours)
		for x := range size {
			x0, x1 := max(0, x-neighbours), min(size-1, x+neighbours)
			sum, least, most := float32(0), shades[y*size+x], shades[y*size+x]
			for yy := y0; yy <= y1; yy++ {
				for _, v := range shades[yy*size+x0 : yy*size+x1+1] {
					sum += v
					least, most = min(least, v), max(most, v)
				}
			}
			mean := sum / float32((y1-y0+1)*(x1-x0+1))
			into[y*size+x] = 2 * (shades[y*size+x] - (mean+(least+most)/2)/2) / max(1, most-least)
		}
	}
}
