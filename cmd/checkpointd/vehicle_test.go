package main

import (
	"fmt"
	"testing"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// A car at a post on the road: its plate is typed, two people are scanned, the
// gate opens once and the records have the plate.
func TestAVehicleByRealKeys(t *testing.T) {
	hash, err := pin.Hash(leadPIN)
	if err != nil {
		t.Fatal(err)
	}
	r := newReadyRig(t, settings{SiteType: "road", More: fmt.Sprintf("decision_inputs = [\"page\"]\nlead_pins = [%q]\n[page]\nlisten = \"127.0.0.1:0\"\n", hash)})
	d := r.start()
	d.awaitReader(true)
	s := &screens{r, d, openAll(t, browser(t), d.page())}
	first := s.pages[0]
	s.pages.awaitAll(isReady)
	first.tap(`.plate`)
	first.until(`document.getElementById("pad").open`)
	first.touch("29A12345")
	s.pages[:1].fits("pad-plate")
	first.tap(`#pad div:not([hidden]) > .go`)
	stands := func(passed, denied int) func(shown, messages.Lang) bool {
		return func(p shown, l messages.Lang) bool {
			return isReady(p, l) && p.Reason == fmt.Sprintf("%s 29A12345 · %d %s · %d %s", messages.Line(messages.PlateLabel, l), passed, messages.Outcome(checkpoint.Passed, l), denied, messages.Outcome(checkpoint.Denied, l))
		}
	}
	s.await("vehicle", stands(0, 0))

	s.scan(s.province.green[0])
	s.verdict("", checkpoint.Admit, checkpoint.MeetsRule)
	s.scan(s.province.cards["amber"])
	s.verdict("", checkpoint.Refer, "A02")
	first.key("2")
	s.await("vehicle-people", stands(1, 1))
	if edges, _ := d.edges.all(); openings(edges) != 0 {
		t.Error("the relay opened before the vehicle was closed")
	}
	first.key("1")
	s.await("vehicle-passed", func(p shown, l messages.Lang) bool {
		return p.Word == messages.Word(checkpoint.Admit, l) && p.Reason == messages.Line(messages.PlateLabel, l)+" 29A12345"
	})
	s.pages.awaitAll(func(p shown, l messages.Lang) bool {
		return isReady(p, l) && p.Reason == messages.Line(messages.ShowCode, l)
	})
	d.stop()
	if edges, _ := d.edges.all(); openings(edges) != 1 {
		t.Errorf("the relay opened %d times, want once", openings(edges))
	}
	var people []checkpoint.Position
	var plated []checkpoint.Position
	for _, r := range s.province.read(t, s.settings.State) {
		switch {
		case r.Format == checkpoint.FormatVehicle && r.Number == "29A12345":
			plated = append(plated, r.Refers)
		case r.Kind == checkpoint.RecordDecision:
			people = append(people, r.Position)
		}
	}
	if len(people) != 2 || fmt.Sprint(people) != fmt.Sprint(plated) {
		t.Errorf("people %v, with the plate %v", people, plated)
	}
}
