package qr

import (
	"math"
	"math/bits"
)

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
	by := m*tolerance + 0.35
	least, most := m-by, m+by
	return m, m >= 0.9 && r[0] > least && r[0] < most && r[1] > least && r[1] < most &&
		r[3] > least && r[3] < most && r[4] > least && r[4] < most && math.Abs(r[2]-3*m) <= 2.4*by
}

// finders are those of one picture. Each claims the blocks that it covers, so
// that a row that crosses it again finds it at once.
type finders struct {
	list   []finder
	claims []int16 // by block: 1 + index into list, 0: nobody's
}

// maxFound bounds the list; more than a handful are texture.
const (
	maxFound = 300
	crowd    = 60
	sparsest = 6 // doublings of the way from row to row
)

func (l *finders) reset(p *plane) {
	l.list = l.list[:0]
	clear(grown(&l.claims, p.columns*p.rows))
}

// near is the finder that at most modules of its own lie away to the side, up
// or down, if there is one.
func (l *finders) near(p *plane, at point, modules float64) *finder {
	if !p.has(int(at.x), int(at.y)) {
		return nil
	}
	i := l.claims[int(at.y)/block*p.columns+int(at.x)/block]
	if i == 0 {
		return nil
	}
	f := &l.list[i-1]
	if max(math.Abs(f.x-at.x), math.Abs(f.y-at.y)) >= modules*f.module {
		return nil
	}
	return f
}

func (l *finders) add(p *plane, f finder) {
	if len(l.list) == maxFound {
		return
	}
	l.list = append(l.list, f)
	far := 3 * f.module
	for y := max(0, int(f.y-far)/block); y <= min(p.rows-1, int(f.y+far)/block); y++ {
		for x := max(0, int(f.x-far)/block); x <= min(p.columns-1, int(f.x+far)/block); x++ {
			l.claims[y*p.columns+x] = int16(len(l.list))
		}
	}
}

// within leaves no more of the outer runs than they could last.
func (r *runs) within() {
	r[0], r[4] = min(r[0], 1.2*r[1]), min(r[4], 1.2*r[3])
}

// rows is which of a picture's rows are searched: every step-th, and half as
// many after each patience of candidates and each crowd of finders, since so
// many are texture.
type rows struct{ step, patience int }

// next is how far away the next row is.
func (r rows) next(candidates, finders int) int {
	return r.step << min(candidates/r.patience+finders/crowd, sparsest)
}

// search looks for finders along rows, and for their negatives.
func (p *plane) search(r rows, found, light *finders, edges *[]int32) {
	found.reset(p)
	light.reset(p)
	candidates := 0
	for y := r.step / 2; y < p.Height; y += r.next(candidates, max(len(found.list), len(light.list))) {
		list, dark := p.edges(y, edges)
		for i := 0; i+5 < len(list); i++ {
			e := list[i : i+6 : i+6]
			if !likely(e, p.framed) {
				continue
			}
			length := func(v int32) float64 { return float64(v) / fine }
			around := runs{length(e[1] - e[0]), length(e[2] - e[1]), length(e[3] - e[2]), length(e[4] - e[3]), length(e[5] - e[4])}
			if p.framed {
				around.within()
			}
			m, ok := around.module(0.5)
			if !ok {
				continue
			}
			candidates++
			at := point{length(e[2]+e[3]) / 2, float64(y)}
			if begins := i%2 == 0; begins != dark {
				p.confirm(at, m, found)
			} else {
				p.negative = true
				p.confirm(at, m, light)
				p.negative = false
			}
		}
	}
}

// likely tells whether six edges can be a finder's: nearly what module asks for.
// In texture every test has either outcome as often, which costs a processor
// more than the test itself, so all of them end in one.
func likely(e []int32, framed bool) bool {
	a, ring, core, other, b := e[1]-e[0], e[2]-e[1], e[3]-e[2], e[4]-e[3], e[5]-e[4]
	if framed { // as runs.within has it
		a, b = min(a, 6*ring/5), min(b, 6*other/5)
	}
	all := a + ring + core + other + b
	low, high := all/2-5*fine/2, all+all/2+5*fine/2
	return (10*core-13*ring)|(10*core-13*other)|(all-6*fine)|
		(7*ring-low)|(high-7*ring)|(7*other-low)|(high-7*other)|
		(7*a-low)|(high-7*a)|(7*b-low)|(high-7*b) >= 0
}

// fine is the steps of a pixel that edges are measured in.
const fine = 256

