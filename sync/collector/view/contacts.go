package view

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"checkpoint/sync/collector/postgres"
)

// Contact is somebody who was recorded at a site shortly before or after a case.
type Contact struct {
	Sighting
	Case  time.Time     // when the case was there
	Apart time.Duration // between the two; below zero: before the case
	Zone  int           // level of the epidemic in the person's commune on that day, 1 to 4; 0: not known
}

// MostApart bounds how long before and after a case people are looked for.
const MostApart = 12 * time.Hour

// Contacts is everybody who was recorded at a site, at any of its boxes, within a
// time of a case's presence there; of the case's ways those from a day to another.
// Somebody who was near twice is listed for each scan, with the point of the way
// that was nearest. Who lies outside of the scope is not listed.
func (v *View) Contacts(ctx context.Context, scope Scope, number string, from, to time.Time, within time.Duration) ([]Contact, error) {
	if within < 0 || within > MostApart {
		return nil, fmt.Errorf("contacts within %s: want at most %s", within, MostApart)
	}
	way, err := v.Route(ctx, scope, number)
	if err != nil {
		return nil, err
	}
	way = slices.DeleteFunc(way, func(s Sighting) bool {
		return s.Paper || s.At.Before(Begins(from)) || !s.At.Before(Begins(to.AddDate(0, 0, 1)))
	})
	nearest := map[Mark]Contact{}
	for _, point := range way {
		near, err := v.near(ctx, scope, point, within)
		if err != nil {
			return nil, err
		}
		for _, s := range near {
			c := Contact{Sighting: s, Case: point.At, Apart: s.At.Sub(point.At)}
			if other, ok := nearest[s.Mark]; s.Number != point.Number && (!ok || c.Apart.Abs() < other.Apart.Abs()) {
				nearest[s.Mark] = c
			}
		}
	}
	all := make([]Contact, 0, len(nearest))
	for _, c := range nearest {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Contact) int { return byTime(a.Sighting, b.Sighting) })
	return all, v.zones(ctx, all)
}

// near is who was at a site around a point of a way.
func (v *View) near(ctx context.Context, scope Scope, point Sighting, within time.Duration) ([]Sighting, error) {
	boxes := []string{point.Box}
	if point.Site != "" {
		var err error
		args := Scope{}.args()
		args["site"] = point.Site
		if boxes, err = v.strings(ctx, "select box from people.box where site = @site", args); err != nil {
			return nil, err
		}
	}
	args := scope.args()
	args["boxes"], args["from"], args["to"] = boxes, point.At.Add(-within), point.At.Add(within)
	args["first"], args["last"] = postgres.DayOf(point.At.Add(-within)), postgres.DayOf(point.At.Add(within))
	return v.sightings(ctx, scanColumns("@first::date", "@last::date")+`
		where s.day between @first and @last and s.box = any(@boxes) and s.at between @from and @to and s.who is not null and `+inScope, args)
}

// zones writes the level of each person's commune on the day.
func (v *View) zones(ctx context.Context, all []Contact) error {
	type level struct {
		since time.Time
		level int
	}
	levels := map[string][]level{} // the latest first
	var commune string
	var l level
	err := v.each(ctx, "select commune, since, level from place.zone order by commune, since desc", nil,
		[]any{&commune, &l.since, &l.level}, func() { levels[commune] = append(levels[commune], l) })
	for i := range all {
		for _, l := range levels[all[i].Commune] {
			if !postgres.DayOf(all[i].At).Before(l.since) {
				all[i].Zone = l.level
				break
			}
		}
	}
	return err
}

// apart is how long after the case, or with a minus before it. It is a real minus:
// a hyphen would begin a formula.
func (c *Contact) apart() string {
	return strings.Replace(c.Apart.Round(time.Second).String(), "-", "−", 1)
}

// ContactTable is a list of contacts as it is shown.
func ContactTable(all []Contact) Table {
	t := Table{Title: Column{"Người tiếp xúc", "Contacts"}, Columns: []Column{
		{"Giờ", "Time"}, {"Điểm kiểm soát", "Checkpoint"}, {"Làn", "Lane"}, {"Chiều", "Direction"}, {"Ca bệnh lúc", "Case at"}, {"Cách", "Apart"},
		{"Số giấy tờ", "Number"}, {"Họ tên", "Name"}, {"Ngày sinh", "Born"}, {"Xã, phường", "Commune"}, {"Cấp độ dịch", "Zone level"}, {"Kết quả", "Result"},
	}}
	for _, c := range all {
		zone := ""
		if c.Zone > 0 {
			zone = strconv.Itoa(c.Zone)
		}
		t.Rows = append(t.Rows, []string{c.time(), c.SiteName, c.Lane, c.Direction, c.Case.In(vietnam).Format("15:04:05"), c.apart(),
			c.Number, c.Name, c.born(), c.home(), zone, c.result()})
	}
	return t
}
