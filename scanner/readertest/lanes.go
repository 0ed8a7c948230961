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
	verified chan string // what the lane took for a scan of its own
	handed   chan handed
}

// handed is a scan that a reader had handed over, and when.
type handed struct {
	text string
	at   time.Time
}

func newLane(t T, readers ...string) *lane {
	l := &lane{verified: make(chan string, 64), handed: make(chan handed, 64)}
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
	l.handed <- handed{string(s.Payload), time.Now()}
}

func (l *lane) Verify(_ context.Context, s checkpoint.Scan, _ checkpoint.LaneInfo) checkpoint.Decision {
	l.verified <- string(s.Payload)
	return checkpoint.Decision{Verdict: checkpoint.Admit, Reason: checkpoint.MeetsRule}
}

func (l *lane) Personal([]byte) bool { return true }

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
// up between the two, or within a code that a pause ends, tries again.
func sameCardTwice(t T, benches func() Bench) {
	a, b := benches(), benches()
	l := newLane(t)
	run(t, a, a.Reader(l))
	run(t, b, b.Reader(l))
	for try := range tries {
		card := fmt.Sprintf("%s%d", Card, try)
		must(t, a.Send(card))
		must(t, b.Send(card))
		var times []time.Time
		for length := 0; length < 2*len(card); { // in two pieces, or more
			h := wait(t, l.handed)
			if length += len(h.text); h.text == card {
				times = append(times, h.at)
			}
		}
		seen := l.taken(card)
		if len(times) < 2 || times[1].Sub(times[0]) > together {
			t.Logf("the readers did not see the card together: once more")
			continue
		}
		if seen != 1 {
			t.Fatalf("the lane took the card %d times, want once", seen)
		}
		return
	}
	t.Fatalf("the two readers never saw the card together")
}

// taken counts what the lane has taken for this code. A scan is verified before
// the next one is handed over, and the last one shortly after.
func (l *lane) taken(code string) (n int) {
	for quiet := false; !quiet; {
		select {
		case text := <-l.verified:
			if text == code {
				n++
			}
		case <-time.After(together / 4):
			quiet = true
		}
	}
	return n
}

// twoLanes have a reader each; what one is shown is not the other's business.
func twoLanes(t T, benches func() Bench) {
	a, b := benches(), benches()
	first, second := newLane(t), newLane(t)
	run(t, a, a.Reader(first))
	run(t, b, b.Reader(second))
	for i := range 3 {
		first.shown(t, a, fmt.Sprintf("%s%d in", Card, i))
		second.shown(t, b, fmt.Sprintf("%s%d out", Card, i))
	}
	must(t, a.Unplug())
	second.shown(t, b, Card)
	if len(first.verified) > 0 {
		t.Fatalf("the first lane took %q too many", <-first.verified)
	}
}

// shown shows a code until the lane takes it in one piece, and nothing else.
func (l *lane) shown(t T, b Bench, code string) {
	t.Helper()
	for range tries {
		must(t, b.Send(code))
		text, pieces := "", 0
		for ; len(text) < len(code); pieces++ {
			text += wait(t, l.verified)
		}
		if text != code || pieces > 1 && !b.PauseEnds() {
			t.Fatalf("the lane was shown %q, took %q in %d pieces", code, text, pieces)
		}
		if pieces == 1 {
			return
		}
	}
	t.Fatalf("%q never came out in one piece", code)
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
