package page

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// recordWithin is how long a button waits for its record.
const recordWithin = 3 * time.Second

// answer is a button of an open decision. The form's turn says whom the guard
// saw when it was pressed.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.asked(w, r)
	if !ok {
		return
	}
	turn, errTurn := strconv.ParseUint(r.PostForm.Get("turn"), 10, 64)
	answer, errAnswer := checkpoint.ParseAnswer(r.PostForm.Get("answer"))
	if err := errors.Join(errTurn, errAnswer); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	shown := checkpoint.Finding(r.PostForm.Get("shown"))
	if shown != "" && !slices.Contains(checkpoint.Shown(), shown) {
		http.Error(w, "no such reason to let somebody pass", http.StatusBadRequest)
		return
	}
	if answer == checkpoint.AnswerOverride && !s.lead(w, r, lane) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	s.done(w, r, lane.AnswerTurn(ctx, turn, answer, shown))
}

func (s *Server) priority(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.asked(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	s.done(w, r, lane.Priority(ctx))
}

// asked reads the form and finds the lane.
func (s *Server) asked(w http.ResponseWriter, r *http.Request) (Lane, bool) {
	if !read(w, r) {
		return nil, false
	}
	s.mu.Lock()
	lane := s.lanes[r.PathValue("lane")]
	s.mu.Unlock()
	if lane == nil {
		http.Error(w, "no such lane, or this page takes no answers", http.StatusNotFound)
		return nil, false
	}
	return lane, true
}

// read reads the form of a request.
func read(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form is not readable", http.StatusBadRequest)
		return false
	}
	return true
}

// lead asks for a shift lead's PIN; a wrong one is recorded at the lane.
func (s *Server) lead(w http.ResponseWriter, r *http.Request, lane Lane) bool {
	err := pin.ErrNone
	if s.cfg.PINs != nil {
		_, err = s.cfg.PINs.Allow(sessionOf(r).Device, r.PostForm.Get("pin"), pin.Override)
	}
	if err == nil {
		return true
	}
	if wrong := new(pin.Wrong); errors.As(err, &wrong) {
		lane.WrongPIN()
	}
	http.Error(w, refusal(err, messages.NoPIN, langOf(r)), http.StatusForbidden)
	return false
}

// refusal is a refused PIN in the guard's words; none is what to say where
// nobody has such a PIN.
func refusal(err error, none messages.LineID, lang messages.Lang) string {
	args := map[string]string{}
	wrong, held := new(pin.Wrong), new(pin.Held)
	switch {
	case errors.As(err, &wrong) && wrong.Wait == 0:
		args["n"] = strconv.Itoa(wrong.Left)
	case errors.As(err, &wrong):
		args["time"] = wrong.Wait.Round(time.Second).String()
	case errors.As(err, &held):
		args["time"] = held.Wait.Round(time.Second).String()
	default:
		return messages.Line(none, lang)
	}
	return sentence(messages.Reason(checkpoint.PINWrong, args, lang))
}

// done tells the browser how it ended; what changed comes by the stream.
func (s *Server) done(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.Is(err, checkpoint.ErrOtherPerson), errors.Is(err, checkpoint.ErrNoDecision), errors.Is(err, checkpoint.ErrNothingToUndo), errors.Is(err, checkpoint.ErrNotOffered):
		http.Error(w, messages.Line(messages.TooLate, langOf(r)), http.StatusConflict)
	case errors.Is(err, checkpoint.ErrDecideFirst), errors.Is(err, checkpoint.ErrGateIsOpen):
		http.Error(w, sentence(messages.Reason(refusals[err], nil, langOf(r))), http.StatusConflict)
	case errors.Is(err, checkpoint.ErrTypedOften):
		http.Error(w, messages.Line(messages.TypedTooMuch, langOf(r)), http.StatusTooManyRequests)
	case errors.Is(err, checkpoint.ErrNeedsLead):
		http.Error(w, messages.Line(messages.LeadPIN, langOf(r)), http.StatusConflict)
	default:
		http.Error(w, sentence(messages.Reason(checkpoint.CannotRecord, nil, langOf(r))), http.StatusServiceUnavailable)
	}
}
