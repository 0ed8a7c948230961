package view_test

import (
	"strings"
	"testing"

	"checkpoint/sync/collector/view"
)

// The report's lines are counted from the sites one by one, and its sum holds
// every site once.
func TestTheWeeklyReportCountsEachSiteOnce(t *testing.T) {
	p := changed(t)
	_, err := p.view.ImportSites(t.Context(), strings.NewReader("id,name,kind,commune,place_code,asked,approved,installed\n"+
		"im-lang,Chợ Im Lặng,mall,"+p.Commune(1)+",MD9,3,2,0\nkhong-xa,Chốt lẻ,road,,,1,1,1\n"))
	check(t, err)
	for day := range view.RemindersEnough {
		all, err := p.view.Sites(t.Context(), everything(), p.days[0], p.days[2])
		check(t, err)
		_, err = p.view.Remind(t.Context(), view.SilentSites(all)[:1], p.days[0].AddDate(0, 0, day))
		check(t, err)
	}
	all, err := p.view.Sites(t.Context(), everything(), p.days[0], p.days[2])
	check(t, err)
	lines := view.Week(all)
	if last := lines[len(lines)-1]; last.Commune != "" || last.Sites != 1 || last.Silent != 1 || last.Reminded != 0 {
		t.Errorf("sites of no commune: %+v", last)
	}
	var sites int
	var scans int64
	for _, l := range lines {
		var want view.WeekLine
		for _, s := range all {
			if s.Commune != l.Commune {
				continue
			}
			want.Sites++
			want.Scans += s.Scans
			want.Asked += s.Asked
			if s.Scans == 0 {
				want.Silent++
			}
			if s.PlaceCode != "" {
				want.WithCode++
			}
		}
		if l.Sites != want.Sites || l.Scans != want.Scans || l.Asked != want.Asked || l.Silent != want.Silent || l.WithCode != want.WithCode || l.Scanning+l.Silent != l.Sites {
			t.Errorf("%+v, want %+v", l, want)
		}
		sites, scans = sites+l.Sites, scans+l.Scans
		if ignored := l.Commune == p.Commune(1); (l.Ignored == 1) != ignored || (l.Reminded == 1) != ignored {
			t.Errorf("reminders: %+v", l)
		}
	}
	if sites != p.Sites+2 || scans == 0 {
		t.Errorf("%d sites in all, want %d; %d scans", sites, p.Sites+2, scans)
	}
	table := view.WeekTable(lines, "vi")
	if sum := table.Rows[len(table.Rows)-1]; len(table.Rows) != len(lines)+1 || sum[2] != "8" || sum[10] != "1" {
		t.Errorf("the sum is %v", sum)
	}
	if missing := view.SitesNotInstalled(all); len(missing) != 1 || missing[0].ID != "im-lang" {
		t.Errorf("%d sites lack devices", len(missing))
	}
}
