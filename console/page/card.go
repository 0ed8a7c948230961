package page

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/messages"
)

// card is one lane as a browser shows it. Everything is a word already; the
// template lays out and decides nothing.
type card struct {
	ID, Lane  string
	LaneName  string
	Direction string
	Turn      uint64
	Tone      string // class of the verdict block: go, check, stop, machine, plain
	Shape     string // id of the drawing in shapes.svg
	Word      string
	Reason    string
	Long      bool // the reason wants smaller letters
	Do        string
	LongDo    bool
	Notice    string        // a line beside the verdict
	Banner    messages.Text // what is wrong with the whole box, while nobody stands there
	Tally     []count       // of the day, while nobody stands there
	Eyes      []eye         // how each reader is, when none is there
	Rows      []row
	Buttons   []button
	Plate     string // of the vehicle that stands there
	Road      bool   // vehicles come
	Priority  bool   // a vehicle may be let through
	State     string // where the lane stands
	Training  bool   // nothing of this is real
	Photo     bool   // the lane's camera can take a photo of a paper form
	Chips     []pair // why the guard lets pass: what is sent, and its words
	Corner    []pair // complaint reference and hotline, or the fault's code and the box
	words
}

// pair is a label and what it stands for.
type pair struct{ Label, Value string }

// count is how many of one verdict there were.
type count struct {
	Shape, Tone, Word string
	N                 uint64
}

// eye is one reader and how it is.
type eye struct {
	Name, Text string
	Works      bool
}

// row is one line to compare with the card that the guard holds.
type row struct {
	Label, Value string
	Name         bool // the name, which is the largest
	Differs      bool
	Wide, Small  bool // a long name: a whole line, or half of one in small letters
}

// How many letters of a reason, and of what to do, fit in large.
const (
	shortReason = 36
	shortDo     = 60
)

// cardOf tells what to show of a lane.
func cardOf(v checkpoint.View, s control.Status, now time.Time, lang messages.Lang) card {
	c := card{
		ID: "lane-" + v.Lane.Lane, Lane: v.Lane.Lane, Turn: v.Turn, words: words{lang},
		LaneName:  messages.Line(messages.LaneName, lang) + " " + v.Lane.Lane,
		Direction: messages.Direction(v.Lane.Direction, lang),
		Priority:  v.State != checkpoint.StateEmergency,
		State:     v.State.String(), Training: v.Training || v.State == checkpoint.StateTraining,
	}
	c.face(v)
	if v.Notice != "" && v.Notice != reasonShown(v) {
		t := messages.Reason(v.Notice, map[string]string{"box": s.Box}, lang)
		c.Notice = sentence(t)
	}
	if d := v.Decision; d != nil {
		c.Rows = rowsOf(d, lang)
	}
	c.Long, c.LongDo = utf8.RuneCountInString(c.Reason) > shortReason, utf8.RuneCountInString(c.Do) > shortDo
	c.Buttons = buttonsOf(v, lang)
	if slices.ContainsFunc(c.Buttons, func(b button) bool { return b.Why }) {
		for _, f := range checkpoint.Shown() {
			c.Chips = append(c.Chips, pair{string(f), messages.Finding(f, lang)})
		}
	}
	c.corner(v, s.Box)
	c.vehicle(v)
	if v.State == checkpoint.StateIdle {
		c.quiet(v, s, now)
	}
	if c.Training {
		c.lesson()
	}
	return c
}

// corner is what to name in a complaint, or to the technician.
func (c *card) corner(v checkpoint.View, box string) {
	add := func(label messages.LineID, value string) {
		if value != "" {
			c.Corner = append(c.Corner, pair{c.Text(label), value})
		}
	}
	switch {
	case v.State == checkpoint.StateWaiting && v.Decision != nil:
		add(messages.ComplaintRef, v.Position.Reference())
		add(messages.Hotline, v.Decision.Args["hotline"])
	case c.Tone == "machine" && v.State == checkpoint.StateIdle:
		add(messages.FaultCode, string(v.Notice))
		add(messages.BoxName, box)
	}
}

