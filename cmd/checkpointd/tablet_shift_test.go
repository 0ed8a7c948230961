package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// When the shift is handed over at the box, its tablet shows nothing any more of
// who was there last, nor of who comes next: not on the page, not behind the
// browser's back key, not at another address, until the next guard's PIN.
func TestAHandOverEmptiesTheTablet(t *testing.T) {
	n := newOnNetwork(t)
	local, tablet := pairingTabs(t, messages.Vietnamese, 800, 480)
	n.pairTab(local, tablet)
	n.stand()
	shows := func(text string) string {
		return fmt.Sprintf(`document.body.innerText.toUpperCase().includes(%q)`, strings.ToUpper(text))
	}
	tablet.until(shows(n.secrets[2]))
	n.daemon.answer(checkpoint.AnswerDenied) // a hand-over waits for whoever is before the lane
	local.at(n.daemon.page() + "/shift?lang=vi")
	local.do(chromedp.SendKeys(`[name="from"]`, "0417"))
	local.do(chromedp.SendKeys(`[name="to"]`, "0518"))
	local.tap(`.digits button:not([type])`)
	local.until(`location.pathname === "/shift/sheet"`)

	tablet.until(`location.pathname === "/sign-in"`)
	n.empty(tablet, "after the hand-over")
	tablet.fits("sign-in")
	next := n.province.cards["withdrawn"]
	n.daemon.wants(n.rig, next, checkpoint.Refuse, "R02")
	fields := strings.Split(next, "|")
	n.secrets = append(n.secrets, fields[0], fields[2])
	for _, back := range []string{`history.back()`, `location.href = "/"`, `location.href = "/log"`, `location.href = "/shift"`, `location.href = "/forms"`, `location.href = "/events"`} {
		run(tablet, chromedp.Evaluate[bool](back+`, true`))
		tablet.until(`document.readyState === "complete"`)
		n.empty(tablet, back)
	}
	if !n.stillOpen() {
		t.Error("the decision is not open any more")
	}
	tablet.at(n.at + "/sign-in")
	tablet.do(chromedp.SendKeys(`input[name="pin"]`, n.pinOf(pin.Guard)))
	tablet.tap("form button")
	tablet.until(shows(fields[2]))
}

// pairTab lets a tab in as a tablet.
func (n *onNetwork) pairTab(local, tablet *tab) {
	n.t.Helper()
	local.at(n.daemon.page() + "/devices")
	local.tap("#offer button")
	local.until(`document.querySelector("#offer .code path") !== null`)
	tablet.at(local.scanned())
	tablet.do(chromedp.SendKeys(`input[name="name"]`, "Máy bảng cổng 2"))
	tablet.tap("form button")
	local.until(`document.querySelector("#let-in") !== null`)
	local.tap("#let-in")
	tablet.until(`document.querySelector(".card") !== null`)
}

// empty holds that a tablet tells nothing of who stands before the lane, in any
// part of the page that a script could read.
func (n *onNetwork) empty(p *tab, when string) {
	n.t.Helper()
	html := strings.ToUpper(run(p, chromedp.Evaluate[string](`document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)`)))
	for _, secret := range n.secrets {
		if strings.Contains(html, strings.ToUpper(secret)) {
			n.t.Errorf("%s the tablet has %q", when, secret)
		}
	}
}
