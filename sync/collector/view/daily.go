package view

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Counts are those of some hours at some checkpoints.
type Counts struct {
	Scans                            int64
	Admit, Refer, Refuse             int64 // verdicts
	Repeat, NotRead, Fault           int64
	PassedByGuard, Denied, Undecided int64 // answers, without those that were taken back
	In, Out                          int64 // people let through, by direction
	Answers                          int64
	Waited                           time.Duration // for the answers, in all
	Busiest                          int           // scans in the busiest minute
}

// add counts n of what a tally calls it.
func (c *Counts) add(direction, what string, n int64) {
	through := n
	switch what {
	case "admit":
		c.Admit, c.Scans = c.Admit+n, c.Scans+n
	case "refer":
		c.Refer, c.Scans, through = c.Refer+n, c.Scans+n, 0
	case "refuse":
		c.Refuse, c.Scans, through = c.Refuse+n, c.Scans+n, 0
	case "repeat":
		c.Repeat, c.Scans, through = c.Repeat+n, c.Scans+n, 0
	case "not read":
		c.NotRead, c.Scans, through = c.NotRead+n, c.Scans+n, 0
	case "fault":
		c.Fault, c.Scans, through = c.Fault+n, c.Scans+n, 0
	case "passed":
		c.PassedByGuard += n
	case "undone passed":
		c.PassedByGuard, through = c.PassedByGuard-n, -n
	case "undone": // of a green
		through = -n
	case "denied":
		c.Denied, through = c.Denied+n, 0
	case "undone denied":
		c.Denied, through = c.Denied-n, 0
	case "undecided":
		c.Undecided, through = c.Undecided+n, 0
	default:
		through = 0
	}
	if direction == "in" {
		c.In += through
	} else {
		c.Out += through
	}
}

// Waiting is how long a person waited for an answer on average.
func (c Counts) Waiting() time.Duration {
	if c.Answers == 0 {
		return 0
	}
	return (c.Waited / time.Duration(c.Answers)).Round(time.Second)
}

// By says what a report has a line for.
type By string

// The kinds of lines.
const (
	BySite    By = "site"
	ByLane    By = "lane"
	ByHour    By = "hour"
	ByCommune By = "commune" // of the people's homes: scans alone
)

// DailyOf asks for a day's report. Whoever sees a site sees its counts.
type DailyOf struct {
	Scope Scope
	Day   time.Time
	By    By
	Site  string // empty: all
}

func (q DailyOf) args() pgx.NamedArgs {
	args := q.Scope.args()
	args["day"], args["site"] = q.Day, q.Site
	return args
}

// Line is a line of a report; Name as people know it.
type Line struct {
	Key, Name string
	Counts
}

// lineKeys are what lines are grouped by, in terms of t (a tally), b (its box)
// and site.
var lineKeys = map[By]string{
	BySite: `coalesce(site.id, b.site, t.box)`,
	ByLane: `coalesce(site.id, b.site, t.box) || '/' || t.lane`,
	ByHour: `lpad(t.hour::text, 2, '0')`,
}

// lineNames are what lines are called.
var lineNames = map[By]string{
	BySite: `min(coalesce(site.name, b.site, t.box))`,
	ByLane: `min(coalesce(site.name, b.site, t.box) || ' / ' || t.lane)`,
	ByHour: `lpad(min(t.hour)::text, 2, '0') || ':00'`,
}

const ofSites = `
	left join people.box b on b.box = t.box
	left join place.site site on site.id = b.site
	where t.day = @day and (@all or site.commune = any(@communes) or b.site = any(@sites)) and (@site = '' or b.site = @site)`

// Daily is the report of a day, from the counts that stay. [ErrPlace] or
// [ErrScope] where the site is none, or none of the scope.
func (v *View) Daily(ctx context.Context, q DailyOf) ([]Line, error) {
	if q.Site != "" {
		if err := v.site(ctx, q.Scope, q.Site); err != nil {
			return nil, err
		}
	}
	if q.By == ByCommune {
		return v.dailyByCommune(ctx, q)
	}
	key, ok := lineKeys[q.By]
	if !ok {
		return nil, fmt.Errorf("report by %q: want site, lane, hour or commune", q.By)
	}
	r := report{lines: map[string]*Line{}}
	args := q.args()
	var name, direction, what string
	var n int64
	err := v.each(ctx, `select `+key+`, `+lineNames[q.By]+`, t.direction, t.what, sum(t.n)::bigint from tally.hour t`+ofSites+`
		group by 1, 3, 4 order by 1`, args, []any{&r.key, &name, &direction, &what, &n}, func() {
		r.line(name).add(direction, what, n)
	})
	if err != nil {
		return nil, err
	}
	var seconds float64
	err = v.each(ctx, `select `+key+`, `+lineNames[q.By]+`, sum(t.n)::bigint, sum(t.seconds) from tally.answer t`+ofSites+`
		group by 1`, args, []any{&r.key, &name, &n, &seconds}, func() {
		l := r.line(name)
		l.Answers, l.Waited = n, time.Duration(seconds*float64(time.Second))
	})
	if err != nil {
		return nil, err
	}
	if err := v.busiest(ctx, key, args, &r); err != nil {
		return nil, err
	}
	return r.sorted(), nil
}

