package checkpoint_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
)

// The paper that was asked for joins the open decision; it waits for no answer,
// and the decision about the first paper alone ends without one.
func TestASecondPaperJoins(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an+")
		b.want(t, "lamp refer", "append decision refer")
		time.Sleep(29 * time.Second)
		b.scan("admit/an")
		// The first paper's record and the look-up run side by side.
		did := strings.Join(b.take(), ", ")
		for _, order := range [][]string{{"append outcome undecided", "append decision admit", "open"}, {"beside refer/an+", "lamp admit", "append decision admit"}} {
			if rest := did; !slices.ContainsFunc(order, func(word string) bool {
				_, after, found := strings.Cut(rest, word)
				rest = after
				return !found
			}) {
				continue
			}
			t.Fatalf("the lane did:\n  %s\nwant in this order:\n  %v", did, order)
		}
		if v := b.now(); !v.SecondUntil.IsZero() || v.Refused != 0 || v.Decision.Verdict != checkpoint.Admit || v.Turn != 2 {
			t.Errorf("%+v", v)
		}
		if r := b.records; len(r) != 3 || r[1].Refers.Seq != 1 {
			t.Errorf("the outcome is not that of the first paper: %+v", r)
		}
		time.Sleep(4 * time.Second)
		b.take()
		b.scan("admit/binh") // somebody else: alone
		b.want(t, "lamp admit", "append decision admit", "open")
	})
}

func TestNobodyJoinsADecisionThatWantsNoPaper(t *testing.T) {
	for name, c := range map[string]struct {
		first string
		after time.Duration
		disk  error
	}{
		"none wanted": {"refer/an", 3 * time.Second, nil},
		"too late":    {"refer/an+", 31 * time.Second, nil},
		"not on disk": {"refer/an+", 3 * time.Second, errors.New("disk full")},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{relay: true, disk: c.disk}
			onLane(t, b, true, func(t *testing.T) {
				b.scan(c.first)
				time.Sleep(c.after)
				b.take()
				b.scan("admit/binh")
				b.want(t, "notice")
				if v := b.now(); v.Refused != 1 || v.Notice != checkpoint.DecideFirst || v.Decision.Verdict != checkpoint.Refer {
					t.Errorf("%+v", v)
				}
			})
		})
	}
}

// Another paper, asked for by the guard, joins as the one that a passport wants.
func TestTheGuardAsksForAnotherPaper(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.take()
		time.Sleep(time.Minute)
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerOther); err != nil {
			t.Fatal(err)
		}
		b.want(t) // nothing is recorded: it is no answer
		if v := b.now(); v.State != checkpoint.StateWaiting || !v.SecondUntil.Equal(time.Now().Add(30*time.Second)) {
			t.Errorf("%v, a second paper until %v", v.State, v.SecondUntil)
		}
		time.Sleep(29 * time.Second)
		b.scan("refer/binh")
		b.wantAll(t, "beside refer/an", "append outcome undecided", "lamp refer", "append decision refer")
		if v := b.now(); !v.SecondUntil.IsZero() {
			t.Error("a third paper is wanted and nobody asked for it")
		}
		time.Sleep(3 * time.Second)
		press(b, 3)
		b.scan("admit/binh") // held against the first paper, not the second
		b.wantAll(t, "beside refer/an", "append outcome undecided", "lamp admit", "append decision admit", "open")
		if len(b.records) != 5 || b.records[1].Refers.Seq != 1 || b.records[3].Refers.Seq != 3 {
			t.Errorf("%+v", b.records)
		}
	})
}

func TestNoOtherPaperCame(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.take()
		press(b, 3)
		time.Sleep(30 * time.Second)
		b.want(t)
		if v := b.now(); v.State != checkpoint.StateWaiting || v.Decision == nil || !v.SecondUntil.IsZero() {
			t.Errorf("%+v", v)
		}
		b.scan("admit/binh")
		b.want(t, "notice") // the decision is open: nobody else is looked at
		press(b, 1)
		b.want(t, "append outcome passed", "lamp admit", "open")
	})
}

// A code that is no paper, shown instead of the second one, ends nothing.
func TestWhatIsNoPaperLeavesTheDecisionOpen(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		press(b, 3)
		b.take()
		b.scan("https://example.com")
		b.want(t, "beside refer/an", "lamp refer")
		v := b.now()
		if v.State != checkpoint.StateWaiting || v.Notice != checkpoint.CodeNotRead || v.Decision.Verdict != checkpoint.Refer || v.Position.Seq != 1 || v.SecondUntil.IsZero() {
			t.Errorf("%+v", v)
		}
		b.scan("admit/an")
		b.wantAll(t, "beside refer/an", "append outcome undecided", "lamp admit", "append decision admit", "open")
	})
}

// Whatever comes while the second paper is looked at, the first decision ends
// in one record.
func TestTheFirstDecisionEndsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		then func(*bench)
		want []string
	}{
		"fire": {func(b *bench) { b.lane.Contact(checkpoint.ContactFire, true) },
			[]string{"hold true", "lamp emergency", "append outcome undecided", "append emergency"}},
		"too slow": {func(*bench) {}, []string{"append outcome undecided", "lamp fault", "append decision fault"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{relay: true}
			onLane(t, b, true, func(t *testing.T) {
				b.scan("refer/an")
				press(b, 3)
				b.take()
				b.set(&b.think, 2*time.Second)
				b.scan("admit/an")
				time.Sleep(500 * time.Millisecond)
				c.then(b)
				time.Sleep(2400 * time.Millisecond)
				b.wantAll(t, append(c.want, "beside refer/an")...) // a look-up that came too late
			})
		})
	}
}

// wantAll is want where disk, lamps and look-up run side by side.
func (b *bench) wantAll(t *testing.T, words ...string) {
	t.Helper()
	if got, want := slices.Sorted(slices.Values(b.take())), slices.Sorted(slices.Values(words)); !slices.Equal(got, want) {
		t.Fatalf("the lane did, in some order:\n  %s\nwant:\n  %s", got, want)
	}
}
