package check

import (
	"cmp"
	"slices"
)

// Code names a kind of warning.
type Code string

// The warnings.
const (
	NumberBirthYear Code = "number-birth-year" // a 12-digit number has another birth year than its row
	NumberSex       Code = "number-sex"        // a 12-digit number has another sex than its row
	NumberPrefix    Code = "number-prefix"     // no place of birth registration has its first three digits
	SameNumber      Code = "same-number"       // two people have one number
	SameDocument    Code = "same-document"     // a further document is another person's too, or twice in a row
	SameCode        Code = "same-code"         // two declarations have one code
	SameSite        Code = "same-site"         // two sites have one id
	SameStaff       Code = "same-staff"        // a site's staff has somebody twice
	OddName         Code = "odd-name"          // a name has letters of another alphabet, or marks that are not seen
	NameDiffers     Code = "name-differs"      // a number has another name in the people file
	NotInPeople     Code = "not-in-people"     // a dose, test, case or report of a number that is not in the people file
	NoSuchSite      Code = "no-such-site"      // a list is of a site that is not in the sites file
	InFuture        Code = "in-future"         // a date is after the day of the data
	BeforeBirth     Code = "before-birth"      // a date is before the person's birth
)

// Codes are all warnings in the order of a report.
func Codes() []Code {
	return []Code{
		NumberBirthYear, NumberSex, NumberPrefix, SameNumber, SameDocument, SameCode, SameSite, SameStaff,
		OddName, NameDiffers, NotInPeople, NoSuchSite, InFuture, BeforeBirth,
	}
}

// Warning is one kind of doubt about usable rows of one file.
type Warning struct {
	Code  Code
	File  string
	Count int     // a row counts once for each document
	First []Place // the first rows
}

// Place is a row, and the row it disagrees with if that is another one.
type Place struct {
	Line  int
	Other string // file; empty for none
	At    int    // line in Other
}

type tally struct {
	show  int
	found map[cause]*rows
}

type cause struct {
	file int
	code Code
}

// rows are a count and the first of them, by line.
type rows struct {
	count int
	first []pair
}

type pair struct{ at, other spot }

func newTally(show int) tally { return tally{show, map[cause]*rows{}} }

// add counts a row. Rows come in any order.
func (t *tally) add(code Code, at, other spot) {
	r := t.found[cause{at.file, code}]
	if r == nil {
		r = &rows{}
		t.found[cause{at.file, code}] = r
	}
	r.count++
	place, _ := slices.BinarySearchFunc(r.first, at.line, func(p pair, line int) int { return cmp.Compare(p.at.line, line) })
	if place < t.show {
		r.first = slices.Insert(r.first, place, pair{at, other})
		r.first = r.first[:min(len(r.first), t.show)]
	}
}

func (t *tally) list(files []File) (all []Warning) {
	for i := range files {
		for _, code := range Codes() {
			r := t.found[cause{i, code}]
			if r == nil {
				continue
			}
			w := Warning{Code: code, File: files[i].Path, Count: r.count}
			for _, p := range r.first {
				place := Place{Line: p.at.line}
				if p.other != (spot{}) {
					place.Other, place.At = files[p.other.file].Path, p.other.line
				}
				w.First = append(w.First, place)
			}
			all = append(all, w)
		}
	}
	return all
}
