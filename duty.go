package checkpoint

import (
	"context"
	"errors"
	"time"
)

// What people on duty do at a lane beside deciding. Each is a record; none of it
// opens anything.

// trainingFor is how long a lane trains before it is ready again by itself.
const trainingFor = 30 * time.Minute

// ErrBusy tells that somebody is before the lane, or that it cannot record.
var ErrBusy = errors.New("somebody is before the lane: wait until it is ready")

// ErrTraining tells that nobody is looked at while somebody practises.
var ErrTraining = errors.New("the lane trains: end the training first")

// Shift records that somebody took the lane over, or handed it over. Who is a
// guard's name or number as typed; it is sealed with the rest of the record. It
// returns when that is on disk.
func (l *Lane) Shift(ctx context.Context, began bool, who string) error {
	return l.note(ctx, Record{Findings: []Finding{FoundShift}, Open: began, Name: who})
}

// LogLooked records that somebody with a shift lead's PIN looks at what was
// decided today. It returns when that is on disk.
func (l *Lane) LogLooked(ctx context.Context) error {
	return l.note(ctx, Record{Findings: []Finding{FoundLogLooked, FoundLeadPIN}})
}

// SettingsChanged records that a technician changed how the running box sounds or
// looks. now is what holds from here on: "name: value", a line each. It returns
// when that is on disk.
func (l *Lane) SettingsChanged(ctx context.Context, now string) error {
	return l.note(ctx, Record{Findings: []Finding{FoundSettings}, Address: now})
}

func (l *Lane) note(ctx context.Context, r Record) error {
	r.Kind = RecordEvent
	reply := make(chan error, 1)
	l.send(func(s *lane) { s.record(r, func(_ *lane, _ Position, err error) { reply <- err }) })
	return l.await(ctx, reply)
}

// Train takes the lane out of service for half an hour, dark and at rest, so
// that somebody can practise on a lane of [LaneConfig].Training in its place.
// It returns once the record of it is on disk. Whatever is scanned meanwhile is
// nobody to this lane; the fire contact, a priority vehicle on the wall, and the
// daemon's end all end it.
func (l *Lane) Train(ctx context.Context) error {
	reply := make(chan error, 1)
	l.send(func(s *lane) { s.train(reply) })
	return l.await(ctx, reply)
}

// EndTraining makes the lane ready again. It returns at once; the record
// follows. A lane that does not train stays as it is.
func (l *Lane) EndTraining(ctx context.Context) error {
	reply := make(chan error, 1)
	l.send(func(s *lane) {
		if s.view.State == StateTraining {
			s.trainingOver()
		}
		reply <- nil
	})
	return l.await(ctx, reply)
}

func (s *lane) train(reply chan<- error) {
	if s.view.State != StateIdle || s.stalled || s.vehicle != nil {
		reply <- ErrBusy
		return
	}
	s.record(Record{Kind: RecordEvent, Findings: []Finding{FoundTraining}, Open: true}, func(s *lane, _ Position, err error) {
		switch {
		case err != nil:
			reply <- err
		case s.view.State != StateIdle || s.stopped || s.vehicle != nil:
			s.recordTrainingEnd()
			reply <- ErrBusy
		default:
			s.trainingBegins()
			reply <- nil
		}
	})
}

func (s *lane) trainingBegins() {
	s.clear(alarmUndo, alarmPersonal)
	s.turn = nil
	s.view.Decision, s.view.Outcome, s.view.UndoUntil, s.view.Notice = nil, 0, time.Time{}, TrainingMode
	s.enter(StateTraining)
	s.set(alarmClose, trainingFor)
	s.Gate.Hold(false)
	s.Gate.Signal(SignalDark)
	s.show()
}

func (s *lane) trainingOver() {
	s.recordTrainingEnd()
	s.idle()
}

func (s *lane) recordTrainingEnd() {
	s.record(Record{Kind: RecordEvent, Findings: []Finding{FoundTraining}}, func(*lane, Position, error) {})
}
