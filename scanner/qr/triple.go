package qr

import (
	"cmp"
	"math"
	"slices"
)

// triple is three finders that may be those of one code.
type triple struct {
	corner, right, below finder     // right and below as seen in the symbol
	across, down         float64    // pixels a module is wide along the two sides
	view                 homography // of the square that the finders' middles make, as far as they tell
	size                 float64    // modules a side has by these, roughly
	clamp                float64    // grey levels beyond which a module is simply light or dark
	fit                  float64    // of the three squares, 1: perfect
	cost                 float64
}

// module is how wide one is, in pixels.
func (t *triple) module() float64 { return (t.across + t.down) / 2 }

// Bounds of what is tried in one picture.
const (
	maxFinders = 14
	maxTriples = 30
	// mostUnequal is how much the counts of modules along two sides may differ.
	mostUnequal = 1.8
)

// three is three finders before anything about them is measured. There may be
// a thousand, so they are small.
type three struct {
	corner, right, below *finder
	cost                 float64
}

func (t *three) triple() triple {
	return triple{corner: *t.corner, right: *t.right, below: *t.below, cost: t.cost}
}

// triples ranks the threes of finders that can belong together. Under strong
// tilt any of the three may be the corner.
func triples(found []finder, memory *[]three) []three {
	rank := func(f *finder) float64 { return f.contrast * (1 + 0.25*float64(min(f.seen, 6))) }
	slices.SortStableFunc(found, func(a, b finder) int { return cmp.Compare(rank(&b), rank(&a)) })
	found = found[:min(len(found), maxFinders)]
	best := 1.0
	for _, f := range found {
		best = max(best, f.contrast)
	}
	list := (*memory)[:0]
	for i := range found {
		for j := i + 1; j < len(found); j++ {
			for k := j + 1; k < len(found); k++ {
				a, b, c := &found[i], &found[j], &found[k]
				if max(a.module, b.module, c.module) > 2*min(a.module, b.module, c.module) {
					continue
				}
				for range 3 {
					if t, ok := assemble(a, b, c, best); ok {
						list = append(list, t)
					}
					a, b, c = b, c, a
				}
			}
		}
	}
	*memory = list
	slices.SortStableFunc(list, func(a, b three) int { return cmp.Compare(a.cost, b.cost) })
	return list[:min(len(list), maxTriples)]
}

// assemble judges whether b and c lie beside and below the corner a.
func assemble(a, b, c *finder, contrast float64) (three, bool) {
	u, v := b.minus(a.point), c.minus(a.point)
	lu, lv := math.Hypot(u.x, u.y), math.Hypot(v.x, v.y)
	least, most := min(a.module, b.module, c.module), max(a.module, b.module, c.module)
	if min(lu, lv) < 9*least || max(lu, lv) > 180*most {
		return three{}, false
	}
	cos := math.Abs(u.x*v.x+u.y*v.y) / (lu * lv)
	unequal := math.Abs(math.Log(lu / lv))
	if cos > 0.75 || unequal > 0.9 {
		return three{}, false
	}
	if u.x*v.y-u.y*v.x < 0 {
		b, c = c, b
	}
	dim := max(1, min(a.contrast, b.contrast, c.contrast)) / contrast
	seen := min(a.seen, 6) + min(b.seen, 6) + min(c.seen, 6)
	cost := cos + unequal + math.Log(most/least) - 0.6*math.Log(dim) - 0.02*float64(seen)
	return three{a, b, c, cost}, true
}

// impossible is what examine gives for three finders of no symbol's shape.
const impossible = -2

// examine finds how large modules are along the sides, what tilt that means,
// and how well the three squares fit then: 1 is perfect. What fits no better
// than atLeast is not examined to the end.
func (p *plane) examine(t *triple, atLeast float64) (fit float64) {
	atCorner, atRight := p.moduleTowards(t.corner, t.right), p.moduleTowards(t.right, t.corner)
	onTop, atBelow := p.moduleTowards(t.corner, t.below), p.moduleTowards(t.below, t.corner)
	t.across, t.down = math.Sqrt(atCorner*atRight), math.Sqrt(onTop*atBelow)
	u, v := t.right.minus(t.corner.point), t.below.minus(t.corner.point)
	wide, high := math.Hypot(u.x, u.y)/t.across, math.Hypot(v.x, v.y)/t.down
	if wide > mostUnequal*high || high > mostUnequal*wide || min(wide, high) < 8 || wide+high > 2*178 {
		return impossible
	}
	t.size = (wide+high)/2 + 7
	t.clamp = max(3, 0.35*max(6, (t.corner.contrast+t.right.contrast+t.below.contrast)/3))
	t.view = tilted(t.corner.point, t.right.point, t.below.point, atCorner/atRight, onTop/atBelow)
	fit = atLeast
	flat := tilted(t.corner.point, t.right.point, t.below.point, 1, 1)
	for _, as := range []struct {
		view             homography
		wide, high, size float64
	}{
		{t.view, wide, high, t.size},
		{flat, wide, high, t.size},
		{flat, wide, wide, wide + 7}, // motion spoils what one side tells
		{flat, high, high, high + 7},
	} {
		if f := p.examineAs(t, &as.view, as.wide, as.high, fit); f > fit {
			t.view, t.size, fit = as.view, as.size, f
		}
	}
	return fit
}

// examineAs is the agreement of the worst of the three squares with a view, or
// not more than atLeast if it does not reach that.
func (p *plane) examineAs(t *triple, view *homography, wide, high, atLeast float64) float64 {
	fit := 1.0
	for i, f := range []*finder{&t.corner, &t.right, &t.below} {
		u, v := view.sides(float64(i&1), float64(i>>1))
		fit = min(fit, p.squares(f.point, u.times(1/wide), v.times(1/high), 3, t.clamp, atLeast))
		if fit <= atLeast {
			break
		}
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
// 2. u and v are a module's sides. It gives up, with 0 or less more than
// atLeast, as soon as that is out of reach.
func (p *plane) squares(at, u, v point, reach int, clamp, atLeast float64) float64 {
	var sum float64
	side := float64(2*reach + 1)
	all := side * side * clamp
	left := all
	for b := -reach; b <= reach && sum+left > atLeast*all; b++ {
		row := at.moved(float64(b), v)
		for a := -reach; a <= reach; a++ {
			light := min(clamp, max(-clamp, p.light(row.moved(float64(a), u))))
			if max(a, -a, b, -b) == reach-1 {
				sum += light
			} else {
				sum -= light
			}
		}
		left -= side * clamp
	}
	return sum / all
}

// ringed tells whether a place is dark and has light around it, u and v away,
// as the middle of squares: a quick look before the thorough one.
func (p *plane) ringed(at, u, v point) bool {
	if p.light(at) >= 0 {
		return false
	}
	light := 0
	for _, side := range [4]point{at.plus(u), at.minus(u), at.plus(v), at.minus(v)} {
		if p.light(side) > 0 {
			light++
		}
	}
	return light >= 3
}
