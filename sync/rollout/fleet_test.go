package rollout

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"checkpoint/store/publish"
	"checkpoint/store/stages"
	"checkpoint/sync/update"
	"checkpoint/sync/wire"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// rollout of snapshot 41: two canaries, a quarter an hour later, then all.
func going(t *testing.T, stopIf ...string) publish.Rollout {
	t.Helper()
	p, err := stages.New(41, stages.Options{Canaries: []string{"c-1", "c-2"}, Shares: []int{2500, stages.Everybody}, Begin: noon, Wait: time.Hour, StopIf: stopIf})
	if err != nil {
		t.Fatal(err)
	}
	return publish.Rollout{Province: "mau", Snapshot: 41, Plan: &p}
}

func tell(t *testing.T, f *Fleet, id string, state wire.State, h wire.Health) {
	t.Helper()
	b, err := h.Encode()
	if err != nil {
		t.Fatal(err)
	}
	f.hear(id, "state", []byte(state))
	f.hear(id, "health", b)
}

// inStage finds the n-th box id of a stage.
func inStage(r publish.Rollout, stage, n int) string {
	for i := 0; ; i++ {
		if id := fmt.Sprint("box-", i); r.Plan.Of(id) == stage {
			if n--; n < 0 {
				return id
			}
		}
	}
}

func TestBoxesAreCountedByStage(t *testing.T) {
	r := going(t)
	ids := []string{"c-1", "c-2", inStage(r, 1, 9), inStage(r, 2, 0)}
	for i := range 7 {
		ids = append(ids, inStage(r, 1, i))
	}
	f, err := NewFleet(ids)
	if err != nil {
		t.Fatal(err)
	}
	tell(t, f, inStage(r, 1, 20), wire.Lost, wire.Health{Snapshot: 41}) // long out of service
	tell(t, f, "c-1", wire.Ready, wire.Health{Snapshot: 41, Offered: 41, Decided: 90, Refused: 9})
	tell(t, f, "c-2", wire.Lost, wire.Health{Snapshot: 41, Offered: 41, Decided: 10})
	for i, h := range []wire.Health{
		{Snapshot: 40, Offered: 41, Decided: 500, Refused: 500},             // waits; its refusals are of another snapshot
		{Snapshot: 40, Offered: 41, Update: uint8(update.LinkFault)},        // the link's fault passes
		{Snapshot: 40, Offered: 41, Update: uint8(update.RoomFault)},        // failed
		{Snapshot: 41, Offered: 41, Damaged: true},                          // failed
		{Snapshot: 40, Offered: 40, Update: uint8(update.OtherFault)},       // has not heard of it
		{Snapshot: 42, Offered: 42},                                         // is further
		{Snapshot: 40, Offered: 41, Held: wire.HeldByPause, Damaged: false}, // waits
	} {
		tell(t, f, inStage(r, 1, i), wire.Ready, h)
	}
	f.hear(inStage(r, 2, 0), "health", []byte("garbage"))
	report := f.Report(r, noon.Add(time.Hour))
	want := []Row{
		{Stage: 1, NotBefore: noon, Begun: true, Boxes: 2, Done: 1, Silent: 1},
		{Stage: 2, Share: 2500, NotBefore: noon.Add(time.Hour), Begun: true, Boxes: 8, Done: 1, Waiting: 4, Failed: 2, Offline: 1},
		{Stage: 3, Share: 10000, NotBefore: noon.Add(2 * time.Hour), Boxes: 1, Offline: 1},
	}
	for i, row := range report.Stages {
		if row != want[i] {
			t.Errorf("got  %+v\nwant %+v", row, want[i])
		}
	}
	if report.Decided != 100 || report.Refused != 9 || report.Complete() {
		t.Errorf("%+v", report)
	}
	if sum := report.Total(); sum.Boxes != 10 || sum.Failed != 2 || sum.Silent != 1 {
		t.Errorf("of stages that have begun: %+v", sum)
	}
	if _, err := NewFleet([]string{"Hà Nội"}); err == nil {
		t.Error("an id that no box can have")
	}
}

