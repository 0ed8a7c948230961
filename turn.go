package checkpoint

import (
	"context"
	"crypto/sha256"
	"maps"
	"time"
)

// physical remembers the last code that was seen, and those in the view of
// cameras, to take the same physical scan once.
type physical struct {
	sighting
	view [maxInView]sighting
}

// sighting is a code and when it was seen last.
type sighting struct {
	hash [sha256.Size]byte
	seen time.Time
}

func (s sighting) of(hash [sha256.Size]byte, now time.Time, window time.Duration) bool {
	return hash == s.hash && !s.seen.IsZero() && now.Sub(s.seen) < window
}

// maxInView is how many codes are remembered that cameras see in turn: twice
// what one picture gives.
const maxInView = 8

// again tells whether s is the code seen last, still before the reader, or one
// of those that a camera has in view: it may see several in each picture. Each
// sight counts from the latest, so a card left lying never scans twice.
func (p *physical) again(s Scan) bool {
	window := sameScan
	if s.Camera {
		window = sameScanCamera
	}
	hash, now := sha256.Sum256(s.Payload), time.Now()
	if s.Unreadable {
		p.sighting = sighting{hash, now}
		return false
	}
	in := p.inView(hash)
	same := p.of(hash, now, window) || in.of(hash, now, window)
	p.sighting = sighting{hash, now}
	if s.Camera {
		*in = p.sighting
	}
	return same
}

// forget makes the next sight of a code a new scan.
func (p *physical) forget(s Scan) {
	hash := sha256.Sum256(s.Payload)
	if p.hash == hash {
		p.sighting = sighting{}
	}
	if in := p.inView(hash); in.hash == hash {
		*in = sighting{}
	}
}

// poster tells whether to keep silent about a code of a camera that is nobody's:
// it hangs there, or is seen beside a person. What is new and beside a person is
// not remembered: its own may be the next.
func (p *physical) poster(s Scan, beside bool) bool {
	hash, now := sha256.Sum256(s.Payload), time.Now()
	in := p.inView(hash)
	known := in.of(hash, now, samePoster)
	if known || !beside {
		*in = sighting{hash, now}
	}
	return known || beside
}

// inView is what is remembered of a code in view, or the one to forget for it.
func (p *physical) inView(hash [sha256.Size]byte) *sighting {
	oldest := &p.view[0]
	for i := range p.view {
		if p.view[i].hash == hash {
			return &p.view[i]
		}
		if p.view[i].seen.Before(oldest.seen) {
			oldest = &p.view[i]
		}
	}
	return oldest
}

// taken tells whether there is nothing to do about a scan.
func (s *lane) taken(scan Scan) bool {
	if scan.Camera && !scan.Unreadable && !s.Verifier.Personal(scan.Payload) {
		return s.last.poster(scan, s.view.State != StateIdle)
	}
	return s.last.again(scan)
}

func (s *lane) scan(scan Scan) {
	if s.taken(scan) {
		return
	}
	switch s.view.State {
	case StateEmergency, StateTraining:
		return // the gate is open, or the lane out of service: there is nothing to decide
	case StateWaiting:
		if s.joins(scan) {
			s.join(scan)
			return
		}
		_ = s.turnAway() // the view says so
		return
	}
	if s.stalled {
		s.view.Refused++
		s.view.Notice = CannotRecord
		s.Gate.Notice()
		s.show()
		return
	}
	s.present(scan)
}

// turnAway refuses what was shown while somebody else's decision is open.
func (s *lane) turnAway() error {
	s.view.Refused++
	s.view.Notice = DecideFirst
	s.Gate.Notice()
	s.show()
	return ErrDecideFirst
}

// present begins with the next person.
func (s *lane) present(scan Scan) {
	if s.view.State == StateWalk {
		s.Gate.Hold(false) // people come before lamps
		s.Gate.Signal(SignalIdle)
	}
	if s.green() {
		s.Gate.Signal(SignalIdle) // the last person's green is not this one's
	}
	s.begin(&turn{scan: scan})
}

// begin starts a turn.
func (s *lane) begin(t *turn) {
	s.turn, t.vehicle = t, s.vehicle
	s.turns++
	s.clear(alarmUndo, alarmPersonal)
	s.view = View{Lane: s.view.Lane, Turn: s.turns, Training: s.Training, Readers: s.view.Readers, Refused: s.view.Refused, Contacts: s.view.Contacts, GateFault: s.view.GateFault, Vehicle: s.vehicleNow()}
	s.enter(StateReading)
	s.verify(t)
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
	if t.first != nil && d.Verdict == NotRead {
		s.reopen(t.first, d.Reason)
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
	if !ok || d.Verdict == Refer && pass.card != sha256.Sum256(s.turn.scan.Payload) {
		return d
	}
	d.Verdict, d.Reason = Repeat, JustScanned
	args := map[string]string{"ago": time.Since(pass.at).Truncate(time.Second).String(), "lane": pass.lane}
	maps.Copy(args, d.Args) // the hotline
	d.Args = args
	return d
}

// decide shows a decision and sends its record to disk. Only green without a
// relay waits for the disk: there the lamp is what lets people in.
func (s *lane) decide(t *turn, d Decision) {
	s.joined(t)
	t.decision = &d
	s.view.Decision, s.view.Notice = t.decision, ""
	if d.AsksGuard() {
		s.wait(t)
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
	if v == Admit && s.turn.vehicle != nil {
		s.Gate.Signal(SignalIdle) // the green lamp is the vehicle's
		return
	}
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

// wait asks the guard for an answer, and for the second paper that the decision
// wants.
func (s *lane) wait(t *turn) {
	s.enter(StateWaiting)
	s.view.Listed = t.listed
	s.set(alarmClose, s.answerTime())
	if t.decision.Second {
		s.wantSecond()
	}
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
	s.aboard(t)
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
	if t.vehicle != nil {
		s.Gate.Signal(SignalIdle) // the gate opens for all of them
		s.counted(t, &t.vehicle.Passed)
		return
	}
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
		if d := s.view.Decision; d != nil && d.Verdict == Fault {
			s.last.forget(s.turn.scan) // nothing was said of the person, who may still hold it there
		}
		s.idle()
	case StateWalk:
		s.walkOver()
	case StateTraining:
		s.trainingOver()
	}
}
