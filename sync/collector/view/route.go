package view

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Route is everything that is recorded of a document's owner, in order of time:
// scans and papers at all checkpoints that lie within the scope, under any of the
// owner's numbers, as far back as days are kept. A vehicle's plate is a number,
// too.
func (v *View) Route(ctx context.Context, scope Scope, number string) ([]Sighting, error) {
	numbers, err := v.numbers(ctx, number)
	if err != nil {
		return nil, err
	}
	tags, err := v.tags(numbers)
	if err != nil || len(tags) == 0 {
		return nil, err
	}
	args := scope.args()
	args["tags"] = tags
	// Each day of the partitions is looked up by its index on the tags.
	const where = ` where s.tag is not null and s.tag = any(@tags) and ` + inScope
	all, err := v.sightings(ctx, scanColumns("s.day", "s.day")+where, args)
	if err != nil {
		return nil, err
	}
	papers, err := v.sightings(ctx, paperColumns+where, args)
	if err != nil {
		return nil, err
	}
	all = append(all, papers...)
	slices.SortFunc(all, byTime)
	return all, nil
}

func byTime(a, b Sighting) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	if c := strings.Compare(a.Box, b.Box); c != 0 {
		return c
	}
	return int(a.Seq - b.Seq)
}

// RouteTable is a route as it is shown, with the time since the line before.
func RouteTable(all []Sighting) Table {
	t := Table{Title: Column{"Hành trình", "Route"}, Columns: []Column{
		{"Giờ", "Time"}, {"Cách lần trước", "Since the last"}, {"Điểm kiểm soát", "Checkpoint"}, {"Làn", "Lane"}, {"Chiều", "Direction"},
		{"Số giấy tờ", "Number"}, {"Họ tên", "Name"}, {"Giấy", "Paper"}, {"Kết quả", "Result"},
	}}
	for i, s := range all {
		gap := ""
		if i > 0 {
			gap = s.At.Sub(all[i-1].At).Round(time.Second).String()
		}
		kind := s.Document
		if s.Paper {
			kind = s.Format
		}
		t.Rows = append(t.Rows, []string{s.time(), gap, s.SiteName, s.Lane, s.Direction, s.Number, s.Name, kind, s.result()})
	}
	return t
}
