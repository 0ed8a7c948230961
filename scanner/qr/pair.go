package qr

import (
	"cmp"
	"math"
	"slices"

	"checkpoint/scanner/qr/symbol"
)

// oriented is a finder with the sides of its modules, which two suffice of to
// tell where the third must be: glare and fingers hide one at a time.
type oriented struct {
	finder
	u, v point
	fit  float64
}

// Bounds of what is tried with two finders.
const (
	maxOriented    = 6
	maxPairs       = 3
	maxThirds      = 2
	maxApart       = symbol.MaxSize - 7 // modules
	slant          = 0.25               // of a side that seems to lean, of 1
	worthTurning   = 0.2                // agreement of a square that is only about turned right, of 1
	worthPairing   = 0.55               // agreement of each square, of 1
	worthBelieving = 0.35               // of the third, to take its place from the picture
	worthPairs     = 0.2                // of the whole
)

// pairs is what finders, the clearest first, mean two by two if the third is
// not seen.
func (p *plane) pairs(found []finder) []triple {
	var list []oriented
	for i := range found[:min(len(found), maxOriented)] {
		if o := p.orient(&found[i]); o.fit >= worthPairing {
			list = append(list, o)
		}
	}
	var all []triple
	for i := range list {
		for j := range list[:i] {
			all = append(all, p.thirds(&list[j], &list[i])...)
			if len(all) >= maxPairs*maxThirds {
				return all
			}
		}
	}
	return all
}

// orient finds the sides of a finder's modules.
func (p *plane) orient(f *finder) oriented {
	clamp := max(3, 0.35*f.contrast)
	best := oriented{finder: *f, fit: -1}
	for k := range 6 { // a square turned by 90° is the same
		sin, cos := math.Sincos(float64(k) * math.Pi / 12)
		m := f.module * max(sin, cos) // a row crosses a turned square on a slant
		o := oriented{finder: *f, u: point{m * cos, m * sin}, v: point{-m * sin, m * cos}}
		if o.fit = p.squares(f.point, o.u, o.v, 3, clamp, best.fit); o.fit > best.fit {
			best = o
		}
	}
	if best.fit < worthTurning {
		return best
	}
	for step := 0.16 * f.module; step > 0.03*f.module; step /= 2 {
		for range 3 {
			if !p.turn(&best, step, clamp) {
				break
			}
		}
	}
	return best
}

// turn changes each side a little if the square fits better then.
func (p *plane) turn(o *oriented, step, clamp float64) (better bool) {
	for _, side := range []*point{&o.u, &o.v} {
		for _, d := range []point{{step, 0}, {-step, 0}, {0, step}, {0, -step}} {
			was := *side
			*side = was.plus(d)
			if fit := p.squares(o.point, o.u, o.v, 3, clamp, o.fit); fit > o.fit {
				o.fit, better = fit, true
			} else {
				*side = was
			}
		}
	}
	return better
}

// inside gives d in steps of u and v.
func inside(d, u, v point) (s, t float64) {
	area := u.x*v.y - u.y*v.x
	return (d.x*v.y - d.y*v.x) / area, (u.x*d.y - u.y*d.x) / area
}

// alike turns b by quarters until its sides lie like those of a.
func (o *oriented) alike(a *oriented) {
	for range 3 {
		if o.u.x*a.u.x+o.u.y*a.u.y > math.Abs(o.v.x*a.u.x+o.v.y*a.u.y) {
			return
		}
		o.u, o.v = o.v, o.u.times(-1)
	}
}

// thirds are where the third finder can be: beside one of two that lie on a
// side of the symbol, or across from two that lie on its diagonal. The likelier
// come first.
func (p *plane) thirds(a, b *oriented) []triple {
	turned := *b
	turned.alike(a)
	b = &turned
	s, t, ok := apart(a, b)
	if !ok {
		return nil
	}
	var list []triple
	beside := func(from, other *oriented, side point) {
		c := p.locate(from, from.plus(side), side)
		list = p.judged(list, from.finder, other.finder, c)
	}
	switch n := max(math.Abs(s), math.Abs(t)); {
	case n < 10 || n > maxApart:
	case math.Abs(t) < slant*n:
		for _, up := range []float64{n, -n} {
			beside(a, b, a.v.times(up))
			beside(b, a, b.v.times(up))
		}
	case math.Abs(s) < slant*n:
		for _, up := range []float64{n, -n} {
			beside(a, b, a.u.times(up))
			beside(b, a, b.u.times(up))
		}
	case math.Abs(s) > 0.7*n && math.Abs(t) > 0.7*n:
		for _, c := range []point{a.moved(s, a.u).plus(b.moved(-t, b.v)), a.moved(t, a.v).plus(b.moved(-s, b.u))} {
			corner := p.locate(a, c.times(0.5), c.times(0.5).minus(a.point))
			list = p.judged(list, corner, a.finder, b.finder)
		}
	}
	slices.SortStableFunc(list, func(a, b triple) int { return cmp.Compare(a.cost, b.cost) })
	return list[:min(len(list), maxThirds)]
}

// apart is how far b lies from a, in modules along the sides, if both finders
// tell about the same.
func apart(a, b *oriented) (s, t float64, ok bool) {
	d := b.minus(a.point)
	s1, t1 := inside(d, a.u, a.v)
	s2, t2 := inside(d, b.u, b.v)
	one, two := math.Hypot(s1, t1), math.Hypot(s2, t2)
	if one > 2*two || two > 2*one || s1*s2+t1*t2 < 0.95*one*two {
		return 0, 0, false
	}
	more := math.Sqrt(one * two) // tilt makes one larger, the other smaller
	s, t = (s1/one+s2/two)/2*more, (t1/one+t2/two)/2*more
	return s, t, true
}

// locate looks around a place for a finder like another one, and gives one at
// the place itself if none is seen.
func (p *plane) locate(like *oriented, guess, side point) finder {
	f := finder{point: guess, module: like.module, contrast: like.contrast, seen: 1}
	clamp := max(3, 0.35*f.contrast)
	module := math.Sqrt(math.Abs(like.u.x*like.v.y - like.u.y*like.v.x))
	reach := math.Ceil(2 + 0.1*math.Hypot(side.x, side.y)/module)
	best := worthBelieving
	for j := -reach; j <= reach; j++ {
		for i := -reach; i <= reach; i++ {
			at := guess.moved(i, like.u).moved(j, like.v)
			if !p.ringed(at, like.u.times(2), like.v.times(2)) {
				continue
			}
			if fit := p.squares(at, like.u, like.v, 3, clamp, best); fit > best {
				best, f.point = fit, at
			}
		}
	}
	return f
}

// judged adds the triple if the timing patterns and all else that is known of
// its symbol agree with the picture.
func (p *plane) judged(list []triple, corner, b, c finder) []triple {
	candidate, ok := assemble(&corner, &b, &c, corner.contrast)
	if !ok {
		return list
	}
	t := candidate.triple()
	if p.examine(&t, impossible) == impossible {
		return list
	}
	layout := symbol.LayoutOf(int(math.Round((t.size-1)/4))*4 + 1)
	if layout == nil {
		return list
	}
	f := p.plainFit(&t, layout)
	t.fit, t.cost = f.score, -f.score
	if f.score < worthPairs {
		return list
	}
	return append(list, t)
}
