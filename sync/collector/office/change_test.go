package office

import (
	"errors"
	"testing"
	"time"

	"checkpoint/sync/collector/view"
	"checkpoint/sync/postgrestest"
)

// A change opens for another account that approves, for an hour, and is then gone
// from the database.
func TestAChangeIsSeenForAnHourAndThenGone(t *testing.T) {
	b := newBureau(t, Options{TwoPerson: []What{Correct}})
	c := shared.Cluster(t)
	c.Exec(t, b.name, "insert into people.person (number, name, commune) values ('030090000001', 'Nguyễn Văn An', '10507')")
	v, err := view.Open(t.Context(), c.URLFor("checkpoint_view", b.name), nil)
	must(t, err)
	t.Cleanup(v.Pool.Close)
	a, second := b.account(t, "a", Rights, Approve), b.account(t, "b", Approve)
	name := "Nguyễn Văn Anh"
	want := view.Change{Number: "030090000001", Correction: view.Correction{Name: &name}}
	l := Look{What: Correct, Subject: b.Subject(want.Number), Detail: "name", Reason: "thư 12", Change: &want}
	request := b.ask(t, a, l)
	for who, account := range map[string]Account{"who asked": a, "the machine": MachineUser("root"), "no approver": b.account(t, "c", Rights)} {
		if _, err := b.See(t.Context(), account, request, v); !errors.Is(err, ErrAnswer) && !errors.Is(err, ErrRole) {
			t.Errorf("%s: %v", who, err)
		}
	}
	if got := must1(b.See(t.Context(), second, request, v)); got.Number != want.Number || *got.Name != name || got.Birth != nil || got.Commune != nil {
		t.Errorf("seen: %+v", got)
	}
	c.Exec(t, b.name, "update office.second set subject = 'another' where id = 1")
	if _, err := b.See(t.Context(), second, request, v); err == nil {
		t.Error("it opens as a change of somebody else")
	}
	b.clock.pass(ApprovedFor + time.Second)
	if _, err := b.See(t.Context(), second, request, v); !errors.Is(err, ErrAnswer) {
		t.Errorf("after an hour: %v", err)
	}
	must1(b.Seconds(t.Context(), second))
	if n := postgrestest.Value[int](t, c, b.name, "select count(*)::int from office.second where change is not null"); n != 0 {
		t.Errorf("%d changes are kept", n)
	}
	if have := b.faults(t); have != "" {
		t.Errorf("the log: %s", have)
	}
}
