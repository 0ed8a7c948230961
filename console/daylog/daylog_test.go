package daylog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/daylog"
)

var zone = time.FixedZone("+07", 7*60*60)

func at(clock string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, "2021-10-13 "+clock, zone)
	if err != nil {
		panic(err)
	}
	return t
}

func decision(clock, number string) checkpoint.Record {
	return checkpoint.Record{Kind: checkpoint.RecordDecision, Time: at(clock), Lane: "1", Verdict: checkpoint.Refer, Reason: "A02", Number: number, Name: "NGUYỄN VĂN AN", Address: "Hà Nội"}
}

func TestALookFindsByNumberAndByReference(t *testing.T) {
	l := daylog.New(zone)
	for i, number := range []string{"001090000011", "001090000022", "001090000011", ""} {
		l.Add(checkpoint.Position{Epoch: 1, Seq: uint64(i + 1)}, decision(fmt.Sprintf("08:0%d:00", i), number))
	}
	l.Add(checkpoint.Position{Epoch: 1, Seq: 5}, checkpoint.Record{
		Kind: checkpoint.RecordOutcome, Time: at("08:05:00"), Outcome: checkpoint.Passed, Refers: checkpoint.Position{Epoch: 1, Seq: 3}, Findings: []checkpoint.Finding{checkpoint.FoundLeadPIN},
	})
	found, all := l.Find(daylog.ParseQuery("001 090 000011"), at("09:00:00"))
	if all != 2 || len(found) != 2 || !found[0].At.Equal(at("08:02:00")) {
		t.Fatalf("found %+v", found)
	}
	if newest := found[0]; newest.Outcome != checkpoint.Passed || !newest.Lead || newest.Tail != "011" || found[1].Outcome != 0 {
		t.Errorf("found %+v", found)
	}
	if found, _ := l.Find(daylog.ParseQuery(" 001-2 "), at("09:00:00")); len(found) != 1 || found[0].Tail != "022" {
		t.Errorf("by reference: %+v", found)
	}
	if found, all := l.Find(daylog.Query{}, at("09:00:00")); all != 4 || found[0].Tail != "" {
		t.Errorf("all of today: %+v", found)
	}
	if found, _ := l.Find(daylog.ParseQuery("011"), at("09:00:00")); len(found) != 0 {
		t.Errorf("three digits are nobody's number: %+v", found)
	}
}

// A day's people are gone with the day, and a clock that is put back brings
// nobody back.
func TestADayIsForgotten(t *testing.T) {
	l := daylog.New(zone)
	l.Add(checkpoint.Position{Epoch: 1, Seq: 1}, decision("23:59:00", "001090000011"))
	if _, all := l.Find(daylog.Query{}, at("23:59:59")); all != 1 {
		t.Fatalf("%d decisions before midnight", all)
	}
	if _, all := l.Find(daylog.Query{}, at("23:59:59").Add(time.Second)); all != 0 {
		t.Errorf("%d decisions of yesterday", all)
	}
	if _, all := l.Find(daylog.Query{}, at("23:59:00")); all != 0 {
		t.Errorf("%d decisions came back", all)
	}
}

// No name, address or whole number is in what a look gets.
func TestWhatIsRememberedNamesNobody(t *testing.T) {
	l := daylog.New(zone)
	l.Add(checkpoint.Position{Epoch: 1, Seq: 1}, decision("08:00:00", "001090000011"))
	found, _ := l.Find(daylog.Query{}, at("08:00:01"))
	for _, secret := range []string{"NGUYỄN", "Nội", "001090000011"} {
		if text := fmt.Sprintf("%+v", found); len(found) != 1 || strings.Contains(text, secret) {
			t.Errorf("%q is in %s", secret, text)
		}
	}
}

// A busy day takes no more memory than its bound, and keeps the newest.
func TestTheOldestGiveWay(t *testing.T) {
	l := daylog.New(zone)
	for i := range 20_000 {
		l.Add(checkpoint.Position{Epoch: 1, Seq: uint64(i + 1)}, decision("08:00:00", fmt.Sprintf("%012d", i)))
	}
	found, all := l.Find(daylog.Query{}, at("08:00:01"))
	if all > 8192 || len(found) != 200 || found[0].Tail != "999" {
		t.Errorf("%d remembered, %d shown, the newest is %+v", all, len(found), found[0])
	}
}
