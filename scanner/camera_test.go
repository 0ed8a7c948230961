package scanner

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"slices"
	"sync"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/scanner/qr"
	made "checkpoint/scanner/qr/frames"
)

// still pictures of one brightness, or of a card.
type shown struct {
	pix           []byte
	width, height int
}

func (s *shown) Read([]byte) (int, error) { return 1, nil }
func (s *shown) Frame() (pix []byte, width, height, stride int) {
	return s.pix, s.width, s.height, s.width
}

func grey(v byte) shown {
	return shown{bytes.Repeat([]byte{v}, 640*480), 640, 480}
}

// aCard is a generated picture with a code that is read at the first look.
func aCard(t *testing.T) (shown, string) {
	t.Helper()
	picture, payload := readable()
	if payload == "" {
		t.Fatal("none of 20 cards is read")
	}
	return picture, payload
}

var readable = sync.OnceValues(func() (shown, string) {
	for n := range uint64(20) {
		f := made.Make(made.Card, 1, n, 0)
		m := qr.Image{Pix: f.Pix, Width: made.Width, Height: made.Height, Stride: made.Width}
		if codes := new(qr.Stream).Look(m); len(codes) == 1 && bytes.Equal(codes[0].Payload, f.Payload) {
			return shown{f.Pix, made.Width, made.Height}, string(f.Payload)
		}
	}
	return shown{}, ""
})

// at work: a decoder, what it is shown, and what it tells.
type trial struct {
	shown
	decoder Decoder
	camera  *Camera
	now     time.Time
	scans   []checkpoint.Scan
	sights  []checkpoint.Sight
}

func newTrial(t *testing.T) *trial {
	w := &trial{camera: NewCamera(), now: time.Now()}
	w.camera.Budget = time.Hour // however slow the machine is
	var err error
	w.decoder, err = w.camera.decode(func(s checkpoint.Sight) { w.sights = append(w.sights, s) })(&w.shown, func(s checkpoint.Scan) { w.scans = append(w.scans, s) })
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// look shows pictures for so long, four a second.
func (w *trial) look(s shown, long time.Duration) {
	w.shown = s
	for range int(long / (time.Second / 4)) {
		w.now = w.now.Add(time.Second / 4)
		w.decoder.Feed(nil, w.now)
	}
}

func TestBlindnessIsSaidWhenItLastsAndTakenBack(t *testing.T) {
	card, payload := aCard(t)
	for _, c := range []struct {
		picture shown
		want    checkpoint.Sight
	}{{grey(4), checkpoint.SightCovered}, {grey(255), checkpoint.SightGlare}} {
		w := newTrial(t)
		w.look(card, time.Second)
		w.look(c.picture, 2*time.Second) // a hand
		w.look(card, time.Second/2)
		if len(w.sights) > 0 {
			t.Errorf("two seconds are said at once: %q", w.sights)
		}
		w.look(c.picture, 5*time.Second)
		if len(w.sights) != 1 || w.sights[0] != c.want {
			t.Errorf("said %q, want %q once", w.sights, c.want)
		}
		w.look(card, 2*time.Second)
		if len(w.sights) != 2 || w.sights[1] != checkpoint.SightClear {
			t.Errorf("said %q, want it taken back once", w.sights)
		}
		if len(w.scans) == 0 || string(w.scans[0].Payload) != payload || !w.scans[0].Camera {
			t.Errorf("%d scans of the card", len(w.scans))
		}
	}
}

// A plain table without a thing on it is no hand before the lens, a noisy picture
// of one grey is.
func TestAPlainTableIsNoBlindness(t *testing.T) {
	w := newTrial(t)
	w.look(grey(140), 6*time.Second)
	if len(w.sights) > 0 {
		t.Errorf("a plain table: %q", w.sights)
	}
	noise := grey(90)
	for i := range noise.pix {
		noise.pix[i] += byte(i * 2654435761 >> 16 % 36)
	}
	w.look(noise, 6*time.Second)
	if len(w.sights) != 1 || w.sights[0] != checkpoint.SightCovered {
		t.Errorf("noise and nothing else: %q", w.sights)
	}
}

func TestOnlyWhoAsksIsShownAPicture(t *testing.T) {
	card, _ := aCard(t)
	w := newTrial(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := w.camera.Picture(ctx); err == nil {
		t.Error("a camera that looks at nothing shows a picture")
	}
	type answer struct {
		jpeg []byte
		err  error
	}
	answers := make(chan answer)
	go func() {
		b, _, err := w.camera.Picture(context.Background())
		answers <- answer{b, err}
	}()
	var a answer
	for asked := false; !asked; {
		w.look(card, time.Second/4)
		select {
		case a = <-answers:
			asked = true
		default:
		}
	}
	m, err := jpeg.Decode(bytes.NewReader(a.jpeg))
	if err != nil || a.err != nil {
		t.Fatal(err, a.err)
	}
	if m.Bounds() != image.Rect(0, 0, 640, 360) {
		t.Errorf("the picture is %v", m.Bounds())
	}
}

func TestTheGuardIsToldWhereToMoveACode(t *testing.T) {
	card, _ := aCard(t)
	w := newTrial(t)
	m := qr.Image{Pix: card.pix, Width: card.width, Height: card.height, Stride: card.width}
	for module, want := range map[float64]checkpoint.Distance{0: checkpoint.DistanceFine, 1.5: checkpoint.TooFar, 5: checkpoint.DistanceFine, 13: checkpoint.TooNear} {
		if got := distance(module, m); got != want {
			t.Errorf("modules of %g pixels: %q, want %q", module, got, want)
		}
	}
	w.look(card, time.Second)
	if w.decoder.(*looker).stream.Seen().Module == 0 {
		t.Error("nothing is known of the modules of a code that was read")
	}
}

// Two cards at once: both are offered with each picture, the clearer one first,
// wherever it is.
func TestEveryCodeInAPictureIsOfferedTheClearestFirst(t *testing.T) {
	card := func(says string, blur float64) []byte {
		k := made.Ease(made.Card)
		k.Module, k.Blur, k.Says = 4, blur, says
		return made.Take(k, 31, 0).Pix
	}
	sharp, blurred := card("sharp", 0.5), card("blurred", 1.5)
	stacked := func(upper, lower []byte) shown {
		return shown{append(bytes.Clone(upper), lower...), made.Width, 2 * made.Height}
	}
	for _, picture := range []shown{stacked(sharp, blurred), stacked(blurred, sharp)} {
		w := newTrial(t)
		w.look(picture, time.Second/4)
		var said []string
		for _, s := range w.scans {
			said = append(said, string(s.Payload))
		}
		if !slices.Equal(said, []string{"sharp", "blurred"}) {
			t.Errorf("offered %q", said)
		}
	}
}
