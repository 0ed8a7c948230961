package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/messages"
)

// spills names what does not fit within a dialog, and what somebody who cannot
// see it is not told the name of.
const spills = `(() => {
  const out = [], d = document.querySelector("dialog[open]"), all = d.getBoundingClientRect();
  for (const e of d.querySelectorAll("button, input, label, dt, dd, output, p, h2")) {
    const b = e.getBoundingClientRect();
    if (!b.width || e.closest(".fields, .list")?.scrollTop !== undefined && b.bottom > e.closest(".fields, .list").getBoundingClientRect().bottom) continue; // scrolled away
    if (b.right > all.right + 1 || b.bottom > all.bottom + 1 || b.left < all.left - 1 || b.top < all.top - 1) out.push(e.tagName + " leaves the dialog: " + e.textContent.trim().slice(0, 30));
    if (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 3) out.push(e.tagName + " cuts " + (e.value || e.textContent).trim().slice(0, 30) + " " + e.scrollWidth + ">" + e.clientWidth + " " + e.scrollHeight + ">" + e.clientHeight);
  }
  if (!d.getAttribute("aria-label")) out.push("the dialog has no name");
  for (const e of d.querySelectorAll("button")) if (!e.textContent.trim() && !e.ariaLabel) out.push("a button without a name: " + e.value);
  for (const e of d.querySelectorAll("input")) if (!e.labels.length) out.push("a field without a label: " + e.id);
  return out.join("; ");
})()`

// fits keeps a picture of all pages with a dialog open, and tells what does not
// fit.
func (all pages) fits(name string) {
	all[0].t.Helper()
	for _, p := range all {
		p.atBoth(func(p *tab) {
			if wrong := run(p, chromedp.Evaluate[string](spills)); wrong != "" {
				p.t.Errorf("%s, %s, %dx%d: %s", name, p.lang, p.w, p.h, wrong)
			}
			pages{p}.keep(name)
		})
	}
}

func (p *tab) text(selector string) string {
	p.t.Helper()
	return run(p, chromedp.Evaluate[string](fmt.Sprintf(`(() => { const e = document.querySelector(%q); return e.value || e.textContent.replace(/\s+/g, " ").trim(); })()`, selector)))
}

// touch types on the keys of the screen.
func (p *tab) touch(keys string) {
	p.t.Helper()
	for _, k := range keys {
		p.tap(fmt.Sprintf(`#pad div:not([hidden]) > button[value="%c"]`, k))
	}
}

// press types on a keyboard.
func (p *tab) press(keys string) {
	p.t.Helper()
	for _, k := range keys {
		p.do(chromedp.KeyEvent(string(k)))
	}
}

// openPad opens the pad by a key. The browser's driver types the key all the
// same, which the page has taken for itself; that is erased.
func (p *tab) openPad(key string) {
	p.t.Helper()
	p.key(key)
	p.until(`document.getElementById("pad").open`)
	p.press("\b")
}

// born is the number and the birth date (DDMMYYYY) on a sample card.
func born(payload string) (number, birth string) {
	fields := strings.Split(payload, "|")
	return fields[0], fields[3]
}

// A guard types a number: on the screen, on a keyboard, for a code that hides it;
// what is typed says where, as whom and when somebody was registered.
func TestTypingANumberByRealKeys(t *testing.T) {
	s := newScreens(t)
	first := s.pages[0]
	number, birth := born(s.province.green[0])
	s.ready("")
	for _, p := range s.pages {
		p.tap(`[data-opens="pad"]`)
		p.until(`document.getElementById("pad").open`)
		p.touch(number[:10])
		p.until(`document.getElementById("pad-place").textContent.length > 2`)
	}
	s.ends().fits("pad")
	if got, want := first.text("#pad-year"), birth[4:]; got != want || first.text("#pad-sex") == "" {
		t.Errorf("the pad says %q, want %q", got, want)
	}
	for _, p := range s.pages[:2] { // one in each language
		p.touch(number[10:] + birth[:4]) // the number knows the year
	}
	if got := first.text("#pad-birth"); got != birth[:2]+"/"+birth[2:4]+"/"+birth[4:] {
		t.Errorf("the birth date reads %q", got)
	}
	s.pages[:2].fits("pad-whole")
	first.tap(`#pad div:not([hidden]) > .go`)
	first.until(`!document.getElementById("pad").open || document.getElementById("pad-wrong").textContent`)
	if wrong := first.text("#pad-wrong"); wrong != "" {
		t.Fatal(wrong)
	}
	s.verdict("typed", checkpoint.Refer, checkpoint.TypedByHand)
	s.padsClosed() // a verdict never lies under the pad
	first.key("2")
	s.outcome(checkpoint.Denied)

	// By keyboard alone: a red, and a wrong digit taken back.
	number, birth = born(s.province.cards["withdrawn"])
	first.openPad("1")
	first.press(number[:11] + "\b" + number[10:] + birth[:4] + "\r")
	s.verdict("", checkpoint.Refuse, "R02")
	first.key("1")
	s.outcome(checkpoint.Denied)

	s.notTaken()
	s.hidden(first)
}

func (s *screens) padsClosed() {
	s.t.Helper()
	for _, p := range s.pages {
		p.until(`!document.getElementById("pad").open && document.getElementById("pad-number").value === ""`)
	}
}

// notTaken: an old number without a whole date is not looked up; the pad says
// what is wrong with a date that no calendar has.
func (s *screens) notTaken() {
	s.t.Helper()
	for _, p := range s.pages[:2] {
		p.openPad("1")
		p.press("012345678\r")
		p.press("3102")
		if disabled := run(p, chromedp.Evaluate[bool](`document.querySelector("#pad .digits .go").disabled`)); !disabled {
			s.t.Error("half a date can be looked up")
		}
		p.press("1990\r")
		p.until(fmt.Sprintf(`document.getElementById("pad-wrong").textContent === %q`, messages.Line(messages.NumberWrong, p.lang)))
		pages{p}.fits("pad-wrong")
		p.tap(`#pad [value="passport"]`)
		p.touch("C1234567")
		pages{p}.fits("pad-passport")
		p.tap(`#pad [value="cancel"]`)
	}
	s.padsClosed()
}

// hidden: a personal QR hides the number; the guard types it, and it is decided
// on together with the code.
func (s *screens) hidden(p *tab) {
	s.t.Helper()
	number, birth := born(s.province.green[1])
	s.scan("******" + number[6:] + "|NGUYEN VAN AN|" + birth[4:] + "-" + birth[2:4] + "-" + birth[:2] + "|0|162979388586171100|<1<00<0123232422")
	s.verdict("amber-a09", checkpoint.Refer, checkpoint.NumberHidden)
	p.openPad("3")
	p.press(number + birth[:4] + "\r")
	s.verdict("", checkpoint.Refer, checkpoint.TypedByHand)
	p.key("2")
	s.outcome(checkpoint.Denied)
	s.daemon.stop()
	var typed []stored
	for _, r := range s.province.read(s.t, s.settings.State) {
		if r.Format == checkpoint.FormatTyped {
			typed = append(typed, r)
		}
	}
	if len(typed) != 3 || typed[2].Number != number || typed[2].Verdict != checkpoint.Refer {
		s.t.Errorf("the province reads of what was typed: %+v", typed)
	}
}