// busiest finds each line's busiest minute. It adds the minutes up here: as rows
// of the database they took two seconds for a day of 200 checkpoints, on a busy
// machine.
func (v *View) busiest(ctx context.Context, key string, args pgx.NamedArgs, r *report) error {
	type hour struct {
		key  string
		hour int
	}
	sums := map[hour]*[60]int32{}
	var h hour
	var minutes []int32
	err := v.each(ctx, `select `+key+`, t.hour, t.minutes from tally.minute t`+ofSites, args, []any{&h.key, &h.hour, &minutes}, func() {
		if sums[h] == nil {
			sums[h] = new([60]int32)
		}
		for i, n := range minutes {
			sums[h][i] += n
		}
	})
	for h, sum := range sums {
		r.key = h.key
		l := r.line("")
		l.Busiest = max(l.Busiest, int(slices.Max(sum[:])))
	}
	return err
}

// report collects lines by their keys.
type report struct {
	key   string // of the row under way
	lines map[string]*Line
}

func (r *report) sorted() []Line {
	var all []Line
	for _, key := range slices.Sorted(maps.Keys(r.lines)) {
		all = append(all, *r.lines[key])
	}
	return all
}

func (r *report) line(name string) *Line {
	l := r.lines[r.key]
	if l == nil {
		l = &Line{Key: r.key, Name: name}
		r.lines[r.key] = l
	}
	return l
}

func (v *View) dailyByCommune(ctx context.Context, q DailyOf) ([]Line, error) {
	var all []Line
	var code, name, direction, verdict string
	var n int64
	err := v.each(ctx, `select t.commune, coalesce(min(c.name), t.commune), t.direction, t.verdict, sum(t.n)::bigint
		from tally.commune t left join place.commune c on c.code = t.commune`+ofSites+` group by 1, 3, 4 order by 1`,
		q.args(), []any{&code, &name, &direction, &verdict, &n}, func() {
			if len(all) == 0 || all[len(all)-1].Key != code {
				all = append(all, Line{Key: code, Name: name})
			}
			all[len(all)-1].add(direction, verdict, n)
		})
	return all, err
}

// byVerdict is how many columns a report by commune has: what guards did and how
// long it took is not counted by the people's homes.
const byVerdict = 10

// DailyTable is a report as it is shown, in a language, "vi" or "en", with the sum
// of its lines at the end.
func DailyTable(lines []Line, by By, language string) Table {
	t := Table{Title: Column{"Báo cáo ngày", "Daily report"}, Columns: []Column{
		{"Nơi, giờ", "Where, when"}, {"Vào", "In"}, {"Ra", "Out"}, {"Lượt quét", "Scans"},
		{"Mời qua", "Go"}, {"Kiểm tra", "Check"}, {"Dừng lại", "Stop"}, {"Vừa quét", "Seen"}, {"Chưa đọc", "Not read"}, {"Máy lỗi", "Fault"},
		{"Cán bộ cho qua", "Let through by the guard"}, {"Cho quay lại", "Turned back"}, {"Chưa quyết định", "Undecided"},
		{"Phút đông nhất", "Busiest minute"}, {"Chờ trung bình", "Waiting, mean"},
	}}
	sum := Line{Name: Column{"Cộng", "Sum"}.In(language)}
	for _, l := range lines {
		if by == ByCommune && l.Key == "" {
			l.Name = Column{"(chưa rõ xã)", "(commune not known)"}.In(language)
		}
		t.Rows = append(t.Rows, l.cells())
		sum.Counts.sum(l.Counts)
	}
	t.Rows = append(t.Rows, sum.cells())
	if by == ByCommune {
		t.Columns = t.Columns[:byVerdict]
		t.Columns[1], t.Columns[2] = Column{"Mời vào", "In, go"}, Column{"Mời ra", "Out, go"}
		for i := range t.Rows {
			t.Rows[i] = t.Rows[i][:byVerdict]
		}
	}
	return t
}

func (c *Counts) sum(o Counts) {
	c.Scans, c.Admit, c.Refer, c.Refuse = c.Scans+o.Scans, c.Admit+o.Admit, c.Refer+o.Refer, c.Refuse+o.Refuse
	c.Repeat, c.NotRead, c.Fault = c.Repeat+o.Repeat, c.NotRead+o.NotRead, c.Fault+o.Fault
	c.PassedByGuard, c.Denied, c.Undecided = c.PassedByGuard+o.PassedByGuard, c.Denied+o.Denied, c.Undecided+o.Undecided
	c.In, c.Out, c.Answers, c.Waited = c.In+o.In, c.Out+o.Out, c.Answers+o.Answers, c.Waited+o.Waited
	c.Busiest = max(c.Busiest, o.Busiest)
}

func (l Line) cells() []string {
	cells := []string{l.Name}
	for _, n := range []int64{l.In, l.Out, l.Scans, l.Admit, l.Refer, l.Refuse, l.Repeat, l.NotRead, l.Fault,
		l.PassedByGuard, l.Denied, l.Undecided, int64(l.Busiest)} {
		cells = append(cells, strconv.FormatInt(n, 10))
	}
	return append(cells, l.Waiting().String())
}
