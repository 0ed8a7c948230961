package view_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
)

// slowly counts a day over the generator's own list. Scans count in the hour of
// the scan, what a guard did in the hour when it was done.
func (p *province) slowly(day time.Time, key func(postgres.Entry) string, scope func(postgres.Entry) bool) map[string]*view.Counts {
	answers := p.outcomes()
	all := map[string]*view.Counts{}
	busy := map[string]map[string]int{}
	line := func(e postgres.Entry) *view.Counts {
		if !dayOf(e.Time).Equal(day) || !scope(e) {
			return &view.Counts{} // counts for nothing
		}
		k := key(e)
		if all[k] == nil {
			all[k], busy[k] = &view.Counts{}, map[string]int{}
		}
		return all[k]
	}
	for _, e := range p.entries {
		if !scan(e) {
			continue
		}
		c := line(e)
		c.Scans++
		*map[checkpoint.Verdict]*int64{checkpoint.Admit: &c.Admit, checkpoint.Refer: &c.Refer, checkpoint.Refuse: &c.Refuse,
			checkpoint.Repeat: &c.Repeat, checkpoint.NotRead: &c.NotRead, checkpoint.Fault: &c.Fault}[e.Verdict]++
		if minutes := busy[key(e)]; minutes != nil && dayOf(e.Time).Equal(day) && scope(e) {
			minutes[e.Time.Format("15:04")]++
			c.Busiest = max(c.Busiest, minutes[e.Time.Format("15:04")])
		}
		if e.Verdict == checkpoint.Admit {
			pass(c, e, 1)
		}
		before := checkpoint.Outcome(0)
		for _, a := range answers[at{e.Box, e.At}] {
			done := line(postgres.Entry{Box: e.Box, Record: a})
			if a.Outcome == checkpoint.Undone {
				outcome(done, e, before, -1)
				continue
			}
			c.Answers++
			c.Waited += a.Time.Sub(e.Time)
			outcome(done, e, a.Outcome, 1)
			before = a.Outcome
		}
	}
	return all
}

// pass counts somebody let through; n is -1 where that is taken back.
func pass(c *view.Counts, scan postgres.Entry, n int64) {
	if scan.Direction == checkpoint.In {
		c.In += n
	} else {
		c.Out += n
	}
}

func outcome(c *view.Counts, scan postgres.Entry, o checkpoint.Outcome, n int64) {
	switch o {
	case 0: // of a green
		pass(c, scan, n)
	case checkpoint.Passed:
		pass(c, scan, n)
		c.PassedByGuard += n
	case checkpoint.Denied:
		c.Denied += n
	case checkpoint.Undecided:
		c.Undecided += n
	}
}

func TestDailyReportIsWhatWasRecorded(t *testing.T) {
	p := changed(t)
	keys := map[view.By]func(postgres.Entry) string{
		view.BySite: func(e postgres.Entry) string { return p.Site(where(e)) },
		view.ByLane: func(e postgres.Entry) string { return p.Site(where(e)) + "/" + e.Lane },
		view.ByHour: func(e postgres.Entry) string { return e.Time.UTC().Add(7 * time.Hour).Format("15") },
	}
	here := view.Scope{Communes: []string{p.SiteCommune(2)}, Sites: []string{p.Site(4)}}
	for by, key := range keys {
		for name, q := range map[string]view.DailyOf{
			"everything": {Scope: view.Scope{All: true}},
			"a scope":    {Scope: here},
			"a site":     {Scope: view.Scope{All: true}, Site: p.Site(1)},
		} {
			q.Day, q.By = p.days[1], by
			got, err := p.view.Daily(t.Context(), q)
			check(t, err)
			want := p.slowly(q.Day, key, func(e postgres.Entry) bool {
				return (q.Scope.All || where(e) == 2 || where(e) == 4) && (q.Site == "" || q.Site == p.Site(where(e)))
			})
			equalLines(t, fmt.Sprintf("by %s, %s", by, name), got, want)
		}
	}
}

