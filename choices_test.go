package checkpoint_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"
)

func press(b *bench, button int) {
	synctest.Wait() // until the lane has decided
	b.touch(checkpoint.Button1+checkpoint.Contact(button-1), 100*time.Millisecond)
}

// What each button on the wall does is what the view says of it, and nothing
// else: the page's buttons are made of the same list.
func TestWhatTheButtonsDo(t *testing.T) {
	for _, c := range []struct {
		scan            string
		choices         string
		one, two, three []string
	}{
		{"", "[]", []string{"notice"}, []string{"notice"}, []string{"notice"}},
		{"admit/an", "[{3 differs}]", []string{"notice"}, []string{"notice"}, []string{"hold false", "lamp refer", "append outcome undone GUARD_DIFFERS"}},
		{"refer/an", "[{1 passed} {2 denied} {3 other}]",
			[]string{"append outcome passed", "lamp admit", "open"}, []string{"append outcome denied", "lamp idle"}, nil},
		{"refuse/an", "[{1 denied} {3 override}]",
			[]string{"append outcome denied", "lamp idle"}, []string{"notice"}, []string{"notice"}},
		{"refuse/an*", "[{1 denied} {2 call} {3 override}]",
			[]string{"append outcome denied", "lamp idle"}, nil, []string{"notice"}},
		{"repeat/an", "[{1 passed} {2 denied}]",
			[]string{"append outcome passed", "lamp admit", "open"}, []string{"append outcome denied", "lamp idle"}, []string{"notice"}},
	} {
		for i, did := range [][]string{c.one, c.two, c.three} {
			t.Run(fmt.Sprintf("%s button %d", c.scan, i+1), func(t *testing.T) {
				b := &bench{relay: true}
				onLane(t, b, true, func(t *testing.T) {
					if c.scan != "" {
						b.scan(c.scan)
					}
					b.take()
					before := b.now()
					if got := fmt.Sprint(before.Choices()); got != c.choices {
						t.Errorf("the choices are %s, want %s", got, c.choices)
					}
					press(b, i+1)
					b.want(t, did...)
					after := b.now()
					if want := c.scan == "refer/an" && i == 2; after.SecondUntil.IsZero() == want {
						t.Errorf("a second paper is wanted until %v", after.SecondUntil)
					}
					if want := c.scan == "refuse/an*" && i == 1; after.Called != want {
						t.Errorf("the duty officer is called: %t", after.Called)
					}
				})
			})
		}
	}
}

func TestTheThirdButtonTakesTheAnswerBack(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		press(b, 1)
		b.take()
		if got := fmt.Sprint(b.now().Choices()); got != "[{3 undo}]" {
			t.Errorf("the choices are %s", got)
		}
		press(b, 3)
		b.want(t, "hold false", "lamp refer", "append outcome undone")
		press(b, 2)
		b.want(t, "append outcome denied", "lamp idle")
		time.Sleep(11 * time.Second)
		press(b, 3)
		b.want(t, "notice")
		b.lane.Contact(checkpoint.ContactFire, true)
		b.take()
		press(b, 3)
		b.want(t, "notice")
	})
}

func TestAnswersThatAreNotOffered(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		for answer, scan := range map[checkpoint.Answer]string{checkpoint.AnswerOther: "refuse/an", checkpoint.AnswerCall: "refer/an"} {
			if err := b.lane.Answer(t.Context(), answer); !errors.Is(err, checkpoint.ErrNoDecision) {
				t.Errorf("%s with nobody there: %v", answer, err)
			}
			b.scan(scan)
			b.take()
			if err := b.lane.Answer(t.Context(), answer); !errors.Is(err, checkpoint.ErrNotOffered) {
				t.Errorf("%s of %s: %v", answer, scan, err)
			}
			if err := b.lane.Answer(t.Context(), checkpoint.AnswerDenied); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * time.Second)
		}
	})
}
