package view

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// End says which end of a way a list is about.
type End string

// The ends.
const (
	Origin      End = "origin"      // people registered in the communes, wherever they were scanned
	Destination End = "destination" // people who went in at a site in the communes, wherever they are registered
)

// ArrivalsOf asks for a list of people.
type ArrivalsOf struct {
	Scope    Scope
	End      End
	Day      time.Time // in Vietnam, at midnight UTC
	Commune  string    // empty: every one of the scope
	District string    // empty: every one
	After    Mark      // the last line of the page before
	Limit    int       // lines; 0: all
}

// Arrivals lists people who were let in, in the order of their times: by a green,
// or by a guard after an amber or red, unless that was taken back.
// [ErrScope] where a commune or district is asked for by whom it does not concern,
// [ErrPlace] where there is none.
func (v *View) Arrivals(ctx context.Context, q ArrivalsOf) ([]Sighting, error) {
	if q.End != Origin && q.End != Destination {
		return nil, fmt.Errorf("list of %q: want origin or destination", q.End)
	}
	if err := v.listed(ctx, q); err != nil {
		return nil, err
	}
	where, args, err := v.ofEnd(ctx, q)
	if err != nil {
		return nil, err
	}
	args["day"], args["from"], args["to"] = q.Day, Begins(q.Day), Begins(q.Day.AddDate(0, 0, 1))
	args["at"], args["box"], args["epoch"], args["seq"] = q.After.At, q.After.Box, q.After.Epoch, q.After.Seq
	args["limit"] = orAll(q.Limit)
	// The planner takes the last condition by itself for one that a row in a hundred
	// meets, and then reads all of a day for a page. Of a case it expects half.
	return v.sightings(ctx, ofDay+`
		where s.day = @day and s.at >= @from and s.at < @to and s.who is not null
		  and (s.at, s.box, s.epoch, s.seq) > (@at, @box, @epoch, @seq)
		  and case when coalesce(o.outcome, s.verdict) in ('admit', 'passed') then true else false end`+where+`
		order by s.at, s.box, s.epoch, s.seq limit @limit`, args)
}

// ofEnd narrows a list to the communes or the boxes that it is about; to none
// where neither the question nor the scope does.
func (v *View) ofEnd(ctx context.Context, q ArrivalsOf) (where string, args pgx.NamedArgs, err error) {
	args = pgx.NamedArgs{}
	everything := q.Scope.All && q.Commune == "" && q.District == ""
	if q.End == Destination {
		where = " and s.direction = 'in'"
		if everything {
			return where, args, nil
		}
		args["boxes"], err = v.boxes(ctx, q)
		return where + " and s.box = any(@boxes)", args, err
	}
	if everything {
		return "", args, nil
	}
	args["homes"], err = v.communes(ctx, q)
	return " and s.commune = any(@homes)", args, err
}

// boxes are those at sites that the list is about.
func (v *View) boxes(ctx context.Context, q ArrivalsOf) ([]string, error) {
	return v.strings(ctx, `
		select b.box from people.box b left join place.site site on site.id = b.site left join place.commune c on c.code = site.commune
		where (@all or site.commune = any(@communes) or b.site = any(@sites))
		  and (@commune = '' or site.commune = @commune) and (@district = '' or c.district = @district)`, q.narrow())
}

// communes are those whose people the list is about.
func (v *View) communes(ctx context.Context, q ArrivalsOf) ([]string, error) {
	if q.District == "" { // a code need not be in the list of communes
		if q.Commune != "" {
			return []string{q.Commune}, nil
		}
		return notNil(q.Scope.Communes), nil
	}
	return v.strings(ctx, `select code from place.commune
		where (@all or code = any(@communes)) and (@commune = '' or code = @commune) and district = @district`, q.narrow())
}

func (q ArrivalsOf) narrow() pgx.NamedArgs {
	args := q.Scope.args()
	args["commune"], args["district"] = q.Commune, q.District
	return args
}

func orAll(limit int) *int {
	if limit == 0 {
		return nil
	}
	return &limit
}

// ArrivalTable is a list as it is shown.
func ArrivalTable(all []Sighting) Table {
	t := Table{Title: Column{"Danh sách người đến", "People who arrived"}, Columns: []Column{
		{"Giờ", "Time"}, {"Điểm kiểm soát", "Checkpoint"}, {"Làn", "Lane"}, {"Chiều", "Direction"},
		{"Số giấy tờ", "Number"}, {"Họ tên", "Name"}, {"Ngày sinh", "Born"}, {"Xã, phường", "Commune"},
		{"Kết quả", "Result"}, {"Xã ghi", "Commune says"},
	}}
	for _, s := range all {
		t.Rows = append(t.Rows, []string{s.time(), s.SiteName, s.Lane, s.Direction, s.Number, s.Name, s.born(), s.home(), s.result(), s.Says})
	}
	return t
}
