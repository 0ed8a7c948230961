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
	if s.stalled {
		s.view.Refused++
		s.view.Notice = CannotRecord
		s.Gate.Notice()
		s.show()
		return
	}
	if s.view.State == StateWalk {
		s.Gate.Hold(false) // people come before lamps
		s.Gate.Signal(SignalIdle)
	}
	if s.green() {
		s.Gate.Signal(SignalIdle) // the last person's green is not this one's
	}
	s.turn = &turn{scan: scan}
	s.turns++
	s.clear(alarmUndo, alarmPersonal)
	s.view = View{Lane: s.view.Lane, Turn: s.turns, Readers: s.view.Readers, Refused: s.view.Refused, Contacts: s.view.Contacts, GateFault: s.view.GateFault}
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
// It never hides a red, nor that a card differs: a green, or the very card that
// was let in a moment ago.
func (s *lane) repeated(d Decision) Decision {
	if d.Person.IsZero() || d.RepeatFor <= 0 || !d.InData || d.Verdict != Admit && d.Verdict != Refer {
		return d
	}
	pass, ok := s.Recent.passed(d.Person, s.Info.Direction, d.RepeatFor)
	if !ok || d.Verdict == Refer && pass.card != s.last.hash {
		return d
	}
	d.Verdict, d.Reason = Repeat, JustScanned
	d.Args = map[string]string{"ago": time.Since(pass.at).Truncate(time.Second).String(), "lane": pass.lane}
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
	switch {
	case t.late:
		t.late = false // an amber's answer may come in time again
		s.arrivedLate(t)
	case t.decision.Verdict == Admit && s.view.State != StateEmergency:
		s.letIn(t)
	}
	if w := t.waiting; w != nil {
		t.waiting = nil
		s.answer(w.answer, w.reply)
	}
	s.show()
}

// arrivedLate: the record of a green that was given up says "admit", and the
// gate stayed shut.
func (s *lane) arrivedLate(t *turn) {
	if t.green {
		s.takeBack(t)
	}
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
	if s.view.Outcome != 0 {
		s.Gate.Signal(SignalFault)
		s.set(alarmClose, notReadFor)
	}
	if t.decision.Verdict == Admit {
		t.green = true
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
	t.forget = s.Recent.add(t.decision.Person, s.Info, sha256.Sum256(t.scan.Payload))
	if s.turn == t {
		s.view.Opened = s.Gate.HasRelay()
		if t.decision.Verdict != Admit || !s.Gate.HasRelay() {
			s.Gate.Signal(SignalAdmit) // not lit yet
		}
	}
	s.open()
}

// close ends a state whose time is over.
func (s *lane) close() {
	switch s.view.State {
	case StateWaiting:
		s.conclude(s.turn, Undecided, nil)
	case StateDecided:
		s.idle()
	case StateWalk:
		s.walkOver()
	}
}
