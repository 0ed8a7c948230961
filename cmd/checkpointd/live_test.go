package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// settle gives a technician's PIN to the page's settings.
func (p *tab) settle(at, code string) {
	p.t.Helper()
	p.do(chromedp.Navigate(at + "/settings?lang=vi"))
	p.path("/settings")
	p.type3(code)
	p.tap(`.digits button:not([type])`)
	p.sees(`document.querySelector(".choices") !== null`)
}

// set touches a button of the settings, and waits until it is pressed in.
func (p *tab) set(name, value string) {
	p.t.Helper()
	button := fmt.Sprintf(`.choices [name=%q][value=%q]`, name, value)
	p.tap(button)
	p.sees(fmt.Sprintf(`document.querySelector('%s').ariaPressed === "true"`, button))
}

// heard is whether the lane's buzzer sounded for a scan that it lets in.
func (s *screens) heard(payload string) bool {
	s.t.Helper()
	before, _ := s.daemon.edges.all()
	s.daemon.admits(s.rig, payload)
	var of []edge
	s.must(s.daemon.edges.until(s.daemon.exited, func(all []edge) bool { // the green is over, and whatever sounded with it
		of = all[len(before):]
		return slices.ContainsFunc(of, func(e edge) bool { return e.pin == "green" && !e.on })
	}))
	return slices.ContainsFunc(of, func(e edge) bool { return e.pin == "buzzer" && e.on })
}

// A technician makes the lane still and its page English; the box is so after a
// restart, says so, and has recorded it. Its configuration is as it was.
func TestSettingsAreChangedOnTheRunningBox(t *testing.T) {
	s := newScreens(t)
	s.daemon.listen()
	first := s.pages[0]
	given, err := s.daemon.client.IssuePIN(t.Context(), control.NewPIN{Role: pin.Technician, Holder: "Kỹ thuật"})
	if err != nil {
		t.Fatal(err)
	}
	if !s.heard(s.province.green[0]) {
		t.Error("a box that nobody changed is still")
	}
	first.settle(s.daemon.page(), given.PIN)
	first.set("sound", "off")
	first.looked("settings-sound")
	first.set("language", "en")
	s.back()
	if s.heard(s.province.green[1]) {
		t.Error("the buzzer sounded")
	}

	s.daemon.stop()
	s.daemon = s.start()
	s.daemon.awaitReader(true)
	status, err := s.daemon.status()
	if err != nil || !status.Quiet {
		t.Errorf("after the restart: %+v, %v", status, err)
	}
	p := open(t, browser(t), s.daemon.page(), "", 800, 480) // in no language
	p.sees(fmt.Sprintf(`document.documentElement.lang === "en" && document.querySelector(".strip").innerText.includes(%q)`, messages.Line(messages.SoundIsOff, messages.English)))
	p.do(chromedp.Navigate(s.daemon.page() + "/shift?lang=vi"))
	p.path("/shift")
	if text := p.words(); !strings.Contains(text, messages.Finding(checkpoint.FoundSettings, messages.Vietnamese)) {
		t.Errorf("the next shift is not told:\n%s", text)
	}
	s.daemon.stop()
	var told []string
	for _, r := range s.province.read(t, s.settings.State) {
		if slices.Contains(r.Findings, checkpoint.FoundSettings) {
			told = append(told, r.Record.Address)
		}
	}
	if want := []string{"sound: off\nlanguage: vi", "sound: off\nlanguage: en"}; !slices.Equal(told, want) {
		t.Errorf("the journal says %q, want %q", told, want)
	}
}
