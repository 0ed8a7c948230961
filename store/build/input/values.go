package input

import (
	"strings"
	"time"

	"checkpoint"
)

// KindOf tells by its shape which kind of number a person is registered under:
// 12 digits CCCD, 9 digits CMND, one or two letters and 6 to 8 digits a
// passport. KindNone for anything else.
func KindOf(number string) checkpoint.DocumentKind {
	switch {
	case digits(number, 12, 12):
		return checkpoint.KindCCCD
	case digits(number, 9, 9):
		return checkpoint.KindCMND
	case passport(number):
		return checkpoint.KindPassport
	}
	return checkpoint.KindNone
}

func digits(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func letters(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

func passport(s string) bool {
	return len(s) > 2 && (letters(s[:1]) && digits(s[1:], 6, 8) || letters(s[:2]) && digits(s[2:], 6, 8))
}

// mostCommune is how long the code of a declaration's commune may be: a record
// on a box has room for no more.
const mostCommune = 8

// number is a main number of any kind, letters in upper case.
func (r *row) number(c int) string {
	s := strings.ToUpper(r.cell(c))
	if KindOf(s) == checkpoint.KindNone {
		r.reject(c, wantNumber)
	}
	return s
}

func (r *row) oldNumbers(c int) []string {
	s := r.cell(c)
	if s == "" {
		return nil
	}
	old := strings.Split(s, ";")
	for i := range old {
		old[i] = strings.TrimSpace(old[i])
		if !digits(old[i], 9, 9) && !digits(old[i], 12, 12) {
			r.reject(c, wantOld)
		}
	}
	return old
}

// healthCard keeps the ten digits that name the insured. In the 15-character
// code of the older card, group, benefit level and province stand before them.
func (r *row) healthCard(c int) string {
	s := r.cell(c)
	switch {
	case s == "" || digits(s, 10, 10):
		return s
	case len(s) == 15 && letters(s[:2]) && digits(s[2:], 13, 13):
		return s[5:]
	}
	r.reject(c, wantHealth)
	return ""
}

func (r *row) passport(c int) string {
	s := strings.ToUpper(r.cell(c))
	if s != "" && !passport(s) {
		r.reject(c, wantPassport)
	}
	return s
}

// parseDate reads the forms that registers hold. time.Parse would take most of
// the time a row has.
func parseDate(s string) (checkpoint.Date, bool) {
	var d checkpoint.Date
	switch {
	case digits(s, 8, 8):
		d = checkpoint.Date{Year: decimal(s[4:]), Month: decimal(s[2:4]), Day: decimal(s[:2])}
	case digits(s, 6, 6):
		d = checkpoint.Date{Year: decimal(s[2:]), Month: decimal(s[:2])}
	case digits(s, 4, 4):
		d = checkpoint.Date{Year: decimal(s)}
		return d, plausibleYear(d.Year)
	case len(s) == 10 && s[4] == '-' && s[7] == '-' && digits(s[:4], 4, 4) && digits(s[5:7], 2, 2) && digits(s[8:], 2, 2):
		d = checkpoint.Date{Year: decimal(s[:4]), Month: decimal(s[5:7]), Day: decimal(s[8:])}
	case len(s) == 7 && s[4] == '-' && digits(s[:4], 4, 4) && digits(s[5:], 2, 2):
		d = checkpoint.Date{Year: decimal(s[:4]), Month: decimal(s[5:])}
	}
	hasDay := len(s) == 8 || len(s) == 10
	exists := d.Month >= 1 && d.Month <= 12 && (d.Day >= 1 && d.Day <= daysIn(d.Year, d.Month)) == hasDay
	return d, exists && plausibleYear(d.Year)
}

// plausibleYear catches a date written in another order: 20101231 read as
// DDMMYYYY is a day of the year 1231.
func plausibleYear(y int) bool { return y >= 1850 && y < 2200 }

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func decimal(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// parseTime reads a time of Vietnam, or a day as its first moment.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, s, Vietnam()); err == nil {
			return t.In(Vietnam()), plausibleYear(t.Year())
		}
	}
	d, ok := parseDate(s)
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, Vietnam()), ok && d.Day != 0
}

// Vietnam is the time zone of all input.
func Vietnam() *time.Location { return vietnam }

// vietnam has one zone and no summer time; a server may have no zone database.
var vietnam = time.FixedZone("+07", 7*60*60)
