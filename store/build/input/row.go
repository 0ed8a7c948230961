package input

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"checkpoint"
)

// What each kind of cell wants, as a person reading the error needs it.
const (
	wantQuotes   = "quotes only around a whole cell, doubled inside it, and closed"
	wantUTF8     = "UTF-8 text"
	wantText     = "some text"
	wantDate     = "a real date as DDMMYYYY, MMYYYY, YYYY or YYYY-MM-DD"
	wantDay      = "a real day as DDMMYYYY or YYYY-MM-DD"
	wantSex      = "Nam, Nữ, M, F, 1 (male) or 2 (female)"
	wantYesNo    = "1 or 0, true or false, yes or no, or nothing"
	wantNumber   = "12 digits (CCCD), 9 digits (CMND) or letters and 6 to 8 digits (passport); a spreadsheet may have dropped leading zeros"
	wantOld      = "numbers of 9 or 12 digits, separated by ;"
	wantHealth   = "10 digits, or 2 letters and 13 digits"
	wantPassport = "1 or 2 letters and 6 to 8 digits"
	wantDose     = "a number from 1 to 9"
	wantTime     = "a real time as YYYY-MM-DD HH:MM, RFC 3339, or a day as DDMMYYYY or YYYY-MM-DD"
	wantUntil    = "a day not before from"
	wantLater    = "a day or time not before from"
	wantResult   = "positive or negative (dương tính, âm tính)"
	wantCommune  = "a commune code of at most 8 letters and digits, or nothing"
	wantLevel    = "1 to 4, or green, yellow, orange, red (xanh, vàng, cam, đỏ)"
	wantSeen     = "no hidden marks, which copying from elsewhere leaves behind: type the cell anew"
	wantAddress  = "an address that begins with http:// or https://"
)

// row is one row being taken apart. The first cell that breaks its rule is kept
// in bad; what the methods return after that is of no use.
type row struct {
	table *table
	line  int
	cells []string
	bad   *RowError
}

// reject records that column c should hold what want says.
func (r *row) reject(c int, want string) {
	if at := r.table.at[c]; at >= 0 && strings.ContainsFunc(strings.TrimSpace(r.cells[at]), Hidden) {
		want = wantSeen // the cell looks as it should
	}
	if r.bad == nil {
		r.bad = &RowError{File: r.table.file, Line: r.line, Column: r.table.headers[c], Want: want}
	}
}

// Hidden tells whether a mark cannot be seen: it turns the direction of writing,
// joins or parts letters, or is of no text at all.
func Hidden(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Cc, unicode.Co) }

// cell is the trimmed text of column c; empty when the file has no such column.
func (r *row) cell(c int) string {
	at := r.table.at[c]
	if at < 0 {
		return ""
	}
	s := strings.TrimSpace(r.cells[at])
	if !utf8.ValidString(s) {
		r.reject(c, wantUTF8)
	}
	return s
}

// text is a cell that must not be empty.
func (r *row) text(c int) string {
	s := r.cell(c)
	if s == "" {
		r.reject(c, wantText)
	}
	return s
}

// oneOf is the word among words that the cell spells, in any case.
func (r *row) oneOf(c int, words ...string) string {
	s := r.cell(c)
	for _, w := range words {
		if strings.EqualFold(s, w) {
			return w
		}
	}
	r.reject(c, strings.Join(words, ", "))
	return ""
}

// date is a date of any precision.
func (r *row) date(c int) checkpoint.Date {
	d, ok := parseDate(r.cell(c))
	if !ok {
		r.reject(c, wantDate)
	}
	return d
}

// day is a date with its day known: the rules count days from it.
func (r *row) day(c int) checkpoint.Date {
	d, ok := parseDate(r.cell(c))
	if !ok || d.Day == 0 {
		r.reject(c, wantDay)
	}
	return d
}

// dayOrNone is a day, or an empty cell.
func (r *row) dayOrNone(c int) checkpoint.Date {
	if r.cell(c) == "" {
		return checkpoint.Date{}
	}
	return r.day(c)
}

func (r *row) sex(c int) checkpoint.Sex {
	switch strings.ToLower(r.cell(c)) {
	case "nam", "m", "1":
		return checkpoint.Male
	case "nữ", "nu\u031b\u0303", "f", "2": // composed, decomposed
		return checkpoint.Female
	}
	r.reject(c, wantSex)
	return 0
}

func (r *row) yes(c int) bool {
	switch strings.ToLower(r.cell(c)) {
	case "1", "true", "yes":
		return true
	case "", "0", "false", "no":
		return false
	}
	r.reject(c, wantYesNo)
	return false
}

// dose is a small counting number.
func (r *row) dose(c int) int {
	s := r.cell(c)
	if len(s) != 1 || s[0] < '1' || s[0] > '9' {
		r.reject(c, wantDose)
		return 0
	}
	return int(s[0] - '0')
}