// quiet is what stands below "ready": the last person's lines while they may be
// shown, else the day's counts, or how each reader is when none is there.
func (c *card) quiet(v checkpoint.View, s control.Status, now time.Time) {
	switch {
	case c.Tone == "machine":
		c.Rows = nil
		c.Eyes = eyesOf(v.Readers, c.Lang)
		return
	case len(c.Rows) > 0:
		c.Do = c.Text(messages.JustNow)
	default:
		c.Tally = tallyOf(v.Lane.Lane, s, c.Lang)
	}
	c.Banner = bannerOf(s, now, c.Lang)
	if c.Notice != "" { // the lane's own comes first
		c.Banner, c.Notice = messages.Reason(v.Notice, map[string]string{"box": s.Box}, c.Lang), ""
	}
}

// tallyOf are a lane's counts of the day; somebody who was just scanned is a
// question to the guard like any other.
func tallyOf(lane string, s control.Status, lang messages.Lang) []count {
	var today map[string]uint64
	for _, l := range s.Lanes {
		if l.Name == lane {
			today = l.Today
		}
	}
	of := func(v checkpoint.Verdict) count {
		return count{shapes[v], tones[v], messages.Word(v, lang), today[v.String()]}
	}
	refer := of(checkpoint.Refer)
	refer.N += today[checkpoint.Repeat.String()]
	return []count{of(checkpoint.Admit), refer, of(checkpoint.Refuse)}
}

func eyesOf(readers []checkpoint.ReaderState, lang messages.Lang) (all []eye) {
	for _, r := range readers {
		e := eye{Name: r.Name, Text: messages.Line(messages.ReaderReads, lang), Works: r.Connected && r.Sight == checkpoint.SightClear}
		switch {
		case !r.Connected:
			e.Text = messages.Line(messages.ReaderLost, lang)
		case !e.Works:
			e.Text = messages.Line(messages.ReaderPoor, lang)
		}
		all = append(all, e)
	}
	return all
}

// face is the verdict block: what it is, and what to do.
func (c *card) face(v checkpoint.View) {
	switch v.State {
	case checkpoint.StateReading:
		c.plain("scan", messages.State(v.State, c.Lang), "", "")
	case checkpoint.StateEmergency:
		c.plain("open", messages.State(v.State, c.Lang), "", "")
		c.Tone = "go"
		c.Reason, c.Do = begun(messages.Reason(checkpoint.EmergencyOpen, nil, c.Lang).Do), messages.Line(messages.LeadOut, c.Lang)
	case checkpoint.StateWalk:
		c.plain("bulb", messages.State(v.State, c.Lang), "", messages.Line(messages.NoVerdict, c.Lang))
	case checkpoint.StateTraining:
		c.plain("lesson", messages.State(v.State, c.Lang), "", "")
	case checkpoint.StateDecided, checkpoint.StateWaiting:
		c.decided(v)
	default:
		c.idle(v)
	}
}

// idle is "ready", or the machine's fault that keeps it from being so.
func (c *card) idle(v checkpoint.View) {
	if v.Notice != "" && len(v.Readers) > 0 && !slices.ContainsFunc(v.Readers, func(r checkpoint.ReaderState) bool { return r.Connected }) {
		c.verdict(checkpoint.Fault)
		c.Shape = "plug"
		c.reason(v.Notice, nil)
		return
	}
	c.plain("card", messages.State(checkpoint.StateIdle, c.Lang), messages.Line(messages.ShowCode, c.Lang), "")
	if v.Outcome != 0 {
		c.Reason = messages.Outcome(v.Outcome, c.Lang)
	}
}

// decided is the open or the last decision.
func (c *card) decided(v checkpoint.View) {
	d := v.Decision
	switch {
	case v.Outcome == checkpoint.Passed:
		c.verdict(checkpoint.Admit)
		c.Reason, c.Do = messages.Outcome(v.Outcome, c.Lang), ""
	case v.Outcome != 0:
		c.plain("back", messages.State(checkpoint.StateIdle, c.Lang), messages.Outcome(v.Outcome, c.Lang), "")
	case d == nil: // a vehicle let through
		c.verdict(checkpoint.Admit)
		c.Reason = messages.Button(messages.PriorityVehicle, c.Lang)
	default:
		c.verdict(d.Verdict)
		c.reason(d.Reason, d.Args)
		if d.Verdict == checkpoint.Admit {
			c.Do = messages.Line(messages.CompareFace, c.Lang)
		}
		switch {
		case !v.SecondUntil.IsZero():
			c.Do = messages.Line(messages.SecondPaper, c.Lang)
		case v.Called:
			c.Do = messages.Button(messages.CallDuty, c.Lang) + " " + d.Args["phone"]
		}
	}
}

