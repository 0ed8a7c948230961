package readertest

import (
	"context"
	"fmt"
	"time"

	"checkpoint"
)

// lane is a real lane with nothing behind it: everybody may pass.
type lane struct {
	*checkpoint.Lane
	verified chan string    // what the lane took for a scan of its own
	handed   chan time.Time // when a reader had handed a scan over
}

func newLane(t T, readers ...string) *lane {
	l := &lane{verified: make(chan string, 64), handed: make(chan time.Time, 64)}
	l.Lane = checkpoint.NewLane(checkpoint.LaneConfig{
		Info: checkpoint.LaneInfo{Lane: "1", Direction: checkpoint.In}, Readers: readers,
		Verifier: l, Gate: noGate{}, Journal: noJournal{}, Clock: l,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return l
}

func (l *lane) Scan(s checkpoint.Scan) {
	l.Lane.Scan(s)
	l.handed <- time.Now()
}

func (l *lane) Verify(_ context.Context, s checkpoint.Scan, _ checkpoint.LaneInfo) checkpoint.Decision {
	l.verified <- string(s.Payload)
	return checkpoint.Decision{Verdict: checkpoint.Admit, Reason: checkpoint.MeetsRule}
}

func (l *lane) Now() (time.Time, bool) { return time.Now(), true }

type noGate struct{}

func (noGate) Signal(checkpoint.Signal) {}
func (noGate) Notice()                  {}
func (noGate) Open()                    {}
func (noGate) Hold(bool)                {}
func (noGate) HasRelay() bool           { return true }

type noJournal struct{}

func (noJournal) Append(context.Context, checkpoint.Record) (checkpoint.Position, error) {
	return checkpoint.Position{}, nil
}

// together is well within the time in which a lane takes the same code for the
// same scan (2.5 s).
const together = time.Second

// sameCardTwice shows a card to two readers of a lane. A machine that was held
// up between the two tries again.
func sameCardTwice(t T, benches func() Bench) {
	a, b := benches(), benches()
	l := newLane(t)
	run(t, a, a.Reader(l))
	run(t, b, b.Reader(l))
	for try := range 10 {
		card, after := fmt.Sprintf("%s%d", Card, try), fmt.Sprintf("%s%d after", Card, try)
		must(t, a.Send(card))
		must(t, b.Send(card))
		first, second := wait(t, l.handed), wait(t, l.handed)
		must(t, b.Send(after)) // comes after all that the two made of the card
		wait(t, l.handed)
		var seen []string
		for len(seen) == 0 || seen[len(seen)-1] != after {
			seen = append(seen, wait(t, l.verified))
		}
		if len(seen) == 2 && seen[0] == card {
			return
		}
		if second.Sub(first) < together {
			t.Fatalf("the lane took %q, want the card once", seen)
		}
		t.Logf("%v between the two readers: once more", second.Sub(first))
	}
	t.Fatalf("the two readers never saw the card together")
}

// twoLanes have a reader each; what one is shown is not the other's business.
func twoLanes(t T, benches func() Bench) {
	a, b := benches(), benches()
	first, second := newLane(t), newLane(t)
	run(t, a, a.Reader(first))
	run(t, b, b.Reader(second))
	for i := range 3 {
		codeA, codeB := fmt.Sprintf("%s%d in", Card, i), fmt.Sprintf("%s%d out", Card, i)
		must(t, a.Send(codeA))
		must(t, b.Send(codeB))
		if got := wait(t, first.verified); got != codeA {
			t.Fatalf("the first lane was shown %q, took %q", codeA, got)
		}
		if got := wait(t, second.verified); got != codeB {
			t.Fatalf("the second lane was shown %q, took %q", codeB, got)
		}
	}
	must(t, a.Unplug())
	must(t, b.Send(Card))
	if got := wait(t, second.verified); got != Card {
		t.Fatalf("with the other lane's reader unplugged, the second lane took %q", got)
	}
}

func must(t T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("bench: %v", err)
	}
}

func wait[V any](t T, c <-chan V) (v V) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(within):
		t.Fatalf("nothing came")
	}
	return v
}
