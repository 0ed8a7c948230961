package checkpoint_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"
)

// wrongData is a bench whose ambers and reds find that the data may be wrong.
func wrongData() *bench {
	return &bench{relay: true, found: []checkpoint.Finding{checkpoint.FoundIssueDiffers}}
}

func answers(t *testing.T, b *bench, all ...checkpoint.Answer) {
	t.Helper()
	for _, a := range all {
		if err := b.lane.Answer(t.Context(), a); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
	}
}

// Whether data are to be put right is said beside the answer, and travels with
// it, whatever it is.
func TestTheGuardAsksForACorrection(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer []checkpoint.Answer
		want   []string
	}{
		{"denied", []checkpoint.Answer{checkpoint.AnswerList, checkpoint.AnswerDenied}, []string{"append outcome denied FOR_CORRECTION", "lamp idle"}},
		{"passed", []checkpoint.Answer{checkpoint.AnswerList, checkpoint.AnswerPassed}, []string{"append outcome passed FOR_CORRECTION", "lamp admit", "open"}},
		{"taken back", []checkpoint.Answer{checkpoint.AnswerList, checkpoint.AnswerList, checkpoint.AnswerDenied}, []string{"append outcome denied", "lamp idle"}},
		{"undone, and left so", []checkpoint.Answer{checkpoint.AnswerList, checkpoint.AnswerDenied, checkpoint.AnswerUndo, checkpoint.AnswerDenied},
			[]string{"append outcome denied FOR_CORRECTION", "lamp idle", "hold false", "lamp refer", "append outcome undone", "append outcome denied FOR_CORRECTION", "lamp idle"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := wrongData()
			onLane(t, b, true, func(t *testing.T) {
				b.scan("refer/an")
				b.take()
				answers(t, b, tc.answer...)
				b.want(t, tc.want...)
			})
		})
	}
}

func TestACorrectionIsShownWhileTheDecisionIsOpen(t *testing.T) {
	b := wrongData()
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		synctest.Wait()
		answers(t, b, checkpoint.AnswerList)
		if v := b.now(); !v.Listed || v.State != checkpoint.StateWaiting || !v.UndoUntil.IsZero() {
			t.Errorf("once pressed: %+v", v)
		}
		b.take()
		time.Sleep(6 * time.Minute) // nobody answers
		b.want(t, "append outcome undecided FOR_CORRECTION", "lamp idle")
		b.scan("refer/binh")
		if b.now().Listed {
			t.Error("the next person is listed, too")
		}
	})
}

// A code that is no paper leaves the open decision as it was.
func TestACorrectionOutlivesACodeThatIsNoPaper(t *testing.T) {
	b := wrongData()
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		synctest.Wait()
		answers(t, b, checkpoint.AnswerList, checkpoint.AnswerOther)
		b.scan("payment")
		if v := b.now(); !v.Listed || v.State != checkpoint.StateWaiting {
			t.Errorf("after a payment's code: %+v", v)
		}
	})
}

func TestOnlyWhatMayBeTheDatasFaultIsListed(t *testing.T) {
	for _, f := range []checkpoint.Finding{checkpoint.FoundNotInData, checkpoint.FoundNameDiffers, checkpoint.FoundSexDiffers, checkpoint.FoundBirthDiffers,
		checkpoint.FoundIssueDiffers, checkpoint.FoundCardReissued, checkpoint.FoundDosesMissing, checkpoint.FoundGuardDiffers} {
		for _, verdict := range []string{"refer", "refuse", "repeat"} {
			b := &bench{relay: true, found: []checkpoint.Finding{f}}
			onLane(t, b, true, func(t *testing.T) {
				b.scan(verdict + "/an")
				want := verdict == "refer" && f != checkpoint.FoundDosesMissing && f != checkpoint.FoundGuardDiffers
				if got := slices.Contains(b.now().Choices(), checkpoint.Choice{Button: 4, Answer: checkpoint.AnswerList}); got != want {
					t.Errorf("%s, %s: offered %t", verdict, f, got)
				}
				if err := b.lane.Answer(t.Context(), checkpoint.AnswerList); errors.Is(err, checkpoint.ErrNotOffered) == want {
					t.Errorf("%s, %s: %v", verdict, f, err)
				}
			})
		}
	}
}

// "Not read" ends at once for who has wiped the code, and the very code counts.
func TestScanAgainMakesTheLaneReady(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		for _, unreadable := range []bool{false, true} {
			scan := checkpoint.Scan{Reader: "r1", Payload: []byte("payment"), At: time.Now(), Unreadable: unreadable}
			b.lane.Scan(scan)
			if v := b.now(); fmt.Sprint(v.Choices()) != "[{3 again}]" {
				t.Fatalf("the choices are %v", v.Choices())
			}
			b.take()
			press(b, 3)
			b.want(t, "lamp idle")
			before := b.now()
			if before.State != checkpoint.StateIdle {
				t.Fatalf("the lane is %s", before.State)
			}
			b.lane.Scan(scan)
			if v := b.now(); v.State != checkpoint.StateDecided || v.Turn != before.Turn+1 {
				t.Errorf("the same code again: %s", v.State)
			}
			time.Sleep(4 * time.Second)
			b.take()
			answers(t, b, checkpoint.AnswerAgain) // a late press has nothing to do
			b.want(t)
		}
		b.scan("refer/an")
		synctest.Wait()
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerAgain); !errors.Is(err, checkpoint.ErrNotOffered) {
			t.Errorf("about somebody: %v", err)
		}
	})
}

// A poster hangs where the camera looks: it would be the next scan for good.
func TestScanAgainForgetsNoPoster(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		poster := checkpoint.Scan{Reader: "r1", Camera: true, Payload: []byte("poster/hall"), At: time.Now()}
		b.lane.Scan(poster)
		synctest.Wait()
		answers(t, b, checkpoint.AnswerAgain)
		turn := b.now().Turn
		b.lane.Scan(poster)
		if v := b.now(); v.State != checkpoint.StateIdle || v.Turn != turn {
			t.Errorf("the poster is looked at again: %s", v.State)
		}
	})
}
