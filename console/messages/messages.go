package messages

import (
	"cmp"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/console/pin"
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
	ForCorrection    ButtonID = "for-correction"
	TypeNumber       ButtonID = "type-number"
	PaperForm        ButtonID = "paper-form"
	PriorityVehicle  ButtonID = "priority-vehicle"
	Override         ButtonID = "override"
	CallDuty         ButtonID = "call-duty"
	Undo             ButtonID = "undo"
	PlateNumber      ButtonID = "plate-number"
	VehiclePass      ButtonID = "vehicle-pass"
	VehicleBack      ButtonID = "vehicle-back"
	HandOver         ButtonID = "hand-over"
	SelfTest         ButtonID = "self-test"
)

// LineID names a fixed line beside the verdict.
type LineID string

// The lines.
const (
	CompareFace  LineID = "compare-face"  // under every green: the QR can be copied
	LeadOut      LineID = "lead-out"      // what to do in an emergency
	NoVerdict    LineID = "no-verdict"    // what a lamp walk's lights are not
	ComplaintRef LineID = "complaint-ref" // label, on every amber and red
	Hotline      LineID = "hotline"       // label, on every amber and red
	ShowCode     LineID = "show-code"     // beside "ready"
	JustNow      LineID = "just-now"      // above the last person's card
	HoldOne      LineID = "hold-one"      // under a button that is held for a second
	HoldTwo      LineID = "hold-two"      // under one that is held for two, with a PIN
	LostBox      LineID = "lost-box"      // the page has lost the daemon
	NoPIN        LineID = "no-pin"        // an override where no shift lead has a PIN
	SecondPaper  LineID = "second-paper"  // what to do while a second document is wanted
	TooLate      LineID = "too-late"      // a button for somebody who is no longer there
	LeadPIN      LineID = "lead-pin"      // asks for it
	Cancel       LineID = "cancel"
	Done         LineID = "done"
	Space        LineID = "space" // a key
	Erase        LineID = "erase"
	Online       LineID = "online"
	ToSend       LineID = "to-send"  // label before a count
	DataAge      LineID = "data-age" // label before an age
	NoLink       LineID = "no-link"  // a box without a broker
	DataNumber   LineID = "data-number"
	OtherLang    LineID = "other-lang"
	LaneName     LineID = "lane-name"
	PaperOver    LineID = "paper-over"
	WhyPass      LineID = "why-pass"     // above the reasons to choose from
	Today        LineID = "today"        // label before the day's counts
	FaultCode    LineID = "fault-code"   // label beside a machine's fault
	BoxName      LineID = "box-name"     // likewise
	ReaderReads  LineID = "reader-reads" // how a reader is
	ReaderLost   LineID = "reader-lost"  // likewise
	NumberLabel  LineID = "number-label" // on the pad
	ProvinceOf   LineID = "province-of"  // label before where a number was registered
	BirthYear    LineID = "birth-year"   // label
	DigitsLeft   LineID = "digits-left"  // the sign … stands for how many
	NoDay        LineID = "no-day"       // how to type a date that a paper gives without day
	Find         LineID = "find"
	Next         LineID = "next"
	Passport     LineID = "passport"
	NumberWrong  LineID = "number-wrong"
	TypedTooMuch LineID = "typed-too-much"
	PlateLabel   LineID = "plate-label"
	PlateWrong   LineID = "plate-wrong"
	VehicleNone  LineID = "vehicle-none" // nobody in it was let pass
	VehicleBusy  LineID = "vehicle-busy" // another one stands there
	VehicleGone  LineID = "vehicle-gone" // it stands there no more
	FormRest     LineID = "form-rest"    // label before how many forms wait for their rest
	FormNone     LineID = "form-none"    // none does
	FormMissing  LineID = "form-missing" // a form that names nobody
	TakePhoto    LineID = "take-photo"   // of a paper form
	PhotoTaken   LineID = "photo-taken"  // likewise, once more
	PhotoFull    LineID = "photo-full"
	PhotoGone    LineID = "photo-gone"
	ReaderPoor   LineID = "reader-poor" // likewise: dark, glare, covered
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
// own text. The args are what [checkpoint.Decision] carries: time and listed are RFC 3339
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

// Stale is said of data older than they should be, which still let people in
// until limit.
func Stale(age, limit time.Duration, l Lang) Text {
	values := map[string]string{"age": span(age, l), "limit": span(limit, l)}
	value := func(name string) string { return values[name] }
	what, do, _ := strings.Cut(stale.in(l), doMark)
	return Text{What: fill(what, value), Do: fill(do, value)}
}

// Button is the label of a button; an unknown one is its own label.
func Button(id ButtonID, l Lang) string { return cmp.Or(buttons[id].in(l), string(id)) }

// Line is a fixed line; an unknown one is its own text.
func Line(id LineID, l Lang) string {
	return cmp.Or(lines[id].in(l), deviceLines[id].in(l), dutyLines[id].in(l), string(id))
}

// Role is what a PIN's holder is.
func Role(r pin.Role, l Lang) string { return cmp.Or(roles[r].in(l), string(r)) }

// Finding is a finding in plain words, for the technician's terminal.
func Finding(f checkpoint.Finding, l Lang) string { return cmp.Or(findings[f].in(l), string(f)) }

// Field is the label of a card's field, named as in [checkpoint.Decision].Differs.
func Field(name string, l Lang) string { return cmp.Or(fields[name].in(l), name) }

// Kind says what kind of code was shown, to stand within a sentence.
func Kind(f checkpoint.Format, l Lang) string { return cmp.Or(kinds[f].in(l), string(f)) }

// Sex is how cards print it; empty where it is not known.
func Sex(x checkpoint.Sex, l Lang) string { return sexes[x].in(l) }

// Distance is where to move a code that a camera sees; empty where it is.
func Distance(d checkpoint.Distance, l Lang) string { return distances[d].in(l) }

// Age is a duration in its largest telling unit, rounded down.
func Age(d time.Duration, l Lang) string { return span(d, l) }

// Left is how long a paper is good that ends at a time in RFC 3339; empty for
// none.
func Left(until string, now time.Time, l Lang) string {
	end, err := time.Parse(time.RFC3339, until)
	switch {
	case err != nil:
		return ""
	case now.After(end):
		return Line(PaperOver, l)
	}
	return pair{"còn " + span(end.Sub(now), l), span(end.Sub(now), l) + " left"}.in(l)
}

// Outcome is what happened to the person.
func Outcome(o checkpoint.Outcome, l Lang) string { return cmp.Or(outcomes[o].in(l), o.String()) }

// State is where the lane stands.
func State(s checkpoint.State, l Lang) string { return cmp.Or(states[s].in(l), s.String()) }

// Direction of a lane.
func Direction(d checkpoint.Direction, l Lang) string {
	return cmp.Or(directions[d].in(l), d.String())
}
