package checkpoint

import "slices"

// differs takes a green back on the guard's word: the gate goes to rest, and
// the decision is open for an answer. Both are in the journal.
func (s *lane) differs(reply chan<- error) {
	if !s.offers(AnswerDiffers) {
		reply <- ErrNotOffered
		return
	}
	t := s.turn
	s.shut()
	if t.forget != nil {
		t.forget()
		t.forget = nil
	}
	r := s.outcomeRecord(t, Undone)
	r.Findings = []Finding{FoundGuardDiffers}
	amber := *t.decision // views that were handed out stay as they were
	amber.Verdict, amber.Reason, amber.Findings = Refer, GuardDiffers, append(slices.Clone(amber.Findings), FoundGuardDiffers)
	t.decision, s.view.Decision, s.view.Opened = &amber, &amber, false
	s.clear(alarmPersonal)
	s.wait(t)
	s.Gate.Signal(SignalRefer)
	s.show()
	s.queue(appendJob{record: s.stamped(r), of: t, done: func(s *lane, _ Position, err error) {
		if err != nil {
			s.view.Notice = CannotRecord
			s.show()
		}
		reply <- err
	}})
}

// right ends a green early: the next person may come. It says nothing that the
// record does not.
func (s *lane) right(reply chan<- error) {
	if !s.offers(AnswerRight) || s.turn.position.IsZero() {
		reply <- ErrNotOffered
		return
	}
	s.idle()
	reply <- nil
}

// again ends "not read" early: the guard has wiped the code and shows it once
// more. A poster in a camera's view stays known, or it would be shown instead.
func (s *lane) again(reply chan<- error) {
	if s.view.State == StateIdle {
		reply <- nil // pressed twice, or as it ended by itself
		return
	}
	if !s.offers(AnswerAgain) {
		reply <- ErrNotOffered
		return
	}
	if scan := s.turn.scan; !scan.Camera || s.Verifier.Personal(scan.Payload) {
		s.last.forget(scan)
	}
	s.idle()
	reply <- nil
}
