package messages

import (
	"cmp"
	"strings"

	"checkpoint"
)

// Lang is a language of the catalogue. Any other value reads as Vietnamese,
// which comes first in the province.
type Lang string

// The languages.
const (
	Vietnamese Lang = "vi"
	English    Lang = "en"
)

// pair is one text in both languages.
type pair struct{ vi, en string }

func (p pair) in(l Lang) string {
	if l == English {
		return p.en
	}
	return p.vi
}

// ButtonID names a button, whatever the language.
type ButtonID string

// The buttons.
const (
	RightPerson      ButtonID = "right-person"
	SomethingDiffers ButtonID = "something-differs"
	LetPass          ButtonID = "let-pass"
	TurnBack         ButtonID = "turn-back"
	SamePerson       ButtonID = "same-person"
	SomeoneElse      ButtonID = "someone-else"
	ScanAgain        ButtonID = "scan-again"
	OtherPaper       ButtonID = "other-paper"
	TypeNumber       ButtonID = "type-number"
	PaperForm        ButtonID = "paper-form"
	PriorityVehicle  ButtonID = "priority-vehicle"
	Override         ButtonID = "override"
	CallDuty         ButtonID = "call-duty"
	Undo             ButtonID = "undo"
	ListCorrection   ButtonID = "list-correction"
	HandOver         ButtonID = "hand-over"
	SelfTest         ButtonID = "self-test"
)

// LineID names a fixed line beside the verdict.
type LineID string

// The lines.
const (
	CompareFace  LineID = "compare-face"  // under every green: the QR can be copied
	ComplaintRef LineID = "complaint-ref" // label, on every amber and red
	Hotline      LineID = "hotline"       // label, on every amber and red
)

// Text is a reason in words: what it is, and what the guard does about it. Do
// is empty where there is nothing to do.
type Text struct{ What, Do string }

// doMark parts what it is from what to do within a catalogue line.
const doMark = " – "

// Word is the verdict as the guard reads it, large.
func Word(v checkpoint.Verdict, l Lang) string {
	return cmp.Or(words[v].in(l), v.String())
}

// ASCII is the verdict for a display without Vietnamese letters. It is
// English: "DUNG LAI" without its marks reads as "đúng", correct. What is not
// a verdict shows as FAULT.
func ASCII(v checkpoint.Verdict) string {
	if v == checkpoint.NotRead {
		return "?"
	}
	return cmp.Or(words[v].en, words[checkpoint.Fault].en)
}

// Reason is the text of a reason with args filled in; an unknown code is its
// own text. The args are what [checkpoint.Decision] carries: time is RFC 3339
// or a Go duration, age and ago are Go durations, kind is a
// [checkpoint.Format], and phone, rule, lane, n, pct, code and box are shown
// as they are. An arg that is missing or empty takes the words around it
// along.
func Reason(code checkpoint.Reason, args map[string]string, l Lang) Text {
	line := reasons[code].in(l)
	if line == "" {
		return Text{What: string(code)}
	}
	value := func(name string) string { return show(name, args[name], l) }
	// Parted before filling, since a value may hold the mark itself.
	what, do, _ := strings.Cut(line, doMark)
	return Text{What: fill(what, value), Do: fill(do, value)}
}

// Knows tells whether the catalogue has a text for a reason.
func Knows(code checkpoint.Reason) bool {
	_, ok := reasons[code]
	return ok
}

// Button is the label of a button; an unknown one is its own label.
func Button(id ButtonID, l Lang) string { return cmp.Or(buttons[id].in(l), string(id)) }

// Line is a fixed line; an unknown one is its own text.
func Line(id LineID, l Lang) string { return cmp.Or(lines[id].in(l), string(id)) }

// Finding is a finding in plain words, for the technician's terminal.
func Finding(f checkpoint.Finding, l Lang) string { return cmp.Or(findings[f].in(l), string(f)) }

// Field is the label of a card's field, named as in [checkpoint.Decision].Differs.
func Field(name string, l Lang) string { return cmp.Or(fields[name].in(l), name) }

// Kind says what kind of code was shown, to stand within a sentence.
func Kind(f checkpoint.Format, l Lang) string { return cmp.Or(kinds[f].in(l), string(f)) }

// Outcome is what happened to the person.
func Outcome(o checkpoint.Outcome, l Lang) string { return cmp.Or(outcomes[o].in(l), o.String()) }

// State is where the lane stands.
func State(s checkpoint.State, l Lang) string { return cmp.Or(states[s].in(l), s.String()) }

// Direction of a lane.
func Direction(d checkpoint.Direction, l Lang) string {
	return cmp.Or(directions[d].in(l), d.String())
}
