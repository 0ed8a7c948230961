package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/faults"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// misfits names what does not fit on a page beside the lanes. What scrolls may
// be longer than the screen, never wider.
const misfits = `(() => {
  const out = [], page = document.documentElement;
  if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) out.push("page " + page.scrollWidth + "x" + page.scrollHeight);
  for (const e of document.querySelectorAll("header, h1, .act, label, .left, .left p, .typing, .digits button, .figures div, .figures dd, .figures dt, td, th, .answer, .strip li, figcaption, .acts, .tiles"))
    if (e.scrollWidth > e.clientWidth + 1 || (e.scrollHeight > e.clientHeight + 1 && !e.matches("td, th, .did *"))) out.push(e.tagName + "." + e.className + " cuts " + e.textContent.trim().slice(0, 40) + " " + e.scrollWidth + ">" + e.clientWidth + " " + e.scrollHeight + ">" + e.clientHeight);
  for (const e of document.querySelectorAll(".scroll")) if (e.scrollWidth > e.clientWidth + 1) out.push("a table is wider than its place");
  for (const e of document.querySelectorAll(".act, .digits, .typing input, .acts .vehicle")) {
    const b = e.getBoundingClientRect();
    if (b.right > innerWidth + 1 || b.bottom > innerHeight - document.getElementById("strip").offsetHeight + 1) out.push(e.className + " leaves the page: " + b.right + " " + b.bottom);
  }
  return out.join("; ");
})()`

// path waits until the tab shows a page.
func (p *tab) path(want string) {
	p.t.Helper()
	p.sees(fmt.Sprintf(`location.pathname === %q`, want))
}

// sees waits until something holds on the page, also while it is on its way to
// another one.
func (p *tab) sees(holds string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](holds+` && document.readyState === "complete"`)); err == nil && ok {
			return
		}
	}
	p.t.Fatalf("in vain: %s; the page:\n%s", holds, p.words())
}

func (p *tab) words() string {
	p.t.Helper()
	return run(p, chromedp.Evaluate[string](`document.body.innerText`))
}

// looked looks at a page beside the lanes at both sizes, and keeps its pictures.
func (p *tab) looked(name string) {
	p.t.Helper()
	p.atBoth(func(p *tab) {
		if bad := run(p, chromedp.Evaluate[string](misfits)); bad != "" {
			p.t.Errorf("%s, %s, %dx%d: %s", name, p.lang, p.w, p.h, bad)
		}
		pages{p}.keep(name)
	})
}

// visit shows a page beside the lanes in both languages and looks at it.
func (s *screens) visit(path, name string) {
	s.t.Helper()
	for _, p := range s.ends() {
		p.do(chromedp.Navigate(s.daemon.page() + path + "?lang=" + string(p.lang)))
		p.path(path)
		p.looked(name)
	}
}

// back shows the lane again on all tabs.
func (s *screens) back() {
	s.t.Helper()
	for _, p := range s.pages {
		p.do(chromedp.Navigate(s.daemon.page() + "/?lang=" + string(p.lang)))
		p.path("/")
		p.seen = 0
		run(p, chromedp.Evaluate[bool](watcher))
	}
	s.awaitAll(isReady)
}

// type3 types digits on a page's own pad.
func (p *tab) type3(digits string) {
	p.t.Helper()
	for _, d := range digits {
		p.tap(fmt.Sprintf(`.digits button[value="%c"]`, d))
	}
}

// press is a key of the keyboard, wherever the focus is.
func (p *tab) keys(list string) {
	p.t.Helper()
	for _, k := range list {
		p.do(chromedp.KeyEvent(string(k)))
	}
}

