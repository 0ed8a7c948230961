package page

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"checkpoint"
	"checkpoint/console/access"
	"checkpoint/console/messages"
	"checkpoint/console/shift"
)

// shiftPage is the hand-over, or the sheet to print.
type shiftPage struct {
	desk
	Box, Span string
	From, To  string
	Counts    []count
	Rows      []did
	Heads     []string
	Points    []point
	Said      string
	Over      bool // the shift has ended: nothing is typed any more
}

// did is what guards did about one verdict.
type did struct {
	Word string
	N    []uint64
}

// point is a line of what the next shift has to know.
type point struct {
	Text, When string
	N          uint64 // 0: it is a fault that is there now
}

// verdicts and outcomes in the order of the sheet.
var (
	counted = []checkpoint.Verdict{checkpoint.Admit, checkpoint.Refer, checkpoint.Refuse, checkpoint.NotRead}
	askedOf = []checkpoint.Verdict{checkpoint.Refer, checkpoint.Repeat, checkpoint.Refuse}
	did4    = []string{checkpoint.Passed.String(), checkpoint.Denied.String(), shift.Override, checkpoint.Undecided.String()}
	known   = []checkpoint.Finding{
		shift.Emergency, shift.Overridden, shift.Unanswered, checkpoint.FoundPriority, checkpoint.FoundWrongPIN, checkpoint.FoundBoxOpened,
		checkpoint.FoundDoorOpen, checkpoint.FoundDoorStayedShut, checkpoint.FoundNoPassage, checkpoint.FoundRelayTested,
		checkpoint.FoundLogLooked, checkpoint.FoundTraining, checkpoint.FoundSettings,
	}
)

func (s *Server) shift(w http.ResponseWriter, r *http.Request, said string) {
	now, _ := s.cfg.Desk.Shift()
	p := s.sheetOf(r, now)
	p.Said = said
	s.draw(w, "shift", p)
}

// sheet is the last shift's, to look at and to print; before the first
// hand-over since the start, the one that goes on.
func (s *Server) sheet(w http.ResponseWriter, r *http.Request) {
	now, last := s.cfg.Desk.Shift()
	if last.Since.IsZero() {
		last = now
	}
	p := s.sheetOf(r, last)
	p.Title = messages.Line(messages.ShiftSheet, p.Lang)
	s.draw(w, "sheet", p)
}

