package qr

import (
	"cmp"
	"math"
	"slices"

	"checkpoint/scanner/qr/symbol"
)

// fit is one way to lay a symbol over the picture. Four places of the symbol
// are held: the middles of its finders, and of the lowest alignment pattern or
// where the fourth finder would be.
type fit struct {
	layout *symbol.Layout
	held   [4]point // in the picture: corner, right, opposite, below
	from   [4]point // in the symbol
	place  homography
	score  float64 // agreement of the function patterns, 1: perfect
}

func (f *fit) build() { f.place = between(&f.from, &f.held) }

// rate lays the symbol over the picture and compares all modules whose colour
// is known.
func (p *plane) rate(f *fit, clamp float64) float64 {
	f.build()
	var sum float64
	for _, m := range f.layout.Fixed {
		light := min(clamp, max(-clamp, p.light(f.place.at(float64(m.X)+0.5, float64(m.Y)+0.5))))
		if m.Dark {
			light = -light
		}
		sum += light
	}
	f.score = sum / (float64(len(f.layout.Fixed)) * clamp)
	return f.score
}

// clearly is the agreement, of 1, that symbols of other sizes do not reach.
const clearly = 0.85

// fits are the ways to lay symbols of likely sizes over a triple, best first.
func (p *plane) fits(t *triple) []fit {
	var list []fit
	nearest := int(math.Round((t.size-1)/4))*4 + 1
	for _, more := range []int{0, -4, 4, -8, 8} {
		layout := symbol.LayoutOf(nearest + more)
		if layout == nil || math.Abs(float64(nearest+more)-t.size) > max(5.5, 0.14*t.size) {
			continue
		}
		list = append(list, p.fitsOf(t, layout)...)
		if slices.ContainsFunc(list, func(f fit) bool { return f.score > clearly }) {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b fit) int { return cmp.Compare(b.score, a.score) })
	return list
}

// worthSearching is the agreement, of 1, that a symbol laid over three finders
// must have for its alignment pattern to be sought.
const worthSearching = 0.12

func (p *plane) fitsOf(t *triple, layout *symbol.Layout) []fit {
	plain := p.plainFit(t, layout)
	list := []fit{plain}
	if plain.score < worthSearching {
		return list
	}
	far := (plain.from[2].x - 3.5) / float64(layout.Size-7)
	u, v := t.view.sides(far, far)
	module := 1 / float64(layout.Size-7)
	for _, guess := range p.opposites(t, plain.held[2], u.times(module), v.times(module), layout) {
		f := plain
		f.held[2] = guess
		p.rate(&f, t.clamp)
		list = append(list, f)
	}
	return list
}

// plainFit lays a symbol over a triple as its finders tell.
func (p *plane) plainFit(t *triple, layout *symbol.Layout) fit {
	f := fit{layout: layout}
	size := float64(layout.Size)
	opposite := size - 3.5
	if len(layout.Alignments) > 0 {
		opposite = size - 6.5
	}
	far := (opposite - 3.5) / (size - 7)
	f.from = [4]point{{3.5, 3.5}, {size - 3.5, 3.5}, {opposite, opposite}, {3.5, size - 3.5}}
	f.held = [4]point{t.corner.point, t.right.point, t.view.at(far, far), t.below.point}
	p.rate(&f, t.clamp)
	return f
}

// opposites looks for the lowest alignment pattern around where it would be
// without perspective.
func (p *plane) opposites(t *triple, guess, u, v point, layout *symbol.Layout) []point {
	if len(layout.Alignments) == 0 {
		return nil
	}
	const step, keep, worthHolding = 0.5, 3, 0.35
	type candidate struct {
		point
		score float64
	}
	var best [keep + 1]candidate
	reach := min(9, 2.5+float64(layout.Size)/8)
	for a := -reach; a <= reach; a += step {
		for b := -reach; b <= reach; b += step {
			at := guess.moved(a, u).moved(b, v)
			if !p.ringed(at, u, v) {
				continue
			}
			far := 0.01 * math.Hypot(a, b)
			c := candidate{at, p.squares(at, u, v, 2, t.clamp, max(worthHolding, best[keep-1].score)+far) - far}
			i := keep
			for ; i > 0 && c.score > best[i-1].score; i-- {
				best[i] = best[i-1]
			}
			best[i] = c
		}
	}
	var list []point
	module := t.module()
	for i, c := range best[:keep] {
		if c.score > worthHolding && (i == 0 || math.Hypot(c.x-best[0].x, c.y-best[0].y) > 1.1*module) {
			list = append(list, c.point)
		}
	}
	return list
}

// refine moves the four held places, in ever smaller steps, as long as the
// function patterns agree better.
func (p *plane) refine(f *fit, module, clamp float64) {
	best := p.rate(f, clamp)
	for step := 0.6 * module; step > 0.04; step /= 2 {
		for range 3 {
			moved := false
			for _, i := range []int{2, 3, 0, 1} { // the opposite one is known least
				for _, d := range []point{{step, 0}, {-step, 0}, {0, step}, {0, -step}} {
					was := f.held[i]
					f.held[i] = was.plus(d)
					if score := p.rate(f, clamp); score > best {
						best, moved = score, true
					} else {
						f.held[i] = was
					}
				}
			}
			if !moved {
				break
			}
		}
	}
	p.rate(f, clamp)
}
