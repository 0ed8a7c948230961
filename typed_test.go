package checkpoint_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"checkpoint"
)

// by types a number, about whom the bench's verifier decides as it is told.
func by(number string) checkpoint.Typed {
	return checkpoint.Typed{Kind: checkpoint.KindPassport, Number: number, Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15}}
}

func (b *bench) typed(t *testing.T, number string, want error) {
	t.Helper()
	if err := b.lane.Type(t.Context(), by(number)); !errors.Is(err, want) {
		t.Errorf("typed %s: %v, want %v", number, err, want)
	}
}

// A typed number is a person of its own: decided, recorded, answered.
func TestATypedNumberIsATurnLikeAScan(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		b.take()
		b.typed(t, "C1234567", nil) // clears the green before it
		b.want(t, "lamp idle", "lamp refer", "append decision refer")
		if v := b.now(); v.State != checkpoint.StateWaiting || v.Turn != 2 {
			t.Errorf("%+v", v)
		}
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err != nil {
			t.Error(err)
		}
		b.want(t, "append outcome passed", "lamp admit", "open")
		if r := b.records[1]; r.Format != checkpoint.FormatTyped || r.Document != checkpoint.KindPassport || r.Number != "C1234567" {
			t.Errorf("%+v", r)
		}
	})
}

// The guard types what the open decision asks for: it joins though 30 s are over,
// and the scan knows the first.
func TestATypedNumberJoinsAnOpenAmber(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/hidden+")
		b.take()
		time.Sleep(time.Minute)
		if err := b.lane.TypeTurn(t.Context(), 1, by("C1234567")); err != nil {
			t.Fatal(err)
		}
		b.take()
		if v := b.now(); v.Turn != 2 || v.Decision.Credential.Number != "C1234567" || v.Refused != 0 {
			t.Errorf("%+v", v)
		}
		if r := b.records; len(r) != 3 || r[1].Outcome != checkpoint.Undecided || r[1].Refers.Seq != 1 {
			t.Errorf("the first decision did not end: %+v", r)
		}
		// A card that is scanned then joins what was typed, with its birth date.
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerOther); err != nil {
			t.Fatal(err)
		}
		b.scan("admit/an")
		b.take()
		if v := b.now(); v.Decision.Verdict != checkpoint.Admit {
			t.Errorf("%+v", v)
		}
	})
}

func TestATypedNumberIsTurnedAway(t *testing.T) {
	for name, c := range map[string]struct {
		first string
		turn  uint64
		want  error
	}{
		"a red is open":                  {"refuse/an", 1, checkpoint.ErrDecideFirst},
		"a repeat is open":               {"repeat/an", 1, checkpoint.ErrDecideFirst},
		"somebody else stands there now": {"refer/an", 0, checkpoint.ErrDecideFirst},
		"typed for whoever stands there": {"refer/an", 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{relay: true}
			onLane(t, b, true, func(t *testing.T) {
				b.scan(c.first)
				b.take()
				if err := b.lane.TypeTurn(t.Context(), c.turn, by("C1234567")); !errors.Is(err, c.want) {
					t.Fatalf("%v, want %v", err, c.want)
				}
				if c.want == nil {
					return
				}
				b.want(t, "notice")
				if v := b.now(); v.Turn != 1 || v.Refused != 1 || v.Notice != checkpoint.DecideFirst {
					t.Errorf("%+v", v)
				}
			})
		})
	}
}

// Nobody looks the town up at a lane.
func TestTwelveNumbersAMinute(t *testing.T) {
	b := &bench{}
	onLane(t, b, true, func(t *testing.T) {
		for i := range 12 { // each joins the one before
			b.typed(t, fmt.Sprintf("C%07d", i), nil)
			b.take()
			time.Sleep(time.Second)
		}
		b.typed(t, "C9999999", checkpoint.ErrTypedOften)
		b.want(t)
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerDenied); err != nil {
			t.Fatal(err)
		}
		b.scan("admit/an") // whoever has a card goes on
		if v := b.now(); v.Decision.Verdict != checkpoint.Admit {
			t.Errorf("%+v", v)
		}
		time.Sleep(48 * time.Second)
		b.typed(t, "C9999999", nil)
	})
}

func TestWhatIsNoNumberNeverReachesTheLane(t *testing.T) {
	b := &bench{}
	born := checkpoint.Date{Year: 1990}
	onLane(t, b, true, func(t *testing.T) {
		for _, bad := range []checkpoint.Typed{
			{}, {Kind: checkpoint.KindCCCD, Number: "03619200451", Birth: born}, {Kind: checkpoint.KindCCCD, Number: "036192004512"},
			{Kind: checkpoint.KindCMND, Number: "0361920045", Birth: born}, {Kind: checkpoint.KindPassport, Number: "c123|4567", Birth: born},
			{Kind: checkpoint.KindBHYT, Number: "0123456789", Birth: born},
		} {
			if err := b.lane.Type(t.Context(), bad); !errors.Is(err, checkpoint.ErrNotANumber) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		b.want(t)
	})
}

// Nobody waits for a lane that reads a scan whose verification hangs.
func TestTypingGivesUpWithItsCaller(t *testing.T) {
	b := &bench{think: 10 * time.Second}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if err := b.lane.Type(ctx, by("C1234567")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		time.Sleep(20 * time.Second)
	})
}

func TestNothingIsTypedInAnEmergency(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.lane.Contact(checkpoint.ContactFire, true)
		b.take()
		b.typed(t, "C1234567", checkpoint.ErrGateIsOpen)
		b.want(t)
	})
}
