package view_test

import (
	"slices"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
)

// seen lists every record of a person, from the generator's own list.
func (p *province) seen(person string) (all []postgres.Entry) {
	for _, e := range p.entries {
		if whose, _ := p.Whose(e.Number); whose == person {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b postgres.Entry) int { return a.Time.Compare(b.Time) })
	return all
}

func marks(all []view.Sighting) (m []view.Mark) {
	for _, s := range all {
		m = append(m, s.Mark)
	}
	return m
}

func mark(e postgres.Entry) view.Mark {
	return view.Mark{At: e.Time, Box: e.Box, Epoch: int64(e.At.Epoch), Seq: int64(e.At.Seq)}
}

func sameMarks(a, b []view.Mark) bool {
	return slices.EqualFunc(a, b, func(a, b view.Mark) bool {
		return a.At.Equal(b.At) && a.Box == b.Box && a.Epoch == b.Epoch && a.Seq == b.Seq
	})
}

func TestARouteIsEveryRecordOfAPerson(t *testing.T) {
	p := changed(t)
	for c := range p.Cases {
		person := p.Case(c)
		var want []view.Mark
		for _, e := range p.seen(person.Number) {
			want = append(want, mark(e))
		}
		got, err := p.view.Route(t.Context(), view.Scope{All: true}, person.Number)
		check(t, err)
		if len(want) < 5*recordedDays || !sameMarks(marks(got), want) {
			t.Errorf("case %d: %d records, want %d", c, len(got), len(want))
		}
		for _, s := range got {
			if s.Number != person.Number || s.Name != person.Name {
				t.Errorf("told as %s, %s", s.Number, s.Name)
			}
		}
	}
}

// Whoever comes with the old number is the same person, and either number finds
// both.
func TestARouteFollowsOldNumbers(t *testing.T) {
	p := changed(t)
	tried := 0
	for _, e := range p.entries {
		if len(e.Number) != 9 || !scan(e) {
			continue
		}
		person, _ := p.Whose(e.Number)
		want := len(p.seen(person))
		for _, number := range []string{person, e.Number} {
			got, err := p.view.Route(t.Context(), view.Scope{All: true}, number)
			check(t, err)
			if len(got) != want {
				t.Errorf("by %s: %d records, want %d", number, len(got), want)
			}
		}
		if tried++; tried == 10 {
			return
		}
	}
	t.Error("nobody came with an old number")
}

func TestARouteEndsAtTheScope(t *testing.T) {
	p := changed(t)
	person := p.Case(0)
	var want []view.Mark
	for _, e := range p.seen(person.Number) {
		if where(e) == 1 {
			want = append(want, mark(e))
		}
	}
	got, err := p.view.Route(t.Context(), view.Scope{Sites: []string{p.Site(1)}}, person.Number)
	check(t, err)
	if len(want) == 0 || !sameMarks(marks(got), want) {
		t.Errorf("%d records at the site, want %d", len(got), len(want))
	}
	got, err = p.view.Route(t.Context(), view.Scope{}, person.Number)
	if err != nil || len(got) != 0 {
		t.Errorf("without a scope: %d records, %v", len(got), err)
	}
}

func TestContactsAreWhoWasThereWithinTheTime(t *testing.T) {
	p := changed(t)
	const within = 15 * time.Minute
	for c := range p.Cases {
		person := p.Case(c)
		apart := map[at]time.Duration{} // of each record that was near
		for _, point := range p.seen(person.Number) {
			if d := dayOf(point.Time); !scan(point) || d.Before(p.days[1]) || d.After(p.days[2]) {
				continue
			}
			for _, e := range p.entries {
				whose, _ := p.Whose(e.Number)
				d := e.Time.Sub(point.Time)
				if !scan(e) || e.Number == "" || whose == person.Number || e.Box != point.Box || d.Abs() > within {
					continue
				}
				if other, ok := apart[at{e.Box, e.At}]; !ok || d.Abs() < other.Abs() {
					apart[at{e.Box, e.At}] = d
				}
			}
		}
		got, err := p.view.Contacts(t.Context(), view.Scope{All: true}, person.Number, p.days[1], p.days[2], within)
		check(t, err)
		if len(apart) == 0 || len(got) != len(apart) {
			t.Errorf("case %d: %d contacts, want %d", c, len(got), len(apart))
		}
		for _, x := range got {
			want, ok := apart[at{x.Box, checkpoint.Position{Epoch: uint64(x.Epoch), Seq: uint64(x.Seq)}}]
			if !ok || x.Apart != want || x.At.Sub(x.Case) != want {
				t.Errorf("%v at %s is %s apart, want %s", x.Mark, x.SiteName, x.Apart, want)
			}
			if zone := p.zone(x.Commune); x.Zone != zone {
				t.Errorf("commune %q has level %d, want %d", x.Commune, x.Zone, zone)
			}
		}
	}
}

// zone is the level that the generator gave a commune.
func (p *province) zone(commune string) int {
	for i := range p.Communes {
		if p.Commune(i) == commune {
			return 1 + i%4
		}
	}
	return 0
}

func TestContactsAreBounded(t *testing.T) {
	p := changed(t)
	if _, err := p.view.Contacts(t.Context(), view.Scope{All: true}, p.Case(0).Number, p.days[0], p.days[0], 13*time.Hour); err == nil {
		t.Error("thirteen hours are taken for a contact")
	}
}
