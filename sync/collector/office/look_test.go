package office

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestALookWantsARoleAndAReason(t *testing.T) {
	b := newBureau(t, Options{})
	tracer, clerk := b.account(t, "tracer", Trace), b.account(t, "clerk", Lists)
	rights := b.account(t, "rights", Rights)
	before := len(must1(b.Looks(t.Context(), LooksOf{})))
	for name, c := range map[string]struct {
		who  Account
		look Look
		want error
	}{
		"a clerk follows a person":     {clerk, Look{What: Route, Subject: "x", Reason: "ca 12"}, ErrRole},
		"a tracer reads a list":        {tracer, Look{What: List, Subject: "arrivals"}, ErrRole},
		"a tracer deletes a person":    {tracer, Look{What: Delete, Subject: "x", Reason: "thư 3"}, ErrRole},
		"no reason":                    {tracer, Look{What: Route, Subject: "x"}, ErrReason},
		"a reason of spaces":           {tracer, Look{What: Contacts, Subject: "x", Reason: " \t"}, ErrReason},
		"a person deleted without one": {rights, Look{What: Delete, Subject: "x"}, ErrReason},
		"a reason that breaks lines":   {tracer, Look{What: Route, Subject: "x", Reason: "a\nb"}, ErrText},
		"a reason that never ends":     {tracer, Look{What: Route, Subject: "x", Reason: strings.Repeat("a", longText+1)}, ErrText},
		"what nobody looks at":         {tracer, Look{What: OfAccount, Subject: "x", Reason: "ca 12"}, ErrRole},
	} {
		if p, err := b.Look(t.Context(), c.who, c.look); !errors.Is(err, c.want) || p != (Permit{}) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if after := len(must1(b.Looks(t.Context(), LooksOf{}))); after != before {
		t.Errorf("%d lines of what was not permitted", after-before)
	}
	if _, err := b.Look(t.Context(), clerk, Look{What: List, Subject: "arrivals/origin/10507"}); err != nil {
		t.Errorf("a list wants a reason: %v", err)
	}
}

func TestAroundTellsMinutesAndSeconds(t *testing.T) {
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for within, want := range map[time.Duration]string{15 * time.Minute: "±15m", 90 * time.Second: "±1m30s", 0: "±0s", 12 * time.Hour: "±12h0m"} {
		if have := Around(day.AddDate(0, 0, -7), day, within); have != "2026-11-14 – 2026-11-21 "+want {
			t.Errorf("%v: %q", within, have)
		}
	}
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// ask has an account ask for a look that needs a second person.
func (b *bureau) ask(t *testing.T, a Account, l Look) (request int64) {
	t.Helper()
	_, err := b.Look(t.Context(), a, l)
	var needs *NeedsSecond
	if !errors.As(err, &needs) || !errors.Is(err, ErrNeedsSecond) {
		t.Fatalf("asked: %v", err)
	}
	return needs.Request
}

func TestTwoPeopleLookTogether(t *testing.T) {
	b := newBureau(t, Options{TwoPerson: []What{Route, Contacts}})
	a, second := b.account(t, "a", Trace, Approve), b.account(t, "b", Trace, Approve)
	l := Look{What: Contacts, Subject: b.Subject("1"), Detail: "2026-11-21 ±15m", Reason: "ca 12"}
	request := b.ask(t, a, l)
	if again := b.ask(t, a, l); again != request {
		t.Errorf("asked for once more: %d, then %d", request, again)
	}
	if err := b.Answer(t.Context(), a, request, true); !errors.Is(err, ErrAnswer) {
		t.Errorf("who asks approves: %v", err)
	}
	if err := b.Answer(t.Context(), b.account(t, "c", Trace), request, true); !errors.Is(err, ErrRole) {
		t.Errorf("somebody without that role: %v", err)
	}
	if err := b.Answer(t.Context(), MachineUser("root"), request, true); !errors.Is(err, ErrRole) {
		t.Errorf("a user of the machine: %v", err)
	}
	if open := must1(b.Seconds(t.Context(), second)); len(open) != 1 || open[0].ID != request || open[0].Reason != "ca 12" || open[0].Account != "a" {
		t.Fatalf("the second person sees %+v", open)
	}
	must(t, b.Answer(t.Context(), second, request, true))
	if err := b.Answer(t.Context(), second, request, false); !errors.Is(err, ErrAnswer) {
		t.Errorf("answered twice: %v", err)
	}
	for range 2 { // the page, and then the file
		if _, err := b.Look(t.Context(), a, l); err != nil {
			t.Errorf("approved: %v", err)
		}
	}
	if line := must1(b.Looks(t.Context(), LooksOf{Limit: 1}))[0]; line.Second != "b" || line.Account != "a" || line.What != Contacts {
		t.Errorf("the log: %+v", line)
	}
	for name, other := range map[string]Look{
		"of somebody else": {What: Contacts, Subject: b.Subject("2"), Detail: l.Detail, Reason: l.Reason},
		"further around":   {What: Contacts, Subject: l.Subject, Detail: "2026-11-21 ±12h", Reason: l.Reason},
		"the route":        {What: Route, Subject: l.Subject, Detail: l.Detail, Reason: l.Reason},
	} {
		if other := b.ask(t, a, other); other == request {
			t.Errorf("%s: approved with it", name)
		}
	}
	if b.ask(t, second, l) == request {
		t.Error("the second person looks by the approval")
	}
	b.clock.pass(ApprovedFor)
	if b.ask(t, a, l) == request {
		t.Error("approved for good")
	}
}

func TestARefusedOrForgottenRequestPermitsNothing(t *testing.T) {
	b := newBureau(t, Options{TwoPerson: []What{Route}})
	a, second := b.account(t, "a", Trace), b.account(t, "b", Approve)
	l := Look{What: Route, Subject: "x", Reason: "ca 12"}
	request := b.ask(t, a, l)
	must(t, b.Answer(t.Context(), second, request, false))
	if own := must1(b.Seconds(t.Context(), a)); len(own) != 1 || own[0].Approved || own[0].Answered == nil || own[0].By != "b" {
		t.Errorf("who asked is told %+v", own)
	}
	next := b.ask(t, a, l)
	b.clock.pass(ApprovedFor + time.Second)
	if err := b.Answer(t.Context(), second, next, true); !errors.Is(err, ErrAnswer) {
		t.Errorf("answered after an hour: %v", err)
	}
	if open := must1(b.Seconds(t.Context(), second)); len(open) != 0 {
		t.Errorf("still to be answered: %+v", open)
	}
	if have := b.faults(t); have != "" {
		t.Errorf("the log: %s", have)
	}
}

func TestReceiptsTellWhoHasAList(t *testing.T) {
	b := newBureau(t, Options{})
	a := b.account(t, "xa-1", Lists)
	b.account(t, "xa-2", Lists)
	b.account(t, "other", Reports)
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	const list = "arrivals/origin/10507"
	if err := b.Confirmed(t.Context(), a, list, day); !errors.Is(err, ErrNotFetched) {
		t.Errorf("confirmed before it was fetched: %v", err)
	}
	for rows := range 2 {
		must(t, b.Fetched(t.Context(), a, list, day, 40+rows))
	}
	must(t, b.Confirmed(t.Context(), a, list, day))
	all := must1(b.Receipts(t.Context(), root, day))
	if len(all) != 2 || all[0].Account != "xa-1" || all[0].List != list || all[0].Times != 2 || all[0].Rows != 41 || all[0].Confirmed == nil ||
		all[1].Account != "xa-2" || all[1].Fetched != nil {
		t.Errorf("%+v", all)
	}
	if lines := must1(b.Looks(t.Context(), LooksOf{Account: "xa-1", Subject: list})); len(lines) != 2 {
		t.Errorf("%d looks for 2 files", len(lines))
	}
	if err := b.Fetched(t.Context(), Account{Name: "x"}, list, day, 1); !errors.Is(err, ErrRole) {
		t.Errorf("without the role: %v", err)
	}
}
