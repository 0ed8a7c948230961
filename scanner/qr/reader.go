package qr

import (
	"cmp"
	"slices"

	"checkpoint/scanner/qr/symbol"
)

// Code is a code that was read.
type Code struct {
	Payload []byte
	// Corners of the symbol in the picture, in pixels, clockwise as seen in
	// the symbol from the one where two finders' lines meet.
	Corners [4][2]float64
}

// sighting is a code that was read, and how it lies over the picture.
type sighting struct {
	Code
	fit
	triple *triple
}

// Reader reads pictures one after the other and keeps its memory, about two
// bytes for each pixel. It is for one goroutine.
type Reader struct {
	plane    plane
	decoder  symbol.Decoder
	found    finders
	light    finders // negatives
	edges    []int32
	altered  []byte // the picture as a pass wants it
	smoothed []byte // on the way there
	grid     []float32
	shades   []float32
	guess    []float32
	better   []float32
	near     nearRead
	threes   []three
	laid     int // symbols laid over this picture so far
}

// Bounds of one look at a picture.
const (
	minSide   = 21 // pixels; fewer hold no symbol
	maxTried  = 3  // threes of finders
	maxCodes  = 4
	mingled   = 50 // finders of which no two are taken for a pair
	maxFits   = 2
	maxLaid   = 12 // in all passes
	maxPixels = 1 << 26
)

// Agreement of function patterns, of 1, that it takes to go on with a fit.
const (
	worthTrying   = 0.20 // of the worst of three finders
	worthReading  = 0.38
	worthRefining = 0.34
	readAtOnce    = 0.45
	sure          = 0.90 // that the symbol lies there, whether it can be read or not
)

// look searches a picture whose thresholds are known, for dark on light and
// then for light on dark.
func (r *Reader) look(along rows) []Code {
	r.plane.search(along, &r.found, &r.light, &r.edges)
	codes := r.codes(r.found.list)
	if len(codes) == 0 {
		r.plane.negative = true
		codes = r.codes(r.light.list)
		r.plane.negative = false
	}
	return codes
}

// codes are those that finders belong to, the clearest first.
func (r *Reader) codes(found []finder) (codes []Code) {
	var seen []sighting
	for len(found) >= 2 && len(seen) < maxCodes {
		s, ok := r.first(found)
		if !ok {
			break
		}
		seen = append(seen, s)
		found = slices.DeleteFunc(found, func(f finder) bool {
			return f.point == s.triple.corner.point || f.point == s.triple.right.point || f.point == s.triple.below.point
		})
	}
	if len(seen) > 1 {
		r.order(seen)
	}
	for _, s := range seen {
		codes = append(codes, s.Code)
	}
	return codes
}

// order puts those first whose known modules stand out most. Some were read at
// once, as they happened to lie: all are laid as well as they can be before they
// are compared.
func (r *Reader) order(seen []sighting) {
	const most = 255 // grey levels: nothing is too clear to count
	for i := range seen {
		s := &seen[i]
		r.plane.refine(&s.fit, s.triple.module(), s.triple.clamp)
		r.plane.rate(&s.fit, most)
	}
	slices.SortStableFunc(seen, func(a, b sighting) int { return cmp.Compare(b.score, a.score) })
}

// first is the first code that the threes of finders give, or else the twos.
func (r *Reader) first(found []finder) (sighting, bool) {
	s, ok := r.firstOf(r.ranked(found))
	if !ok && len(found) < mingled { // in texture any two seem to belong together
		s, ok = r.firstOf(r.plane.pairs(found))
	}
	return s, ok
}

func (r *Reader) firstOf(list []triple) (sighting, bool) {
	for i := range list {
		if s, ok := r.try(&list[i]); ok {
			return s, true
		}
	}
	return sighting{}, false
}

// ranked is the threes of finders, most promising first, as far as they are
// tried. They come by their own cost, so that what is known already tells how
// well the next must fit to be among those.
func (r *Reader) ranked(found []finder) []triple {
	list := triples(found, &r.threes)
	var best []triple
	for i := range list {
		t := list[i].triple()
		needed := worthTrying
		if len(best) == maxTried {
			needed = max(needed, 0.15*t.cost-best[maxTried-1].cost)
		}
		if t.fit = r.plane.examine(&t, needed); t.fit <= needed {
			continue
		}
		t.cost = 0.15*t.cost - t.fit
		at, _ := slices.BinarySearchFunc(best, t.cost, func(b triple, cost float64) int { return cmp.Compare(b.cost, cost) })
		best = slices.Insert(best[:min(len(best), maxTried-1)], at, t)
	}
	if len(best) > 0 {
		r.remember(&best[0])
	}
	return best
}

// try reads a triple.
func (r *Reader) try(t *triple) (sighting, bool) {
	module := t.module()
	fits := r.plane.fits(t)
	for i := range fits[:min(len(fits), maxFits)] {
		f := &fits[i]
		if f.score < worthRefining || r.laid >= maxLaid {
			break
		}
		r.laid++
		if f.score > readAtOnce {
			if payload, ok := r.readPicture(f, module); ok {
				return sighting{code(f, payload), *f, t}, true
			}
		}
		r.plane.refine(f, module, t.clamp)
		if f.score < worthReading {
			continue
		}
		payload, ok := r.readPicture(f, module)
		if !ok {
			payload, ok = r.readShades(f)
		}
		if ok {
			return sighting{code(f, payload), *f, t}, true
		}
		if f.score > sure {
			break
		}
	}
	return sighting{}, false
}

func code(f *fit, payload []byte) Code {
	c := Code{Payload: payload}
	size := float64(f.layout.Size)
	for i, at := range []point{{0, 0}, {size, 0}, {size, size}, {0, size}} {
		p := f.place.at(at.x, at.y)
		c.Corners[i] = [2]float64{p.x, p.y}
	}
	return c
}

// readPicture compares each module with what is around it in the picture.
func (r *Reader) readPicture(f *fit, module float64) ([]byte, bool) {
	grid := grown(&r.grid, f.layout.Size*f.layout.Size)
	r.plane.sample(f, module, grid)
	payload, err := r.decoder.Decode(f.layout, grid)
	return payload, err == nil
}

// unblurring is how often the modules' guessed colours are put to use.
const unblurring = 4

// readShades compares each module with those around it in the symbol, and then
// takes out what they put into each other.
func (r *Reader) readShades(f *fit) ([]byte, bool) {
	n := f.layout.Size * f.layout.Size
	shades, grid := grown(&r.shades, n), grown(&r.grid, n)
	r.plane.shades(f, shades)
	level(shades, grid, f.layout.Size)
	if payload, err := r.decoder.Decode(f.layout, grid); err == nil {
		return payload, true
	}
	b, ok := measureBlur(f.layout, grid)
	if !ok {
		return nil, false
	}
	guess, better := grown(&r.guess, n), grown(&r.better, n)
	copy(guess, grid)
	for range unblurring {
		unblur(f.layout, b, grid, guess, better)
		guess, better = better, guess
		if payload, err := r.decoder.Decode(f.layout, guess); err == nil {
			return payload, true
		}
	}
	return nil, false
}
