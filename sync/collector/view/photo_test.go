package view_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/store/photos"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
)

// A form's line names its photo, and whoever has himself deleted has his photo
// deleted, though nothing in the database says whose it is.
func TestDeletingAPersonReachesThePhotoOfTheForm(t *testing.T) {
	p := changed(t)
	owner, err := pgx.Connect(t.Context(), shared.Cluster(t).URL(p.name))
	check(t, err)
	defer owner.Close(t.Context())
	days, err := daykeys.Open(p.keys)
	check(t, err)
	person, other := p.Case(1), p.Case(2)
	id := map[string]photos.ID{person.Number: photos.IDOf([]byte("a")), other.Number: photos.IDOf([]byte("b"))}
	now := time.Now()
	var forms []postgres.Entry
	for number, photo := range id {
		f := checkpoint.Form{Kind: checkpoint.KindCCCD, Number: number, Photo: photo.String()}
		c := f.Credential()
		forms = append(forms, postgres.Entry{Box: "box-1", At: checkpoint.Position{Epoch: 77, Seq: uint64(len(forms) + 1)}, Record: checkpoint.Record{
			Time: now, Lane: "1", Kind: checkpoint.RecordDecision, Direction: checkpoint.In, Verdict: checkpoint.Refer, Reason: checkpoint.PaperFormShown,
			Format: c.Format, Document: c.Kind, Number: c.Number, Address: c.Address,
		}})
		_, err := owner.Exec(t.Context(), `insert into checkpoint.photo (day, box, id, pieces, piece, millis, body) values ($1, 'box-1', $2, 1, 0, 0, 'x')`, dayOf(now), photo[:])
		check(t, err)
	}
	filling := postgres.Filling{Days: days, Today: dayOf(now)}
	check(t, filling.Store(t.Context(), owner, forms))

	listed, err := p.view.Papers(t.Context(), view.Scope{All: true}, dayOf(now), view.Mark{}, 0)
	check(t, err)
	for _, f := range listed {
		if want := id[f.Number].String(); f.Box == "box-1" && f.Epoch == 77 && f.Fields[checkpoint.FormPhoto] != want {
			t.Errorf("the form of %s names %q", f.Number, f.Fields[checkpoint.FormPhoto])
		}
	}
	_, err = p.view.Forget(t.Context(), person.Number)
	check(t, err)
	var left []byte
	check(t, owner.QueryRow(t.Context(), "select string_agg(id, '') from checkpoint.photo").Scan(&left))
	if want := id[other.Number]; string(left) != string(want[:]) {
		t.Errorf("left: %x, want %x", left, want)
	}
}
