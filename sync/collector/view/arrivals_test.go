package view_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/postgrestest"
)

// arrived lists, from the generator's own list, who was let in.
func (p *province) arrived(day time.Time, about func(e postgres.Entry, home string) bool) (all []string) {
	answers := p.outcomes()
	for _, e := range p.entries {
		if !scan(e) || e.Number == "" || !dayOf(e.Time).Equal(day) || !through(e, answers[at{e.Box, e.At}]) {
			continue
		}
		person, home := p.Whose(e.Number)
		if person == "" {
			person = e.Number
		}
		if about(e, home) {
			all = append(all, e.Time.UTC().Format(time.StampMilli)+" "+e.Box+" "+person+" "+home)
		}
	}
	slices.Sort(all)
	return all
}

func listed(all []view.Sighting) (lines []string) {
	for _, s := range all {
		lines = append(lines, s.At.UTC().Format(time.StampMilli)+" "+s.Box+" "+s.Number+" "+s.Commune)
	}
	slices.Sort(lines)
	return lines
}

func TestListsAreThePeopleWhoCame(t *testing.T) {
	p := changed(t)
	all := view.Scope{All: true}
	commune, district := p.Commune(2), p.District(0)
	inDistrict := func(code string) bool { return code >= p.Commune(0) && code <= p.Commune(9) }
	for name, c := range map[string]struct {
		q     view.ArrivalsOf
		about func(e postgres.Entry, home string) bool
	}{
		"of a commune": {view.ArrivalsOf{Scope: all, End: view.Origin, Commune: commune}, func(_ postgres.Entry, home string) bool { return home == commune }},
		"of a district": {view.ArrivalsOf{Scope: all, End: view.Origin, District: district},
			func(_ postgres.Entry, home string) bool { return inDistrict(home) }},
		"of a scope": {view.ArrivalsOf{Scope: view.Scope{Communes: []string{commune, p.Commune(5)}}, End: view.Origin},
			func(_ postgres.Entry, home string) bool { return home == commune || home == p.Commune(5) }},
		"of everywhere": {view.ArrivalsOf{Scope: all, End: view.Origin}, func(postgres.Entry, string) bool { return true }},
		"into a commune": {view.ArrivalsOf{Scope: all, End: view.Destination, Commune: commune},
			func(e postgres.Entry, _ string) bool { return where(e) == 2 && e.Direction == checkpoint.In }},
		"into a site of a scope": {view.ArrivalsOf{Scope: view.Scope{Sites: []string{p.Site(3)}}, End: view.Destination},
			func(e postgres.Entry, _ string) bool { return where(e) == 3 && e.Direction == checkpoint.In }},
		"of nobody's scope": {view.ArrivalsOf{End: view.Origin}, func(postgres.Entry, string) bool { return false }},
	} {
		c.q.Day = p.days[1]
		got, err := p.view.Arrivals(t.Context(), c.q)
		check(t, err)
		want := p.arrived(c.q.Day, c.about)
		if !slices.Equal(listed(got), want) {
			t.Errorf("%s: %d lines, want %d", name, len(got), len(want))
		}
		if name != "of nobody's scope" && len(want) == 0 {
			t.Errorf("%s: the province has none", name)
		}
	}
}

// Page by page it is the same list, and names are the register's.
func TestAListComesInPages(t *testing.T) {
	p := changed(t)
	q := view.ArrivalsOf{Scope: view.Scope{All: true}, End: view.Origin, Day: p.days[2], Limit: 100}
	var all []view.Sighting
	for {
		page, err := p.view.Arrivals(t.Context(), q)
		check(t, err)
		all = append(all, page...)
		if len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1].Mark
	}
	if want := p.arrived(q.Day, func(postgres.Entry, string) bool { return true }); !slices.Equal(listed(all), want) {
		t.Errorf("%d lines, want %d", len(all), len(want))
	}
	if !slices.IsSortedFunc(all, func(a, b view.Sighting) int { return a.At.Compare(b.At) }) {
		t.Error("not in order of time")
	}
	names := map[string]string{}
	for i := range p.People {
		x := p.Person(i)
		names[x.Number] = x.Name + x.Birth.Format(time.DateOnly)
	}
	for _, s := range all {
		if s.Known && (s.Birth == nil || names[s.Number] != s.Name+s.Birth.Format(time.DateOnly)) {
			t.Fatalf("%s is told as %s, the register has %s", s.Number, s.Name, names[s.Number])
		}
	}
}

func TestAListOutsideOfTheScopeIsRefused(t *testing.T) {
	p := changed(t)
	_, err := p.view.Arrivals(t.Context(), view.ArrivalsOf{Scope: view.Scope{Communes: []string{p.Commune(1)}}, End: view.Origin, Day: p.days[0], Commune: p.Commune(2)})
	if !errors.Is(err, view.ErrScope) {
		t.Errorf("got %v", err)
	}
}

// What the filling takes for somebody's number is what the opener would find.
func TestTheProvinceKnowsItsPeople(t *testing.T) {
	p := changed(t)
	c := shared.Cluster(t)
	for _, e := range p.entries[:300] {
		want := postgrestest.Value[string](t, c, p.name, "select coalesce((select person || ' ' || commune from people.who(array['"+e.Number+"'])), ' ')")
		if person, commune := p.Whose(e.Number); person+" "+commune != want {
			t.Fatalf("%s is of %s in %s, the database says %s", e.Number, person, commune, want)
		}
	}
}