func (c *card) plain(shape, word, reason, do string) {
	c.Tone, c.Shape, c.Word, c.Reason, c.Do = "plain", shape, word, reason, do
}

func (c *card) verdict(v checkpoint.Verdict) {
	c.Tone, c.Shape, c.Word = tones[v], shapes[v], messages.Word(v, c.Lang)
}

func (c *card) reason(code checkpoint.Reason, args map[string]string) {
	t := messages.Reason(code, args, c.Lang)
	c.Reason, c.Do = t.What, begun(t.Do)
}

// reasonShown is the reason that stands in the verdict block already.
func reasonShown(v checkpoint.View) checkpoint.Reason {
	switch {
	case v.State == checkpoint.StateEmergency:
		return checkpoint.EmergencyOpen
	case v.State == checkpoint.StateIdle && !slices.ContainsFunc(v.Readers, func(r checkpoint.ReaderState) bool { return r.Connected }):
		return v.Notice
	case v.Decision != nil && v.Outcome == 0 && v.State != checkpoint.StateIdle:
		return v.Decision.Reason
	}
	return ""
}

// begun is what stands in a line of its own, of what the catalogue has as the
// second half of one.
func begun(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

var tones = map[checkpoint.Verdict]string{
	checkpoint.Admit: "go", checkpoint.Refer: "check", checkpoint.Repeat: "check",
	checkpoint.Refuse: "stop", checkpoint.NotRead: "machine", checkpoint.Fault: "machine",
}

var shapes = map[checkpoint.Verdict]string{
	checkpoint.Admit: "tick", checkpoint.Refer: "warn", checkpoint.Repeat: "again",
	checkpoint.Refuse: "stop", checkpoint.NotRead: "what", checkpoint.Fault: "wrench",
}

// longName is how many letters of a name fit in half a line, in large.
const longName = 20

// rowsOf is what to compare, in the order of the card. A long name takes a whole
// line; the date of issue gives way to it unless it is what differs. What is left
// of a declaration stands in the date's place, and stays.
func rowsOf(d *checkpoint.Decision, lang messages.Lang) []row {
	c := d.Credential
	if !c.Personal() && (c == nil || c.Format != checkpoint.FormatPaperForm) {
		return nil
	}
	label := func(field string) string { return messages.Field(field, lang) }
	differs := func(field string) bool { return slices.Contains(d.Differs, field) }
	number := row{Label: label("id_number"), Value: plain(c.Number)}
	name := row{Label: label("full_name"), Value: plain(c.FullName), Name: true, Differs: differs("full_name")}
	birth := row{Label: label("dob"), Value: join(day(c.Birth), messages.Sex(c.Sex, lang)), Differs: differs("dob") || differs("sex")}
	issued := row{Label: label("issue_date"), Value: day(c.Issued), Differs: differs("issue_date")}
	left := messages.Left(d.Args["until"], time.Now(), lang)
	if left != "" && !issued.Differs {
		issued = row{Label: label("until"), Value: left}
	}
	if utf8.RuneCountInString(c.FullName) > longName {
		name.Small = issued.Differs || left != ""
		if name.Wide = !name.Small; name.Wide {
			issued.Value = ""
		}
	}
	return slices.DeleteFunc([]row{number, birth, name, issued}, func(r row) bool { return r.Value == "" })
}

// plain shows what a code hides: characters that are not seen themselves, and
// turn others round or put them elsewhere (Unicode's class Cf), stand as signs
// of their own. No card has any.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

// day is a date as cards print it.
func day(d checkpoint.Date) string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%02d/%04d", d.Month, d.Year)
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year)
}

// sentence is a text on one line.
func sentence(t messages.Text) string {
	if t.Do == "" {
		return t.What
	}
	return t.What + " – " + t.Do
}
