package checkpoint

import "time"

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
	if s.turn != nil {
		s.turn.late = true // what is still on its way to disk opens nothing afterwards
	}
	if t := s.turn; s.view.State == StateWaiting {
		s.recordOutcome(t, Undecided, func(*lane, Position, error) {})
	}
	s.clear(alarmUndo, alarmPersonal)
	s.view.Decision, s.view.UndoUntil, s.view.Notice = nil, time.Time{}, EmergencyOpen
	s.enter(StateEmergency)
	s.show()
	s.recordEmergency(true)
}

func (s *lane) recordEmergency(open bool) {
	s.record(Record{Kind: RecordEmergency, Open: open}, func(s *lane, _ Position, err error) {
		if err != nil {
			s.view.Notice = CannotRecord
			s.show()
		}
	})
}
