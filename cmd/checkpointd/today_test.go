package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
)

// The day's counts are those of the day, in Vietnam, and outlive the daemon.
func TestCountsOfTheDayOutliveTheDaemon(t *testing.T) {
	r := newReadyRig(t, settings{})
	d := r.start()
	d.awaitReader(true)
	r.scan(r.province.green[0])
	d.awaitStatus("one to be counted", func(s control.Status) bool { return s.Lanes[0].Today["admit"] == 1 })
	if code := d.stop(); code != 0 {
		t.Fatalf("the daemon ended with %d", code)
	}
	d = r.start()
	d.awaitReader(true)
	r.scan(r.province.cards["withdrawn"])
	d.awaitStatus("the counts of before", func(s control.Status) bool {
		return s.Lanes[0].Today["admit"] == 1 && s.Lanes[0].Today["refuse"] == 1
	})
	text, err := os.ReadFile(r.state("today.json"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsFunc(string(text), func(c rune) bool { return c > 127 }) || len(text) > 100 {
		t.Errorf("the file holds more than counts: %s", text)
	}
}

func TestCountsBelongToTheirDay(t *testing.T) {
	path := t.TempDir() + "/today.json"
	counts, err := openToday(path)
	if err != nil {
		t.Fatal(err)
	}
	night := time.Date(2021, 10, 13, 16, 59, 0, 0, time.UTC) // 23:59 in Vietnam
	for i := range 20 {
		counts.add(checkpoint.Record{Time: night.AddDate(0, 0, -i), Kind: checkpoint.RecordDecision, Lane: "1", Verdict: checkpoint.Admit})
	}
	counts.add(checkpoint.Record{Time: night, Kind: checkpoint.RecordOutcome, Lane: "1", Verdict: checkpoint.Admit})
	if n := counts.of("1", night)["admit"]; n != 1 {
		t.Errorf("%d on the day, want 1", n)
	}
	if n := counts.of("1", night.Add(2*time.Minute))["admit"]; n != 0 {
		t.Errorf("%d after midnight, want none", n)
	}
	if err := counts.save(); err != nil {
		t.Fatal(err)
	}
	again, err := openToday(path)
	if err != nil || len(again.days) != keepDays {
		t.Errorf("%d days kept, %v", len(again.days), err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err = openToday(path); err == nil || again.of("1", night) != nil {
		t.Error("a broken file is taken for counts, or not named")
	}
}
