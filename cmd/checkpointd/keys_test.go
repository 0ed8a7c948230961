package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"checkpoint"
	"checkpoint/console/messages"
)

// down presses a key of the keyboard and keeps it down, as a keyboard does: what
// the page takes for itself is not typed. up lets it go.
func (p *tab) down(k rune) { p.t.Helper(); p.strike(k, kb.KeyDown) }
func (p *tab) up(k rune)   { p.t.Helper(); p.strike(k, kb.KeyUp) }

func (p *tab) strike(k rune, of input.DispatchKeyEventType) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		event := *kb.Encode(k)[0]
		if event.Type = of; of == kb.KeyDown {
			event.Text = string(k)
		}
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event)
		return err
	}))
}

// three strikes keys of a keyboard that has no others than 1, 2 and 3.
func (p *tab) three(keys string) {
	p.t.Helper()
	for _, k := range keys {
		p.down(k)
		p.up(k)
	}
}

// holds keeps a key down until something holds on the page.
func (p *tab) holds(k rune, until string) {
	p.t.Helper()
	p.down(k)
	p.until(until)
	p.up(k)
}

// chooses goes on to a key of the screen and presses it, and counts the strikes.
func (p *tab) chooses(values ...string) (strikes int) {
	p.t.Helper()
	for _, v := range values {
		for range 60 {
			if run(p, chromedp.Evaluate[bool](fmt.Sprintf(`document.activeElement.value === %q`, v))) {
				break
			}
			p.three("1")
			strikes++
		}
		p.three("2")
		strikes++
	}
	return strikes
}

// on tells whether the focus is on something.
func on(selector string) string { return fmt.Sprintf(`document.activeElement.matches(%q)`, selector) }

// With keys 1, 2 and 3 alone a number is typed on the pad's own keys and found,
// and a paper form is written and done.
func TestPadAndFormWithThreeKeys(t *testing.T) {
	s := newScreens(t)
	p := s.pages[0]
	s.ready("")
	number, birth := born(s.province.green[0])
	p.tap(".place")
	p.three("1")
	p.until(`document.getElementById("pad").open`)
	p.holds('2', on(".digits button"))
	if got := p.text("#pad-number"); got != "" {
		t.Errorf("a key that was held typed %q", got)
	}
	p.three("3") // back to the field
	p.until(on("#pad-number"))
	p.holds('2', on(".digits button"))
	strikes := p.chooses(strings.Split(number+birth[:4], "")...)
	s.pages[:1].fits("pad-three-keys")
	strikes += p.chooses("go")
	t.Logf("%d strikes of three keys for a number and a date", strikes)
	s.verdict("", checkpoint.Refer, checkpoint.TypedByHand)
	p.key("2")
	s.outcome(checkpoint.Denied)
	s.awaitAll(isReady)

	p.tap(".place")
	p.three("x2") // 2 was the last: see key
	p.until(`document.getElementById("form").open`)
	p.holds('2', on(".board button"))
	p.chooses("A", "N")
	p.chooses("next", "3", "next", "next")
	p.three("3") // back to the field that was written last
	p.until(on("#form-to"))
	p.holds('1', on(`#form [value="done"]`))
	if who, to := p.text("#form-who"), p.text("#form-to"); who != "An" || to != "" {
		t.Errorf("the form says %q and %q", who, to)
	}
	s.pages[:1].fits("form-three-keys")
	p.three("2")
	s.verdict("", checkpoint.Refer, checkpoint.PaperFormShown)
	p.key("2")
	s.outcome(checkpoint.Denied)
	s.awaitAll(isReady)

	// Key 3, held, closes a dialog with nothing done.
	p.tap(".place")
	p.three("1")
	p.until(`document.getElementById("pad").open`)
	p.holds('3', `!document.getElementById("pad").open`)
}

// A button that wants to be held wants so of a key, too: a short press does
// nothing, a long one what the finger does.
func TestButtonsAreHeldByKey(t *testing.T) {
	s := newScreens(t)
	p := s.pages[0]
	s.ready("")
	s.scan(s.province.cards["withdrawn"])
	s.verdict("", checkpoint.Refuse, "R02")
	p.tap(".place")
	p.three("3")
	if choosing := run(p, chromedp.Evaluate[bool](`document.querySelector(".chips:not([hidden])") !== null`)); choosing {
		t.Error("a short press is a long one")
	}
	p.holds('3', `document.querySelector(".chips:not([hidden])") !== null`)
	p.three("111112") // first aid
	p.until(`document.getElementById("lead").open`)
	p.holds('2', on(".keys button"))
	p.chooses(strings.Split(leadPIN, "")...)
	p.chooses("done")
	s.outcome(checkpoint.Passed)
	s.awaitAll(isReady)

	// Whatever stands there: the vehicle that may not wait, by Tab and Enter.
	run(p, chromedp.Evaluate[bool](`document.querySelector("[data-priority]").focus() === undefined`))
	p.holds('\r', fmt.Sprintf(`document.querySelector(".reason").textContent === %q`, messages.Button(messages.PriorityVehicle, p.lang)))
}
