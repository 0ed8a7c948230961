package qr

import (
	"cmp"
	"math"
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

// Reader reads pictures one after the other and keeps its memory, about four
// bytes for each pixel. It is for one goroutine.
type Reader struct {
	plane   plane
	decoder symbol.Decoder
	found   []finder
	edges   []float32
	altered []byte // the picture as a pass wants it
	sums    []uint16
	grid    []float32
	shades  []float32
	guess   []float32
	better  []float32
}

// Bounds of one look at a picture.
const (
	minSide   = 21 // pixels; fewer hold no symbol
	maxTried  = 8  // threes of finders
	maxCodes  = 4
	maxFits   = 3
	maxPixels = 1 << 26
)

// Agreement of function patterns, of 1, that it takes to go on with a fit.
const (
	worthTrying   = 0.15 // of the worst of three finders
	worthReading  = 0.38
	worthRefining = 0.26
	readAtOnce    = 0.45
)

// look searches a picture whose thresholds are known.
func (r *Reader) look(rows int) []Code {
	r.found = r.plane.search(rows, r.found[:0], &r.edges)
	var codes []Code
	for tried := 0; tried < maxTried && len(r.found) >= 3 && len(codes) < maxCodes; {
		code, used, ok := r.first(&tried)
		if !ok {
			break
		}
		codes = append(codes, code)
		r.found = slices.DeleteFunc(r.found, func(f finder) bool {
			return slices.ContainsFunc(used[:], func(u point) bool { return u == f.point })
		})
	}
	return codes
}

// first is the first code that the threes of finders give.
func (r *Reader) first(tried *int) (Code, [3]point, bool) {
	for _, t := range r.ranked() {
		if *tried++; *tried > maxTried {
			break
		}
		if code, ok := r.try(&t); ok {
			return code, [3]point{t.corner.point, t.right.point, t.below.point}, true
		}
	}
	return Code{}, [3]point{}, false
}

// ranked is the threes of finders, most promising first.
func (r *Reader) ranked() []triple {
	list := triples(r.found)
	for i := range list {
		list[i].fit = r.plane.examine(&list[i])
		list[i].cost = 0.15*list[i].cost - list[i].fit
	}
	list = slices.DeleteFunc(list, func(t triple) bool { return t.fit < worthTrying })
	slices.SortStableFunc(list, func(a, b triple) int { return cmp.Compare(a.cost, b.cost) })
	return list
}

// try reads a triple.
func (r *Reader) try(t *triple) (Code, bool) {
	module := (t.across + t.down) / 2
	fits := r.plane.fits(t)
	for i := range fits[:min(len(fits), maxFits)] {
		f := &fits[i]
		if f.score < worthRefining {
			break
		}
		if f.score > readAtOnce {
			if payload, ok := r.readPicture(f, module); ok {
				return code(f, payload), true
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
			return code(f, payload), true
		}
	}
	return Code{}, false
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

// moved puts corners found in an altered picture back into the picture.
func moved(codes []Code, scale, shift float64) []Code {
	for c := range codes {
		for i := range codes[c].Corners {
			for k := range codes[c].Corners[i] {
				v := codes[c].Corners[i][k]
				codes[c].Corners[i][k] = math.FMA(v+0.5, scale, -0.5-shift)
			}
		}
	}
	return codes
}
