package hil

import (
	"slices"
	"sync"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/device/camera"
)

// outOfSight is longer than a card may be hidden and still be the same scan.
const outOfSight = 6 * time.Second

// hold holds a picture before the camera until the lane has told what is wanted.
// A daemon that is held up for a second says so instead of a verdict: then the
// guard takes the card away and holds it there again.
func (b *box) hold(p *projector, picture, what string, ok func([]control.Event) bool) {
	b.t.Helper()
	told := b.events()
	for range 10 {
		p.show(picture)
		for end := time.Now().Add(8 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if ok(told()) {
				return
			}
		}
		p.show(deskPicture)
		time.Sleep(outOfSight)
	}
	b.t.Fatalf("held before the camera, never %s; the lane told %+v\n%s", what, told(), b.log.String())
}

// events collects what the lane tells from now on.
func (b *box) events() (told func() []control.Event) {
	b.t.Helper()
	var mu sync.Mutex
	var list []control.Event
	ready := make(chan struct{})
	go func() {
		// It ends with the daemon.
		_ = b.client.Events(b.t.Context(), ready, func(e control.Event) bool {
			mu.Lock()
			defer mu.Unlock()
			list = append(list, e)
			return true
		})
	}()
	select {
	case <-ready:
	case <-time.After(patience):
		b.t.Fatal("the daemon tells no events")
	}
	return func() []control.Event {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

func opened(e control.Event) bool { return e.Opened }

func isMenu(e control.Event) bool { return e.Reason == checkpoint.NotPersonal }

// admissions counts the records of people who were let in.
func (b *box) admissions() (n int) {
	b.t.Helper()
	for _, a := range theRecords(b.t) {
		if a.Record.Lane == b.name && a.Record.Kind == checkpoint.RecordDecision && a.Record.Verdict == checkpoint.Admit {
			n++
		}
	}
	return n
}

// A card before the camera lights the lamp, moves the relay and reaches the
// province, once, however many pictures show it.
func TestFromPictureToProvince(t *testing.T) {
	for _, format := range []camera.Format{camera.Grey, camera.YUYV, camera.MJPEG} {
		t.Run(string(format), func(t *testing.T) {
			p := newProjector(t, format)
			b := newBox(t, p.reader())
			began := time.Now()
			b.hold(p, cardPicture, "let in", func(list []control.Event) bool { return slices.ContainsFunc(list, opened) })
			b.lampFirst(b.awaitLit("RELAY"))
			b.awaitLine("RELAY", false)
			time.Sleep(2 * time.Second) // still in view
			p.show(deskPicture)
			// A card that is hidden for 5 s is a new scan, and so is one before a
			// machine that was held up for as long.
			most := 1 + int(time.Since(began)/(5*time.Second))
			b.awaitRecord("the decision", func(r checkpoint.Record) bool {
				return r.Kind == checkpoint.RecordDecision && r.Verdict == checkpoint.Admit
			})
			b.await("the province's mark", func(s control.Status) bool { return s.Journal.Waiting == 0 && !s.Link.LastMark.IsZero() })
			if n := b.admissions(); n > most {
				t.Errorf("let in %d times within %v", n, time.Since(began))
			}
		})
	}
}

// Of two codes in one picture both are offered: the card's and one that is no
// card's.
func TestTwoCodesInOnePicture(t *testing.T) {
	p := newProjector(t, camera.Grey)
	b := newBox(t, p.reader())
	b.hold(p, pairPicture, "both codes", func(list []control.Event) bool {
		return slices.ContainsFunc(list, opened) && slices.ContainsFunc(list, isMenu)
	})
	b.awaitLit("RELAY")
}

// A covered camera is said, and taken back. One that hangs is lost, and sought
// until it gives pictures again.
func TestCameraThatSeesNothingOrHangs(t *testing.T) {
	p := newProjector(t, camera.Grey)
	b := newBox(t, p.reader())
	notice := func(n checkpoint.Reason, of func(checkpoint.ReaderState) bool) {
		t.Helper()
		b.await("notice "+string(n), func(s control.Status) bool {
			return s.Lanes[0].Notice == n && slices.ContainsFunc(s.Lanes[0].Readers, func(r checkpoint.ReaderState) bool { return r.Name == "camera" && of(r) })
		})
	}
	well := func(r checkpoint.ReaderState) bool { return r.Connected && r.Sight == checkpoint.SightClear }
	notice("", well)
	p.cover()
	notice(checkpoint.CameraBlind, func(r checkpoint.ReaderState) bool { return r.Sight != checkpoint.SightClear })
	p.show(deskPicture)
	notice("", well)
	p.halt()
	notice(checkpoint.ReaderUnplugged, func(r checkpoint.ReaderState) bool { return !r.Connected })
	p.resume()
	notice("", well)
	b.hold(p, cardPicture, "let in", func(list []control.Event) bool { return slices.ContainsFunc(list, opened) })
	b.awaitLit("GREEN")
}
