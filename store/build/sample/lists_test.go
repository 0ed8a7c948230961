package sample

import (
	"testing"

	"checkpoint/store/build/input"
)

// The lists are such that a province reads them, of people who are in its data, and
// of every level there is.
func TestTheListsAreReadAndNameWhoIsThere(t *testing.T) {
	o := options(300)
	dir := generate(t, o)
	registered := map[string]string{}
	for _, who := range readAll(t, dir, PeopleFile, input.People) {
		registered[who.Number] = who.FullName
	}
	staff := readAll(t, dir, StaffFile, new(input.Reader).Staff)
	visitors := readAll(t, dir, VisitorsFile, new(input.Reader).Visitors)
	if len(staff) != staffOf || len(visitors) != visitorsOf {
		t.Fatalf("%d staff, %d visitors", len(staff), len(visitors))
	}
	for _, s := range staff {
		if name, ok := registered[s.Number]; !ok || name != s.FullName || s.Site != Site {
			t.Errorf("staff %+v is nobody of the data", s)
		}
	}
	for _, v := range visitors {
		if _, ok := registered[v.Number]; !ok || v.From.IsZero() {
			t.Errorf("visitor %+v is nobody of the data", v)
		}
	}
	levels := map[int]bool{}
	for _, z := range readAll(t, dir, ZonesFile, new(input.Reader).Zones) {
		levels[int(z.Level)] = true
	}
	if len(levels) != 4 {
		t.Errorf("levels %v", levels)
	}
	if sites := readAll(t, dir, SitesFile, new(input.Reader).Sites); len(sites) != 3 || sites[0].Site != Site {
		t.Errorf("sites %+v", sites)
	}
}
