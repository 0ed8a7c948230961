package qr_test

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"checkpoint/scanner/qr"
	"checkpoint/scanner/qr/frames"
)

// window is a part of a frame: moving it moves what is seen.
func window(f frames.Frame, x, y, width, height int) qr.Image {
	return qr.Image{Pix: f.Pix[y*frames.Width+x:], Width: width, Height: height, Stride: frames.Width}
}

// seen is a frame whose code is read at first sight, and where it is.
type seen struct {
	frames.Frame
	corners [4][2]float64
}

func readable(kind frames.Kind, seed uint64) seen {
	var r qr.Reader
	for i := uint64(0); ; i++ {
		f := frames.Make(kind, seed, i, 10)
		if codes := read(&r, f); len(codes) == 1 && f.Blur < 1 {
			return seen{f, codes[0].Corners}
		}
	}
}

// Two frames for all tests here: drawing them takes longer than reading them.
var (
	oneCard     = sync.OnceValue(func() seen { return readable(frames.Card, 21) })
	anotherCard = sync.OnceValue(func() seen { return readable(frames.Small, 23) })
)

// around gives a window of about size × size with the code in its middle.
func around(corners [4][2]float64, size int) (x, y int) {
	var sx, sy float64
	for _, c := range corners {
		sx, sy = sx+c[0]/4, sy+c[1]/4
	}
	return min(frames.Width-size, max(0, int(sx)-size/2)), min(frames.Height-size, max(0, int(sy)-size/2))
}

func TestAMovingCodeIsReadInEveryPicture(t *testing.T) {
	f := oneCard()
	x, y := around(f.corners, 500)
	s := qr.Stream{Budget: time.Hour} // however slow the machine is
	for i := range 20 {
		dx, dy := i*6-60, 40-i*4
		m := window(f.Frame, min(max(0, x+dx), frames.Width-500), min(max(0, y+dy), frames.Height-500), 500, 500)
		codes := s.Look(m)
		if len(codes) != 1 || !bytes.Equal(codes[0].Payload, f.Payload) {
			t.Fatalf("picture %d: %d codes", i, len(codes))
		}
		for _, c := range codes[0].Corners {
			if c[0] < 0 || c[1] < 0 || c[0] > 500 || c[1] > 500 {
				t.Fatalf("picture %d: corner at %v of 500 × 500", i, c)
			}
		}
	}
	if m := s.Seen().Module; m < f.Module*0.7 || m > f.Module*1.3 {
		t.Errorf("a module is %.1f pixels wide, the stream says %.1f", f.Module, m)
	}
}

func TestPicturesOfAnotherSizeInAStream(t *testing.T) {
	f := oneCard()
	x, y := around(f.corners, 500)
	s := qr.Stream{Budget: time.Hour} // however slow the machine is
	for _, m := range []qr.Image{
		window(f.Frame, 0, 0, 90, 60), window(f.Frame, 0, 0, 90, 10), {}, {Pix: f.Pix[:1000], Width: 640, Height: 480, Stride: 640},
	} {
		if codes := s.Look(window(f.Frame, x, y, 500, 500)); len(codes) != 1 {
			t.Fatalf("%d codes", len(codes))
		}
		if codes := s.Look(m); len(codes) > 0 {
			t.Errorf("a part without the code gives %q", codes[0].Payload)
		}
	}
}

// canvas is a grey picture to put parts of frames into.
func canvas() qr.Image {
	return qr.Image{Pix: bytes.Repeat([]byte{150}, frames.Width*frames.Height), Width: frames.Width, Height: frames.Height, Stride: frames.Width}
}

func paste(m qr.Image, x, y int, part qr.Image) {
	for row := range part.Height {
		copy(m.Pix[(y+row)*m.Stride+x:], part.Pix[row*part.Stride:][:part.Width])
	}
}

