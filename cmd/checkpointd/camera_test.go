package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"checkpoint"
	"checkpoint/console/control"
)

// gallery is a folder of pictures that a lane's camera shows.
type gallery struct {
	*rig
	folder string
}

// newGallery makes a road lane whose camera shows a folder, and nothing in it yet
// but an empty table.
func newGallery(t *testing.T) *gallery {
	g := &gallery{newRig(t, settings{SiteType: "road"}), ""}
	g.must(g.province.load(g.settings.State, 1))
	g.folder = g.path("pictures")
	g.must(os.Mkdir(g.folder, 0o700))
	g.settings.Reader = fmt.Sprintf("name = \"camera\"\nkind = \"camera\"\n[lane.reader.camera]\nfolder = %q\nfps = 30\n", g.folder)
	g.show("table", nil)
	return g
}

// show puts a picture of cards into the folder.
func (g *gallery) show(name string, cards []string) {
	g.t.Helper()
	m := image.NewGray(image.Rect(0, 0, 1280, 720))
	for i := range m.Pix {
		m.Pix[i] = byte(110 + 20*(i%1280/97%2)) // a table of boards
	}
	for k, card := range cards {
		code, err := qrcode.NewQRCodeWriter().Encode(card, gozxing.BarcodeFormat_QR_CODE, 400, 400, map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_CHARACTER_SET: "UTF-8"})
		g.must(err)
		for y := range 400 {
			for x := range 400 {
				v := color.Gray{Y: 220}
				if code.Get(x, y) {
					v.Y = 40
				}
				m.SetGray(100+600*k+x, 150+y, v)
			}
		}
	}
	g.save(name, m)
}

func (g *gallery) save(name string, m image.Image) {
	g.t.Helper()
	// Under another name first: a picture is there as a whole or not at all.
	file, err := os.Create(g.path("arriving"))
	g.must(err)
	g.must(png.Encode(file, m))
	g.must(file.Close())
	g.must(os.Rename(g.path("arriving"), filepath.Join(g.folder, name+".png")))
}

// take takes a picture away.
func (g *gallery) take(name string) {
	g.t.Helper()
	g.must(os.Remove(filepath.Join(g.folder, name+".png")))
}

// A card held before the camera opens the gate once, however many pictures show
// it, and is recorded once.
func TestACardBeforeTheCameraIsOneScan(t *testing.T) {
	g := newGallery(t)
	d := g.start()
	d.awaitReader(true)
	d.listen()
	began := time.Now()
	g.show("card", g.province.green[:1])
	d.awaitEvent("the gate to open", func(e control.Event) bool { return e.Opened })
	d.awaitLamp("green")
	// The same card, and another one beside it, which is an amber's: decided last.
	g.take("card")
	g.show("both", []string{g.province.green[0], g.province.cards["amber"]})
	d.awaitEvent("the second card's amber", func(e control.Event) bool { return e.Verdict == checkpoint.Refer.String() && e.Position.Seq > 0 })
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, d.log.String())
	}
	admitted := 0
	for _, r := range g.province.read(t, g.settings.State) {
		if r.Kind == checkpoint.RecordDecision && r.Verdict == checkpoint.Admit {
			admitted++
			if r.Number != numberOf(g.province.green[0]) {
				t.Errorf("number %q recorded", r.Number)
			}
		}
	}
	// A card that was out of sight for 5 s is a new scan: so may be one before a
	// machine that was held up for as long.
	if most := 1 + int(time.Since(began)/(5*time.Second)); admitted < 1 || admitted > most {
		t.Errorf("the card was let in %d times, want 1 to %d", admitted, most)
	}
}

// A camera that sees nothing is said, with the fault lamp where it is the only
// reader, and taken back. Whoever asks is shown what it sees.
func TestABlindCameraIsSaidAndWhatItSeesIsShown(t *testing.T) {
	g := newGallery(t)
	d := g.start()
	d.awaitReader(true)
	g.take("table")
	g.save("dark", image.NewGray(image.Rect(0, 0, 1280, 720)))
	d.awaitStatus("N04", func(s control.Status) bool {
		return s.Lanes[0].Notice == checkpoint.CameraBlind && s.Lanes[0].Readers[0].Sight != checkpoint.SightClear
	})
	d.awaitLamp("red") // by turns with amber
	g.show("table", nil)
	g.take("dark")
	d.awaitStatus("that it sees again", func(s control.Status) bool { return s.Lanes[0].Notice == "" })
	picture, _, err := d.client.Picture(t.Context(), control.CameraName{})
	g.must(err)
	m, err := jpeg.Decode(bytes.NewReader(picture))
	g.must(err)
	if m.Bounds() != image.Rect(0, 0, 640, 360) {
		t.Errorf("a picture of %v", m.Bounds())
	}
	if v := m.At(300, 300).(color.Gray).Y; v < 90 || v > 150 {
		t.Errorf("the table is shown as %d", v)
	}
}

// awaitEvent waits for a lane's event.
func (d *process) awaitEvent(what string, ok func(control.Event) bool) {
	d.t.Helper()
	var seen []control.Event
	if d.events.until(d.exited, func(list []control.Event) bool {
		seen = list
		return slices.ContainsFunc(list, ok)
	}) != nil {
		d.t.Fatalf("waited in vain for %s; the lane said %+v; the log:\n%s", what, seen, d.log.String())
	}
}

// awaitLamp waits until a lamp has been on.
func (d *process) awaitLamp(pin string) {
	d.t.Helper()
	if err := d.edges.until(d.exited, func(list []edge) bool {
		return slices.ContainsFunc(list, func(e edge) bool { return e.pin == pin && e.on })
	}); err != nil {
		d.t.Fatalf("%s was never lit: %v\n%s", pin, err, d.log.String())
	}
}
