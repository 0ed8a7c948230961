package checkpoint_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"
)

func TestTheGuardTakesAGreenBack(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		synctest.Wait()
		b.take()
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerDiffers); err != nil {
			t.Fatal(err)
		}
		b.want(t, "hold false", "lamp refer", "append outcome undone GUARD_DIFFERS")
		v := b.now()
		if v.State != checkpoint.StateWaiting || v.Decision.Verdict != checkpoint.Refer || v.Decision.Reason != checkpoint.GuardDiffers || v.Opened {
			t.Errorf("the guard is shown %+v, %+v", v, v.Decision)
		}
		if r := b.records[1]; r.Verdict != checkpoint.Admit || r.Refers != (checkpoint.Position{Epoch: 7, Seq: 1}) {
			t.Errorf("recorded: %+v", r)
		}
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerDenied); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append outcome denied", "lamp idle")
		b.scan("admit/an") // nobody was let in: it is no repeat
		synctest.Wait()
		time.Sleep(4 * time.Second)
		b.take()
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerDiffers); !errors.Is(err, checkpoint.ErrNotOffered) {
			t.Errorf("after the green: %v", err)
		}
		b.want(t)
	})
}

// A green whose record is still on its way is not let in by it any more.
func TestAGreenIsTakenBackBeforeItsRecord(t *testing.T) {
	b := &bench{relay: true, slow: 500 * time.Millisecond}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		synctest.Wait()
		b.take()
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerDiffers); err != nil {
			t.Fatal(err)
		}
		b.want(t, "hold false", "lamp refer", "append decision admit", "append outcome undone GUARD_DIFFERS")
	})
}

func TestWhyTheGuardLetPassIsRecorded(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		synctest.Wait()
		if err := b.lane.AnswerTurn(t.Context(), 1, checkpoint.AnswerPassed, checkpoint.ShownPermit); err != nil {
			t.Fatal(err)
		}
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerUndo); err != nil {
			t.Fatal(err)
		}
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err != nil {
			t.Fatal(err)
		}
		var said [][]checkpoint.Finding
		for _, r := range b.records[1:] {
			said = append(said, r.Findings)
		}
		if !slices.Equal(said[0], []checkpoint.Finding{checkpoint.ShownPermit}) || len(said[1])+len(said[2]) != 0 {
			t.Errorf("recorded: %v", said)
		}
	})
}

// On a road a vehicle leaves when it is told to: the green ends with it.
func TestTheGuardEndsAGreenOnARoad(t *testing.T) {
	b := &bench{relay: true, site: "road"}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		synctest.Wait()
		b.take()
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerRight); err != nil {
			t.Fatal(err)
		}
		b.want(t, "lamp idle")
		if len(b.records) != 1 {
			t.Errorf("%d records", len(b.records))
		}
	})
}
