package credential

import (
	"strings"
	"time"

	"checkpoint"
)

// parseDate reads a date as papers print it: DDMMYYYY, MMYYYY or YYYY. Other
// ways of writing it (ISO, slashes, 00 for an unknown day) are variants.
func parseDate(s string) (d checkpoint.Date, variant, ok bool) {
	s = strings.TrimSpace(s)
	if !allDigits(s) {
		d, ok = separatedDate(s)
		return d, true, ok
	}
	switch len(s) {
	case 8:
		d = checkpoint.Date{Year: atoi(s[4:]), Month: atoi(s[2:4]), Day: atoi(s[:2])}
		if !isReal(d) {
			d, variant = checkpoint.Date{Year: atoi(s[:4]), Month: atoi(s[4:6]), Day: atoi(s[6:])}, true
		}
	case 6:
		d = checkpoint.Date{Year: atoi(s[2:]), Month: atoi(s[:2])}
		if d.Month == 0 {
			return checkpoint.Date{}, false, false
		}
	case 4:
		d = checkpoint.Date{Year: atoi(s)}
	}
	if !isReal(d) {
		return checkpoint.Date{}, false, false
	}
	return d, variant || len(s) == 8 && d.Day == 0, true
}

// separatedDate reads day, month and year with a sign between them; the part of
// four digits is the year.
func separatedDate(s string) (checkpoint.Date, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/. ", r) })
	if len(parts) != 2 && len(parts) != 3 {
		return checkpoint.Date{}, false
	}
	for _, part := range parts {
		if !allDigits(part) || len(part) > 4 {
			return checkpoint.Date{}, false
		}
	}
	last := len(parts) - 1
	if len(parts[0]) == 4 {
		parts[0], parts[last] = parts[last], parts[0]
	}
	d := checkpoint.Date{Year: atoi(parts[last]), Month: atoi(parts[last-1])}
	if last == 2 {
		d.Day = atoi(parts[0])
	}
	return d, d.Month != 0 && isReal(d)
}

// isReal tells whether a calendar has the date and a living person's paper may
// carry it. Zero stands for an unknown day, or an unknown day and month.
func isReal(d checkpoint.Date) bool {
	if d.Year < 1850 || d.Year > 2199 || d.Month > 12 {
		return false
	}
	if d.Month == 0 {
		return d.Day == 0
	}
	lastDay := time.Date(d.Year, time.Month(d.Month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return d.Day <= lastDay
}
