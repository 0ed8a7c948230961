package pages_test

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/pages"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/collector/view/provincetest"
)

// browser is a real one (Debian's chromium), closed with the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("hide-scrollbars", true))
	alloc, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// screen is a browser before the pages.
type screen struct {
	t   *testing.T
	p   *province
	ctx context.Context
}

func (s *screen) do(actions ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	if err := chromedp.Do(s.ctx, actions...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) say(expression string) string {
	s.t.Helper()
	text, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

// until waits for something to be so, also across a page that is left.
func (s *screen) until(expression string) {
	s.t.Helper()
	var last error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) { // a page that goes away tells nobody
		is, err := chromedp.Run(s.ctx, chromedp.Evaluate[bool](expression))
		if is && err == nil {
			return
		}
		last = err
	}
	s.t.Fatalf("%s: %v", expression, last)
}

// open opens a page and waits for its letters.
func (s *screen) open(path string) {
	s.t.Helper()
	s.do(chromedp.Navigate(s.p.web.URL + path))
	if _, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](`document.fonts.ready.then(() => "")`, chromedp.EvalAwaitPromise)); err != nil {
		s.t.Fatal(err)
	}
}

// keep writes a picture into the folder CHECKPOINT_SCREENS, if there is one.
func (s *screen) keep(name string) {
	s.t.Helper()
	dir := os.Getenv("CHECKPOINT_SCREENS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// wrong names what does not fit, and what a reader of screens or a keyboard would miss.
const wrong = `(() => {
  const out = [], say = e => e.tagName + " " + (e.className || e.name || "") + " " + e.textContent.trim().slice(0, 40);
  const d = document.documentElement;
  if (d.scrollWidth > innerWidth) out.push("page is " + d.scrollWidth + " wide, of " + innerWidth);
  for (const e of document.querySelectorAll("h1, h2, p, a, button, th, td, caption, label, header, footer, li, span, b"))
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && !e.closest(".hidden, .skip") && !e.querySelector("details[open]") && getComputedStyle(e).display !== "inline") out.push("too wide: " + say(e));
  for (const e of document.querySelectorAll("select, input:not([type=hidden])")) {
    const b = e.getBoundingClientRect();
    if (b.right > innerWidth && !e.closest(".wide")) out.push("leaves the page: " + say(e));
    if (!e.labels.length && !e.getAttribute("aria-label")) out.push("no label: " + say(e));
  }
  for (const e of document.querySelectorAll(".wide")) if (innerWidth > 1200 && e.scrollWidth > e.clientWidth + 1) out.push("a table is " + e.scrollWidth + " wide, of " + e.clientWidth);
  for (const e of document.querySelectorAll("table")) if (!e.caption || !e.caption.textContent.trim()) out.push("no caption: " + say(e));
  for (const e of document.querySelectorAll("th")) if (!e.scope) out.push("no scope: " + say(e));
  for (const e of document.querySelectorAll("svg")) if (!e.querySelector("title") && e.getAttribute("aria-hidden") !== "true") out.push("no title: svg");
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  if (new Set(ids).size !== ids.length) out.push("an id twice: " + ids);
  if (document.querySelectorAll("h1").length !== 1) out.push("no h1, or several");
  if (document.querySelector("script, [style], style, [onclick]")) out.push("a script or a style in the page");
  return out.join("; ");
})()`

// Every page fits its screen in both languages, and can be read without seeing it.
func TestEveryPageFitsItsScreen(t *testing.T) {
	p := newProvince(t, &large, office.Contacts)
	p.account("phong-y-te", []string{"all"}, office.AllRoles()...)
	p.someDone("phong-y-te")
	s := &screen{t, p, browser(t)}
	for _, language := range []string{"vi", "en"} {
		s.do(chromedp.EmulateViewport(1280, 800))
		s.open("/login")
		s.speak(language)
		s.look("login", language)
		s.logIn("phong-y-te")
		s.speak(language) // the account's own is English
		for _, r := range pages.Routes() {
			s.open(r.Path + "?day=" + p.day(1))
			s.look(cmp.Or(strings.TrimPrefix(r.Path, "/"), "home"), language)
		}
		s.open("/")
		s.do(chromedp.Click("header + nav li:last-child summary"))
		s.look("menu", language)
		for name, path := range map[string]string{
			"daily-by-hour": "/daily?by=hour&day=" + p.day(1), "daily-by-commune": "/daily?by=commune&day=" + p.day(1), "problem": "/arrivals?day=x", "nothing": "/quality?day=2020-01-01",
			"sites-silent": "/sites?list=silent&day=2020-01-01", "fleet-old": "/fleet?software=" + provincetest.OlderSoftware,
		} {
			s.open(path)
			s.look(name, language)
		}
		for path, there := range map[string]string{"/route": "table.list tbody tr:nth-child(5)", "/contacts": ".trouble"} { // a second person has to approve these
			s.open(path)
			s.do(chromedp.SendKeys("main input[name=number]", p.Case(0).Number), chromedp.SendKeys("main input[name=reason]", "ca bệnh số 12, 21/11\r"))
			s.until(`document.querySelector("` + there + `") !== null`)
			s.look(strings.TrimPrefix(path, "/")+"-asked", language)
		}
		s.do(chromedp.Click("header form[action='/logout'] button"))
		s.until(`location.pathname === "/login"`)
	}
}

// someDone has an office work on its lists, so that no page is empty.
func (p *province) someDone(account string) {
	p.t.Helper()
	p.account("xa-1", []string{"commune:" + p.Commune(1)}, office.Lists)
	p.account("xa-2", []string{"commune:" + p.Commune(2)}, office.Lists)
	for _, name := range []string{"xa-1", account} {
		v := p.enters(name)
		query := url.Values{"day": {p.day(1)}, "end": {"origin"}}
		form := url.Values{"csrf": {v.csrf()}, "day": {p.day(1)}, "end": {"origin"}}
		for i, line := range marks.FindAllStringSubmatch(v.sees("/arrivals", query), 9) {
			form.Set("says:"+line[1], view.Sayings()[i%3])
		}
		v.sees("/arrivals.csv", query)
		for _, path := range []string{"/arrivals/say", "/arrivals/confirm"} {
			if code, body, _ := v.post(path, form); code != http.StatusSeeOther {
				p.t.Fatalf("%s: %d\n%s", path, code, body)
			}
		}
	}
}

// look finds what is wrong with a page on two screens, and keeps a picture of it.
func (s *screen) look(name, language string) {
	s.t.Helper()
	for _, width := range []int64{800, 1280} {
		s.do(chromedp.EmulateViewport(width, 800))
		if out := s.say(wrong); out != "" {
			s.t.Errorf("%s-%s-%d: %s", name, language, width, out)
		}
	}
	if got := s.say("document.documentElement.lang"); got != language {
		s.t.Errorf("%s: in %q, want %q", name, got, language)
	}
	s.keep(name + "-" + language)
}

// speak has the pages be in a language, by the button that is on each of them.
func (s *screen) speak(language string) {
	s.t.Helper()
	if s.say("document.documentElement.lang") != language {
		s.do(chromedp.Click("header form[action='/language'] button"))
		s.until(`document.documentElement.lang === "` + language + `"`)
	}
}

func (s *screen) logIn(name string) {
	s.t.Helper()
	s.do(chromedp.SendKeys("input[name=name]", name), chromedp.SendKeys("input[name=password]", password+"\r"))
	s.until(`document.querySelector("header .who") !== null`)
}

// reach has Tab go through everything on the page, and names what it does not
// reach, or what does not show that it is reached.
func (s *screen) reach() (missed []string) {
	s.t.Helper()
	s.say(`(() => { window.reached = new Set(); window.dim = []; document.addEventListener("focusin", e => {
		window.reached.add(e.target); const c = getComputedStyle(e.target);
		if (c.outlineStyle === "none" || parseFloat(c.outlineWidth) < 2) window.dim.push(e.target.outerHTML.slice(0, 80)); }); return ""; })()`)
	const there = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary, textarea, .wide")].filter(e => e.checkVisibility())` // a shut menu hides its pages
	n := 0
	s.number(there+`.length`, &n)
	for range n + 12 { // a day is three stops
		s.do(chromedp.KeyEvent("\t"))
	}
	s.number(`JSON.stringify(`+there+`.filter(e => !window.reached.has(e)).map(e => e.outerHTML.slice(0, 80)).concat(window.dim))`, &missed)
	return missed
}

func (s *screen) number(expression string, into any) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.say("String("+expression+")")), into); err != nil {
		s.t.Fatal(err)
	}
}

