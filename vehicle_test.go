package checkpoint_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"checkpoint"
)

func (b *bench) vehicle(t *testing.T, plate string) {
	t.Helper()
	if err := b.lane.Vehicle(t.Context(), plate); err != nil {
		t.Fatal(err)
	}
	b.take()
}

func (b *bench) answered(t *testing.T, a checkpoint.Answer) {
	t.Helper()
	if err := b.lane.Answer(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// Each person in a vehicle is decided separately; neither lamp nor gate lets it
// go before the guard closes it, and the gate opens once.
func TestAVehicleOpensOnceAfterItsLastPerson(t *testing.T) {
	for _, relay := range []bool{true, false} {
		b := &bench{relay: relay, site: "road"}
		onLane(t, b, true, func(t *testing.T) {
			b.vehicle(t, "29a-123.45")
			b.scan("admit/driver")
			b.want(t, "lamp idle", "append decision admit", "lamp idle", "append decision (0)")
			b.scan("refer/an")
			b.take()
			if err := b.lane.CloseVehicle(t.Context(), "29A12345", true); !errors.Is(err, checkpoint.ErrDecideFirst) {
				t.Errorf("closed before the last decision: %v", err)
			}
			b.answered(t, checkpoint.AnswerPassed)
			b.want(t, "append outcome passed", "lamp idle")
			b.scan("refuse/binh")
			b.take()
			b.answered(t, checkpoint.AnswerDenied)
			b.want(t, "append outcome denied", "lamp idle")
			if v := b.now().Vehicle; v == nil || *v != (checkpoint.Vehicle{Plate: "29A12345", Passed: 2, Denied: 1}) {
				t.Fatalf("the view has %+v", v)
			}
			if err := b.lane.CloseVehicle(t.Context(), "29A12345", true); err != nil {
				t.Fatal(err)
			}
			did := strings.Join(b.take(), ", ")
			if want := "append event VEHICLE_PASSED, lamp admit"; !strings.HasPrefix(did, want) || strings.Contains(did, "open") != relay {
				t.Errorf("the lane did %s", did)
			}
			if v := b.now(); v.Vehicle == nil || !v.Vehicle.Gone || v.State != checkpoint.StateDecided {
				t.Errorf("%+v", v)
			}
			time.Sleep(4 * time.Second)
			if v := b.now(); v.Vehicle != nil {
				t.Errorf("the plate stays: %+v", v.Vehicle)
			}
			b.take()
			b.scan("admit/alone")
			if did := strings.Join(b.take(), ", "); strings.Contains(did, "(0)") || strings.Contains(did, "open") != relay {
				t.Errorf("whoever comes next: %s", did)
			}
			plated := 0
			for i, r := range b.records {
				if r.Format == checkpoint.FormatVehicle {
					plated++
					if r.Number != "29A12345" || r.Refers.Seq != uint64(i) {
						t.Errorf("record %d is %+v", i+1, r)
					}
				}
			}
			if plated != 3 {
				t.Errorf("%d people have the plate, want 3", plated)
			}
		})
	}
}

// What is taken back counts no more; a vehicle in which nobody may pass does not.
func TestAVehicleOfWhichNobodyPasses(t *testing.T) {
	b := &bench{relay: true, site: "road"}
	onLane(t, b, true, func(t *testing.T) {
		b.vehicle(t, "29A12345")
		b.scan("refer/an")
		b.take()
		b.answered(t, checkpoint.AnswerPassed)
		b.take()
		b.answered(t, checkpoint.AnswerUndo)
		b.answered(t, checkpoint.AnswerDenied)
		b.answered(t, checkpoint.AnswerUndo)
		b.answered(t, checkpoint.AnswerDenied)
		if v := b.now().Vehicle; *v != (checkpoint.Vehicle{Plate: "29A12345", Denied: 1}) {
			t.Errorf("the view has %+v", v)
		}
		b.take()
		if err := b.lane.CloseVehicle(t.Context(), "29A12345", true); !errors.Is(err, checkpoint.ErrNobodyPassed) {
			t.Errorf("%v", err)
		}
		if err := b.lane.CloseVehicle(t.Context(), "29A12345", false); err != nil {
			t.Error(err)
		}
		b.want(t, "append event VEHICLE_TURNED_BACK")
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerUndo); !errors.Is(err, checkpoint.ErrNothingToUndo) {
			t.Errorf("somebody was taken back into a vehicle that left: %v", err)
		}
		if err := b.lane.CloseVehicle(t.Context(), "29A12345", false); !errors.Is(err, checkpoint.ErrNoVehicle) {
			t.Errorf("closed twice: %v", err)
		}
	})
}

func TestAVehicleIsTurnedAway(t *testing.T) {
	b := &bench{relay: true, site: "road"}
	onLane(t, b, true, func(t *testing.T) {
		for _, bad := range []string{"", "29A", "29A 123 456 78", "29A<b>"} {
			if err := b.lane.Vehicle(t.Context(), bad); !errors.Is(err, checkpoint.ErrNotAPlate) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		b.scan("refer/an")
		b.take()
		if err := b.lane.Vehicle(t.Context(), "29A12345"); !errors.Is(err, checkpoint.ErrDecideFirst) {
			t.Errorf("beside an open decision: %v", err)
		}
		b.answered(t, checkpoint.AnswerDenied)
		b.vehicle(t, "29A12345")
		if err := b.lane.Vehicle(t.Context(), "30F99999"); !errors.Is(err, checkpoint.ErrVehicleOpen) {
			t.Errorf("a second one: %v", err)
		}
	})
}

// A vehicle that nobody closes, or that an alarm finds there, gives its gate to
// nobody else.
func TestAVehicleEndsByItself(t *testing.T) {
	b := &bench{relay: true, site: "road"}
	onLane(t, b, true, func(t *testing.T) {
		b.vehicle(t, "29A12345")
		time.Sleep(10 * time.Minute)
		b.scan("admit/an")
		b.take()
		time.Sleep(10 * time.Minute)
		if b.now().Vehicle == nil {
			t.Fatal("gone though somebody was scanned ten minutes ago")
		}
		b.take()
		time.Sleep(6 * time.Minute)
		b.want(t, "append event VEHICLE_LEFT_OPEN")
		if v := b.now().Vehicle; v != nil {
			t.Errorf("%+v", v)
		}
		b.vehicle(t, "29A12345")
		b.lane.Contact(checkpoint.ContactFire, true)
		b.lane.Contact(checkpoint.ContactFire, false)
		if v := b.now().Vehicle; v != nil {
			t.Errorf("after an alarm %+v", v)
		}
		b.take()
		b.vehicle(t, "29A12345")
		b.scan("admit/an")
		b.take()
		b.disk = errors.New("disk full")
		if err := b.lane.CloseVehicle(t.Context(), "29A12345", true); err == nil {
			t.Error("let pass without a record")
		}
		if did := strings.Join(b.take(), ", "); strings.Contains(did, "open") {
			t.Errorf("the lane did %s", did)
		}
	})
}
