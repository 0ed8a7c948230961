package view_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

func TestAPersonMayHaveEverythingCorrectedAndDeleted(t *testing.T) {
	p := changed(t)
	person := p.Case(1)
	file, err := p.view.Export(t.Context(), person.Number)
	check(t, err)
	want := len(p.seen(person.Number))
	if file.Name != person.Name || file.Commune != person.Commune || file.Birth == nil || !file.Birth.Equal(person.Birth) || len(file.Records) != want || want == 0 {
		t.Errorf("the file of %s has %q, %d records, want %d", person.Number, file.Name, len(file.Records), want)
	}
	name := "Tên Đã Sửa"
	check(t, p.view.Correct(t.Context(), person.Number, view.Correction{Name: &name}))
	check(t, p.Register(t.Context(), shared.Cluster(t).URL(p.name))) // as it was before, with the old name
	file, err = p.view.Export(t.Context(), person.Number)
	check(t, err)
	if file.Name != name || file.Commune != person.Commune || file.Records[0].Name != name {
		t.Errorf("after the correction and the next import the name is %q", file.Name)
	}
	if err := p.view.Correct(t.Context(), "030000000000", view.Correction{Name: &name}); !errors.Is(err, view.ErrNobody) {
		t.Errorf("nobody is corrected: %v", err)
	}
	n, err := p.view.Forget(t.Context(), person.Number)
	if err != nil || n != int64(want) {
		t.Errorf("%d records forgotten, want %d: %v", n, want, err)
	}
	if way, err := p.view.Route(t.Context(), view.Scope{All: true}, person.Number); err != nil || len(way) != 0 {
		t.Errorf("%d records are found after that, %v", len(way), err)
	}
}

// Deleting takes the sealed record away as well, and counts nobody out.
func TestDeletingReachesSealedRecords(t *testing.T) {
	p := changed(t)
	owner, err := pgx.Connect(t.Context(), shared.Cluster(t).URL(p.name))
	check(t, err)
	defer owner.Close(t.Context())
	for _, e := range p.entries[:400] {
		_, err := owner.Exec(t.Context(), `insert into checkpoint.record (day, box, epoch, seq, millis, trusted, lane, body) values ($1, $2, $3, $4, 0, true, 'in', 'x')`,
			dayOf(e.Time), e.Box, int64(e.At.Epoch), int64(e.At.Seq))
		check(t, err)
	}
	person, _ := p.Whose(p.entries[0].Number)
	near := 0
	for _, e := range p.entries[:400] {
		if whose, _ := p.Whose(e.Number); whose == person {
			near++
		}
	}
	_, err = p.view.Forget(t.Context(), p.entries[0].Number)
	check(t, err)
	var left int
	check(t, owner.QueryRow(t.Context(), "select count(*) from checkpoint.record").Scan(&left))
	if left != 400-near || near == 0 {
		t.Errorf("%d sealed records are left, want %d", left, 400-near)
	}
}

func TestRequestsHaveTheClocksOfTheLaw(t *testing.T) {
	p := changed(t)
	hanoi := time.FixedZone("", 7*60*60)
	friday := time.Date(2026, 11, 20, 23, 30, 0, 0, hanoi)
	for kind, done := range map[view.RequestKind]string{
		view.AskAccess: "2026-12-01", view.AskCorrect: "2026-12-01", view.AskRestrict: "2026-12-06", view.AskDelete: "2026-12-11",
	} {
		r, err := p.view.Ask(t.Context(), view.LawClocks, kind, friday, "y-te", "thư số 12")
		check(t, err)
		if reply := r.ReplyBy.In(hanoi).Format(time.DateTime); reply != "2026-11-25 00:00:00" { // Monday and Tuesday are the working days
			t.Errorf("%s: to be replied to by %s", kind, reply)
		}
		if by := r.DoneBy.In(hanoi).Format(time.DateTime); by != done+" 00:00:00" {
			t.Errorf("%s: to be done by %s, want %s", kind, by, done)
		}
	}
	if _, err := p.view.Ask(t.Context(), view.LawClocks, "sing", friday, "y-te", ""); err == nil {
		t.Error("any request is one")
	}
	open, err := p.view.Requests(t.Context())
	check(t, err)
	if len(open) != 4 || !open[0].Late(friday.AddDate(0, 0, 5)) || open[0].Late(friday.AddDate(0, 0, 1)) {
		t.Fatalf("open: %+v", open)
	}
	check(t, p.view.Replied(t.Context(), open[0].ID))
	check(t, p.view.Done(t.Context(), open[1].ID))
	left, err := p.view.Requests(t.Context())
	check(t, err)
	if len(left) != 3 {
		t.Fatalf("%d are open, want 3", len(left))
	}
	for _, r := range left {
		if r.ID == open[0].ID && r.Late(friday.AddDate(0, 0, 5)) {
			t.Error("late although it was replied to")
		}
	}
	if err := p.view.Done(t.Context(), 999); err == nil {
		t.Error("what was never asked is done")
	}
}
