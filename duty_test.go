package checkpoint_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"checkpoint"
)

// A lane that trains is dark and deaf, and is ready again by itself.
func TestTrainingTakesTheLaneOutOfServiceForHalfAnHour(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		if err := b.lane.Train(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append event TRAINING", "hold false", "lamp dark")
		b.scan("admit/an")
		b.want(t)
		if v := b.now(); v.State != checkpoint.StateTraining || v.Notice != checkpoint.TrainingMode || len(v.Choices()) != 0 {
			t.Errorf("the lane shows %+v", v)
		}
		typed := checkpoint.Typed{Kind: checkpoint.KindCCCD, Number: "001090000011", Birth: checkpoint.Date{Year: 1990}}
		if a, b := b.lane.Type(t.Context(), typed), b.lane.Vehicle(t.Context(), "29A12345"); !errors.Is(a, checkpoint.ErrTraining) || !errors.Is(b, checkpoint.ErrTraining) {
			t.Errorf("typing is answered %v, a vehicle %v", a, b)
		}
		time.Sleep(29 * time.Minute)
		b.want(t)
		time.Sleep(time.Minute)
		b.want(t, "lamp idle", "append event TRAINING")
		if first, last := b.records[0], b.records[1]; !first.Open || last.Open {
			t.Errorf("recorded %+v and %+v", first, last)
		}
		b.scan("admit/an")
		b.want(t, "lamp admit", "append decision admit", "open")
	})
}

func TestNobodyTrainsBesideAVehicle(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		if err := b.lane.Vehicle(t.Context(), "29A12345"); err != nil {
			t.Fatal(err)
		}
		if err := b.lane.Train(t.Context()); !errors.Is(err, checkpoint.ErrBusy) {
			t.Errorf("training began: %v", err)
		}
	})
}

func TestAFireEndsTraining(t *testing.T) {
	b := &bench{relay: true, contacts: []checkpoint.Contact{checkpoint.ContactFire}}
	onLane(t, b, true, func(t *testing.T) {
		if err := b.lane.Train(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.take()
		b.lane.Contact(checkpoint.ContactFire, true)
		b.want(t, "hold true", "lamp emergency", "append event TRAINING", "append emergency")
		b.lane.Contact(checkpoint.ContactFire, false)
		b.want(t, "hold false", "lamp idle", "append emergency")
	})
}

// An ambulance at the wall's button does not wait for a lesson.
func TestAPriorityVehicleEndsTraining(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		if err := b.lane.Train(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.take()
		if err := b.lane.Priority(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.want(t, "lamp idle", "append event TRAINING", "append event PRIORITY_VEHICLE", "lamp admit", "open")
	})
}

func TestNobodyTrainsBeforeAnOpenDecision(t *testing.T) {
	b := &bench{}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.take()
		if err := b.lane.Train(t.Context()); !errors.Is(err, checkpoint.ErrBusy) {
			t.Errorf("got %v", err)
		}
		b.want(t)
	})
}

// What is not on disk has not begun.
func TestTrainingIsRecordedFirst(t *testing.T) {
	b := &bench{disk: errors.New("full")}
	onLane(t, b, true, func(t *testing.T) {
		if err := b.lane.Train(t.Context()); err == nil {
			t.Error("began without a record")
		}
		if v := b.now(); v.State != checkpoint.StateIdle {
			t.Errorf("the lane is %v", v.State)
		}
	})
}

func TestTrainingEndsByAWordAndWithTheLane(t *testing.T) {
	b := &bench{}
	onLane(t, b, true, func(t *testing.T) {
		for range 2 {
			if err := b.lane.Train(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.take()
			if err := b.lane.EndTraining(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.want(t, "lamp idle", "append event TRAINING")
		}
		if err := b.lane.EndTraining(t.Context()); err != nil || len(b.take()) != 0 {
			t.Errorf("a lane that does not train: %v", err)
		}
	})
}

// A shift's record says who, sealed like everything else, and which way.
func TestAShiftAndALookAreRecorded(t *testing.T) {
	b := &bench{}
	onLane(t, b, true, func(t *testing.T) {
		ctx := t.Context()
		if err := errors.Join(b.lane.Shift(ctx, true, "0417"), b.lane.LogLooked(ctx), b.lane.Shift(ctx, false, "0417")); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append event SHIFT", "append event LOG_LOOKED LEAD_PIN", "append event SHIFT")
		if r := b.records; !r[0].Open || r[0].Name != "0417" || r[1].Name != "" || r[2].Open {
			t.Errorf("recorded %+v", r)
		}
		b.disk = errors.New("full")
		if b.lane.LogLooked(ctx) == nil {
			t.Error("a look that is not on disk was let through")
		}
	})
}

// A training lane's people are never a real lane's.
func TestATrainingLaneCountsApart(t *testing.T) {
	b := &bench{}
	onLane(t, b, true, func(t *testing.T) {
		twin := checkpoint.NewLane(checkpoint.LaneConfig{
			Info: checkpoint.LaneInfo{Lane: "1"}, Verifier: b, Gate: b, Journal: b, Clock: b, Display: b, Training: true,
		})
		go func() { _ = twin.Run(t.Context()) }()
		twin.Scan(checkpoint.Scan{Payload: []byte("refer/an"), At: time.Now()})
		if v := b.now(); !v.Training || v.Turn != checkpoint.TrainingTurns+1 {
			t.Errorf("the training lane shows %+v", v)
		}
		b.take()
		if err := b.lane.AnswerTurn(t.Context(), checkpoint.TrainingTurns+1, checkpoint.AnswerPassed, ""); !errors.Is(err, checkpoint.ErrOtherPerson) {
			t.Errorf("the real lane took a lesson's answer: %v", err)
		}
		if slices.Contains(b.take(), "open") {
			t.Error("it opened")
		}
	})
}
