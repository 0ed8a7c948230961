package checkpoint

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
)

// Errors of [Lane.Vehicle] and [Lane.CloseVehicle].
var (
	ErrNotAPlate    = errors.New("that is no number plate: four to ten letters and digits")
	ErrVehicleOpen  = errors.New("a vehicle stands there already: close it first")
	ErrNoVehicle    = errors.New("that vehicle does not stand there")
	ErrNobodyPassed = errors.New("nobody in the vehicle was let pass")
)

// vehicleWithin is how long a vehicle stands open after the last person in it
// was looked at. Then the next one's people would be taken for its.
const vehicleWithin = 15 * time.Minute

// Vehicle is one that stands before the lane, and its people so far. Its gate
// opens once, when it is closed; the lamp is not green before.
type Vehicle struct {
	Plate          string
	Passed, Denied int
	Gone           bool // it was let pass
}

var plates = regexp.MustCompile(`^[A-Z0-9Đ]{4,10}$`)

// Vehicle begins a vehicle by its number plate: whoever is scanned or typed from
// here on is one of its people, each decided separately.
func (l *Lane) Vehicle(ctx context.Context, plate string) error {
	plate = strings.ToUpper(strings.Map(without(" .-"), plate))
	if !plates.MatchString(plate) {
		return ErrNotAPlate
	}
	reply := make(chan error, 1)
	l.send(func(s *lane) { reply <- s.vehicleComes(plate) })
	return l.await(ctx, reply)
}

// CloseVehicle ends a vehicle once everybody in it was decided on: it passes, and
// the gate opens once; or it turns back. It returns when that is on disk.
func (l *Lane) CloseVehicle(ctx context.Context, plate string, pass bool) error {
	reply := make(chan error, 1)
	l.send(func(s *lane) { s.vehicleGoes(plate, pass, reply) })
	return l.await(ctx, reply)
}

func (s *lane) vehicleComes(plate string) error {
	switch {
	case s.view.State == StateEmergency:
		return ErrGateIsOpen
	case s.view.State == StateTraining:
		return ErrTraining
	case s.vehicle != nil:
		return ErrVehicleOpen
	case s.view.State == StateWaiting || s.busy():
		return ErrDecideFirst
	}
	if s.green() { // the last person's green is not this vehicle's
		s.idle()
	}
	s.vehicle = &Vehicle{Plate: plate}
	s.clear(alarmUndo) // an answer about somebody before the vehicle opens nothing any more
	s.view.UndoUntil = time.Time{}
	s.vehicleChanged()
	return nil
}

// vehicleNow is the vehicle as it is, for the view; it may stand a while longer.
func (s *lane) vehicleNow() *Vehicle {
	if s.vehicle == nil {
		return nil
	}
	s.set(alarmVehicle, vehicleWithin)
	now := *s.vehicle // views that were handed out stay as they were
	return &now
}

func (s *lane) vehicleChanged() {
	s.view.Vehicle = s.vehicleNow()
	s.show()
}

func (s *lane) vehicleGoes(plate string, pass bool, reply chan<- error) {
	v := s.vehicle
	switch {
	case v == nil || v.Plate != plate:
		reply <- ErrNoVehicle
		return
	case s.view.State == StateWaiting || s.busy():
		reply <- ErrDecideFirst
		return
	case s.stalled:
		reply <- errCannotRecord
		return
	case pass && v.Passed == 0:
		reply <- ErrNobodyPassed
		return
	}
	what := FoundVehicleBack
	if pass {
		what = FoundVehiclePassed
	}
	pressed := time.Now()
	s.record(Record{Kind: RecordEvent, Findings: []Finding{what}}, func(s *lane, p Position, err error) {
		if err == nil && pass && time.Since(pressed) > recordWithin { // the guard was told to open by hand
			s.record(Record{Kind: RecordOutcome, Outcome: Undone, Refers: p}, func(*lane, Position, error) {})
			err = errCannotRecord
		}
		reply <- s.vehicleRecorded(v, pass, err)
	})
}

// vehicleRecorded opens for the vehicle, or lets it turn back.
func (s *lane) vehicleRecorded(v *Vehicle, pass bool, err error) error {
	if err != nil {
		return s.priorityRecorded(err)
	}
	if s.vehicle == v {
		s.vehicleEnds()
	}
	if s.view.State == StateDecided {
		s.idle()
	}
	if !pass {
		s.show()
		return nil
	}
	if s.view.State == StateIdle {
		gone := *v
		gone.Gone = true
		s.view.Vehicle = &gone
	}
	return s.priorityRecorded(nil)
}

// vehicleEnds: nobody after this is one of its people, nor undone into it.
func (s *lane) vehicleEnds() {
	s.vehicle, s.view.Vehicle = nil, nil
	s.view.UndoUntil = time.Time{}
	s.clear(alarmUndo, alarmVehicle)
}

// vehicleLeft: nobody closed it.
func (s *lane) vehicleLeft() {
	if s.vehicle == nil {
		return
	}
	if s.view.State != StateIdle {
		s.set(alarmVehicle, vehicleWithin)
		return
	}
	s.vehicleEnds()
	s.note(Record{Findings: []Finding{FoundVehicleLeft}})
}

// aboard keeps with a decision of somebody in a vehicle which one it is, as a
// further paper of that person.
func (s *lane) aboard(t *turn) {
	if t.vehicle == nil || !t.decision.AsksGuard() && t.decision.Verdict != Admit {
		return
	}
	r := Record{Kind: RecordDecision, Refers: t.position, Format: FormatVehicle, Number: t.vehicle.Plate}
	s.record(r, func(s *lane, _ Position, err error) {
		if err != nil {
			s.view.Notice = CannotRecord
			s.show()
		}
	})
}

// counted notes what became of somebody in a vehicle, in one of its counts, until
// that is undone.
func (s *lane) counted(t *turn, count *int) {
	*count++
	before := t.forget
	t.forget = func() {
		if before != nil {
			before()
		}
		*count--
		s.vehicleChanged()
	}
	s.vehicleChanged()
}
