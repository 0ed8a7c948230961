package faults

import (
	"slices"
	"time"

	"checkpoint"
	"checkpoint/console/messages"
)

// Code names a fault, the same in every language and version.
type Code string

// Severity is how bad a fault is.
type Severity uint8

// The severities.
const (
	Warn Severity = iota + 1 // people are checked as usual; somebody should see to it
	Fail                     // a lane does not do all it should
)

// Text is one text in both languages.
type Text struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// In is the text in a language; Vietnamese unless English is asked for.
func (t Text) In(l messages.Lang) string {
	if l == messages.English {
		return t.EN
	}
	return t.VI
}

// Both is the text as a terminal shows it: Vietnamese / English, or once where
// both are the same.
func (t Text) Both() string {
	if t.VI == t.EN {
		return t.VI
	}
	return t.VI + " / " + t.EN
}

// Fault is one row of the table.
type Fault struct {
	Code     Code
	Row      Row // of doctor and self-test, in which it stands
	Severity Severity
	Title    Text
	// Causes are faults that bring this one about. While one of them is found
	// this one is not told.
	Causes []Code
	// After is how long it must last before anybody is told. Doctor, which
	// somebody called, does not wait.
	After time.Duration
	// Reason is what the guard's page says of it above its lanes; empty: nothing,
	// or a lane says it itself.
	Reason checkpoint.Reason
	Act    Text   // what to do
	Next   string // the command that mends it, or says more; may be empty
}

// Of is the row of a code.
func Of(c Code) (Fault, bool) {
	i := slices.IndexFunc(table, func(f Fault) bool { return f.Code == c })
	if i < 0 {
		return Fault{}, false
	}
	return table[i], true
}

// All is the whole table, the worst for a box first.
func All() []Fault { return slices.Clone(table) }

// Found is a fault of this box.
type Found struct {
	Code   Code      `json:"code"`
	Where  string    `json:"where,omitempty"`  // lane, or lane/reader; empty: the box
	Detail string    `json:"detail,omitempty"` // what was seen: an error, a number
	Since  time.Time `json:"since,omitzero"`   // when it was first seen
}

// Told leaves out what another of these faults causes, at the same place or at
// the box, and sorts the rest as the table is.
func Told(found []Found) []Found {
	var told []Found
	for _, f := range found {
		if !caused(f, found) {
			told = append(told, f)
		}
	}
	slices.SortStableFunc(told, func(a, b Found) int { return rank(a.Code) - rank(b.Code) })
	return told
}

// CauseOf is the first of the found faults that brings about a code; empty for
// none.
func CauseOf(c Code, found []Found) Code {
	row, _ := Of(c)
	for _, cause := range row.Causes {
		if slices.ContainsFunc(found, func(f Found) bool { return f.Code == cause }) {
			return cause
		}
	}
	return ""
}

func caused(f Found, found []Found) bool {
	row, _ := Of(f.Code)
	return slices.ContainsFunc(found, func(other Found) bool {
		return slices.Contains(row.Causes, other.Code) && (other.Where == "" || other.Where == f.Where)
	})
}

func rank(c Code) int { return slices.IndexFunc(table, func(f Fault) bool { return f.Code == c }) }