func TestACodeElsewhereIsFoundSoon(t *testing.T) {
	first, second := oneCard(), anotherCard()
	s := qr.Stream{Budget: time.Hour} // however slow the machine is
	ax, ay := around(first.corners, 420)
	bx, by := around(second.corners, 420)
	one := canvas()
	paste(one, 10, 20, window(first.Frame, ax, ay, 420, 420))
	for i := range 3 {
		if codes := s.Look(one); len(codes) != 1 || !bytes.Equal(codes[0].Payload, first.Payload) {
			t.Fatalf("picture %d: %d codes", i, len(codes))
		}
	}
	two := canvas()
	paste(two, 10, 20, window(first.Frame, ax, ay, 420, 420))
	paste(two, 800, 250, window(second.Frame, bx, by, 420, 420))
	var seen [2]bool
	for range 4 {
		for _, c := range s.Look(two) {
			seen[0] = seen[0] || bytes.Equal(c.Payload, first.Payload)
			seen[1] = seen[1] || bytes.Equal(c.Payload, second.Payload)
		}
	}
	if !seen[0] || !seen[1] {
		t.Errorf("of two codes in four pictures were read: %v", seen)
	}
	other := canvas()
	paste(other, 800, 250, window(second.Frame, bx, by, 420, 420))
	if codes := s.Look(other); len(codes) != 1 || !bytes.Equal(codes[0].Payload, second.Payload) {
		t.Errorf("the code that stays is not read")
	}
	s.Look(canvas())
	if codes := s.Look(one); len(codes) != 1 {
		t.Errorf("a code that comes back elsewhere is not read at once")
	}
}

// A machine so slow that the first pass takes all the time still reads what
// only a further pass sees.
func TestASlowMachineSeesWhatOnlyFurtherPassesSee(t *testing.T) {
	f := blurred()
	quick, slow := qr.Stream{Budget: time.Hour}, qr.Stream{Budget: time.Nanosecond}
	m := window(f, 0, 0, frames.Width, frames.Height)
	read := func(s *qr.Stream) bool {
		for range 2 * 4 { // twice as many pictures as further passes
			for _, c := range s.Look(m) {
				if bytes.Equal(c.Payload, f.Payload) {
					return true
				}
			}
		}
		return false
	}
	if !read(&quick) {
		t.Fatal("not even with time enough")
	}
	if !read(&slow) {
		t.Error("the further passes never had a turn")
	}
}

// blurred is a frame that the first pass does not read and another does.
func blurred() frames.Frame {
	for i := uint64(0); ; i++ {
		f := frames.Make(frames.Card, 31, i, 10)
		m := window(f, 0, 0, frames.Width, frames.Height)
		var r qr.Reader
		s := qr.Stream{Budget: time.Nanosecond} // the first pass alone
		if len(s.Look(m)) == 0 && len(r.Read(m)) == 1 {
			return f
		}
	}
}

// Pictures that come and go in step with the search, as a flickering screen's
// do, hide nothing for long.
func TestACodeElsewhereIsFoundInEverySecondPicture(t *testing.T) {
	first, second := oneCard(), anotherCard()
	ax, ay := around(first.corners, 420)
	bx, by := around(second.corners, 420)
	one, two := canvas(), canvas()
	for _, m := range []qr.Image{one, two} {
		paste(m, 10, 20, window(first.Frame, ax, ay, 420, 420))
	}
	paste(two, 800, 250, window(second.Frame, bx, by, 420, 420))
	for phase := range 4 {
		s := qr.Stream{Budget: time.Hour} // however slow the machine is
		for range phase {
			s.Look(one)
		}
		seen := false
		for range 4 {
			s.Look(canvas())
			for _, c := range s.Look(two) {
				seen = seen || bytes.Equal(c.Payload, second.Payload)
			}
		}
		if !seen {
			t.Errorf("after %d pictures of the first code the second was never read", phase)
		}
	}
}

// Nor do they on a machine so slow that each picture has one pass: with a code
// that is followed beside them, and one that only a further pass reads.
func TestASlowMachineSeesACodeElsewhereInEverySecondPicture(t *testing.T) {
	card := blurred()
	cx, cy := around(codeIn(t, card).Corners, 420)
	for name, first := range map[string]seen{"a clear one": oneCard(), "a small one": anotherCard()} {
		ax, ay := around(first.corners, 420)
		one, both := canvas(), canvas()
		for _, m := range []qr.Image{one, both} {
			paste(m, 10, 20, window(first.Frame, ax, ay, 420, 420))
		}
		paste(both, 800, 250, window(card, cx, cy, 420, 420))
		for between, pictures := range map[string][]qr.Image{"always": {both}, "by turns with none": {canvas(), both}} {
			s := qr.Stream{Budget: time.Nanosecond}
			for range 3 {
				s.Look(one)
			}
			var firsts, cards int
			for range 6 * 4 { // of each: six times as many as are searched in the region alone
				for _, m := range pictures {
					for _, c := range s.Look(m) {
						switch {
						case bytes.Equal(c.Payload, first.Payload):
							firsts++
						case bytes.Equal(c.Payload, card.Payload):
							cards++
						}
					}
				}
			}
			if firsts < 2 || cards < 2 {
				t.Errorf("%s, %s: read in %d of 24 pictures, the card beside it in %d", name, between, firsts, cards)
			}
		}
	}
}

