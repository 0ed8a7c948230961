package checkpoint

import (
	"context"
	"errors"
	"time"
)

// ErrNoEmergency tells that there is none to end.
var ErrNoEmergency = errors.New("no emergency on this lane")

// EndEmergency ends the emergency by a shift lead's word, also while the fire
// contact is still open. It returns when the gate is at rest; the record
// follows.
func (l *Lane) EndEmergency(ctx context.Context) error {
	reply := make(chan error, 1)
	l.send(func(s *lane) {
		if s.view.State != StateEmergency {
			reply <- ErrNoEmergency
			return
		}
		s.emergencyOver(FoundLeadPIN)
		reply <- nil
	})
	return l.await(ctx, reply)
}

// WrongPIN records that somebody gave a wrong PIN.
func (l *Lane) WrongPIN() {
	l.send(func(s *lane) { s.note(Record{Reason: PINWrong, Findings: []Finding{FoundWrongPIN}}) })
}

// emergency never waits: lamps and relay first, the record when it can.
func (s *lane) emergency(open bool) {
	switch {
	case open == (s.view.State == StateEmergency):
		return
	case !open:
		s.emergencyOver()
		return
	}
	s.Gate.Hold(true)
	s.Gate.Signal(SignalEmergency)
	if s.turn != nil {
		s.turn.late = true // what is still on its way to disk opens nothing afterwards
	}
	s.undecided()
	s.vehicleEnds()
	s.clear(alarmUndo, alarmPersonal, alarmPriority, alarmPassage, alarmDoor)
	s.opening = opening{}
	s.view.Decision, s.view.UndoUntil, s.view.Notice = nil, time.Time{}, EmergencyOpen
	s.enter(StateEmergency)
	s.show()
	s.recordEmergency(true)
}

// emergencyOver puts the gate to rest; how tells what ended it, unless it was
// the contact.
func (s *lane) emergencyOver(how ...Finding) {
	s.Gate.Hold(false)
	s.idle()
	s.watchDoor()
	s.recordEmergency(false, how...)
}

func (s *lane) recordEmergency(open bool, how ...Finding) {
	s.record(Record{Kind: RecordEmergency, Open: open, Findings: how}, func(s *lane, _ Position, err error) {
		if err != nil {
			s.view.Notice = CannotRecord
			s.show()
		}
	})
}
