package checkpoint

import "cmp"

// opening is what is known of the last opening of the gate.
type opening struct {
	expected bool // somebody has yet to come through
	door     bool // the door did open
}

// open energises the relay for one person and watches what becomes of it.
func (s *lane) open() {
	s.Gate.Open()
	s.watchDoor()
	s.opening = opening{door: s.active(ContactDoor)}
	// A door that stands open tells nothing of one more person.
	if s.Gate.HasRelay() && (s.fitted(ContactPassage) || s.fitted(ContactDoor) && !s.opening.door) {
		s.opening.expected = true
		s.set(alarmPassage, cmp.Or(s.PassWithin, DefaultPassWithin))
	}
}

// shut puts the relay to rest: nobody is expected any more.
func (s *lane) shut() {
	s.Gate.Hold(false)
	s.opening = opening{}
	s.clear(alarmPassage)
	s.watchDoor()
}

// door follows the door contact.
func (s *lane) door(open bool) {
	s.watchDoor()
	if !open {
		if s.view.GateFault == FoundDoorOpen {
			s.gateWorks()
		}
		return
	}
	s.opening.door = true
	if s.view.GateFault == FoundDoorStayedShut || s.opening.expected && !s.fitted(ContactPassage) {
		s.cameThrough()
	}
}

// passed follows the passage sensor: green is over once its person is through.
func (s *lane) passed() {
	if !s.opening.expected {
		return
	}
	s.cameThrough()
	if s.green() || s.view.State == StateDecided && s.view.Decision == nil {
		s.idle()
	}
}

func (s *lane) cameThrough() {
	s.opening = opening{}
	s.clear(alarmPassage)
	s.gateWorks()
}

func (s *lane) gateWorks() {
	s.view.GateFault = ""
	s.refreshIdle()
}

// notPassed: nobody came through in time. Where the door did open it may be
// that the person turned round, which is worth a record and no alarm.
func (s *lane) notPassed() {
	fault := FoundNoPassage
	if s.fitted(ContactDoor) && !s.opening.door {
		fault = FoundDoorStayedShut
	}
	turnedRound := s.opening.door
	s.opening = opening{}
	if turnedRound {
		s.note(Record{Findings: []Finding{fault}})
		return
	}
	s.gateFails(fault, GateNotOpened)
}

// watchDoor begins to count how long the door stands open at rest.
func (s *lane) watchDoor() {
	s.clear(alarmDoor)
	if s.active(ContactDoor) && s.view.State != StateEmergency {
		s.set(alarmDoor, cmp.Or(s.DoorOpenFor, DefaultDoorOpenFor))
	}
}

// gateFails records that lock and contacts disagree, and says so.
func (s *lane) gateFails(fault Finding, r Reason) {
	s.view.GateFault = fault
	s.refreshIdle()
	s.note(Record{Reason: r, Findings: []Finding{fault}})
}
