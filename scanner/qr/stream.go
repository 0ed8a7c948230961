package qr

import (
	"bytes"
	"math"
	"slices"
	"time"
)

// Stream reads the pictures of a camera, one after the other. The first pass
// looks at every picture; the others take turns while nothing is read, and now
// and then beside what is read. Where something was read, or nearly, is searched
// first the next time. It is for one goroutine; the zero value is ready.
type Stream struct {
	// Budget is how long a picture may have taken before the further pass is
	// left for the next one, which has no other then; 0 is 30 ms.
	Budget time.Duration

	reader Reader
	seen   Seen
	turn   pass // the further pass that ran last
	lucky  bool // and read something
	region box  // where something was read or nearly, empty: nowhere
	misses int  // pictures since something was read there
	alone  int  // pictures read in the region alone since one was searched as a whole
	apart  bool // the last further pass had the region alone
	owed   debt // what the last picture had no time for
	other  pass // the further pass that ran last beside a followed code
	beside bool // one is due
}

// debt is a pass that a picture had no time for. The next one has no other.
type debt int

const (
	nothing  debt = iota
	aFurther      // pass, since none read anything
	another       // one, beside a code that is followed
)

// Seen is what pictures showed besides payloads: Module the last one, all else
// the last that was searched as a whole.
type Seen struct {
	Brightness float64 // mean grey, 0 to 255
	Contrast   int     // range of grey in the livelier twentieth of its parts
	Noise      int     // range of grey in the calmer fifth of its parts
	Glare      float64 // part of the picture that is burnt out, 0 to 1
	// Module is how wide, in pixels, the modules of the clearest three finders
	// are, of a code that was read or not; 0 if there are none.
	Module float64
}

// View is what is wrong with a picture as a whole.
type View string

// The views.
const (
	Clear   View = "clear"
	Covered View = "covered" // no edge anywhere
	Dark    View = "dark"
	Glaring View = "glaring" // much of it burnt out
)

// Bounds of a clear view, in grey levels and part of the picture. Noise alone
// makes the livelier parts' range a third wider than the calmer parts'.
const (
	leastContrast   = 4 // above one and a half times the noise
	leastBrightness = 24
	mostGlare       = 0.12
)

// View judges the picture.
func (s Seen) View() View {
	switch {
	case s.Contrast-s.Noise*3/2 <= leastContrast:
		return Covered
	case s.Brightness < leastBrightness:
		return Dark
	case s.Glare > mostGlare:
		return Glaring
	}
	return Clear
}

// How a stream divides its pictures.
const (
	wholeEvery  = 4 // of the pictures that show a followed code are searched as a whole
	lostAfter   = 8 // pictures
	usualBudget = 30 * time.Millisecond
)

// Seen tells about the pictures looked at last.
func (s *Stream) Seen() Seen { return s.seen }

// Look gives the codes of the next picture, the clearest first. A code that is
// followed may be given alone while others are in the picture; every fourth
// picture that shows it gives all.
func (s *Stream) Look(m Image) []Code {
	started := time.Now()
	if !m.sound() {
		s.seen, s.region = Seen{}, box{}
		return nil
	}
	if s.region.x1 > m.Width || s.region.y1 > m.Height {
		s.region = box{} // another camera, or another of its sizes
	}
	s.reader.near, s.reader.laid = nearRead{}, 0
	codes := s.passes(m, started)
	s.seen.Module = s.reader.near.module
	s.follow(m, codes)
	return codes
}

// passes is the first pass and, while there is time, a further one. Where the
// first takes all the time the further one has the next picture for itself: a
// slow machine sees what only they see, if later.
func (s *Stream) passes(m Image, started time.Time) []Code {
	owed, followed := s.owed, !s.region.empty()
	s.owed = nothing
	switch {
	case owed == aFurther && s.alone < wholeEvery-1:
		codes := s.further(m)
		s.count(codes, !s.apart, followed)
		return codes
	case owed != nothing: // the region alone has had its share
		s.alone = 0
		return s.others(m, nil)
	}
	late := func() bool { return time.Since(started) >= s.budget() }
	codes, whole := s.look(m)
	switch {
	case len(codes) == 0 && late():
		s.owed = aFurther
	case len(codes) == 0:
		codes = s.further(m)
	}
	s.count(codes, whole, followed)
	switch {
	case !s.beside || len(codes) == 0:
	case late():
		s.owed = another
	default:
		codes = s.others(m, codes)
	}
	return codes
}

// count keeps how many pictures in turn gave what was read in the region alone.
// Where a whole one still reads a code that was followed, a further pass over a
// whole one is due as well.
func (s *Stream) count(codes []Code, whole, followed bool) {
	switch {
	case len(codes) > 0 && whole:
		s.alone, s.beside = 0, followed
	case len(codes) > 0:
		s.alone++
	}
}

