package view

import (
	"context"
	"fmt"
	"time"
)

// Doubt says what about the data somebody has to look at.
type Doubt string

// The lists of data quality.
const (
	NotInData   Doubt = "not-in-data" // a paper whose number the data do not know
	NotShown    Doubt = "vaccinated"  // a vaccination paper was shown of which the data know nothing
	Reissued    Doubt = "reissued"    // a card older than the one that the data know
	NameDiffers Doubt = "name"        // another name on the card than in the data
	Asked       Doubt = "asked"       // a guard wants the data put right, whatever was found
)

// doubts are the conditions. Those of the scan take the index scan_doubt by its
// own words.
var doubts = map[Doubt]string{
	NotInData:   ` and s.findings && '{NOT_IN_DATA,NAME_DIFFERS,CARD_REISSUED}' and s.findings @> '{NOT_IN_DATA}'`,
	Reissued:    ` and s.findings && '{NOT_IN_DATA,NAME_DIFFERS,CARD_REISSUED}' and s.findings @> '{CARD_REISSUED}'`,
	NameDiffers: ` and s.findings && '{NOT_IN_DATA,NAME_DIFFERS,CARD_REISSUED}' and s.findings @> '{NAME_DIFFERS}'`,
	NotShown: ` and (s.box, s.epoch, s.seq) in (
		select v.box, v.refers_epoch, v.refers_seq from opened.outcome v
		where v.day between @day and @day::date + 1 and v.findings @> '{VACCINATION_PAPER_SHOWN}')`,
	Asked: ` and o.findings @> '{FOR_CORRECTION}' and (s.box, s.epoch, s.seq) in (
		select v.box, v.refers_epoch, v.refers_seq from opened.outcome v
		where v.day between @day and @day::date + 1 and v.findings @> '{FOR_CORRECTION}')`,
}

// Quality lists a day's scans that say something about the data, for the health
// and police offices. after: the last line of the page before; limit: lines, 0: all.
func (v *View) Quality(ctx context.Context, scope Scope, day time.Time, doubt Doubt, after Mark, limit int) ([]Sighting, error) {
	where, ok := doubts[doubt]
	if !ok {
		return nil, fmt.Errorf("list of %q: want not-in-data, vaccinated, reissued, name or asked", doubt)
	}
	args := scope.args()
	args["day"], args["limit"] = day, orAll(limit)
	args["at"], args["box"], args["epoch"], args["seq"] = after.At, after.Box, after.Epoch, after.Seq
	return v.sightings(ctx, ofDay+` where s.day = @day and s.who is not null`+where+` and `+inScope+`
		  and (s.at, s.box, s.epoch, s.seq) > (@at, @box, @epoch, @seq)
		order by s.at, s.box, s.epoch, s.seq limit @limit`, args)
}

// QualityTable is such a list as it is shown.
func QualityTable(all []Sighting) Table {
	t := Table{Title: Column{"Dữ liệu cần xem lại", "Data to look at"}, Columns: []Column{
		{"Giờ", "Time"}, {"Điểm kiểm soát", "Checkpoint"}, {"Số giấy tờ", "Number"}, {"Loại giấy", "Document"}, {"Họ tên", "Name"}, {"Ngày sinh", "Born"},
		{"Xã, phường", "Commune"}, {"Kết quả", "Result"}, {"Phát hiện", "Found"}, {"Cán bộ đề nghị", "Guard asked"},
	}}
	for _, s := range all {
		t.Rows = append(t.Rows, []string{s.time(), s.SiteName, s.Number, s.Document, s.Name, s.born(), s.home(), s.result(), s.found(), s.asked()})
	}
	return t
}