// What the first pass misses, the others read within one round, and what one
// of them read it reads again in the next pictures.
func TestFurtherPassesTakeTurns(t *testing.T) {
	k := frames.Ease(frames.Card)
	k.Module, k.Blur = 3, 2 // pixels
	f := frames.Take(k, 1, 0)
	m := window(f, 0, 0, frames.Width, frames.Height)
	hurried := qr.Stream{Budget: 1} // no time for more than the first pass
	if codes := hurried.Look(m); len(codes) > 0 {
		t.Fatal("the first pass reads the blurred code: it shows nothing about the others")
	}
	s := qr.Stream{Budget: time.Hour}
	first := -1
	for i := range 8 {
		codes := s.Look(m)
		if len(codes) == 1 && !bytes.Equal(codes[0].Payload, f.Payload) {
			t.Fatalf("picture %d: a wrong payload: %q", i, codes[0].Payload)
		}
		if len(codes) == 1 && first < 0 {
			first = i
		}
		if len(codes) == 0 && first >= 0 {
			t.Errorf("picture %d: the code is lost again", i)
		}
	}
	if first < 0 || first > 2 {
		t.Errorf("a blurred code is read in picture %d", first)
	}
}

func TestLightOnDarkIsReadAtFirstSight(t *testing.T) {
	f := oneCard()
	negative := canvas()
	for i, v := range f.Pix {
		negative.Pix[i] = 255 - v
	}
	s := qr.Stream{Budget: time.Hour} // however slow the machine is
	if codes := s.Look(negative); len(codes) != 1 || !bytes.Equal(codes[0].Payload, f.Payload) {
		t.Errorf("%d codes", len(codes))
	}
}

func TestTheViewIsJudged(t *testing.T) {
	f := oneCard()
	dim, glaring, flat := canvas(), canvas(), canvas()
	rng := rand.New(rand.NewPCG(2, 2))
	for i, v := range f.Pix {
		dim.Pix[i], glaring.Pix[i] = v/10, v
		flat.Pix[i] = byte(90 + float64(i%frames.Width)/20 + 6*rng.NormFloat64())
		if i%frames.Width < 400 {
			glaring.Pix[i] = 255
		}
	}
	for want, m := range map[qr.View]qr.Image{
		qr.Clear: window(f.Frame, 0, 0, frames.Width, frames.Height), qr.Dark: dim, qr.Glaring: glaring, qr.Covered: flat,
	} {
		s := qr.Stream{Budget: time.Hour} // however slow the machine is
		s.Look(m)
		if got := s.Seen().View(); got != want {
			t.Errorf("a picture that is %s is called %s: %+v", want, got, s.Seen())
		}
	}
}

// A poster that stays in view hides no card that only a further pass reads.
func TestAPosterHidesNoBlurredCard(t *testing.T) {
	card := blurred()
	x, y := around(codeIn(t, card).Corners, 420)
	for name, poster := range map[string]seen{"a clear one": oneCard(), "a small one": anotherCard()} {
		px, py := around(poster.corners, 420)
		one := canvas()
		paste(one, 10, 20, window(poster.Frame, px, py, 420, 420))
		both := canvas()
		copy(both.Pix, one.Pix)
		paste(both, 800, 250, window(card, x, y, 420, 420))
		s := qr.Stream{Budget: time.Hour} // however slow the machine is
		for range 3 {
			s.Look(one)
		}
		var posters, cards int
		for range 3 * 4 {
			for _, c := range s.Look(both) {
				switch {
				case bytes.Equal(c.Payload, card.Payload):
					cards++
				case bytes.Equal(c.Payload, poster.Payload):
					posters++
				}
			}
		}
		if posters != 3*4 || cards == 0 {
			t.Errorf("%s: of 12 pictures the poster was read in %d, the card in %d", name, posters, cards)
		}
	}
}

func codeIn(t *testing.T, f frames.Frame) qr.Code {
	t.Helper()
	var r qr.Reader
	codes := r.Read(window(f, 0, 0, frames.Width, frames.Height))
	if len(codes) != 1 {
		t.Fatalf("%d codes", len(codes))
	}
	return codes[0]
}
