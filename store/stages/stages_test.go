package stages_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint/store/stages"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func plan(t *testing.T, canaries ...string) stages.Plan {
	t.Helper()
	p, err := stages.New(41, stages.Options{Canaries: canaries, Shares: []int{500, 2500, stages.Everybody}, Begin: noon, Wait: 30 * time.Minute, MaxPause: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSharesOfManyBoxes(t *testing.T) {
	p := plan(t, "box-3", "box-7", "box-3")
	count := make([]int, len(p.Stages))
	for i := range 20_000 {
		count[p.Of(fmt.Sprint("box-", i))]++
	}
	if count[0] != 2 || p.Of("box-3") != 0 || p.Of("box-7") != 0 {
		t.Errorf("%d canaries, want the two named", count[0])
	}
	for stage, want := range map[int]int{1: 1000, 2: 4000, 3: 15000} {
		if got := count[stage]; got < want*9/10 || got > want*11/10 {
			t.Errorf("stage %d has %d boxes, want about %d", stage, got, want)
		}
	}
	early := 0
	for i := range 2000 {
		id := fmt.Sprint("box-", i)
		if stages.Draw(41, id) < 500 && stages.Draw(42, id) < 500 {
			early++
		}
	}
	if early > 30 { // 1 in 400 by chance
		t.Errorf("%d of 2000 boxes are early in two rollouts", early)
	}
}

// The draw never changes: boxes of two versions must agree on who is early. The
// numbers were computed apart from this code.
func TestDrawIsForGood(t *testing.T) {
	got := fmt.Sprint(stages.Draw(1, "hoan-kiem-01"), stages.Draw(41, "hoan-kiem-01"), stages.Draw(41, "hoan-kiem-02"))
	if want := "8443 9528 3373"; got != want {
		t.Errorf("draws %s, want %s", got, want)
	}
}

func TestStagesBeginAtTheirTimes(t *testing.T) {
	p := plan(t, "c")
	for after, want := range map[time.Duration]int{-time.Second: 0, 0: 1, 30*time.Minute - time.Second: 1, 30 * time.Minute: 2, 90 * time.Minute: 4, 900 * time.Hour: 4} {
		if got := p.Begun(noon.Add(after)); got != want {
			t.Errorf("%s after the beginning %d stages have begun, want %d", after, got, want)
		}
	}
	if !p.Last().Equal(noon.Add(90*time.Minute)) || !p.PauseUntil.Equal(noon.Add(150*time.Minute)) {
		t.Errorf("last stage %s, pauses until %s", p.Last(), p.PauseUntil)
	}
}

func TestPlanTravelsUnchanged(t *testing.T) {
	p := plan(t, "c")
	raw, err := p.Custom()
	if err != nil {
		t.Fatal(err)
	}
	indented, _ := json.MarshalIndent(raw, "", "  ")
	back, err := stages.FromCustom((*json.RawMessage)(&indented), 41)
	if err != nil || !stages.Equal(back, &p) {
		t.Errorf("%+v, %v", back, err)
	}
	if none, err := stages.FromCustom(nil, 41); none != nil || err != nil {
		t.Errorf("without custom data: %v, %v", none, err)
	}
	next, err := p.For(42)
	if err != nil || next.Of("box-9") != p.Of("box-9") || next.Rollout != 41 {
		t.Errorf("continued: %+v, %v", next, err)
	}
	if _, err := p.For(40); !errors.Is(err, stages.ErrPlan) {
		t.Errorf("continued backwards: %v", err)
	}
}

func TestPlansThatDoNotHold(t *testing.T) {
	raw, err := plan(t, "c").Custom()
	if err != nil {
		t.Fatal(err)
	}
	good := string(*raw)
	for name, change := range map[string][2]string{
		"another snapshot":   {`"snapshot":41`, `"snapshot":42`},
		"begun later":        {`"rollout":41`, `"rollout":43`},
		"an unknown rule":    {`"snapshot":41`, `"snapshot":41,"except":"c"`},
		"two documents":      {good, good + good},
		"not for everybody":  {`"share":10000`, `"share":9000`},
		"shares that fall":   {`"share":2500`, `"share":100`},
		"times that fall":    {`13:00:00Z`, `11:00:00Z`},
		"a nameless canary":  {`"c"`, `""`},
		"a box id too long":  {`"c"`, `"` + strings.Repeat("c", 33) + `"`},
		"pauses without end": {`"pause_until":"2026`, `"pause_until":"2025`},
		"no stages":          {good, `{"rollout":{"snapshot":41,"rollout":41,"stages":[],"pause_until":"2026-01-01T00:00:00Z"}}`},
		"garbage":            {good, `{"rollout":7}`},
	} {
		bad := json.RawMessage(strings.Replace(good, change[0], change[1], 1))
		if string(bad) == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if p, err := stages.FromCustom(&bad, 41); !errors.Is(err, stages.ErrPlan) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if _, err := stages.New(41, stages.Options{Canaries: []string{"c"}, Begin: noon}); !errors.Is(err, stages.ErrPlan) {
		t.Errorf("canaries only: %v", err)
	}
}

func TestSharesAsPeopleWriteThem(t *testing.T) {
	got, err := stages.ParseShares("0.5%, 12.25%,100%")
	if err != nil || !slices.Equal(got, []int{50, 1225, 10000}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "5", "0%", "101%", "1.234%", "-5%", "5.%", "%", "5%,", "1e1%", ".5%"} {
		if got, err := stages.ParseShares(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
	if text := stages.Percent(50) + stages.Percent(10000); text != "0.5%100%" {
		t.Error(text)
	}
}

func TestPausesNameRollouts(t *testing.T) {
	want := stages.Pauses{Data: 1 << 60, System: 7}
	fields := stages.SetPauses(nil, want)
	if p, err := stages.Paused(fields); p != want || err != nil {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := stages.Paused(stages.SetPauses(fields, stages.Pauses{System: 7})); p != (stages.Pauses{System: 7}) || err != nil {
		t.Errorf("the data's is resumed: %+v, %v", p, err)
	}
	for _, field := range []string{"paused_rollout", "paused_system_rollout"} {
		for _, bad := range []any{7.0, "", "x", "0", "-1", nil} {
			if p, err := stages.Paused(map[string]any{field: bad}); !errors.Is(err, stages.ErrPlan) {
				t.Errorf("%s %v: %+v, %v", field, bad, p, err)
			}
		}
	}
}
