package checkpoint

import (
	"context"
	"crypto/sha256"
	"time"
)

// physical remembers the last code that was seen, to take the same physical
// scan once.
type physical struct {
	hash [sha256.Size]byte
	seen time.Time
}

// again tells whether s is the code seen last, still before the reader. Each
// sight counts from the latest, so a card left lying never scans twice.
func (p *physical) again(s Scan) bool {
	window := sameScan
	if s.Camera {
		window = sameScanCamera
	}
	hash, now := sha256.Sum256(s.Payload), time.Now()
	same := hash == p.hash && !p.seen.IsZero() && now.Sub(p.seen) < window && !s.Unreadable
	p.hash, p.seen = hash, now
	return same
}

func (s *lane) scan(scan Scan) {
	if s.last.again(scan) {
		return
	}
	switch s.view.State {
	case StateEmergency:
		return // the gate is open, there is nothing to decide
	case StateWaiting:
		s.view.Refused++
		s.view.Notice = DecideFirst
		s.Gate.Notice()
		s.show()
		return
	}
	if s.green() {
		s.Gate.Signal(SignalIdle) // the last person's green is not this one's
	}
	s.turn = &turn{scan: scan}
	s.clear(alarmUndo, alarmPersonal)
	s.view = View{Lane: s.view.Lane, Readers: s.view.Readers, Refused: s.view.Refused}
	s.enter(StateReading)
	s.verify(s.turn)
}

// green tells whether the lamp still lets the person before in.
func (s *lane) green() bool {
	v := s.view
	return v.State == StateDecided && v.Decision != nil && (v.Decision.Verdict == Admit || v.Outcome == Passed)
}

// verify runs beside the lane, since a lookup reads the card and a card may
// stall. A verification that never comes back leaves the lane at fault, scan
// by scan, and not dead.
func (s *lane) verify(t *turn) {
	if s.stuck {
		s.outOfService()
		return
	}
	s.set(alarmSlow, readingAfter)
	s.set(alarmVerify, verifyWithin)
	verifier, info, post := s.Verifier, s.Info, s.post
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), verifyWithin)
		defer cancel()
		d := verifier.Verify(ctx, t.scan, info)
		post(func(s *lane) { s.verified(t, d) })
	}()
}

func (s *lane) verified(t *turn, d Decision) {
	s.stuck = false // it came back, in time or not
	if s.view.State != StateReading || s.turn != t {
		return
	}
	s.decide(t, s.repeated(d))
}

func (s *lane) tooSlow() {
	s.stuck = true
	s.outOfService()
}

func (s *lane) outOfService() {
	s.decide(s.turn, Decision{Verdict: Fault, Reason: OutOfService, Args: map[string]string{"code": "SLOW"}})
}

// repeated turns a decision into "just scanned" where the policy asks for it.
// It never hides a red: who was refused stays refused.
func (s *lane) repeated(d Decision) Decision {
	if d.Person.IsZero() || d.RepeatFor <= 0 || d.Verdict == Refuse || !d.InData {
		return d
	}
	ago, where, ok := s.Recent.passed(d.Person, s.Info.Direction, d.RepeatFor)
	if !ok {
		return d
	}
	d.Verdict, d.Reason = Repeat, JustScanned
	d.Args = map[string]string{"ago": ago.Truncate(time.Second).String(), "lane": where}
	return d
}

// decide shows a decision and sends its record to disk. Only green without a
// relay waits for the disk: there the lamp is what lets people in.
func (s *lane) decide(t *turn, d Decision) {
	t.decision = &d
	s.view.Decision, s.view.Notice = t.decision, ""
	if d.AsksGuard() {
		s.enter(StateWaiting)
		s.set(alarmClose, s.answerTime())
	} else {
		s.enter(StateDecided)
		s.set(alarmClose, closesAfter(d.Verdict))
		s.set(alarmPersonal, personalFor)
	}
	s.announce(d.Verdict)
	s.show()
	if !s.worthRecording(d) {
		return
	}
	s.record(s.decisionRecord(t), func(s *lane, p Position, err error) { s.decisionRecorded(t, p, err) })
}

