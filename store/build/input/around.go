package input

import (
	"io"
	"iter"
	"strings"
	"time"

	"checkpoint"
)

// Tests reads columns number, kind, result and taken_at (all required).
func (rd *Reader) Tests(file string, src io.Reader) iter.Seq2[Test, error] {
	return rows(rd, SheetTests, file, src, func(r *row) Test {
		return Test{Number: r.number(0), Kind: r.oneOf(1, TestPCR, TestRapid), Positive: r.positive(2), Taken: r.moment(3)}
	})
}

func testColumns() []column {
	return []column{{"number", true}, {"kind", true}, {"result", true}, {"taken_at", true}}
}

// Declarations reads columns code, number, name, birth_date, declared_at,
// from_commune and to_commune (all required; the communes may be empty).
func (rd *Reader) Declarations(file string, src io.Reader) iter.Seq2[Declaration, error] {
	return rows(rd, SheetDeclarations, file, src, func(r *row) Declaration {
		return Declaration{
			Code: r.text(0), Number: r.number(1), Name: r.text(2), Birth: r.date(3),
			Declared: r.moment(4), From: r.communeOrNone(5), To: r.communeOrNone(6),
		}
	})
}

func declarationColumns() []column {
	return []column{
		{"code", true}, {"number", true}, {"name", true}, {"birth_date", true},
		{"declared_at", true}, {"from_commune", true}, {"to_commune", true},
	}
}

// Zones reads columns commune, level, from and until (all required; until may
// be empty).
func (rd *Reader) Zones(file string, src io.Reader) iter.Seq2[Zone, error] {
	return rows(rd, SheetZones, file, src, func(r *row) Zone {
		z := Zone{Commune: r.text(0), Level: r.level(1), From: r.day(2), Until: r.dayOrNone(3)}
		r.inOrder(3, z.From, z.Until)
		return z
	})
}

func zoneColumns() []column {
	return []column{{"commune", true}, {"level", true}, {"from", true}, {"until", true}}
}

// The columns of the staff and visitors files, by place in listColumns.
const (
	listSite = iota
	listNumber
	listName
	listBirth
	listFrom
	listUntil
	listNote // role or host
	listCard // of staff alone, as what follows
	listVaccinated
)

func listColumns(note string, days bool) []column {
	return []column{
		{"site", true}, {"number", false}, {"full_name", false}, {"birth_date", false},
		{"from", days}, {"until", days}, {note, false},
	}
}

func staffColumns() []column {
	return append(listColumns("role", false), column{"card", false}, column{"vaccinated", false})
}

// Staff reads columns site (required), number, full_name, birth_date, role, from,
// until, card and vaccinated. A row has a number, or a name and a birth date.
func (rd *Reader) Staff(file string, src io.Reader) iter.Seq2[Staff, error] {
	return rows(rd, SheetStaff, file, src, func(r *row) Staff {
		s := Staff{Site: r.text(listSite), Who: r.who(), Role: r.cell(listNote), From: r.dayOrNone(listFrom), Until: r.dayOrNone(listUntil)}
		s.Card, s.Vaccinated = r.yesOrNone(listCard), r.yesOrNone(listVaccinated)
		r.inOrder(listUntil, s.From, s.Until)
		return s
	})
}

// Visitors reads columns site, from and until (required), number, full_name,
// birth_date and host. An appointment is of days, or of times. A row has a number, or a name and a birth date.
func (rd *Reader) Visitors(file string, src io.Reader) iter.Seq2[Visitor, error] {
	return rows(rd, SheetVisitors, file, src, func(r *row) Visitor {
		v := Visitor{Site: r.text(listSite), Who: r.who(), Host: r.cell(listNote), From: r.moment(listFrom), Until: r.lastMoment(listUntil)}
		if v.Until.Before(v.From) {
			r.reject(listUntil, wantLater)
		}
		return v
	})
}

// who is a person by number, or by name and birth date.
func (r *row) who() Who {
	if r.cell(listNumber) == "" {
		return Who{FullName: r.text(listName), Birth: r.date(listBirth)}
	}
	w := Who{Number: r.number(listNumber), FullName: r.cell(listName)}
	if r.cell(listBirth) != "" {
		w.Birth = r.date(listBirth)
	}
	return w
}

// Sites reads columns site, name, type and commune (required), contact and
// place_code.
func (rd *Reader) Sites(file string, src io.Reader) iter.Seq2[Site, error] {
	return rows(rd, SheetSites, file, src, func(r *row) Site {
		return Site{Site: r.text(0), Name: r.text(1), Type: r.text(2), Commune: r.text(3), Contact: r.cell(4), PlaceCode: r.address(5)}
	})
}

func siteColumns() []column {
	return []column{{"site", true}, {"name", true}, {"type", true}, {"commune", true}, {"contact", false}, {"place_code", false}}
}

// inOrder rejects a last day before the first: what it says would never hold.
func (r *row) inOrder(c int, from, until checkpoint.Date) {
	if !until.IsZero() && until.First().Before(from.First()) {
		r.reject(c, wantUntil)
	}
}

// communeOrNone is a code as short as a record holds.
func (r *row) communeOrNone(c int) string {
	s := r.cell(c)
	if len(s) > mostCommune || strings.ContainsFunc(s, func(letter rune) bool { return letter <= ' ' || letter > '~' }) {
		r.reject(c, wantCommune)
	}
	return s
}

// moment is a time, or a day as its first moment.
func (r *row) moment(c int) time.Time {
	t, ok := parseTime(r.cell(c))
	if !ok {
		r.reject(c, wantTime)
	}
	return t
}

// lastMoment is a time, or the last second of a day.
func (r *row) lastMoment(c int) time.Time {
	t := r.moment(c)
	if d, ok := parseDate(r.cell(c)); ok && d.Day != 0 {
		t = t.AddDate(0, 0, 1).Add(-time.Second)
	}
	return t
}

// yesOrNone is Yes or No; empty where the cell is.
func (r *row) yesOrNone(c int) string {
	switch {
	case r.cell(c) == "":
		return ""
	case r.yes(c):
		return Yes
	}
	return No
}

func (r *row) positive(c int) bool {
	switch headerName(r.cell(c)) {
	case "positive", "dương tính":
		return true
	case "negative", "âm tính":
		return false
	}
	r.reject(c, wantResult)
	return false
}

// level is the level of a zone, by number or colour.
func (r *row) level(c int) int {
	switch headerName(r.cell(c)) {
	case "1", "green", "xanh":
		return 1
	case "2", "yellow", "vàng":
		return 2
	case "3", "orange", "cam":
		return 3
	case "4", "red", "đỏ":
		return 4
	}
	r.reject(c, wantLevel)
	return 0
}

func (r *row) address(c int) string {
	s := r.cell(c)
	if lower := strings.ToLower(s); s != "" && !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
		r.reject(c, wantAddress)
	}
	return s
}
