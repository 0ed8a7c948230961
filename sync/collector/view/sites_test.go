package view_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

func TestSitesTellWhatWasScannedThere(t *testing.T) {
	p := changed(t)
	from, to := p.days[0], p.days[1]
	scans, last := map[string]int64{}, map[string]time.Time{}
	for _, e := range p.entries {
		if d := dayOf(e.Time); scan(e) && !d.After(to) {
			scans[p.Site(where(e))]++
			last[p.Site(where(e))] = d
		}
	}
	all, err := p.view.Sites(t.Context(), view.Scope{All: true}, from, to)
	check(t, err)
	if len(all) != p.Sites {
		t.Fatalf("%d sites, want %d", len(all), p.Sites)
	}
	for i, s := range all {
		if s.ID != p.Site(i) || s.Boxes != 1 || s.Scans != scans[s.ID] || s.Last == nil || !s.Last.Equal(last[s.ID]) || (s.PlaceCode == "") != (i%5 == 0) {
			t.Errorf("%+v, want %d scans, the last on %s", s, scans[s.ID], last[s.ID])
		}
	}
	mine, err := p.view.Sites(t.Context(), view.Scope{Communes: []string{p.SiteCommune(1)}, Sites: []string{p.Site(4)}}, from, to)
	check(t, err)
	if len(mine) != 2 || mine[0].ID != p.Site(1) || mine[1].ID != p.Site(4) {
		t.Errorf("a scope sees %d sites", len(mine))
	}
}

// A site that is reminded three times and still does not scan is on the list.
func TestSitesThatDoNotScanAreRemindedAndListed(t *testing.T) {
	p := changed(t)
	n, err := p.view.ImportSites(t.Context(), strings.NewReader("\uFEFFid,name,kind,commune,place_code,asked,latitude,longitude\n"+
		"im-lang,Chợ Im Lặng,mall,"+p.Commune(3)+",MD1,2,20.9,106.3\n"+p.Site(0)+",Tên mới,road,,,,,\n"))
	check(t, err)
	if n != 2 {
		t.Errorf("%d sites taken in, want 2", n)
	}
	list := func() []view.Site {
		all, err := p.view.Sites(t.Context(), view.Scope{All: true}, p.days[0], p.days[2])
		check(t, err)
		return all
	}
	for week := range view.RemindersEnough {
		silent := view.SilentSites(list())
		if len(silent) != 1 || silent[0].ID != "im-lang" || silent[0].Asked != 2 || len(view.IgnoredSites(list())) != 0 {
			t.Fatalf("silent: %+v", silent)
		}
		for _, want := range []int64{1, 0} { // a second time on the same day counts for nothing
			n, err := p.view.Remind(t.Context(), silent, p.days[0].AddDate(0, 0, 7*week))
			check(t, err)
			if n != want {
				t.Errorf("week %d: %d reminders counted, want %d", week, n, want)
			}
		}
	}
	ignored := view.IgnoredSites(list())
	if len(ignored) != 1 || ignored[0].Reminders != view.RemindersEnough {
		t.Errorf("after three reminders: %+v", ignored)
	}
	if all := list(); all[0].Name != "Tên mới" || all[0].Scans == 0 {
		t.Errorf("the site that was there: %+v", all[0])
	}
}

// Whoever scans after a reminder has answered it: the next silence begins anew.
func TestAScanAnswersTheReminders(t *testing.T) {
	p := changed(t)
	shared.Cluster(t).Exec(t, p.name, "update place.site set reminders = 3, reminded = '"+p.days[0].AddDate(0, 0, -3).Format(time.DateOnly)+"' where id = '"+p.Site(1)+"'")
	later := p.days[1].AddDate(0, 0, 30)
	for day, want := range []int{1, 2} {
		if _, err := p.view.Remind(t.Context(), []view.Site{{ID: p.Site(1)}}, later.AddDate(0, 0, 7*day)); err != nil {
			t.Fatal(err)
		}
		all, err := p.view.Sites(t.Context(), everything(), later.AddDate(0, 0, 7*day-6), later.AddDate(0, 0, 7*day))
		check(t, err)
		if all[1].Reminders != want || !all[1].Silent() {
			t.Errorf("%d reminders after silence %d, want %d", all[1].Reminders, day+1, want)
		}
	}
}

func TestAFileWithABadRowChangesNothing(t *testing.T) {
	p := changed(t)
	for text, wants := range map[string][]string{
		"code,name\n1,Xã A\n,Xã B\n3,\n": {"line 3: code is empty", "line 4: name is empty"},
		"code,nome\n1,Xã A\n":            {`unknown column "nome"`, `column "name" is missing`},
		"code,name\n1,Xã A,more\n":       {"wrong number of fields"},
		"":                               {"line 1"},
		"code,name,district\n1,\"Xã\nA\",x\n,Xã B,\n": {"line 4: code is empty"},
	} {
		_, err := p.view.ImportCommunes(t.Context(), strings.NewReader(text))
		for _, want := range wants {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %q", text, err, want)
			}
		}
	}
	_, err := p.view.ImportZones(t.Context(), strings.NewReader("commune,since,level\n10500,2026-01-01,5\n10500,1/2/26,1\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2: level") || !strings.Contains(err.Error(), "line 3: since") {
		t.Errorf("zones: %v", err)
	}
	conn, err := pgx.Connect(t.Context(), shared.Cluster(t).URL(p.name))
	check(t, err)
	defer conn.Close(t.Context())
	var communes int
	check(t, conn.QueryRow(t.Context(), "select count(*) from place.commune").Scan(&communes))
	if communes != p.Communes {
		t.Errorf("%d communes, want %d", communes, p.Communes)
	}
}

// A new level holds from its day on.
func TestZonesHoldFromTheirDay(t *testing.T) {
	p := changed(t)
	n, err := p.view.ImportZones(t.Context(), strings.NewReader("commune,since,level\n"+p.Case(0).Commune+","+p.days[2].Format(time.DateOnly)+",4\n"))
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	seen := map[bool]int{}
	contacts, err := p.view.Contacts(t.Context(), view.Scope{All: true}, p.Case(1).Number, p.days[0], p.days[2], 3*time.Hour)
	check(t, err)
	for _, x := range contacts {
		if x.Commune != p.Case(0).Commune {
			continue
		}
		late := !dayOf(x.At).Before(p.days[2])
		seen[late]++
		if want := p.zone(x.Commune); late && x.Zone != 4 || !late && x.Zone != want {
			t.Errorf("on %s the level is %d", x.At, x.Zone)
		}
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("%d met after the change, %d before", seen[true], seen[false])
	}
}
