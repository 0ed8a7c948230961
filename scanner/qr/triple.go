package qr

import (
	"cmp"
	"math"
	"slices"
)

// triple is three finders that may be those of one code.
type triple struct {
	corner, right, below finder  // right and below as seen in the symbol
	across, down         float64 // pixels a module is wide along the two sides
	size                 float64 // modules a side has by these, roughly
	clamp                float64 // grey levels beyond which a module is simply light or dark
	fit                  float64 // of the three squares, 1: perfect
	cost                 float64
}

// Bounds of what is tried in one picture.
const (
	maxFinders = 14
	maxTriples = 60
)

// triples ranks the threes of finders that can belong together. Under strong
// tilt any of the three may be the corner.
func triples(found []finder) []triple {
	rank := func(f *finder) float64 { return f.contrast * (1 + 0.25*float64(min(f.seen, 6))) }
	slices.SortStableFunc(found, func(a, b finder) int { return cmp.Compare(rank(&b), rank(&a)) })
	found = found[:min(len(found), maxFinders)]
	best := 1.0
	for _, f := range found {
		best = max(best, f.contrast)
	}
	var list []triple
	for i, a := range found {
		for j, b := range found[i+1:] {
			for _, c := range found[i+j+2:] {
				if max(a.module, b.module, c.module) > 2*min(a.module, b.module, c.module) {
					continue
				}
				for _, t := range [3][3]finder{{a, b, c}, {b, c, a}, {c, a, b}} {
					if t, ok := assemble(t[0], t[1], t[2], best); ok {
						list = append(list, t)
					}
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b triple) int { return cmp.Compare(a.cost, b.cost) })
	return list[:min(len(list), maxTriples)]
}

// assemble judges whether b and c lie beside and below the corner a.
func assemble(a, b, c finder, contrast float64) (triple, bool) {
	u, v := b.minus(a.point), c.minus(a.point)
	lu, lv := math.Hypot(u.x, u.y), math.Hypot(v.x, v.y)
	least, most := min(a.module, b.module, c.module), max(a.module, b.module, c.module)
	if min(lu, lv) < 9*least || max(lu, lv) > 180*most {
		return triple{}, false
	}
	cos := math.Abs(u.x*v.x+u.y*v.y) / (lu * lv)
	unequal := math.Abs(math.Log(lu / lv))
	if cos > 0.75 || unequal > 0.9 {
		return triple{}, false
	}
	if u.x*v.y-u.y*v.x < 0 {
		b, c = c, b
	}
	dim := max(1, min(a.contrast, b.contrast, c.contrast)) / contrast
	seen := min(a.seen, 6) + min(b.seen, 6) + min(c.seen, 6)
	cost := cos + unequal + math.Log(most/least) - 0.6*math.Log(dim) - 0.02*float64(seen)
	return triple{corner: a, right: b, below: c, cost: cost}, true
}

// examine finds how large modules are along the sides, and how well the three
// squares fit when turned along them: 1 is perfect.
func (p *plane) examine(t *triple) (fit float64) {
	t.across = (p.moduleTowards(t.corner, t.right) + p.moduleTowards(t.right, t.corner)) / 2
	t.down = (p.moduleTowards(t.corner, t.below) + p.moduleTowards(t.below, t.corner)) / 2
	u, v := t.right.minus(t.corner.point), t.below.minus(t.corner.point)
	lu, lv := math.Hypot(u.x, u.y), math.Hypot(v.x, v.y)
	wide, high := lu/t.across+7, lv/t.down+7
	if wide > 1.5*high || high > 1.5*wide || min(wide, high) < 15 || wide+high > 2*185 {
		return 0
	}
	t.size = (wide + high) / 2
	t.clamp = max(3, 0.35*max(6, (t.corner.contrast+t.right.contrast+t.below.contrast)/3))
	u, v = u.times(t.across/lu), v.times(t.down/lv)
	fit = 1
	for _, f := range []finder{t.corner, t.right, t.below} {
		fit = min(fit, p.squares(f.point, u, v, 3, t.clamp))
	}
	return fit
}

// moduleTowards is the width of a module of f along the line to another.
func (p *plane) moduleTowards(f, to finder) float64 {
	d := to.minus(f.point)
	r, _, ok := p.across(f.point, d.times(1/math.Hypot(d.x, d.y)), 16.2*f.module+4)
	if ok {
		if m := (r[0] + r[1] + r[2] + r[3] + r[4]) / 7; m > f.module/2 && m < 1.8*f.module {
			return m
		}
	}
	return f.module
}

// squares compares what is around a place with squares in each other, whose
// last but one ring is light: a finder reaches 3 modules, an alignment pattern
// 2. u and v are a module's sides.
func (p *plane) squares(at, u, v point, reach int, clamp float64) float64 {
	var sum float64
	for b := -reach; b <= reach; b++ {
		row := at.moved(float64(b), v)
		for a := -reach; a <= reach; a++ {
			light := min(clamp, max(-clamp, p.light(row.moved(float64(a), u))))
			if max(a, -a, b, -b) == reach-1 {
				sum += light
			} else {
				sum -= light
			}
		}
	}
	side := float64(2*reach + 1)
	return sum / (side * side * clamp)
}