// others adds what a further pass sees in the whole picture beside the codes that
// are followed: a card that only such a pass reads does not wait until a poster
// that every pass reads has gone.
func (s *Stream) others(m Image, codes []Code) []Code {
	s.beside, s.other = false, s.other.next(m)
	for _, c := range s.reader.pass(m, s.other) {
		if !slices.ContainsFunc(codes, func(k Code) bool { return bytes.Equal(k.Payload, c.Payload) }) {
			codes = append(codes, c)
		}
	}
	return codes
}

func (s *Stream) budget() time.Duration {
	if s.Budget > 0 {
		return s.Budget
	}
	return usualBudget
}

// look is the first pass, in the region and then everywhere: whole tells
// whether it came to that. A code that a further pass read is looked for with
// that pass as well.
func (s *Stream) look(m Image) (codes []Code, whole bool) {
	if !s.region.empty() && s.alone < wholeEvery-1 {
		codes = s.within(m, plain)
		if len(codes) == 0 && s.lucky {
			codes = s.within(m, s.turn)
		}
		if len(codes) > 0 {
			return codes, false
		}
	}
	codes = s.reader.pass(m, plain)
	s.seen = s.reader.plane.facts()
	return codes, true
}

// further is the pass whose turn it is, in the region or everywhere. One that
// reads something keeps its turn.
func (s *Stream) further(m Image) (codes []Code) {
	if !s.lucky {
		s.turn = s.turn.next(m)
	}
	if s.apart = !s.region.empty() && (s.lucky || !s.apart); s.apart {
		codes = s.within(m, s.turn)
	} else {
		codes = s.reader.pass(m, s.turn)
	}
	s.lucky = len(codes) > 0
	return codes
}

// within is a pass over the region.
func (s *Stream) within(m Image, p pass) []Code {
	part := s.region.of(m)
	return s.reader.moved(1, s.region.corner(), func() []Code { return s.reader.pass(part, p) })
}

// follow remembers where to look next.
func (s *Stream) follow(m Image, codes []Code) {
	var b box
	for _, c := range codes {
		b = b.with(c.Corners[:])
	}
	switch near := &s.reader.near; {
	case len(codes) > 0:
		s.misses = 0
		s.region = b.around(m)
	case s.region.empty() && near.fit >= worthFollowing:
		s.misses = 0
		s.region = b.with(near.corners[:]).around(m)
	default:
		if s.misses++; s.misses >= lostAfter {
			s.region = box{}
		}
	}
}

// box is a part of a picture, in pixels, without its right and lower end.
type box struct{ x0, y0, x1, y1 int }

func (b box) empty() bool { return b.x1 <= b.x0 || b.y1 <= b.y0 }

func (b box) corner() point { return point{float64(b.x0), float64(b.y0)} }

// of is the part of a picture that the box holds.
func (b box) of(m Image) Image {
	m.Pix = m.Pix[b.y0*m.Stride+b.x0:]
	m.Width, m.Height = b.x1-b.x0, b.y1-b.y0
	return m
}

// with is the box that holds the corners as well.
func (b box) with(corners [][2]float64) box {
	for _, c := range corners {
		x, y := int(math.Floor(c[0])), int(math.Floor(c[1]))
		if b.empty() {
			b = box{x, y, x + 1, y + 1}
		}
		b = box{min(b.x0, x), min(b.y0, y), max(b.x1, x+1), max(b.y1, y+1)}
	}
	return b
}

// around is the box with room to move on each side, as far as the picture
// goes; its corner lies on that of a block, so that the thresholds are alike.
func (b box) around(m Image) box {
	room := max(b.x1-b.x0, b.y1-b.y0)/3 + 2*block
	return box{
		max(0, b.x0-room) / block * block, max(0, b.y0-room) / block * block,
		min(m.Width, b.x1+room), min(m.Height, b.y1+room),
	}
}

// facts sums the blocks up.
func (p *plane) facts() Seen {
	var s Seen
	var spreads [256]int
	sum, burnt := 0, 0
	for i, middle := range p.middle {
		sum += int(middle)
		spreads[p.spread[i]]++
		if p.low[i] >= burntOut {
			burnt++
		}
	}
	if len(p.middle) == 0 {
		return s
	}
	n := len(p.middle)
	s.Brightness, s.Glare, s.Noise = float64(sum)/float64(n), float64(burnt)/float64(n), p.quiet
	s.Contrast = 255
	for more := spreads[255]; more <= n/20 && s.Contrast > 0; more += spreads[s.Contrast] {
		s.Contrast--
	}
	return s
}

// burntOut is the grey that a sensor with too much light gives, about.
const burntOut = 250