// edges lists where a row crosses its threshold, between pixels, and tells
// whether it begins dark.
func (p *plane) edges(y int, memory *[]int32) (list []int32, dark bool) {
	row := p.Pix[y*p.Stride : y*p.Stride+p.Width]
	thresholds := p.threshold[(y/block)*p.columns:][:p.columns]
	last := int(thresholds[0]) + 1 // the limit where the pixel before is
	before := uint(0)              // whether that is light
	if int(row[0]) >= last {
		before = 1
	}
	dark = before == 0
	list = grown(memory, len(row))
	n := 0
	for b, t := range thresholds {
		limit := int(t) + 1
		light := lightOf(row, b*block, limit)
		changes := (light ^ (light<<1 | before)) & 0xff
		before = light >> 7 & 1
		for ; changes != 0; changes &= changes - 1 {
			x := b*block + bits.TrailingZeros(changes)
			if x > b*block {
				last = limit
			}
			from, to := int(row[x-1])-last, int(row[x])-limit
			list[n] = int32(float32(x-1)*fine + float32(from)*inverse[(from-to)&(len(inverse)-1)])
			n++
		}
		last = limit
	}
	return list[:n], dark
}

// inverse is 1 by the differences there are between two pixels, those below 0
// at its end: looked up sooner than divided.
var inverse = func() (table [1024]float32) {
	for d := 1; d < len(table)/2; d++ {
		table[d], table[len(table)-d] = fine/float32(d), -fine/float32(d)
	}
	return table
}()

// across measures the five runs through at along a direction of length 1, no
// further than limit pixels to either side. middle is where the core's middle
// lies from at.
func (p *plane) across(at, along point, limit float64) (r runs, middle float64, ok bool) {
	back, ok := p.outwards(at, along.times(-1), limit)
	if !ok {
		return r, 0, false
	}
	on, ok := p.outwards(at, along, limit)
	if !ok {
		return r, 0, false
	}
	r = runs{back[2] - back[1], back[1] - back[0], back[0] + on[0], on[1] - on[0], on[2] - on[1]}
	if p.framed {
		r.within()
	}
	return r, (on[0] - back[0]) / 2, true
}

// outwards follows a line from a dark place to its first three edges, and
// tells how far they are.
func (p *plane) outwards(at, step point, limit float64) (edges [3]float64, ok bool) {
	x, y := at.x+0.5, at.y+0.5
	if x < 0 || y < 0 || !p.has(int(x), int(y)) {
		return edges, false
	}
	if step.x == 0 || step.y == 0 {
		return p.straight(int(x), int(y), int(step.x), int(step.y), limit)
	}
	before := p.at(int(x), int(y))
	if before >= 0 {
		return edges, false
	}
	k := 0
	for t := 1.0; t < limit; t++ {
		x, y = x+step.x, y+step.y
		if x < 0 || y < 0 || !p.has(int(x), int(y)) {
			break
		}
		now := p.at(int(x), int(y))
		if (now ^ before) < 0 {
			edges[k] = t - 1 + float64(before)/float64(before-now)
			if k++; k == len(edges) {
				return edges, true
			}
		}
		before = now
	}
	edges[2] = math.Inf(1)
	return edges, p.framed && k == 2
}

// straight is outwards along a row or a column, by whole pixels: most
// candidates are given up there.
func (p *plane) straight(x, y, dx, dy int, limit float64) (edges [3]float64, ok bool) {
	before := p.at(x, y)
	if before >= 0 {
		return edges, false
	}
	last := int(math.Ceil(limit)) - 1
	switch {
	case dx > 0:
		last = min(last, p.Width-1-x)
	case dx < 0:
		last = min(last, x)
	case dy > 0:
		last = min(last, p.Height-1-y)
	default:
		last = min(last, y)
	}
	k := 0
	for t := 1; t <= last; t++ {
		x, y = x+dx, y+dy
		now := p.at(x, y)
		if (now ^ before) < 0 {
			edges[k] = float64(t-1) + float64(before)/float64(before-now)
			if k++; k == len(edges) {
				return edges, true
			}
		}
		before = now
	}
	edges[2] = math.Inf(1)
	return edges, p.framed && k == 2
}

// confirm looks at a candidate across and along both diagonals, and enters it.
func (p *plane) confirm(at point, m float64, found *finders) {
	if f := found.near(p, at, 1.5); f != nil {
		f.seen++
		return
	}
	const reach = 9
	r, middle, ok := p.across(at, point{0, 1}, 1.6*m*reach+4)
	down, fits := r.module(0.6)
	if !ok || !fits || down > 2.2*m || m > 2.2*down {
		return
	}
	at.y += middle
	r, middle, ok = p.across(at, point{1, 0}, 1.6*m*reach+4)
	wide, fits := r.module(0.6)
	if !ok || !fits {
		return
	}
	at.x += middle
	if !p.diagonal(at, point{math.Sqrt2 / 2, math.Sqrt2 / 2}, 1.8*m*reach+4) && !p.diagonal(at, point{math.Sqrt2 / 2, -math.Sqrt2 / 2}, 1.8*m*reach+4) {
		return
	}
	if _, middle, ok = p.across(at, point{0, 1}, 1.6*m*reach+4); ok {
		at.y += middle
	}
	m = (down + wide) / 2
	if f := found.near(p, at, 3); f != nil {
		f.seen++
		return
	}
	found.add(p, finder{point: at, module: m, seen: 1, contrast: p.contrast(at, m)})
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
