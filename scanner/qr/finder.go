package qr

import "math"

// finder is a place that looks like one of the three large squares of a code:
// along any line through its middle dark, light, dark, light, dark last 1, 1,
// 3, 1 and 1 modules.
type finder struct {
	point
	module   float64 // pixels a module is wide
	seen     int     // rows that crossed it
	contrast float64 // of its light ring against its core and border, grey levels
}

// runs are the lengths of five runs, dark at both ends, in pixels.
type runs [5]float64

// module is the mean width of a module if the runs are those of a finder.
// tolerance is a part of a module; blur and thresholds add a fixed part.
func (r *runs) module(tolerance float64) (float64, bool) {
	m := (r[0] + r[1] + r[2] + r[3] + r[4]) / 7
	if m < 0.9 {
		return 0, false
	}
	by := m*tolerance + 0.35
	one := func(v float64) bool { return v > m-by && v < m+by }
	return m, one(r[0]) && one(r[1]) && one(r[3]) && one(r[4]) && math.Abs(r[2]-3*m) <= 2.4*by
}

// search looks for finders along every step-th row.
func (p *plane) search(step int, found []finder, edges *[]float32) []finder {
	for y := step / 2; y < p.Height; y += step {
		list, dark := p.edges(y, (*edges)[:0])
		*edges = list
		first := 0
		if dark { // edge 0 ends a dark run that began outside
			first = 1
		}
		for i := first; i+5 < len(list); i += 2 {
			e := list[i : i+6 : i+6]
			if core := e[3] - e[2]; core < (e[2]-e[1])*1.3 || core < (e[4]-e[3])*1.3 {
				continue
			}
			r := runs{float64(e[1] - e[0]), float64(e[2] - e[1]), float64(e[3] - e[2]), float64(e[4] - e[3]), float64(e[5] - e[4])}
			if m, ok := r.module(0.5); ok {
				found = p.confirm(point{float64(e[2]+e[3]) / 2, float64(y)}, m, found)
			}
		}
	}
	return found
}

// edges lists where a row crosses its threshold, between pixels, and tells
// whether it begins dark.
func (p *plane) edges(y int, list []float32) ([]float32, bool) {
	row := p.Pix[y*p.Stride : y*p.Stride+p.Width]
	thresholds := p.threshold[(y/block)*p.columns:]
	before := int(row[0]) - int(thresholds[0]) - 1
	dark := before < 0
	for b := 0; b*block < len(row); b++ {
		t := int(thresholds[b]) + 1
		for x, v := range row[b*block : min(len(row), (b+1)*block)] {
			now := int(v) - t
			if (now ^ before) < 0 {
				list = append(list, float32(b*block+x-1)+float32(before)/float32(before-now))
			}
			before = now
		}
	}
	return list, dark
}

// across measures the five runs through at along a direction of length 1, no
// further than limit pixels to either side. middle is where the core's middle
// lies from at.
func (p *plane) across(at, along point, limit float64) (r runs, middle float64, ok bool) {
	var e [6]float64
	if !p.outwards(at, along.times(-1), limit, func(k int, distance float64) { e[2-k] = -distance }) ||
		!p.outwards(at, along, limit, func(k int, distance float64) { e[3+k] = distance }) {
		return r, 0, false
	}
	for i := range r {
		r[i] = e[i+1] - e[i]
	}
	return r, (e[2] + e[3]) / 2, true
}

// outwards follows a line from a dark place and tells the first three edges.
func (p *plane) outwards(at, step point, limit float64, edge func(k int, distance float64)) bool {
	x, y := at.x+0.5, at.y+0.5
	if !p.has(int(math.Floor(x)), int(math.Floor(y))) {
		return false
	}
	before := p.at(int(x), int(y))
	if before >= 0 {
		return false
	}
	k := 0
	for t := 1.0; t < limit; t++ {
		xx, yy := int(math.Floor(x+step.x*t)), int(math.Floor(y+step.y*t))
		if !p.has(xx, yy) {
			return false
		}
		now := p.at(xx, yy)
		if (now ^ before) < 0 {
			edge(k, t-1+float64(before)/float64(before-now))
			if k++; k == 3 {
				return true
			}
		}
		before = now
	}
	return false
}

// confirm looks at a candidate across and along both diagonals, and enters it.
func (p *plane) confirm(at point, m float64, found []finder) []finder {
	for i := range found {
		if f := &found[i]; math.Abs(f.x-at.x) < 1.5*f.module && math.Abs(f.y-at.y) < 1.5*f.module {
			f.seen++
			return found
		}
	}
	const reach = 9
	r, middle, ok := p.across(at, point{0, 1}, 1.6*m*reach+4)
	down, fits := r.module(0.6)
	if !ok || !fits || down > 2.2*m || m > 2.2*down {
		return found
	}
	at.y += middle
	r, middle, ok = p.across(at, point{1, 0}, 1.6*m*reach+4)
	wide, fits := r.module(0.6)
	if !ok || !fits {
		return found
	}
	at.x += middle
	if !p.diagonal(at, point{math.Sqrt2 / 2, math.Sqrt2 / 2}, 1.8*m*reach+4) && !p.diagonal(at, point{math.Sqrt2 / 2, -math.Sqrt2 / 2}, 1.8*m*reach+4) {
		return found
	}
	if _, middle, ok = p.across(at, point{0, 1}, 1.6*m*reach+4); ok {
		at.y += middle
	}
	m = (down + wide) / 2
	for i := range found {
		if f := &found[i]; math.Hypot(f.x-at.x, f.y-at.y) < 3*max(f.module, m) {
			f.seen++
			return found
		}
	}
	return append(found, finder{point: at, module: m, seen: 1, contrast: p.contrast(at, m)})
}

func (p *plane) diagonal(at, along point, limit float64) bool {
	r, _, ok := p.across(at, along, limit)
	if !ok {
		return false
	}
	_, fits := r.module(0.75)
	return fits
}

// contrast compares the light ring with the core and the dark border.
func (p *plane) contrast(at point, m float64) float64 {
	core, _ := p.grey(at)
	var ring, border, n float64
	for i := range 8 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 4)
		far := m
		if i%2 == 1 { // towards the corners
			far *= 1.15
		}
		a, inside := p.grey(at.moved(2*far, point{cos, sin}))
		b, within := p.grey(at.moved(3*far, point{cos, sin}))
		if inside && within {
			ring, border, n = ring+a, border+b, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return ring/n - (core+border/n)/2
}