func equalLines(t *testing.T, what string, got []view.Line, want map[string]*view.Counts) {
	t.Helper()
	if len(want) == 0 || len(got) != len(want) {
		t.Errorf("%s: %d lines, want %d", what, len(got), len(want))
	}
	for _, l := range got {
		w := want[l.Key]
		if w == nil {
			t.Errorf("%s: line %q", what, l.Key)
			continue
		}
		l.Waited, w.Waited = l.Waited.Round(time.Millisecond), w.Waited.Round(time.Millisecond)
		if l.Counts != *w {
			t.Errorf("%s, %s:\n got %+v\nwant %+v", what, l.Key, l.Counts, *w)
		}
	}
}

// By commune only those are counted who showed a number.
func TestDailyReportByHome(t *testing.T) {
	p := changed(t)
	got, err := p.view.Daily(t.Context(), view.DailyOf{Scope: view.Scope{All: true}, Day: p.days[0], By: view.ByCommune})
	check(t, err)
	scans := map[string]int64{}
	for _, e := range p.entries {
		if scan(e) && dayOf(e.Time).Equal(p.days[0]) && e.Number != "" {
			_, home := p.Whose(e.Number)
			scans[home]++
		}
	}
	told := map[string]int64{}
	for _, l := range got {
		told[l.Key] = l.Scans
	}
	if len(scans) != p.Communes+1 || !maps.Equal(told, scans) {
		t.Errorf("by commune %v, want %v", told, scans)
	}
}

// People read a site's name, the lane after it, or the hour.
func TestDailyLinesHaveNames(t *testing.T) {
	p := changed(t)
	for by, want := range map[view.By]string{view.BySite: p.SiteName(0), view.ByLane: p.SiteName(0) + " / in", view.ByHour: "06:00", view.ByCommune: "Xã 1"} {
		lines, err := p.view.Daily(t.Context(), view.DailyOf{Scope: view.Scope{All: true}, Day: p.days[0], By: by})
		check(t, err)
		if !slices.ContainsFunc(view.DailyTable(lines, by, "vi").Rows, func(row []string) bool { return row[0] == want }) {
			t.Errorf("by %s: no line is called %q", by, want)
		}
	}
}

// The last line sums the others up.
func TestDailyTableEndsWithTheSum(t *testing.T) {
	p := changed(t)
	lines, err := p.view.Daily(t.Context(), view.DailyOf{Scope: view.Scope{All: true}, Day: p.days[0], By: view.BySite})
	check(t, err)
	rows := view.DailyTable(lines, view.BySite, "vi").Rows
	hours, err := p.view.Daily(t.Context(), view.DailyOf{Scope: view.Scope{All: true}, Day: p.days[0], By: view.ByHour})
	check(t, err)
	sum := view.DailyTable(hours, view.ByHour, "vi").Rows
	a, b := rows[len(rows)-1], sum[len(sum)-1]
	if len(rows) != p.Sites+1 || !slices.Equal(a[:13], b[:13]) {
		t.Errorf("sums %q by site, %q by hour", a, b)
	}
}

// By the people's homes only verdicts are counted: what is not known stands there as
// no column, not as nought; and whose home nobody knows has a line with a name.
func TestAReportByCommuneClaimsNoMoreThanIsCounted(t *testing.T) {
	lines := []view.Line{{Counts: view.Counts{Scans: 3, Refer: 3}}, {Key: "10501", Name: "Xã 1", Counts: view.Counts{Scans: 2, Admit: 2, In: 2}}}
	for language, want := range map[string][3]string{"vi": {"(chưa rõ xã)", "Xã 1", "Cộng"}, "en": {"(commune not known)", "Xã 1", "Sum"}} {
		table := view.DailyTable(lines, view.ByCommune, language)
		var names [3]string
		for i, row := range table.Rows {
			names[i] = row[0]
			if len(row) != len(table.Columns) {
				t.Errorf("%d cells under %d heads", len(row), len(table.Columns))
			}
		}
		heads := table.Heads(language)
		if names != want || slices.Contains(heads, "Turned back") || slices.Contains(heads, "Cho quay lại") || heads[len(heads)-1] != map[string]string{"vi": "Máy lỗi", "en": "Fault"}[language] {
			t.Errorf("%v under %v", names, heads)
		}
	}
	if heads := view.DailyTable(nil, view.BySite, "en").Heads("en"); !slices.Contains(heads, "Turned back") {
		t.Errorf("by site: %v", heads)
	}
}
