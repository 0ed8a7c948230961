package checkpoint_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"checkpoint"
)

// Contacts of a gate that has them all.
func allContacts() []checkpoint.Contact {
	return []checkpoint.Contact{
		checkpoint.ContactDoor, checkpoint.ContactPassage, checkpoint.ContactExit, checkpoint.ContactTamper,
		checkpoint.Button1, checkpoint.Button2, checkpoint.Button3, checkpoint.ButtonPriority,
	}
}

// touch makes a contact active for a while.
func (b *bench) touch(c checkpoint.Contact, lasts time.Duration) {
	b.lane.Contact(c, true)
	time.Sleep(lasts)
	b.lane.Contact(c, false)
}

func TestPassageEndsGreen(t *testing.T) {
	b := &bench{relay: true, contacts: allContacts()}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		b.want(t, "lamp admit", "append decision admit", "open")
		time.Sleep(time.Second)
		b.touch(checkpoint.ContactDoor, time.Second/2)
		b.want(t)
		b.touch(checkpoint.ContactPassage, time.Second/2)
		b.want(t, "lamp idle")
		time.Sleep(time.Minute)
		b.want(t) // and nothing is missed
	})
}

func TestGateThatDoesNotOpenIsToldAndRecorded(t *testing.T) {
	b := &bench{relay: true, contacts: allContacts()}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		b.want(t, "lamp admit", "append decision admit", "open")
		time.Sleep(3 * time.Second)
		b.want(t, "lamp idle")
		time.Sleep(7 * time.Second)
		b.want(t, "lamp idle", "append event DOOR_STAYED_SHUT")
		if v := b.now(); v.Notice != checkpoint.GateNotOpened || v.GateFault != checkpoint.FoundDoorStayedShut {
			t.Errorf("notice %q, gate fault %q", v.Notice, v.GateFault)
		}
		b.scan("admit/binh")
		b.want(t, "lamp admit", "append decision admit", "open")
		b.touch(checkpoint.ContactDoor, time.Second)
		b.touch(checkpoint.ContactPassage, time.Second)
		if v := b.now(); v.Notice != "" || v.GateFault != "" {
			t.Errorf("after somebody came through: notice %q, gate fault %q", v.Notice, v.GateFault)
		}
	})
}

// Who turned round after the door had opened is no fault of the gate.
func TestNobodyCameThrough(t *testing.T) {
	for _, c := range []struct {
		name     string
		contacts []checkpoint.Contact
		door     bool
		event    string
		notice   checkpoint.Reason
	}{
		{"door opened", allContacts(), true, "append event NO_PASSAGE", ""},
		{"no door contact", []checkpoint.Contact{checkpoint.ContactPassage}, false, "append event NO_PASSAGE", checkpoint.GateNotOpened},
		{"no passage sensor", []checkpoint.Contact{checkpoint.ContactDoor}, false, "append event DOOR_STAYED_SHUT", checkpoint.GateNotOpened},
		{"a door is enough", []checkpoint.Contact{checkpoint.ContactDoor}, true, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{relay: true, contacts: c.contacts}
			onLane(t, b, true, func(t *testing.T) {
				b.scan("admit/an")
				b.take()
				if c.door {
					b.touch(checkpoint.ContactDoor, time.Second)
				}
				time.Sleep(5 * time.Second)
				b.take()
				time.Sleep(10 * time.Second)
				var want []string
				if c.notice != "" {
					want = append(want, "lamp idle")
				}
				if c.event != "" {
					want = append(want, c.event)
				}
				b.want(t, want...)
				if v := b.now(); v.Notice != c.notice {
					t.Errorf("notice %q, want %q", v.Notice, c.notice)
				}
			})
		})
	}
}

func TestGateWithoutContactsIsNotSuspected(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		b.want(t, "lamp admit", "append decision admit", "open")
		time.Sleep(time.Minute)
		b.want(t, "lamp idle")
	})
}

func TestDoorThatStandsOpen(t *testing.T) {
	b := &bench{relay: true, contacts: allContacts()}
	onLane(t, b, true, func(t *testing.T) {
		b.lane.Contact(checkpoint.ContactDoor, true)
		time.Sleep(20 * time.Second)
		b.touch(checkpoint.ContactExit, time.Second) // somebody leaves: it counts anew
		b.want(t, "append event EXIT_BUTTON")
		time.Sleep(28 * time.Second)
		b.want(t)
		time.Sleep(2 * time.Second)
		b.want(t, "lamp idle", "append event DOOR_OPEN_AT_REST")
		if v := b.now(); v.GateFault != checkpoint.FoundDoorOpen || v.Notice != "" {
			t.Errorf("gate fault %q, notice %q", v.GateFault, v.Notice)
		}
		b.lane.Contact(checkpoint.ContactDoor, false)
		if v := b.now(); v.GateFault != "" {
			t.Errorf("gate fault %q of a door that is shut", v.GateFault)
		}
	})
}