// Whoever has a keyboard alone logs in, finds a list, says something of its first
// line and saves it; and on every page gets everywhere, seeing where.
func TestAKeyboardIsEnough(t *testing.T) {
	p := newProvince(t, &small)
	p.account("xa-2", []string{"commune:" + p.Commune(2)}, office.Lists, office.Reports, office.Sites, office.Fleet, office.Trace, office.Approve)
	s := &screen{t, p, browser(t)}
	s.do(chromedp.EmulateViewport(1280, 800))
	s.open("/login")
	s.do(chromedp.KeyEvent("xa-2\t"), chromedp.KeyEvent(password), chromedp.KeyEvent("\r"))
	s.until(`document.querySelector("header .who") !== null`)
	for _, r := range pages.Routes() {
		if r.Role == office.Rights || r.Role == office.Admin {
			continue
		}
		s.open(r.Path + "?day=" + p.day(1))
		if missed := s.reach(); len(missed) > 0 {
			t.Errorf("%s: not reached, or not seen to be: %q", r.Path, missed)
		}
	}
	s.open("/")
	s.tabTo(`document.activeElement.tagName === "SUMMARY" && document.activeElement.textContent.startsWith("Checkpoints")`)
	s.do(chromedp.KeyEvent("\r"))
	s.tabTo(`document.activeElement.pathname === "/fleet"`)
	s.do(chromedp.KeyEvent("\r"))
	s.until(`location.pathname === "/fleet"`)
	s.open("/arrivals?day=" + p.day(1))
	s.tabTo(`document.activeElement.name?.startsWith("says:")`)
	s.do(chromedp.KeyEvent("R")) // resident
	s.tabTo(`document.activeElement.textContent.startsWith("Save")`)
	s.do(chromedp.KeyEvent("\r"))
	s.until(`document.querySelector("option[value=resident][selected]") !== null`)
}

// tabTo presses Tab until something is so.
func (s *screen) tabTo(condition string) {
	s.t.Helper()
	for range 300 {
		if s.say(`String(Boolean(`+condition+`))`) == "true" {
			return
		}
		s.do(chromedp.KeyEvent("\t"))
	}
	s.t.Fatalf("never: %s", condition)
}
