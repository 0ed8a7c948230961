package page

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"checkpoint"
	"checkpoint/console/messages"
)

// refusals are in whose words the lane turns a typed number away.
var refusals = map[error]checkpoint.Reason{
	checkpoint.ErrDecideFirst: checkpoint.DecideFirst,
	checkpoint.ErrGateIsOpen:  checkpoint.EmergencyOpen,
}

// typed looks a number up that was typed on the pad. The form's turn says for
// whom the pad was opened.
func (s *Server) typed(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.asked(w, r)
	if !ok {
		return
	}
	turn, errTurn := strconv.ParseUint(r.PostForm.Get("turn"), 10, 64)
	t, errTyped := checkpoint.ParseTyped(r.PostForm.Get("number"), r.PostForm.Get("birth"), r.PostForm.Get("kind") == checkpoint.KindPassport.String())
	if errors.Join(errTurn, errTyped) != nil {
		http.Error(w, messages.Line(messages.NumberWrong, langOf(r)), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	s.done(w, r, lane.TypeTurn(ctx, turn, t))
}

// places tells the pad where numbers were registered, for it to say so while
// somebody types: the digits themselves stay in the browser until then.
func (s *Server) places(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write([]byte(s.cfg.Places)) // the browser is gone
}

// wantsForm are the ambers that a paper form may answer; others ask for a number.
var wantsForm = []checkpoint.Reason{checkpoint.DeclarationOver, checkpoint.OtherProvince, "A14"}

// withPad adds the buttons of what is typed: whenever nobody stands there, and
// in the place of "other paper" once that was asked for.
func withPad(list []button, v checkpoint.View, lang messages.Lang) []button {
	if v.State == checkpoint.StateIdle && v.Vehicle != nil {
		return vehicleButtons(list, lang)
	}
	form := button{Label: messages.Button(messages.PaperForm, lang), Icon: "form", Opens: "form", Key: 2}
	pad := button{Label: messages.Button(messages.TypeNumber, lang), Icon: "pad", Opens: "pad", Key: 1}
	switch {
	case v.State == checkpoint.StateIdle, v.State == checkpoint.StateDecided && v.Decision != nil && !v.Decision.Verdict.AsksGuard() && v.Decision.Verdict != checkpoint.Admit:
		return append([]button{pad, form}, list...)
	case v.State == checkpoint.StateWaiting && !v.SecondUntil.IsZero():
		paper := pad
		if slices.Contains(wantsForm, v.Decision.Reason) {
			paper = form
		}
		for i, b := range list {
			if b.Answer == checkpoint.AnswerOther.String() {
				paper.Key = b.Key
				list[i] = paper
			}
		}
	}
	return list
}

// letters are the pad's keys for the number of a passport.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// Letters are the keys of a passport's number.
func (words) Letters() (all []string) {
	for _, l := range letters {
		all = append(all, string(l))
	}
	return all
}

// Field is the label of a line of a card.
func (w words) Field(name string) string { return messages.Field(name, w.Lang) }

// Sex is how cards print it, by the letter of the number's sexes.
func (w words) Sex(s string) string { return messages.Sex(checkpoint.Sex(s[0]), w.Lang) }
