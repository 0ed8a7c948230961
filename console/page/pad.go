package page

import (
	"context"
	"errors"
	"net/http"
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
