package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	bench "checkpoint/cmd/internal/rig"
	"checkpoint/console/messages"
)

// watcher is what a tab keeps of everything that it was shown, so that a test
// never comes too late to see it.
//
//go:embed testdata/watch.js
var watcher string

// tab is a page in a real browser.
type tab struct {
	t    testing.TB
	ctx  context.Context
	lang messages.Lang
	w, h int64
	seen int // pieces looked at
}

// shown is one moment of a lane's card, as the browser laid it out.
type shown struct {
	Word, Tone, Reason, Do, Notice string
	Rows, Differs, Buttons         []string
	Overflow                       string // what does not fit; empty: everything does
	Lost                           bool
	Choosing                       bool // why somebody passes
	Listed                         bool // the data are to be put right
}

// browser is a real one, which ends with the test.
func browser(t testing.TB) context.Context {
	t.Helper()
	ctx, closeIt, err := bench.Browser(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeIt)
	return ctx
}

// open shows a page of the daemon.
func open(t testing.TB, browser context.Context, address string, lang messages.Lang, w, h int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx, lang: lang, w: w, h: h}
	p.do(chromedp.EmulateViewport(w, h, chromedp.EmulateTouch), chromedp.Navigate(address+"/?lang="+string(lang)))
	run(p, chromedp.Evaluate[bool](`document.fonts.ready.then(() => true)`, chromedp.EvalAwaitPromise))
	run(p, chromedp.Evaluate[bool](watcher))
	return p
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

func run[T any](p *tab, a chromedp.Action[T]) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, a)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// await waits until the page was shown what is wanted, after what was awaited
// before.
func (p *tab) await(what string, ok func(shown) bool) shown {
	p.t.Helper()
	var all []shown
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		all = run(p, chromedp.Evaluate[[]shown](fmt.Sprintf("seen.slice(%d)", p.seen)))
		if i := slices.IndexFunc(all, ok); i >= 0 {
			p.seen += i
			if all[i].Overflow != "" {
				p.t.Errorf("%s, %s, %dx%d: %s", what, p.lang, p.w, p.h, all[i].Overflow)
			}
			return all[i]
		}
	}
	p.t.Fatalf("%s, %s: not shown; last: %+v", what, p.lang, all[max(0, len(all)-3):])
	return shown{}
}

// tap touches the middle of what a selector names.
func (p *tab) tap(selector string) {
	p.t.Helper()
	at := run(p, chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => { const b = document.querySelector(%q).getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()`, selector)))
	p.do(chromedp.TapXY(at[0], at[1]))
}

// key presses a key of the keyboard, which works on the page that has the focus.
// One that means nothing comes before: no finger is as fast as a test, and of two
// strikes of one key the page takes the second for a trembling one's.
func (p *tab) key(k string) {
	p.t.Helper()
	p.tap(".place")
	p.do(chromedp.KeyEvent("x"), chromedp.KeyEvent(k))
}

// hold keeps a mouse button pressed on it until ok.
func (p *tab) hold(selector string, until func()) {
	p.t.Helper()
	at := run(p, chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => { const b = document.querySelector(%q).getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()`, selector)))
	p.do(chromedp.MouseEvent("mousePressed", at[0], at[1], chromedp.ButtonLeft, chromedp.ClickCount(1)))
	until()
	p.do(chromedp.MouseEvent("mouseReleased", at[0], at[1], chromedp.ButtonLeft, chromedp.ClickCount(1)))
}

// picture is what the browser painted.
func (p *tab) picture() image.Image {
	p.t.Helper()
	img, err := png.Decode(bytes.NewReader(run(p, chromedp.CaptureScreenshot())))
	if err != nil {
		p.t.Fatal(err)
	}
	return img
}

// sizes are those of the smallest panel and of a monitor.
var sizes = [][2]int64{{800, 480}, {1280, 800}}

// atBoth looks at the page as it stands at both sizes, and gives it its own again.
func (p *tab) atBoth(look func(at *tab)) {
	p.t.Helper()
	for _, size := range sizes {
		at := *p
		at.w, at.h = size[0], size[1]
		p.do(chromedp.EmulateViewport(at.w, at.h, chromedp.EmulateTouch))
		look(&at)
	}
	p.do(chromedp.EmulateViewport(p.w, p.h, chromedp.EmulateTouch))
}

// pages are the same page at two sizes in two languages.
type pages []*tab

// ends are two of them, one in each language.
func (all pages) ends() pages { return pages{all[0], all[len(all)-1]} }

func openAll(t testing.TB, browser context.Context, address string) (all pages) {
	for _, size := range sizes {
		for _, lang := range []messages.Lang{messages.Vietnamese, messages.English} {
			all = append(all, open(t, browser, address, lang, size[0], size[1]))
		}
	}
	return all
}

// await waits for all of them, and keeps their pictures if asked to.
func (all pages) await(name string, ok func(shown, messages.Lang) bool) shown {
	all[0].t.Helper()
	first := all.awaitAll(ok, name)
	all.keep(name)
	return first
}

// awaitAll waits and keeps nothing.
func (all pages) awaitAll(ok func(shown, messages.Lang) bool, name ...string) (first shown) {
	all[0].t.Helper()
	for i, p := range slices.Backward(all) {
		s := p.await(fmt.Sprint(name), func(s shown) bool { return ok(s, p.lang) })
		if i == 0 {
			first = s
		}
	}
	return first
}

// keep writes pictures of all pages into the folder CHECKPOINT_SCREENS.
func (all pages) keep(name string) {
	dir := os.Getenv("CHECKPOINT_SCREENS")
	if dir == "" || name == "" {
		return
	}
	var taken []image.Image // all before the first is written: a green lasts three seconds
	for _, p := range all {
		taken = append(taken, p.picture())
	}
	for i, p := range all {
		var out bytes.Buffer
		e := png.Encoder{CompressionLevel: png.BestCompression}
		err := errors.Join(e.Encode(&out, paletted(taken[i])),
			os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%dx%d.png", name, p.lang, p.w, p.h)), out.Bytes(), 0o644))
		if err != nil {
			p.t.Fatal(err)
		}
	}
}

// paletted keeps a picture's 64 commonest colours: a page has some ten, and
// the rest are the edges of letters.
func paletted(img image.Image) image.Image {
	count := map[color.RGBA]int{}
	b := img.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	var all []color.RGBA
	for c := range count {
		all = append(all, c)
	}
	slices.SortFunc(all, func(x, y color.RGBA) int {
		return cmp.Or(count[y]-count[x], cmp.Compare(fmt.Sprint(x), fmt.Sprint(y)))
	})
	var few color.Palette
	for _, c := range all[:min(len(all), 64)] {
		few = append(few, c)
	}
	near := map[color.RGBA]uint8{}
	for c := range count {
		near[c] = uint8(few.Index(c))
	}
	out := image.NewPaletted(b, few)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.SetColorIndex(x, y, near[at(x, y)])
		}
	}
	return out
}

var pageAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// page is where the daemon serves its page.
func (d *process) page() string {
	d.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if at := pageAddress.FindString(d.log.String()); at != "" {
			return at
		}
	}
	d.t.Fatalf("no address of the page in the log:\n%s", d.log.String())
	return ""
}
