package checkpoint

import (
	"context"
	"slices"
	"time"
)

// Contact is a wire by which somebody or something tells a lane what is going
// on at its gate. What a contact means electrically is the gate's business.
type Contact uint8

// The contacts; each says what it means when it is active.
const (
	ContactFire    Contact = iota + 1 // fire alarm
	ContactDoor                       // the door stands open
	ContactPassage                    // somebody is in the passage
	ContactExit                       // the exit button is pressed; it opens the lock by itself
	ContactTamper                     // the box's cover is open
	Button1                           // the guard's buttons: what they do now is in View.Choices
	Button2
	Button3
	ButtonPriority // priority vehicle, held for a second
)

var contactNames = [...]string{
	ContactFire: "fire", ContactDoor: "door", ContactPassage: "passage", ContactExit: "exit", ContactTamper: "tamper",
	Button1: "button 1", Button2: "button 2", Button3: "button 3", ButtonPriority: "priority",
}

func (c Contact) String() string { return name(contactNames[:], int(c)) }

// How long things last at a gate with contacts.
const (
	// DefaultPassWithin is how long a person has to come through after the gate
	// was opened.
	DefaultPassWithin = 10 * time.Second
	// DefaultDoorOpenFor is how long a door may stand open after the last
	// opening.
	DefaultDoorOpenFor = 30 * time.Second

	priorityHeld = time.Second      // a press by mistake opens nothing
	eventEvery   = 10 * time.Second // a contact that flaps must not fill the card
)

// Contact tells the lane that a contact became active or went to rest.
func (l *Lane) Contact(c Contact, active bool) { l.send(func(s *lane) { s.contact(c, active) }) }

func (s *lane) contact(c Contact, active bool) {
	s.view.Contacts = slices.DeleteFunc(slices.Clone(s.view.Contacts), func(other Contact) bool { return other == c })
	if active {
		s.view.Contacts = append(s.view.Contacts, c)
	}
	switch c {
	case ContactFire:
		s.emergency(active)
	case ContactDoor:
		s.door(active)
	case ContactPassage:
		if active {
			s.passed()
		}
	case ContactExit:
		if active {
			s.watchDoor() // it may stand open for as long as after an opening
			s.event(c, Record{Findings: []Finding{FoundExitButton}})
		}
	case ContactTamper:
		s.refreshIdle()
		s.event(c, Record{Reason: BoxOpened, Findings: []Finding{FoundBoxOpened}, Open: active})
	case Button1, Button2, Button3:
		if active {
			s.button(int(c-Button1) + 1)
		}
	case ButtonPriority:
		s.clear(alarmPriority)
		if active {
			s.set(alarmPriority, priorityHeld)
		}
	}
	s.show()
}

func (s *lane) active(c Contact) bool { return slices.Contains(s.view.Contacts, c) }
func (s *lane) fitted(c Contact) bool { return slices.Contains(s.Contacts, c) }

// refreshIdle brings the line beside "ready" up to date.
func (s *lane) refreshIdle() {
	if s.view.State == StateIdle {
		s.signalIdle()
	}
}

// event records what a contact told, but not a thousand times over.
func (s *lane) event(c Contact, r Record) {
	now := time.Now()
	key := told{c, r.Open}
	if last, seen := s.told[key]; seen && now.Sub(last) < eventEvery {
		return
	}
	s.told[key] = now
	s.note(r)
}

// told is an event that is not told again at once.
type told struct {
	contact Contact
	open    bool
}

// note records something that is about no decision.
func (s *lane) note(r Record) {
	r.Kind = RecordEvent
	s.record(r, func(s *lane, _ Position, err error) {
		if err != nil {
			s.view.Notice = CannotRecord
			s.show()
		}
	})
}

// Priority opens for a vehicle that may not wait, at any time and without a
// scan. It returns when that is on disk.
func (l *Lane) Priority(ctx context.Context) error {
	reply := make(chan error, 1)
	l.send(func(s *lane) { s.priority(reply) })
	return l.await(ctx, reply)
}

// priority opens for a vehicle that may not wait. The open decision, if there
// is one, stays open: the vehicle is not its person.
func (s *lane) priority(reply chan<- error) {
	switch {
	case s.view.State == StateEmergency:
		reply <- nil // it stands open
		return
	case s.stalled:
		s.view.Notice = CannotRecord
		s.Gate.Notice()
		reply <- errCannotRecord
		return
	case s.view.State == StateTraining:
		s.trainingOver()
	}
	pressed := time.Now()
	s.record(Record{Kind: RecordEvent, Findings: []Finding{FoundPriority}}, func(s *lane, p Position, err error) {
		if late := time.Since(pressed) > recordWithin; late && err == nil { // the guard was told to open by hand
			s.record(Record{Kind: RecordOutcome, Outcome: Undone, Refers: p}, func(*lane, Position, error) {})
			err = errCannotRecord
		}
		reply <- s.priorityRecorded(err)
	})
}

func (s *lane) priorityRecorded(err error) error {
	if err != nil {
		s.view.Notice = CannotRecord
		s.Gate.Notice()
		s.show()
		return err
	}
	if s.stopped || s.view.State == StateEmergency {
		return nil
	}
	if s.view.State == StateIdle {
		s.clear(alarmUndo, alarmPersonal)
		s.view.Decision, s.view.Outcome, s.view.UndoUntil, s.view.Notice = nil, 0, time.Time{}, ""
		s.enter(StateDecided)
		s.set(alarmClose, greenFor)
		s.Gate.Signal(SignalAdmit)
	}
	s.open()
	s.show()
	return nil
}