// more opens what there is beside the lane, as soon as key 3 means that: not for
// a moment after it was the lane's.
func (p *tab) more() {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(2 * time.Second) {
		if at, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.pathname`)); err == nil && at == "/" {
			p.key("3")
		} else {
			break
		}
	}
	p.path("/more")
}

// A shift is handed over on the page, recorded with who goes and who comes, and
// printed; nothing of that stands in the log or in the box's files.
func TestAShiftIsHandedOver(t *testing.T) {
	s := newScreens(t)
	first := s.pages[0]
	s.awaitAll(isReady)
	s.scan(s.province.green[0])
	s.awaitAll(func(p shown, l messages.Lang) bool { return p.Word == messages.Word(checkpoint.Admit, l) })
	s.awaitAll(isReady)
	first.more()
	first.keys("3")
	first.path("/")
	s.back()
	s.scan(s.province.cards["withdrawn"])
	s.awaitAll(func(p shown, l messages.Lang) bool { return p.Word == messages.Word(checkpoint.Refuse, l) })
	first.key("1")
	s.awaitAll(func(p shown, l messages.Lang) bool { return p.Reason == messages.Outcome(checkpoint.Denied, l) })
	s.visit("/self-test", "self-test-before")
	for _, p := range s.ends() {
		p.tap(`.acts button.ends`)
		p.sees(`document.querySelector(".rows tr") !== null`)
		if text := p.words(); !strings.Contains(text, faults.RowScanner.Title().In(p.lang)) || !strings.Contains(text, version()) {
			t.Errorf("the self-test shows:\n%s", text)
		}
		p.looked("self-test")
	}
	s.visit("/more", "more")
	first.keys("12")
	first.path("/shift")
	s.visit("/shift", "shift")
	if text := first.words(); !strings.Contains(text, messages.Word(checkpoint.Admit, messages.Vietnamese)) {
		t.Errorf("the hand-over shows:\n%s", text)
	}
	for _, p := range s.ends() {
		p.tap(`.digits button:not([type])`)
		p.sees(`document.querySelector(".answer") !== null`)
		p.looked("shift-who")
	}
	first.tap(`[name="from"]`)
	first.type3("0417")
	first.tap(`[name="to"]`)
	first.type3("05180")
	first.tap(`.digits button[value="erase"]`)
	first.tap(`.digits button:not([type])`)
	first.path("/shift/sheet")
	for _, want := range []string{"0417", "0518", "\n1\n"} {
		if text := first.words(); !strings.Contains(text, want) {
			t.Errorf("the sheet lacks %q:\n%s", want, text)
		}
	}
	s.visit("/shift/sheet", "shift-sheet")
	first.printed()

	s.daemon.stop()
	var told []string
	for _, r := range s.province.read(t, s.settings.State) {
		if slices.Contains(r.Findings, checkpoint.FoundShift) {
			told = append(told, fmt.Sprint(r.Name, " ", r.Open))
		}
	}
	if want := []string{"0417 false", "0518 true"}; !slices.Equal(told, want) {
		t.Errorf("the journal says %q, want %q", told, want)
	}
	file, err := os.ReadFile(s.state("shift.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"0417", "0518"} {
		if strings.Contains(s.daemon.log.String(), who) || strings.Contains(string(file), who) {
			t.Errorf("%s stands in the log or in the account", who)
		}
	}
}

// printed checks that the sheet is one page of A4.
func (p *tab) printed() {
	p.t.Helper()
	pdf := string(run(p, chromedp.PrintToPDF()))
	if n := strings.Count(pdf, "/Type /Page\n"); n != 1 {
		p.t.Errorf("the sheet is printed on %d pages", n)
	}
}

// Today's decisions are shown to a shift lead, without a name, and the look is
// in the journal.
func TestTodayIsLookedUpBehindThePIN(t *testing.T) {
	s := newScreens(t)
	first := s.pages[0]
	s.awaitAll(isReady)
	green := s.province.green[0]
	s.scan(green)
	s.awaitAll(func(p shown, l messages.Lang) bool { return p.Word == messages.Word(checkpoint.Admit, l) })
	s.awaitAll(isReady)
	s.visit("/log", "log-pin")

	look := func(p *tab, number, pin string) string {
		p.do(chromedp.Navigate(s.daemon.page() + "/log?lang=" + string(p.lang)))
		p.path("/log")
		p.tap(`[name="for"]`)
		p.type3(number)
		p.tap(`[name="pin"]`)
		p.type3(pin)
		run(p, chromedp.Evaluate[bool](`window.old = true`))
		p.tap(`.digits button:not([type])`)
		p.sees(`!window.old`)
		return p.words()
	}
	for _, p := range s.ends() {
		if text := look(p, numberOf(green), "111111"); !strings.Contains(text, messages.Finding(checkpoint.FoundWrongPIN, p.lang)) || strings.Contains(text, "…"+numberOf(green)[9:]) {
			t.Errorf("with a wrong PIN:\n%s", text)
		}
		p.looked("log-wrong-pin")
		text := look(p, numberOf(green), leadPIN)
		if !strings.Contains(text, "…"+numberOf(green)[9:]) || strings.Contains(text, numberOf(green)) {
			t.Errorf("with the PIN:\n%s", text)
		}
		p.looked("log")
	}
	if text := look(first, "079190000001", leadPIN); !strings.Contains(text, messages.Line(messages.LookNone, messages.Vietnamese)) {
		t.Errorf("somebody who was not here:\n%s", text)
	}
	s.daemon.stop()
	looks := 0
	for _, r := range s.province.read(t, s.settings.State) {
		if slices.Contains(r.Findings, checkpoint.FoundLogLooked) {
			looks++
		}
	}
	if looks != 3 {
		t.Errorf("%d looks are recorded, want 3", looks)
	}
}

// A lesson shows sample people whatever is scanned; the lane does nothing, and
// the journal holds when it began and ended.
func TestALessonIsNotReal(t *testing.T) {
	s := newScreens(t)
	first := s.pages[0]
	s.awaitAll(isReady)
	s.visit("/training", "training")
	first.type3(leadPIN)
	first.tap(`.begin button`)
	first.path("/")
	s.back()
	for i, word := range []checkpoint.Verdict{checkpoint.Admit, checkpoint.Refer} {
		s.scan(s.province.green[i]) // a real card, that nobody looks up
		p := s.await("training-"+word.String(), func(p shown, l messages.Lang) bool { return p.Word == messages.Word(word, l) })
		if !slices.ContainsFunc(p.Rows, func(row string) bool { return strings.HasPrefix(row, "NGƯỜI MẪU") }) {
			t.Errorf("a lesson shows %q", p.Rows)
		}
		if word == checkpoint.Refer {
			first.key("2")
			s.awaitAll(func(p shown, l messages.Lang) bool { return p.Reason == messages.Outcome(checkpoint.Denied, l) })
		}
		s.awaitAll(isReady)
	}
	first.do(chromedp.Navigate(s.daemon.page() + "/public"))
	if text := first.words(); !strings.Contains(text, messages.State(checkpoint.StateTraining, messages.Vietnamese)) {
		t.Errorf("the public reads %q", text)
	}
	s.visit("/training", "training-on")
	first.tap(`[value="end"]`)
	first.path("/")
	s.back()
	s.daemon.stop()
	var kinds []string
	for _, r := range s.province.read(t, s.settings.State) {
		kinds = append(kinds, fmt.Sprintf("%d %v %t", r.Kind, r.Findings, r.Open))
	}
	if want := []string{"4 [TRAINING] true", "4 [TRAINING] false"}; !slices.Equal(kinds, want) {
		t.Errorf("the journal holds %q, want %q", kinds, want)
	}
}

// Settings are for who holds a technician's PIN: a shift lead's is not one.
func TestSettingsAreTheTechnicians(t *testing.T) {
	s := newScreens(t)
	given, err := s.daemon.client.IssuePIN(t.Context(), control.NewPIN{Role: pin.Technician, Holder: "Kỹ thuật"})
	if err != nil {
		t.Fatal(err)
	}
	s.visit("/settings", "settings-pin")
	for code, good := range map[string]bool{leadPIN: false, given.PIN: true} {
		for _, p := range s.ends() {
			p.do(chromedp.Navigate(s.daemon.page() + "/settings?lang=" + string(p.lang)))
			p.path("/settings")
			p.type3(code)
			run(p, chromedp.Evaluate[bool](`window.old = true`))
			p.tap(`.digits button:not([type])`)
			p.sees(`!window.old`)
			if shows := strings.Contains(p.words(), "lane[0].reader[0]"); shows != good {
				t.Errorf("shown: %t, want %t:\n%s", shows, good, p.words())
			}
			if good {
				p.looked("settings")
			}
		}
	}
}

// With keys 1, 2 and 3 alone: each reason to let pass is reached, and a digit
// still is one in a field.
func TestThreeKeysReachEverything(t *testing.T) {
	s := newScreens(t)
	first := s.pages[0]
	badge := func(is string) { // whether the menu says that key 3 opens it
		t.Helper()
		first.sees(`getComputedStyle(document.querySelector("#menu kbd")).visibility === "` + is + `"`)
	}
	s.awaitAll(isReady)
	badge("visible")
	s.scan(s.province.cards["amber"])
	s.awaitAll(func(p shown, l messages.Lang) bool { return p.Word == messages.Word(checkpoint.Refer, l) })
	badge("hidden") // another button has it
	choosing := func(p shown) bool { return p.Choosing }
	first.key("1")
	first.await("reasons", choosing)
	first.keys("3") // back
	first.await("no reasons", func(p shown) bool { return !p.Choosing })
	first.key("1")
	first.await("reasons", choosing)
	first.keys("11111") // the sixth
	first.keys("2")
	s.awaitAll(func(p shown, l messages.Lang) bool { return p.Reason == messages.Outcome(checkpoint.Passed, l) })
	s.awaitAll(isReady) // a page beside the lanes gives way to whoever is before one

	first.do(chromedp.Navigate(s.daemon.page() + "/training"))
	first.path("/training")
	first.sees(`document.activeElement.name === "pin"`)
	first.keys("123")
	if typed := run(first, chromedp.Evaluate[string](`document.querySelector("[name=pin]").value`)); typed != "123" {
		t.Errorf("typed %q", typed)
	}
	s.daemon.stop()
	records := s.province.read(t, s.settings.State)
	if last := records[len(records)-1]; last.Outcome != checkpoint.Passed || !slices.Contains(last.Findings, checkpoint.ShownEmergency) {
		t.Errorf("the last record is %+v", last)
	}
}

// The camera's picture is there to aim by, and gives way to whoever shows a card.
func TestTheCamerasPictureOnThePage(t *testing.T) {
	g := newGallery(t)
	g.settings.More = "decision_inputs = [\"page\"]\n[page]\nlisten = \"127.0.0.1:0\"\n"
	d := g.start()
	d.awaitReader(true)
	p := open(t, browser(t), d.page(), messages.Vietnamese, 800, 480)
	p.do(chromedp.Navigate(d.page() + "/picture"))
	p.path("/picture")
	p.sees(`document.querySelector("img").naturalWidth > 0`)
	p.looked("picture")
	g.show("card", []string{g.province.green[0]})
	p.path("/")
}
