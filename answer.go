package checkpoint

import "time"

func (s *lane) answer(a Answer, reply chan<- error) {
	if a == AnswerUndo {
		s.undo(reply)
		return
	}
	t := s.turn
	if s.view.State != StateWaiting || t == nil || t.waiting != nil {
		reply <- ErrNoDecision
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
	if t.forget != nil {
		t.forget()
		t.forget = nil
	}
	s.view.Outcome, s.view.UndoUntil, s.view.Opened = 0, time.Time{}, false
	s.view.Decision = t.decision
	s.enter(StateWaiting)
	s.set(alarmClose, s.answerTime())
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
