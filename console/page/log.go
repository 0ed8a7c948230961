package page

import (
	"context"
	"net/http"
	"strconv"

	"checkpoint"
	"checkpoint/console/daylog"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// logPage asks for a PIN, or shows what was decided today.
type logPage struct {
	desk
	Looked  bool
	Entries []looked
	Said    string
	Note    string
}

// looked is one decision of today.
type looked struct{ Time, Lane, Shape, Tone, Word, Reason, Outcome, Reference, Tail string }

func (s *Server) log(w http.ResponseWriter, r *http.Request, said string) {
	s.draw(w, "log", logPage{desk: s.desk(r, messages.LookUp), Said: said})
}

// look shows today's decisions once the PIN is good and the look recorded. What
// was typed stands in no address.
func (s *Server) look(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.duty(w, r)
	if !ok {
		return
	}
	if said := s.wrong(r, lane, pin.SearchLog); said != "" {
		s.log(w, r, said)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	found, all, err := s.cfg.Desk.Look(ctx, daylog.ParseQuery(r.PostForm.Get("for")))
	if err != nil {
		s.log(w, r, s.failed(err, langOf(r)))
		return
	}
	p := logPage{desk: s.desk(r, messages.LookUp), Looked: true, Note: messages.Line(messages.LookSince, langOf(r))}
	switch {
	case all == 0:
		p.Said = messages.Line(messages.LookNone, p.Lang)
	case all > len(found):
		p.Note = strconv.Itoa(all) + " " + messages.Line(messages.LookMore, p.Lang)
	}
	for _, e := range found {
		p.Entries = append(p.Entries, lookedOf(e, p.Lang))
	}
	s.draw(w, "log", p)
}

func lookedOf(e daylog.Entry, lang messages.Lang) looked {
	out := looked{
		Time: e.At.In(messages.Zone).Format("15:04:05"), Lane: e.Lane, Shape: shapes[e.Verdict], Tone: tones[e.Verdict], Word: messages.Word(e.Verdict, lang),
		Reason: messages.Reason(e.Reason, nil, lang).What, Reference: e.Reference,
	}
	if e.Tail != "" {
		out.Tail = "…" + e.Tail
	}
	switch {
	case e.Lead && e.Outcome == checkpoint.Passed:
		out.Outcome = messages.Button(messages.Override, lang)
	case e.Outcome != 0:
		out.Outcome = messages.Outcome(e.Outcome, lang)
	}
	return out
}
