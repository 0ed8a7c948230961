package postgres_test

import (
	"testing"

	"checkpoint"
	"checkpoint/sync/collector/postgres"
)

// A day in Vietnam, decisions alone, and no names.
func TestTheDecisionsOfADay(t *testing.T) {
	s, db := fresh(t)
	b := newBox(t, boxID)
	first := decision("001090000011")
	first.Name, first.Rule, first.Snapshot, first.Policy, first.Format = "Nguyễn Văn An", "not-in-data", 7, 3, checkpoint.FormatCCCD2021
	at := b.append(first)
	b.append(checkpoint.Record{Kind: checkpoint.RecordOutcome, Outcome: checkpoint.Undecided, Refers: at})
	b.append(checkpoint.Record{Kind: checkpoint.RecordEvent, Findings: []checkpoint.Finding{checkpoint.FoundLampWalk}})
	b.send(s)
	url := shared.Cluster(t).URL(db)
	o := opening(t, url)
	openAll(t, o)
	count := func(day string, boxes []string) (list []postgres.Decided) {
		date, err := checkpoint.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		err = postgres.Decisions(t.Context(), url, o.Days, date, boxes, func(r postgres.Decided) error { list = append(list, r); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	got := count("2021-09-23", []string{"gate-9", boxID})
	if len(got) != 1 {
		t.Fatalf("%d decisions", len(got))
	}
	r := got[0]
	if r.Number != first.Number || r.Document != checkpoint.KindCCCD || r.Verdict != first.Verdict || r.Reason != first.Reason || r.Rule != first.Rule || r.Direction != checkpoint.In ||
		r.Snapshot != 7 || r.Policy != 3 || !r.Time.Equal(day) || !r.Trusted || len(r.Findings) != 1 || r.Findings[0] != checkpoint.FoundNotInData || r.Name != "" || r.Box != boxID || r.Left.IsZero() {
		t.Errorf("%+v", r)
	}
	if n := len(count("2021-09-23", nil)) + 10*len(count("2021-09-22", nil)) + 100*len(count("2021-09-23", []string{"gate-9"})); n != 1 {
		t.Errorf("other days or boxes: %d", n)
	}
	if _, err := o.Days.DestroyBefore(day.AddDate(0, 0, 2)); err != nil {
		t.Fatal(err)
	}
	if got := count("2021-09-23", nil); len(got) != 1 || got[0].Number != "" {
		t.Errorf("of a day whose key is gone: %+v", got)
	}
}
