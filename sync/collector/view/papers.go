package view

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"checkpoint"
)

// Form is a paper form of a day, with all of its lines that were copied.
type Form struct {
	Sighting                   // of the scan; of the further record where the form completes another paper
	Fields   map[string]string // by [checkpoint.FormFields]
}

// Papers are a day's paper forms, for the national system: what was copied at the
// lane, and what was copied later, also after midnight. after: the last form of the
// page before; limit: forms, 0: all.
func (v *View) Papers(ctx context.Context, scope Scope, day time.Time, after Mark, limit int) ([]Form, error) {
	args := scope.args()
	args["day"], args["limit"] = day, orAll(limit)
	args["at"], args["box"], args["epoch"], args["seq"] = after.At, after.Box, after.Epoch, after.Seq
	const onPage = ` and (s.at, s.box collate "C", s.epoch, s.seq) > (@at, @box, @epoch, @seq)
		order by s.at, s.box collate "C", s.epoch, s.seq limit @limit` // as byTime has them
	all, err := v.sightings(ctx, ofDay+` where s.day = @day and s.format = 'paper-form' and `+inScope+onPage, args)
	if err != nil {
		return nil, err
	}
	// Forms that complete another paper than a form of this list stand for themselves.
	alone, err := v.sightings(ctx, paperColumns+`
		where s.day = @day and s.format = 'paper-form' and `+inScope+`
		  and not exists (select from opened.scan f where f.day between @day::date - 1 and @day::date and f.box = s.box and f.epoch = s.refers_epoch
		    and f.seq = s.refers_seq and f.format = 'paper-form'
		    and (f.day < @day or @all or f.commune = any(@communes) or site.commune = any(@communes) or b.site = any(@sites)))`+onPage, args)
	if err != nil {
		return nil, err
	}
	all = append(all, alone...)
	slices.SortFunc(all, byTime)
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	return v.completed(ctx, scope, day, all)
}

// completed are forms with the lines that were copied later.
func (v *View) completed(ctx context.Context, scope Scope, day time.Time, begun []Sighting) ([]Form, error) {
	all := make([]Form, 0, len(begun))
	where := map[Mark]int{}
	var boxes []string
	var epochs, seqs []int64
	for i, s := range begun {
		all = append(all, Form{s, fields(s.Address)})
		if !s.Paper {
			where[s.place()] = i
			boxes, epochs, seqs = append(boxes, s.Box), append(epochs, s.Epoch), append(seqs, s.Seq)
		}
	}
	args := scope.args()
	args["day"], args["boxes"], args["epochs"], args["seqs"] = day, notNil(boxes), epochs, seqs
	later, err := v.sightings(ctx, paperColumns+`
		join unnest(@boxes::text[], @epochs::bigint[], @seqs::bigint[]) as form(box, epoch, seq)
		  on form.box = s.box and form.epoch = s.refers_epoch and form.seq = s.refers_seq
		where s.day between @day and @day::date + 1 and s.format = 'paper-form' and `+inScope+`
		order by s.at, s.epoch, s.seq`, args)
	if err != nil {
		return nil, err
	}
	for _, s := range later {
		form := &all[where[s.Of]]
		for name, value := range fields(s.Address) {
			form.Fields[name] = value
		}
		form.Number, form.Name = cmp.Or(form.Number, s.Number), cmp.Or(form.Name, s.Name)
	}
	return all, nil
}

// place names the record alone, as a paper that refers to it does.
func (s *Sighting) place() Mark { return Mark{Box: s.Box, Epoch: s.Epoch, Seq: s.Seq} }

// fields are a form's lines as [checkpoint.Form.Details] wrote them.
func fields(details string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(details) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			all[name] = value
		}
	}
	return all
}

// PaperTable is a day's forms as they are handed over.
func PaperTable(all []Form) Table {
	t := Table{Title: Column{"Tờ khai giấy trong ngày", "Paper forms of the day"}, Columns: []Column{
		{"Giờ", "Time"}, {"Điểm kiểm soát", "Checkpoint"}, {"Chiều", "Direction"}, {"Số giấy tờ", "Number"}, {"Họ tên", "Name"},
	}}
	names := map[string]Column{
		"phone": {"Điện thoại", "Phone"}, "from": {"Nơi đi", "From"}, "to": {"Nơi đến", "To"}, "birth": {"Ngày sinh", "Born"}, "sex": {"Giới tính", "Sex"},
		"route": {"Lộ trình", "Route"}, "purpose": {"Mục đích", "Purpose"}, "plate": {"Biển số", "Plate"}, "symptoms": {"Triệu chứng", "Symptoms"},
		"contact": {"Tiếp xúc", "Contact"}, "people": {"Người đi cùng", "People along"},
	}
	for _, name := range checkpoint.FormFields() {
		t.Columns = append(t.Columns, names[name])
	}
	t.Columns = append(t.Columns, Column{"Ảnh", "Photo"})
	for _, f := range all {
		row := []string{f.time(), f.SiteName, f.Direction, f.Number, f.Name}
		for _, name := range checkpoint.FormFields() {
			row = append(row, f.Fields[name])
		}
		row = append(row, f.Fields[checkpoint.FormPhoto])
		t.Rows = append(t.Rows, row)
	}
	return t
}