func TestOpenedBoxIsToldUntilItIsShut(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.lane.Contact(checkpoint.ContactTamper, true)
		b.want(t, "lamp idle", "append event BOX_OPENED")
		if v := b.now(); v.Notice != checkpoint.BoxOpened {
			t.Errorf("notice %q", v.Notice)
		}
		for range 1000 { // a contact that flaps must not fill the card
			b.lane.Contact(checkpoint.ContactTamper, false)
			b.lane.Contact(checkpoint.ContactTamper, true)
		}
		b.lane.Contact(checkpoint.ContactTamper, false)
		if v := b.now(); v.Notice != "" {
			t.Errorf("notice %q of a box that is shut", v.Notice)
		}
		if n := len(b.records); n != 2 || !b.records[0].Open || b.records[1].Open || b.records[0].Reason != checkpoint.BoxOpened {
			t.Errorf("%d records: %+v", n, b.records)
		}
	})
}

func TestPriorityVehicle(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.touch(checkpoint.ButtonPriority, 900*time.Millisecond) // not long enough
		time.Sleep(time.Second)
		b.want(t)
		b.touch(checkpoint.ButtonPriority, 1100*time.Millisecond)
		b.want(t, "append event PRIORITY_VEHICLE", "lamp admit", "open")
		time.Sleep(3 * time.Second)
		b.want(t, "lamp idle")
		b.scan("refuse/an")
		b.take()
		b.touch(checkpoint.ButtonPriority, 1100*time.Millisecond)
		b.want(t, "append event PRIORITY_VEHICLE", "open") // the person's red stays
		if v := b.now(); v.State != checkpoint.StateWaiting {
			t.Errorf("state %v", v.State)
		}
	})
}

func TestPriorityOpensNothingUnrecorded(t *testing.T) {
	b := &bench{relay: true, disk: errors.New("dead")}
	onLane(t, b, true, func(t *testing.T) {
		b.touch(checkpoint.ButtonPriority, 2*time.Second)
		b.want(t, "notice")
		if v := b.now(); v.Notice != checkpoint.CannotRecord {
			t.Errorf("notice %q", v.Notice)
		}
	})
	b = &bench{relay: true, slow: 2 * time.Second}
	onLane(t, b, true, func(t *testing.T) {
		b.touch(checkpoint.ButtonPriority, 1100*time.Millisecond)
		time.Sleep(10 * time.Second)
		for _, word := range b.take() {
			if word == "open" {
				t.Error("a record that came late opened the gate")
			}
		}
	})
}

func TestShiftLeadEndsTheEmergency(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		if err := b.lane.EndEmergency(t.Context()); !errors.Is(err, checkpoint.ErrNoEmergency) {
			t.Errorf("without one: %v", err)
		}
		b.lane.Contact(checkpoint.ContactFire, true)
		b.take()
		if err := b.lane.EndEmergency(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.want(t, "hold false", "lamp idle", "append emergency LEAD_PIN")
		b.lane.Contact(checkpoint.ContactFire, false) // late
		b.want(t)
		b.lane.Contact(checkpoint.ContactFire, true) // a new alarm is an alarm
		b.want(t, "hold true", "lamp emergency", "append emergency")
		b.lane.WrongPIN()
		b.want(t, "append event WRONG_PIN")
	})
}

func walkThrough(t *testing.T, b *bench) chan error {
	ended := make(chan error, 1)
	go func() { ended <- b.lane.WalkLamps(t.Context(), time.Second) }()
	return ended
}

func TestLampWalkWaitsForTheOpenDecision(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.want(t, "lamp refer", "append decision refer")
		ended := walkThrough(t, b)
		time.Sleep(time.Minute)
		b.want(t)
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerDenied); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		b.want(t, "append outcome denied", "lamp idle", "lamp walk green", "append event LAMP_WALK",
			"lamp walk amber", "lamp walk red", "lamp walk status", "lamp walk buzzer", "hold false", "lamp idle")
	})
}

func TestPeopleComeBeforeLamps(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		if err := b.lane.Walk(t.Context(), checkpoint.WalkGreen, true); err != nil {
			t.Fatal(err)
		}
		b.want(t, "lamp walk green", "append event LAMP_WALK")
		if err := b.lane.Walk(t.Context(), checkpoint.WalkRelay, false); err != nil {
			t.Fatal(err)
		}
		b.want(t, "lamp dark", "append event RELAY_TESTED", "open")
		b.scan("admit/an")
		b.want(t, "hold false", "lamp idle", "lamp admit", "append decision admit", "open")
		if err := b.lane.Walk(t.Context(), checkpoint.WalkRed, false); !errors.Is(err, checkpoint.ErrWalkEnded) {
			t.Errorf("the walk went on over a person: %v", err)
		}
		b.want(t)
	})
}

func TestLampWalkThatNobodyEnds(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		gone, cancel := context.WithCancel(t.Context())
		b.scan("refer/an")
		b.take()
		go func() { _ = b.lane.Walk(gone, checkpoint.WalkGreen, true) }() // gives up before its turn
		b.take()
		cancel()
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerDenied); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append outcome denied", "lamp idle")
		if err := b.lane.Walk(t.Context(), checkpoint.WalkRed, true); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		b.want(t, "lamp walk red", "append event LAMP_WALK", "hold false", "lamp idle")
		b.lane.Contact(checkpoint.ContactFire, true)
		if err := b.lane.Walk(t.Context(), checkpoint.WalkEnd, false); err != nil {
			t.Error(err)
		}
		b.want(t, "hold true", "lamp emergency", "append emergency")
	})
}
