package checkpoint

import (
	"context"
	"errors"
	"time"
)

// Errors of [Lane.Answer].
var (
	ErrNoDecision    = errors.New("no decision is open on this lane")
	ErrNothingToUndo = errors.New("nothing to undo: the last answer is older than 10 s, or another person came")
	ErrOtherPerson   = errors.New("another person stands there by now")
	ErrNeedsLead     = errors.New("a red is overridden by a shift lead's PIN")
	ErrLaneStopped   = errors.New("lane stopped")
)

// Answer is the guard's answer to the open decision, or the undoing of the
// last one. It returns when the answer is on disk.
func (l *Lane) Answer(ctx context.Context, a Answer) error {
	reply := make(chan error, 1)
	l.send(func(s *lane) { s.answer(a, reply) })
	return l.await(ctx, reply)
}

// AnswerTurn is Answer about one person only, counted as in [View]: a tap that
// comes late says nothing of whoever stands there now. Shown is one of [Shown],
// kept with the outcome when it lets the person pass; empty: nothing to tell.
func (l *Lane) AnswerTurn(ctx context.Context, turn uint64, a Answer, shown Finding) error {
	reply := make(chan error, 1)
	l.send(func(s *lane) {
		if s.view.Turn != turn {
			reply <- ErrOtherPerson
			return
		}
		if s.turn != nil {
			s.turn.shown = shown
		}
		s.answer(a, reply)
	})
	return l.await(ctx, reply)
}

func (s *lane) answer(a Answer, reply chan<- error) {
	switch a {
	case AnswerUndo:
		s.undo(reply)
		return
	case AnswerDiffers:
		s.differs(reply)
		return
	case AnswerRight:
		s.right(reply)
		return
	case AnswerAgain:
		s.again(reply)
		return
	}
	t := s.turn
	if s.view.State != StateWaiting || t == nil || t.waiting != nil {
		reply <- ErrNoDecision
		return
	}
	switch a {
	case AnswerOther:
		s.other(reply)
		return
	case AnswerCall:
		s.call(reply)
		return
	case AnswerList:
		s.list(reply)
		return
	}
	if a == AnswerPassed && t.decision.Verdict == Refuse {
		reply <- ErrNeedsLead
		return
	}
	if s.stalled {
		reply <- errCannotRecord
		return
	}
	if t.position.IsZero() && s.writing {
		t.waiting = &pendingAnswer{a, reply}
		return
	}
	outcome := Passed
	if a == AnswerDenied {
		outcome = Denied
	}
	t.lead = a == AnswerOverride
	s.conclude(t, outcome, reply)
}

// conclude closes the open decision. The gate opens only once the outcome is
// on disk.
func (s *lane) conclude(t *turn, o Outcome, reply chan<- error) {
	s.view.Outcome, s.view.Notice = o, ""
	s.enter(StateDecided)
	s.set(alarmPersonal, personalFor)
	done := func(s *lane, err error) {
		s.concluded(t, o, err)
		if err == nil && t.late {
			err = errCannotRecord
		}
		if reply != nil {
			reply <- err
		}
	}
	if t.position.IsZero() {
		s.recordBoth(t, o, done)
		return
	}
	s.recordOutcome(t, o, func(s *lane, _ Position, err error) { done(s, err) })
}

// recordBoth tries the decision's record once more, since an outcome without
// its decision tells nobody who passed.
func (s *lane) recordBoth(t *turn, o Outcome, done func(*lane, error)) {
	s.record(s.decisionRecord(t), func(s *lane, p Position, err error) {
		if err != nil {
			done(s, err)
			return
		}
		t.position = p
		s.aboard(t)
		s.recordOutcome(t, o, func(s *lane, _ Position, err error) { done(s, err) })
	})
}

func (s *lane) concluded(t *turn, o Outcome, err error) {
	if t.late && err == nil && o == Passed {
		s.takeBack(t) // the guard was told to open by hand
		return
	}
	if s.turn != t || s.view.State == StateEmergency {
		return
	}
	switch {
	case err != nil:
		s.view.Notice = CannotRecord
		s.Gate.Signal(SignalFault)
		s.set(alarmClose, notReadFor)
		s.show()
		return
	case o == Passed:
		s.letIn(t)
		s.set(alarmClose, greenFor)
	default:
		if t.vehicle != nil && o == Denied {
			s.counted(t, &t.vehicle.Denied)
		}
		s.idle()
	}
	if o != Undecided {
		s.view.UndoUntil = time.Now().Add(undoFor)
		s.set(alarmUndo, undoFor)
	}
	s.show()
}

// undo takes the last answer back: the gate goes to rest and the decision is
// open again. Both answers stay in the journal.
func (s *lane) undo(reply chan<- error) {
	t := s.turn
	if t == nil || s.view.UndoUntil.IsZero() || s.view.State == StateEmergency || s.view.State == StateWaiting {
		reply <- ErrNothingToUndo
		return
	}
	s.clear(alarmUndo, alarmPersonal)
	s.shut()
	t.shown = ""
	if t.forget != nil {
		t.forget()
		t.forget = nil
	}
	s.view.Outcome, s.view.UndoUntil, s.view.Opened = 0, time.Time{}, false
	s.view.Decision = t.decision
	s.wait(t)
	s.Gate.Signal(SignalFor(t.decision.Verdict))
	s.show()
	s.recordOutcome(t, Undone, func(s *lane, _ Position, err error) {
		if err != nil {
			s.view.Notice = CannotRecord
			s.show()
		}
		reply <- err
	})
}
