package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/cmd/internal/picture"
	bench "checkpoint/cmd/internal/rig"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
	"checkpoint/scanner/qr"
)

// beyond names what does not fit on a page of forms.
const beyond = `(() => {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth) out.push("page " + document.documentElement.scrollWidth);
  for (const e of document.querySelectorAll("header, button, section p, td, th, .print code, label"))
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline") out.push(e.tagName + " " + e.textContent.trim().slice(0, 40) + " " + e.scrollWidth + ">" + e.clientWidth);
  for (const e of document.querySelectorAll("#paired th"))
    if (e.clientHeight > 3 * parseFloat(getComputedStyle(e).fontSize)) out.push("a name is broken: " + e.textContent);
  for (const e of document.querySelectorAll("header, #asks button, #offer button, #offer p, .code, .print"))
    if (e.getBoundingClientRect().bottom > innerHeight && !e.closest("[hidden]")) out.push(e.tagName + " " + e.textContent.trim().slice(0, 40) + " is below the screen");
  return out.join("; ");
})()`

// at shows an address in a tab.
func (p *tab) at(address string) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(p.w, p.h, chromedp.EmulateTouch), chromedp.Navigate(address))
}

// until waits for a condition in the page, or in the one that comes after it.
func (p *tab) until(condition string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](condition)); err == nil && ok {
			return
		}
	}
	p.t.Fatalf("waited in vain for %s:\n%s", condition, run(p, chromedp.Evaluate[string](`document.body.innerText`)))
}

// fits holds that nothing is cut at either size, and keeps pictures.
func (p *tab) fits(name string) {
	p.t.Helper()
	run(p, chromedp.Evaluate[bool](`document.fonts.ready.then(() => true)`, chromedp.EvalAwaitPromise))
	p.atBoth(func(p *tab) {
		if wrong := run(p, chromedp.Evaluate[string](beyond)); wrong != "" {
			p.t.Errorf("%s, %s, %dx%d: %s", name, p.lang, p.w, p.h, wrong)
		}
		pages{p}.keep(name)
	})
}

// pairingTabs are the local screen and a tablet, in one real browser that was
// told to go on past the warning about the certificate.
func pairingTabs(t *testing.T, lang messages.Lang, w, h int64) (local, tablet *tab) {
	t.Helper()
	ctx, closeIt, err := bench.Browser(t.Context(), chromedp.Flag("ignore-certificate-errors", true))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeIt)
	newTab := func() *tab {
		ctx, cancel := chromedp.NewContext(ctx)
		t.Cleanup(cancel)
		return &tab{t: t, ctx: ctx, lang: lang, w: w, h: h}
	}
	return newTab(), newTab()
}

// scanned is what a tablet's camera would read off the local screen.
func (p *tab) scanned() string {
	p.t.Helper()
	name := filepath.Join(p.t.TempDir(), "screen.png")
	if err := os.WriteFile(name, run(p, chromedp.CaptureScreenshot()), 0o600); err != nil {
		p.t.Fatal(err)
	}
	img, err := picture.Read(name)
	if err != nil {
		p.t.Fatal(err)
	}
	codes := new(qr.Reader).Read(img)
	if len(codes) != 1 {
		p.t.Fatalf("%d codes on the screen", len(codes))
	}
	return string(codes[0].Payload)
}

// A tablet comes in by the code on the local screen, is signed off by the
// hand-over and comes back with the next guard's PIN.
func TestATabletIsPairedAtTheLocalScreen(t *testing.T) {
	for _, c := range []struct {
		lang messages.Lang
		w, h int64
	}{{messages.Vietnamese, 800, 480}, {messages.English, 1280, 800}} {
		t.Run(fmt.Sprint(c.lang), func(t *testing.T) { pairAtTheScreen(t, c.lang, c.w, c.h) })
	}
}

func pairAtTheScreen(t *testing.T, lang messages.Lang, w, h int64) {
	n := newOnNetwork(t)
	line := func(id messages.LineID) string { return messages.Line(id, lang) }
	local, tablet := pairingTabs(t, lang, w, h)
	local.at(n.daemon.page() + "/?lang=" + string(lang))
	local.tap(`header a[href^="/devices"]`)
	local.until(`document.querySelector("#offer button") !== null`)
	local.fits("tablets")
	local.tap("#offer button")
	local.until(`document.querySelector("#offer .code path") !== null`)
	local.fits("tablets-code")
	address := local.scanned()
	if !strings.HasPrefix(address, n.at+"/pair?code=") {
		t.Fatalf("the code on the screen says %q", address)
	}

	tablet.at(address + "&lang=" + string(lang))
	tablet.fits("pair")
	tablet.do(chromedp.SendKeys(`input[name="name"]`, "Máy bảng cổng 2"))
	tablet.tap("form button")
	tablet.until(fmt.Sprintf(`document.body.innerText.includes(%q)`, line(messages.PairWait)))
	tablet.fits("pair-wait")
	local.until(`document.querySelector("#let-in") !== null`)
	local.fits("tablets-asks")
	code := run(tablet, chromedp.Poll[string](`document.querySelector(".check-code")?.textContent`, chromedp.WithPollingTimeout(patience))) // the page asks anew each second
	if asks := run(local, chromedp.Evaluate[string](`document.querySelector("#asks").innerText`)); !strings.Contains(asks, "Máy bảng cổng 2") || len(code) != 6 || !strings.Contains(asks, code) {
		t.Errorf("the tablet shows %q, the local screen asks %q", code, asks)
	}
	local.tap("#let-in")
	tablet.until(`document.querySelector(".card") !== null`)
	local.until(`document.querySelector("#paired table") !== null`)
	local.fits("tablets-paired")

	n.daemon.wants(n.rig, n.province.cards["amber"], checkpoint.Refer, "A02")
	tablet.until(fmt.Sprintf(`document.querySelector(".word").textContent === %q`, messages.Word(checkpoint.Refer, lang)))
	tablet.tap(`[data-answer="denied"]`)
	tablet.until(fmt.Sprintf(`document.querySelector(".reason").textContent === %q`, messages.Outcome(checkpoint.Denied, lang)))

	local.tap(`#paired > form button`)
	tablet.until(`document.querySelector('input[name="pin"]') !== null`)
	if strings.Contains(run(tablet, chromedp.Evaluate[string](`document.body.innerText`)), messages.Outcome(checkpoint.Denied, lang)) {
		t.Error("the lane is seen after the hand-over")
	}
	tablet.fits("sign-in")
	tablet.do(chromedp.SendKeys(`input[name="pin"]`, n.pinOf(pin.Guard)))
	tablet.tap("form button")
	tablet.until(`document.querySelector(".card") !== null`)
}
