package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"checkpoint/sync/collector/postgres"
)

// Sayings are what an office may say of a line of its list.
func Sayings() []string { return []string{"resident", "unknown", "differs"} }

// Say records what an account says of a line: resident, unknown or differs. A
// later word of the same account takes the place of the one before. [ErrScope]
// where there is no such line within the scope.
func (v *View) Say(ctx context.Context, scope Scope, line Mark, account, says string) error {
	if !slices.Contains(Sayings(), says) {
		return fmt.Errorf("mark %q: want resident, unknown or differs", says)
	}
	args := scope.args()
	args["box"], args["epoch"], args["seq"], args["day"] = line.Box, line.Epoch, line.Seq, postgres.DayOf(line.At)
	args["account"], args["says"] = account, says
	done, err := v.Pool.Exec(ctx, `
		insert into office.correction (box, epoch, seq, account, says)
		select s.box, s.epoch, s.seq, @account, @says from opened.scan s
		left join people.box b on b.box = s.box left join place.site site on site.id = b.site
		where s.day = @day and s.box = @box and s.epoch = @epoch and s.seq = @seq and `+inScope+`
		on conflict (box, epoch, seq, account) do update set says = excluded.says, at = now()`, args)
	if err == nil && done.RowsAffected() == 0 {
		return ErrScope
	}
	return err
}

// Corrections are the lines of a day's lists of which an office said something,
// for the population office. after: the last line of the page before; limit: lines,
// 0: all.
func (v *View) Corrections(ctx context.Context, scope Scope, day time.Time, after Mark, limit int) ([]Sighting, error) {
	args := scope.args()
	args["day"], args["limit"] = day, orAll(limit)
	args["at"], args["box"], args["epoch"], args["seq"] = after.At, after.Box, after.Epoch, after.Seq
	return v.sightings(ctx, ofDay+`
		where s.day = @day and (s.box, s.epoch, s.seq) in (select box, epoch, seq from office.correction) and `+inScope+`
		  and (s.at, s.box, s.epoch, s.seq) > (@at, @box, @epoch, @seq)
		order by s.at, s.box, s.epoch, s.seq limit @limit`, args)
}

// CorrectionTable is what the population office gets.
func CorrectionTable(all []Sighting) Table {
	t := Table{Title: Column{"Đề nghị cập nhật dân cư", "Corrections"}, Columns: []Column{
		{"Số giấy tờ", "Number"}, {"Họ tên", "Name"}, {"Ngày sinh", "Born"}, {"Xã theo dữ liệu", "Commune as registered"}, {"Xã ghi", "Commune says"},
		{"Giờ", "Time"}, {"Điểm kiểm soát", "Checkpoint"},
	}}
	for _, s := range all {
		t.Rows = append(t.Rows, []string{s.Number, s.Name, s.born(), s.home(), s.Says, s.time(), s.SiteName})
	}
	return t
}
