package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/store/photos"
)

// newDarkroom is a lane with a camera and the guard's page.
func newDarkroom(t *testing.T) *gallery {
	g := newGallery(t)
	g.settings.More = "decision_inputs = [\"page\"]\n[page]\nlisten = \"127.0.0.1:0\"\n"
	return g
}

// ask is a form sent to the page.
func (d *process) ask(path string, form url.Values) (code int, said string) {
	d.t.Helper()
	resp, err := http.PostForm(d.page()+path, form)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(b))
}

// paper is the form's photo as the province opens it: the camera's picture at full
// size.
func (g *gallery) paper(name string) (taken []byte) {
	g.t.Helper()
	dir, err := os.ReadDir(g.state("photos"))
	if err != nil || len(dir) != 1 {
		g.t.Fatalf("photos: %v, %v", dir, err)
	}
	file := dir[0].Name()
	if !strings.HasSuffix(file, "-"+name+".photo") {
		g.t.Fatalf("the card has %s, the record names %s", file, name)
	}
	sealed, err := os.ReadFile(filepath.Join(g.state("photos"), file))
	g.must(err)
	var millis int64
	_, err = fmt.Sscanf(file, "%d-", &millis)
	g.must(err)
	taken, err = photos.Open(g.province.records, photos.Label{Province: "mau", Box: "thu-0001", Time: time.UnixMilli(millis)}, sealed)
	g.must(err)
	m, err := jpeg.Decode(bytes.NewReader(taken))
	if err != nil || m.Bounds() != image.Rect(0, 0, 1280, 720) {
		g.t.Fatalf("the province sees %v, %v", m, err)
	}
	return taken
}

// A photo that is taken with a form is sealed on the box before anything else, its
// name stands in the form's record, and it outlives a power cut; one without a form
// does not. Whoever has the card sees none, nor the log.
func TestAPhotoOfAFormIsKeptSealed(t *testing.T) {
	g := newDarkroom(t)
	d := g.start()
	d.awaitReader(true)
	code, name := d.ask("/lanes/1/form/photo", url.Values{"turn": {"0"}})
	if code != http.StatusOK {
		t.Fatalf("code %d: %s", code, name)
	}
	if code, _ := d.ask("/lanes/1/form", url.Values{"turn": {"0"}, "who": {"Trần An"}, "phone": {"0900000113"}, "photo": {name}}); code != http.StatusNoContent {
		t.Fatalf("the form: code %d\n%s", code, d.log.String())
	}
	if code, _ = d.ask("/lanes/1/form/photo", url.Values{"turn": {"0"}}); code != http.StatusOK { // nobody's
		t.Fatalf("a second photo: code %d", code)
	}
	s, err := d.status()
	if err != nil || s.Photos == nil || s.Photos.Waiting != 1 {
		t.Errorf("status says %+v, %v", s.Photos, err)
	}
	d.kill() // a power cut
	d = g.start()
	d.awaitReader(true)
	taken := g.paper(name)
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	var form *stored
	for _, r := range g.province.read(t, g.settings.State) {
		if r.Format == checkpoint.FormatPaperForm && r.Kind == checkpoint.RecordDecision {
			form = &r
		}
	}
	if form == nil || form.Record.Address != "phone: 0900000113\nphoto: "+name {
		t.Errorf("the record is %+v", form)
	}
	g.must(filepath.WalkDir(g.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, taken[len(taken)/2:][:48]) || strings.HasPrefix(string(b), "\xff\xd8") {
			t.Errorf("%s has the picture in clear", path)
		}
		return err
	}))
	if strings.Contains(d.log.String(), name) {
		t.Error("the log names the photo")
	}
}

// The same by touch and by key 2, in a real browser. No picture reaches the page.
func TestAPhotoOfAFormByRealKeys(t *testing.T) {
	g := newDarkroom(t)
	d := g.start()
	d.awaitReader(true)
	p := open(t, browser(t), d.page(), messages.Vietnamese, 800, 480)
	p.tap(`[data-opens="form"]`)
	p.until(`document.getElementById("form").open`)
	photo := `document.querySelector("#form [value=photo]")`
	p.until(`!` + photo + `.hidden`)
	pages{p}.fits("form-photo")
	p.tap(`#form [value="photo"]`)
	again := fmt.Sprintf(`%s.textContent.trim() === %q && !%s.disabled`, photo, messages.Line(messages.PhotoTaken, p.lang), photo)
	p.until(again)
	pages{p}.fits("form-photo-taken")
	first := g.taken()
	run(p, chromedp.Evaluate[bool](photo+`.focus() === undefined`))
	p.three("2")
	for late := time.Now().Add(patience); g.taken() == first; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("key 2 takes no photo")
		}
	}
	p.until(again)
	p.write("who", "Tran An 2")
	p.tap(`#form [value="done"]`)
	p.until(`!document.getElementById("form").open`)
	if kept := g.taken(); !strings.HasSuffix(kept, ".photo") {
		t.Errorf("the card has %q", kept)
	}
	seen := run(p, chromedp.Evaluate[[]string](`performance.getEntriesByType("resource").map((e) => e.name).filter((n) => n.includes("picture"))`))
	if len(seen) > 0 {
		t.Errorf("the page loaded %v", seen)
	}
}

// taken is the one photo that the card has.
func (g *gallery) taken() string {
	all, err := os.ReadDir(g.state("photos"))
	if err != nil || len(all) != 1 {
		return ""
	}
	return all[0].Name()
}
