package credential

import (
	_ "embed"
	"strings"
	"time"

	"checkpoint"
)

// codes lists the first three digits of 12-digit numbers, one "code TAB name"
// a line: provinces of before July 2025 and countries. The list is frozen, so
// that 024 stays Bắc Giang whatever 24 names since.
//
//go:embed codes.tsv
var codes string

// Number is the structure of a 12-digit number, PPP C YY NNNNNN (Decree
// 137/2015/NĐ-CP, article 13). It has no check digit.
type Number struct {
	Code      string // place of birth registration
	Place     string // its name; empty when the list has no such code
	BirthYear int
	Sex       checkpoint.Sex
	Serial    string // last six digits; also the access number of the card's chip
}

// ParseNumber takes a number apart; ok is false unless it is 12 digits.
func ParseNumber(s string) (n Number, ok bool) {
	if len(s) != 12 || !allDigits(s) {
		return Number{}, false
	}
	century := int(s[3]-'0') / 2
	n = Number{
		Code:      s[:3],
		Place:     placeOf(s[:3]),
		BirthYear: 1900 + 100*century + atoi(s[4:6]),
		Sex:       checkpoint.Male,
		Serial:    s[6:],
	}
	if (s[3]-'0')%2 == 1 {
		n.Sex = checkpoint.Female
	}
	return n, true
}

// Status says what can be told from the number alone: unknown-code, future (a
// birth year after now), country (registered abroad) or ok.
func (n Number) Status(now time.Time) string {
	switch {
	case n.Place == "":
		return "unknown-code"
	case n.BirthYear > now.Year():
		return "future"
	case n.Code > "100":
		return "country"
	}
	return "ok"
}

// Places is the list of where 12-digit numbers begin, a line for each three
// digits: "code TAB name".
func Places() string { return codes }

// placeOf searches the list as it is: 5 KB, once a scan.
func placeOf(code string) string {
	_, rest, found := strings.Cut(codes, "\n"+code+"\t")
	if !found {
		if rest, found = strings.CutPrefix(codes, code+"\t"); !found {
			return ""
		}
	}
	place, _, _ := strings.Cut(rest, "\n")
	return place
}

// registration fills in where a 12-digit number was registered.
func (p *Parsed) registration(s string) Number {
	n, ok := ParseNumber(s)
	if ok {
		p.RegCode, p.RegName = n.Code, n.Place
	}
	return n
}

// compareNumber raises what the number and the printed data contradict in. A
// wrong year says more than a wrong century, so one contradiction is raised once.
func (p *Parsed) compareNumber(n Number) {
	if year := p.Birth.Year; year != 0 && year%100 != n.BirthYear%100 {
		p.warn(checkpoint.WarnBirthYearMismatch)
	} else if year != 0 && year != n.BirthYear {
		p.warn(checkpoint.WarnCenturyMismatch)
	}
	if p.Sex != 0 && p.Sex != n.Sex {
		p.warn(checkpoint.WarnSexMismatch)
	}
	if n.Place == "" {
		p.warn(checkpoint.WarnRegCodeUnknown)
	}
}

// atoi reads digits that the caller has checked.
func atoi(digits string) int {
	n := 0
	for i := range len(digits) {
		n = 10*n + int(digits[i]-'0')
	}
	return n
}
