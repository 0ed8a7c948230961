package faults_test

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"checkpoint/console/faults"
	"checkpoint/console/messages"
)

func TestTheTableIsWhole(t *testing.T) {
	seen := map[faults.Code]int{}
	for i, f := range faults.All() {
		seen[f.Code] = i
		if !slices.Contains(faults.Rows(), f.Row) {
			t.Errorf("%s stands in no row", f.Code)
		}
		if f.Severity != faults.Warn && f.Severity != faults.Fail {
			t.Errorf("%s: severity %d", f.Code, f.Severity)
		}
		if f.Reason != "" && !messages.Knows(f.Reason) {
			t.Errorf("%s: the catalogue has no %s", f.Code, f.Reason)
		}
		for what, text := range map[string]faults.Text{"title": f.Title, "act": f.Act, "row": f.Row.Title()} {
			if text.VI == "" || text.EN == "" || !norm.NFC.IsNormalString(text.VI) {
				t.Errorf("%s: %s %q", f.Code, what, text)
			}
		}
	}
	if len(seen) != len(faults.All()) {
		t.Error("a code stands twice")
	}
	for _, f := range faults.All() {
		for _, cause := range f.Causes {
			if _, ok := seen[cause]; !ok || cause == f.Code {
				t.Errorf("%s is caused by %q", f.Code, cause)
			}
		}
	}
}

// A ring of causes would hide all of it.
func TestNoFaultCausesItself(t *testing.T) {
	var walk func(c faults.Code, path []faults.Code)
	walk = func(c faults.Code, path []faults.Code) {
		if slices.Contains(path, c) {
			t.Fatalf("%v cause each other", append(path, c))
		}
		row, _ := faults.Of(c)
		for _, cause := range row.Causes {
			walk(cause, append(slices.Clone(path), c))
		}
	}
	for _, f := range faults.All() {
		walk(f.Code, nil)
	}
}

func codes(list []faults.Found) (all []faults.Code) {
	for _, f := range list {
		all = append(all, f.Code)
	}
	return all
}

func TestWithTheCableOutNobodyHearsOfTheBroker(t *testing.T) {
	found := []faults.Found{{Code: faults.QueueOld}, {Code: faults.BrokerUnreachable}, {Code: faults.CableOut}, {Code: faults.UpdatesStale}}
	if got := codes(faults.Told(found)); !slices.Equal(got, []faults.Code{faults.CableOut}) {
		t.Errorf("told: %v", got)
	}
	if got := codes(faults.Told(found[:2])); !slices.Equal(got, []faults.Code{faults.BrokerUnreachable}) {
		t.Errorf("with the cable in: %v", got)
	}
	if got := faults.CauseOf(faults.QueueOld, found); got != faults.CableOut {
		t.Errorf("cause %q", got)
	}
}

// What is wrong at one lane excuses nothing at another.
func TestACauseIsOfItsPlace(t *testing.T) {
	found := []faults.Found{
		{Code: faults.CameraBlind, Where: "1/camera"}, {Code: faults.CameraGone, Where: "1/camera"}, {Code: faults.CameraBlind, Where: "2/camera"},
	}
	got := faults.Told(found)
	if len(got) != 2 || got[0].Code != faults.CameraGone || got[1].Where != "2/camera" {
		t.Errorf("told: %+v", got)
	}
}

func TestAFaultIsToldOnceItHasLasted(t *testing.T) {
	var w faults.Watch
	begin := time.Now()
	row, _ := faults.Of(faults.ScannerGone)
	gone := func() []faults.Found { return []faults.Found{{Code: faults.ScannerGone, Where: "1/scanner"}} }
	see := func(after time.Duration, found []faults.Found) []faults.Found { return w.See(begin.Add(after), found) }
	if got := see(0, gone()); got != nil {
		t.Errorf("told at once: %v", got)
	}
	if got := see(row.After-1, gone()); got != nil {
		t.Errorf("told too early: %v", got)
	}
	got := see(row.After, gone())
	if len(got) != 1 || !got[0].Since.Equal(begin) {
		t.Errorf("not told: %+v", got)
	}
	see(row.After+1, nil)
	if got := see(row.After+2, gone()); got != nil {
		t.Errorf("the one before counts: %v", got)
	}
}

// The cable is told after ten seconds; in the first of them the broker, long
// unreachable, is not told either.
func TestACauseHidesFromItsFirstMoment(t *testing.T) {
	var w faults.Watch
	begin := time.Now()
	broker := []faults.Found{{Code: faults.BrokerUnreachable}}
	w.See(begin, broker)
	if got := codes(w.See(begin.Add(time.Hour), broker)); len(got) != 1 {
		t.Fatalf("told: %v", got)
	}
	both := append(broker, faults.Found{Code: faults.CableOut})
	if got := w.See(begin.Add(time.Hour+time.Second), both); got != nil {
		t.Errorf("told: %v", got)
	}
	if got := codes(w.See(begin.Add(2*time.Hour), both)); !slices.Equal(got, []faults.Code{faults.CableOut}) {
		t.Errorf("told: %v", got)
	}
}