// handOver records who goes and who comes, and ends the sessions of the shift.
func (s *Server) handOver(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.duty(w, r); !ok {
		return
	}
	from, okFrom := who(r.PostForm.Get("from"))
	to, okTo := who(r.PostForm.Get("to"))
	if !okFrom || !okTo || from+to == "" {
		s.shift(w, r, messages.Line(messages.WhoMissing, langOf(r)))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	if err := s.cfg.Desk.HandOver(ctx, from, to); err != nil {
		s.shift(w, r, s.failed(err, langOf(r)))
		return
	}
	if s.cfg.ShiftEnded != nil {
		s.cfg.ShiftEnded()
	}
	if sessionOf(r) != (access.Session{}) { // it has ended
		goTo(w, r, "/")
		return
	}
	goTo(w, r, "/shift/sheet")
}

// longWho is how many letters a guard's name may have.
const longWho = 40

// who reads what a guard typed: a name, or a number. Nothing means nobody: the
// first shift of a day, or the last.
func who(typed string) (string, bool) {
	typed = strings.Join(strings.Fields(typed), " ")
	n := utf8.RuneCountInString(typed)
	bad := strings.ContainsFunc(typed, func(r rune) bool { return !unicode.IsPrint(r) })
	return typed, n <= longWho && !bad && utf8.ValidString(typed)
}

func (s *Server) sheetOf(r *http.Request, sheet shift.Sheet) shiftPage {
	p := shiftPage{desk: s.desk(r, ""), From: sheet.From, To: sheet.To, Over: !sheet.Until.IsZero(), Box: s.cfg.Status().Box}
	p.Title = messages.Button(messages.HandOver, p.Lang)
	p.Span = span(sheet, time.Now())
	for _, v := range counted {
		n := sheet.Counts[v.String()]
		if v == checkpoint.Refer {
			n += sheet.Counts[checkpoint.Repeat.String()]
		}
		p.Counts = append(p.Counts, count{shapes[v], tones[v], messages.Word(v, p.Lang), n})
	}
	p.Heads = []string{
		messages.Button(messages.LetPass, p.Lang), messages.Button(messages.TurnBack, p.Lang), messages.Button(messages.Override, p.Lang),
		messages.Outcome(checkpoint.Undecided, p.Lang),
	}
	for _, v := range askedOf {
		row := did{Word: messages.Word(v, p.Lang)}
		for _, outcome := range did4 {
			row.N = append(row.N, sheet.Did[v.String()][outcome])
		}
		p.Rows = append(p.Rows, row)
	}
	p.Points = append(s.formsOf(sheet, p.Lang), pointsOf(sheet, p.Lang)...)
	if sheet.Until.IsZero() {
		p.Points = append(s.faults(p.Lang), p.Points...)
	}
	return p
}

// span is from when to when, with the day.
func span(sheet shift.Sheet, now time.Time) string {
	until := sheet.Until
	if until.IsZero() {
		until = now
	}
	since := sheet.Since.In(messages.Zone)
	until = until.In(messages.Zone)
	if since.YearDay() == until.YearDay() {
		return since.Format("15:04") + " – " + until.Format("15:04 · 02/01/2006")
	}
	return since.Format("15:04 02/01") + " – " + until.Format("15:04 02/01/2006")
}

func pointsOf(sheet shift.Sheet, lang messages.Lang) (all []point) {
	for _, f := range known {
		p := sheet.Points[f]
		if p.N == 0 {
			continue
		}
		var when []string
		for _, at := range p.When {
			when = append(when, at.In(messages.Zone).Format("15:04"))
		}
		if int(p.N) > len(when) {
			when = append([]string{"…"}, when...)
		}
		all = append(all, point{pointName(f, lang), strings.Join(when, " · "), p.N})
	}
	return all
}

// formsOf are the paper forms that wait for their rest, by the references that
// stand on them: the next shift copies it. Those of a later shift are not its.
func (s *Server) formsOf(sheet shift.Sheet, lang messages.Lang) []point {
	var refs []string
	for _, f := range s.pending() {
		if sheet.Until.IsZero() || !f.Time.After(sheet.Until) {
			refs = append(refs, f.At.Reference())
		}
	}
	if len(refs) == 0 {
		return nil
	}
	when := strings.Join(refs[max(0, len(refs)-mostRefs):], " · ")
	if len(refs) > mostRefs {
		when = "… · " + when
	}
	return []point{{messages.Line(messages.FormsWait, lang), when, uint64(len(refs))}}
}

// mostRefs is how many references of forms fit on a line of the sheet; the list
// of them all is on the page.
const mostRefs = 6

func pointName(f checkpoint.Finding, lang messages.Lang) string {
	switch f {
	case shift.Emergency:
		return sentence(messages.Reason(checkpoint.EmergencyOpen, nil, lang))
	case shift.Overridden:
		return messages.Button(messages.Override, lang)
	case shift.Unanswered:
		return messages.Outcome(checkpoint.Undecided, lang)
	}
	return messages.Finding(f, lang)
}

// faults are what is out of order or still open now.
func (s *Server) faults(lang messages.Lang) (all []point) {
	status := s.cfg.Status()
	if t := bannerOf(status, time.Now(), lang); t.What != "" {
		all = append(all, point{Text: messages.Line(messages.FaultNow, lang), When: t.What})
	}
	for _, l := range status.Lanes {
		lane := messages.Line(messages.LaneName, lang) + " " + l.Name
		if l.State == checkpoint.StateWaiting.String() {
			all = append(all, point{Text: messages.Line(messages.StillOpen, lang), When: lane})
		}
		if l.Notice != "" && l.State == checkpoint.StateIdle.String() {
			all = append(all, point{Text: messages.Line(messages.FaultNow, lang), When: lane + ": " + messages.Reason(l.Notice, nil, lang).What})
		}
	}
	return all
}
