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
	"checkpoint/console/messages"
)

// write puts text into a field of the paper form, by touch and keys.
func (p *tab) write(field, text string) {
	p.t.Helper()
	p.tap("#form-" + field)
	p.do(chromedp.KeyEvent(text))
}

// byTouch writes fields one after the other with the screen's own keys, and gives
// how many touches that is and how many milliseconds the page itself takes for
// them, each laid out before the next.
const byTouch = `((fields) => {
  const touch = (value) => { touches++; document.querySelector('.board button[value="' + value + '"]').click(); document.body.offsetHeight; };
  let touches = 0;
  const began = performance.now();
  fields.forEach((text, i) => { if (i) touch("next"); for (const key of text) touch(key); });
  return [touches, performance.now() - began];
})`

// touched holds that a form at the lane is written by so many touches, opening
// and sending it included, and says what part of their time is the page's.
func (p *tab) touched() {
	p.t.Helper()
	took := run(p, chromedp.Evaluate[[]float64](byTouch+`(["001090000011", "0900000113", "CAM GIANG", "SO NOI VU"])`))
	if who, to := p.text("#form-who"), p.text("#form-to"); who != "001090000011" || to != "So Noi Vu" || took[0]+2 != 45 {
		p.t.Errorf("%v touches wrote %q and %q", took[0]+2, who, to)
	}
	p.t.Logf("%v touches, of which the page itself takes %.0f ms", took[0]+2, took[1])
}

// Somebody without any code: who, phone, from and to at the lane, the guard
// decides; the rest later, after the box was started anew.
func TestAPaperFormByRealKeys(t *testing.T) {
	s := newScreens(t)
	first := s.pages[0]
	s.pages.awaitAll(isReady)
	for _, p := range s.pages {
		p.tap(`[data-opens="form"]`)
		p.until(`document.getElementById("form").open`)
	}
	s.ends().fits("form")
	s.pages[1].touched()
	for _, k := range []string{"T", "R", "A", "N", " ", "A", "N"} {
		first.tap(fmt.Sprintf(`.board button[value=%q]`, k))
	}
	if got := first.text("#form-who"); got != "Tran An" {
		t.Errorf("the keys of the screen wrote %q", got)
	}
	first.write("phone", "0900000113")
	first.write("from", "Cẩm Giàng")
	first.write("to", "Sở Nội vụ")
	s.pages[:2].fits("form-written") // the other is what was touched above
	sent := time.Now()
	first.tap(`#form [value="done"]`)
	first.await("", func(p shown) bool { return p.Word == messages.Word(checkpoint.Refer, first.lang) })
	t.Logf("%v from the last touch until the browser has the verdict", time.Since(sent).Round(time.Millisecond))
	s.verdict("amber-a19", checkpoint.Refer, checkpoint.PaperFormShown)
	for _, p := range s.pages { // a verdict never lies under a form
		p.until(`!document.getElementById("form").open && document.getElementById("form-who").value === ""`)
	}
	first.key("1") // let pass, because of an official order: by keys alone
	first.until(`document.querySelector(".chips:not([hidden])") !== null`)
	first.keys("11112") // next, to the fifth; choose
	s.outcome(checkpoint.Passed)
	s.daemon.kill() // a power cut

	names, err := os.ReadFile(s.state("forms.json"))
	if err != nil || strings.Contains(string(names), "Tran") || strings.Contains(string(names), "0900000113") {
		t.Errorf("the box keeps %s, %v", names, err)
	}
	s.daemon = s.start()
	s.daemon.awaitReader(true)
	again, page := browser(t), s.daemon.page()
	p, english := open(t, again, page, messages.Vietnamese, 800, 480), open(t, again, page, messages.English, 800, 480)
	s.handedOver(p, true)
	s.rest(p, english)
}

// handedOver holds that the next shift is told which forms wait for their rest,
// by the reference that stands on the paper.
func (s *screens) handedOver(p *tab, waits bool) {
	s.t.Helper()
	reference := run(p, chromedp.Evaluate[string](`fetch("/forms").then((r) => r.text()).then((html) => (html.match(/<b>(.*?)</) || ["", "?"])[1])`, chromedp.EvalAwaitPromise))
	p.do(chromedp.Navigate(s.daemon.page() + "/shift?lang=vi"))
	p.path("/shift")
	line := messages.Line(messages.FormsWait, messages.Vietnamese)
	if text := p.words(); strings.Contains(text, line) != waits || strings.Contains(text, reference) != waits {
		s.t.Errorf("the hand-over, with form %s: %t expected\n%s", reference, waits, text)
	}
	if waits {
		p.looked("shift-forms")
	}
	p.do(chromedp.Navigate(s.daemon.page() + "/?lang=vi"))
	p.path("/")
	p.seen = 0
	run(p, chromedp.Evaluate[bool](watcher))
}

// rest copies what else the form says, interrupted by somebody with a card: on a
// page of each language, and the first goes on.
func (s *screens) rest(all ...*tab) {
	s.t.Helper()
	p := all[0]
	openForm := func(p *tab) {
		p.until(`document.querySelector('[data-opens="form"]') !== null`)
		p.tap(`[data-opens="form"]`)
		p.until(`document.getElementById("form").open`)
	}
	for _, p := range all {
		openForm(p)
		p.tap(`#form [value="list"]`)
		p.until(`document.querySelector("[data-form]") !== null`)
		pages{p}.fits("form-list")
		p.tap(`[data-form]`)
		p.write("number", "036192004512")
		p.write("name", "Trần An")
		pages{p}.fits("form-rest")
	}
	s.scan(s.province.green[2])
	p.await("", func(v shown) bool { return v.Word == messages.Word(checkpoint.Admit, p.lang) })
	p.until(`!document.getElementById("form").open`)
	p.await("", func(v shown) bool { return isReady(v, p.lang) })
	openForm(p)
	if got := p.text("#form-name"); got != "Trần An" {
		s.t.Errorf("after an interruption the name reads %q", got)
	}
	run(p, chromedp.Evaluate[bool](`document.getElementById("form-purpose").scrollIntoView() === undefined`))
	p.write("purpose", "đi làm")
	p.tap(`#form [value="done"]`)
	p.until(fmt.Sprintf(`document.querySelector("#form .list").textContent.includes(%q)`, messages.Line(messages.FormNone, p.lang)))
	p.tap(`#form [value="cancel"]`)
	s.handedOver(p, false)
	s.daemon.stop()

	var forms []stored
	var order bool
	for _, r := range s.province.read(s.t, s.settings.State) {
		if r.Format == checkpoint.FormatPaperForm {
			forms = append(forms, r)
		}
		order = order || r.Kind == checkpoint.RecordOutcome && slices.Contains(r.Findings, checkpoint.ShownOrder)
	}
	if len(forms) != 2 || forms[0].Name != "Tran An" || forms[0].Record.Address != "phone: 0900000113\nfrom: Cẩm Giàng\nto: Sở Nội vụ" {
		s.t.Fatalf("the province reads %+v", forms)
	}
	if !order {
		s.t.Error("no outcome has the official order")
	}
	if whole := forms[1]; whole.Refers != forms[0].Position || whole.Number != "036192004512" || whole.Name != "Trần An" || whole.Record.Address != "purpose: đi làm" {
		s.t.Errorf("the province reads %+v", whole)
	}
	if text, err := os.ReadFile(s.state("forms.json")); err != nil || string(text) != "[]" {
		s.t.Errorf("the box still keeps %s, %v", text, err)
	}
}