func TestConditionsStopWhenTheyHaveHeldLongEnough(t *testing.T) {
	r := going(t)
	f, err := NewFleet(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 19 {
		tell(t, f, inStage(r, 1, i), wire.Ready, wire.Health{Snapshot: 41, Decided: 5, Refused: 1})
	}
	bad := inStage(r, 1, 19)
	tell(t, f, bad, wire.Ready, wire.Health{Snapshot: 40, Offered: 41, Update: uint8(update.TrustFault)})
	rules, err := ParseRules([]string{"faults > 4%", "silent>20%", "refuse>50%"})
	if err != nil {
		t.Fatal(err)
	}
	at := noon.Add(time.Hour)
	judge := NewJudge(rules, time.Minute)
	stop := func(after time.Duration) string { return judge.Stop(f.Report(r, at.Add(after))) }
	if got := stop(0); got != "" {
		t.Errorf("at once: %s", got)
	}
	if got := stop(59 * time.Second); got != "" {
		t.Errorf("too early: %s", got)
	}
	if got := stop(time.Minute); got != "faults>4%: 1 of 20" {
		t.Errorf("after a minute: %q", got)
	}
	tell(t, f, bad, wire.Ready, wire.Health{Snapshot: 41})
	if got := stop(2 * time.Minute); got != "" {
		t.Errorf("mended: %s", got)
	}
	tell(t, f, bad, wire.Ready, wire.Health{Snapshot: 40, Offered: 41, Update: uint8(update.TrustFault)})
	if got := stop(3 * time.Minute); got != "" {
		t.Errorf("a fault that has just come back: %s", got)
	}
	if got := NewJudge(rules, 0).Stop(f.Report(r, at.Add(-time.Minute))); got != "" {
		t.Errorf("before the stage has begun: %s", got)
	}
}

func TestEachConditionHasItsMeasure(t *testing.T) {
	r := going(t)
	at := noon.Add(3 * time.Hour)
	for _, c := range []struct {
		rule  string
		boxes []wire.Health
		lost  int // how many of them
		stop  string
	}{
		{"faults>50%", []wire.Health{{Snapshot: 41}, {Snapshot: 41, Damaged: true}}, 0, ""}, // just half
		{"faults>49.99%", []wire.Health{{Snapshot: 41}, {Snapshot: 41, Damaged: true}}, 0, "faults>49.99%: 1 of 2"},
		{"silent>20%", []wire.Health{{Snapshot: 41}, {Snapshot: 41}, {Snapshot: 40}}, 1, "silent>20%: 1 of 2"},
		{"silent>20%", []wire.Health{{Snapshot: 40}, {Snapshot: 40}}, 2, ""},           // were away before
		{"refuse>10%", []wire.Health{{Snapshot: 41, Decided: 49, Refused: 49}}, 0, ""}, // too few to say
		{"refuse>10%", []wire.Health{{Snapshot: 41, Decided: 50, Refused: 6}}, 0, "refuse>10%: 6 of 50"},
		{"refuse>10%", []wire.Health{{Snapshot: 40, Decided: 50, Refused: 50}}, 0, ""},
	} {
		f, err := NewFleet(nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, h := range c.boxes {
			state := wire.Ready
			if i < c.lost {
				state = wire.Lost
			}
			tell(t, f, fmt.Sprint("box-", i), state, h)
		}
		rule, err := ParseRule(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		if got := NewJudge([]Rule{rule}, 0).Stop(f.Report(r, at)); got != c.stop {
			t.Errorf("%s of %+v: %q, want %q", c.rule, c.boxes, got, c.stop)
		}
	}
	for _, bad := range []string{"", "faults", "faults>2", "faults<2%", "luck>2%", "faults>2%,3%", "refuse>"} {
		if rule, err := ParseRule(bad); err == nil {
			t.Errorf("%q: %v", bad, rule)
		}
	}
}

// A snapshot without a plan can be watched as well.
func TestWithoutAPlanAllAreOneStage(t *testing.T) {
	f, err := NewFleet([]string{"box-1"})
	if err != nil {
		t.Fatal(err)
	}
	tell(t, f, "box-1", wire.Ready, wire.Health{Snapshot: 7})
	report := f.Report(publish.Rollout{Snapshot: 7}, noon)
	if len(report.Stages) != 1 || !report.Stages[0].Begun || !report.Complete() {
		t.Errorf("%+v", report)
	}
}

// What boxes refused because nobody of the province had signed it is told to
// whoever watches, box by box, and stops no rollout.
func TestBoxesThatWereDeceivedAreNamed(t *testing.T) {
	f, err := NewFleet(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := going(t)
	tell(t, f, "c-2", wire.Ready, wire.Health{Snapshot: 41, MarksForged: 2})
	tell(t, f, "c-1", wire.Ready, wire.Health{Snapshot: 41, CommandsRefused: 1})
	tell(t, f, "box-1", wire.Ready, wire.Health{Snapshot: 41})
	report := f.Report(r, noon)
	if want := []Deceived{{Box: "c-1", Commands: 1}, {Box: "c-2", Marks: 2}}; !slices.Equal(report.Deceived, want) {
		t.Errorf("deceived %+v", report.Deceived)
	}
	if total := report.Total(); total.Failed != 0 {
		t.Errorf("%+v", total)
	}
}