func (s *lane) announce(v Verdict) {
	if v == Admit && !s.Gate.HasRelay() {
		return // decisionRecorded will
	}
	if v == NotRead {
		if time.Since(s.winked) < winkEvery {
			return
		}
		s.winked = time.Now()
	}
	s.Gate.Signal(SignalFor(v))
}

func (s *lane) answerTime() time.Duration {
	if s.Attended {
		return answerWithin
	}
	return unattendedFor
}

func closesAfter(v Verdict) time.Duration {
	if v == Admit {
		return greenFor
	}
	return notReadFor
}

// worthRecording leaves out what says nothing: codes that could not be read at
// all, and floods of unknown ones, which would fill the card with noise.
func (s *lane) worthRecording(d Decision) bool {
	if s.turn.scan.Unreadable {
		return false
	}
	if d.Verdict != NotRead {
		return true
	}
	if now := time.Now(); s.noise.IsZero() || now.Sub(s.noise) >= noiseEvery {
		s.noise = now
		return true
	}
	return false
}

func (s *lane) decisionRecorded(t *turn, p Position, err error) {
	if err != nil {
		s.unrecorded(t)
		return
	}
	t.position = p
	if s.turn == t {
		s.view.Position = p
	}
	if t.decision.Verdict == Admit && s.view.State != StateEmergency {
		s.letIn(t)
	}
	if w := t.waiting; w != nil {
		t.waiting = nil
		s.answer(w.answer, w.reply)
	}
	s.show()
}

// unrecorded: nothing opens that is not on disk, and the screen says so.
func (s *lane) unrecorded(t *turn) {
	if t.waiting != nil {
		t.waiting.reply <- errCannotRecord
		t.waiting = nil
	}
	if s.turn != t || s.view.State == StateEmergency {
		return
	}
	s.view.Notice = CannotRecord
	if t.decision.Verdict == Admit {
		failed := *t.decision // views that were handed out stay as they were
		failed.Verdict, failed.Reason = Fault, CannotRecord
		t.decision, s.view.Decision = &failed, &failed
		s.enter(StateDecided)
		s.set(alarmClose, notReadFor)
		s.Gate.Signal(SignalFault)
	}
	s.show()
}

// letIn opens the gate for a turn whose record is on disk.
func (s *lane) letIn(t *turn) {
	if s.stopped {
		return
	}
	s.Recent.add(t.decision.Person, s.Info)
	if s.turn == t {
		s.view.Opened = s.Gate.HasRelay()
		if t.decision.Verdict != Admit || !s.Gate.HasRelay() {
			s.Gate.Signal(SignalAdmit) // not lit yet
		}
	}
	s.Gate.Open()
}

// close ends a state whose time is over.
func (s *lane) close() {
	switch s.view.State {
	case StateWaiting:
		s.conclude(s.turn, Undecided, nil)
	case StateDecided:
		s.idle()
	}
}

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
	s.Gate.Hold(false)
	s.Recent.forget(t.decision.Person, s.Info)
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

// emergency never waits: lamps and relay first, the record when it can.
func (s *lane) emergency(open bool) {
	if open == (s.view.State == StateEmergency) {
		return
	}
	if !open {
		s.Gate.Hold(false)
		s.idle()
		s.recordEmergency(false)
		return
	}
	s.Gate.Hold(true)
	s.Gate.Signal(SignalEmergency)
	if t := s.turn; s.view.State == StateWaiting {
		s.recordOutcome(t, Undecided, func(*lane, Position, error) {})
	}
	s.clear(alarmUndo, alarmPersonal)
	s.view.Decision, s.view.UndoUntil, s.view.Notice = nil, time.Time{}, EmergencyOpen
	s.enter(StateEmergency)
	s.show()
	s.recordEmergency(true)
}
