package checkpoint

import (
	"errors"
	"time"
)

// ErrNotOffered tells that the open decision is not one for that answer.
var ErrNotOffered = errors.New("the open decision does not ask for that")

// other takes the next scan for a second paper of the person who stands there.
// Without one the decision stays open as it was.
func (s *lane) other(reply chan<- error) {
	switch {
	case !s.offers(AnswerOther):
		reply <- ErrNotOffered
	case s.stalled || s.turn.position.IsZero() && !s.writing: // what is not recorded is joined by nothing
		reply <- errCannotRecord
	default:
		s.wantSecond()
		s.view.Notice = ""
		s.show()
		reply <- nil
	}
}

func (s *lane) wantSecond() {
	s.view.SecondUntil = time.Now().Add(secondWithin)
	s.set(alarmSecond, secondWithin)
}

// call shows the duty officer's phone number. It is no answer and leaves no
// record.
func (s *lane) call(reply chan<- error) {
	if !s.offers(AnswerCall) {
		reply <- ErrNotOffered
		return
	}
	s.view.Called = true
	s.show()
	reply <- nil
}

// joins tells whether a scan is the second paper that the open decision wants.
// One whose record is not on disk, or that was answered already, takes none.
func (s *lane) joins(scan Scan) bool {
	t := s.turn
	return t != nil && time.Now().Before(s.view.SecondUntil) &&
		!t.position.IsZero() && t.waiting == nil && !s.stalled && !scan.Unreadable
}

// join looks at two papers together. However many follow, each is held against
// the first: a stranger's second paper must not vouch for his third.
func (s *lane) join(scan Scan) {
	scan.Before = s.turn.scan.Before
	if scan.Before == nil {
		scan.Before = &s.turn.scan
	}
	s.begin(&turn{scan: scan, first: s.turn})
}

// joined ends the decision about the first paper alone, without an answer: what
// is decided from here on is about both.
func (s *lane) joined(t *turn) {
	if t.first != nil {
		s.recordOutcome(t.first, Undecided, func(*lane, Position, error) {})
		t.first = nil
	}
}

// reopen goes back to the open decision: what was scanned is no paper.
func (s *lane) reopen(t *turn, notice Reason) {
	s.turn = t
	s.view.Decision, s.view.Position, s.view.Notice = t.decision, t.position, notice
	s.wait(t)
	s.wantSecond()
	s.Gate.Signal(SignalFor(t.decision.Verdict))
	s.show()
}

// undecided ends the open decision without an answer, also while a second paper
// is looked at; and a training.
func (s *lane) undecided() {
	switch s.view.State {
	case StateWaiting:
		s.recordOutcome(s.turn, Undecided, func(*lane, Position, error) {})
	case StateReading:
		s.joined(s.turn)
	case StateTraining:
		s.recordTrainingEnd()
	}
}
