package collector

import (
	"slices"
	"testing"
	"time"

	"checkpoint/sync/wire"
)

func TestGapIsToldAfterFiveSecondsAndThenAtThatPace(t *testing.T) {
	w := gapWatch{after: 5 * time.Second, seen: map[Segment]*openGaps{}}
	key := Segment{"gate-1", 7}
	start := time.Unix(0, 0)
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	gap := []wire.Range{wire.Span(101, 200)}

	if told := w.observe(key, gap, at(0)); told != nil {
		t.Fatalf("told %v at once: the batch may be under way", told)
	}
	if due := w.due(at(4)); due != nil {
		t.Fatalf("due %v after 4 s", due)
	}
	if due := w.due(at(5)); !slices.Equal(due, []Segment{key}) {
		t.Fatalf("due %v after 5 s", due)
	}
	if told := w.observe(key, gap, at(5)); !slices.Equal(told, gap) {
		t.Fatalf("told %v after 5 s", told)
	}
	if due := w.due(at(9)); due != nil {
		t.Fatalf("due %v 4 s after it was told", due)
	}
	if due := w.due(at(10)); due == nil {
		t.Fatal("not told again after 5 s")
	}
}

// A gap filled from one end keeps its age; a new one beside it does not share it.
func TestGapKeepsItsAgeWhileItShrinks(t *testing.T) {
	w := gapWatch{after: 5 * time.Second, seen: map[Segment]*openGaps{}}
	key := Segment{"gate-1", 7}
	start := time.Unix(0, 0)
	w.observe(key, []wire.Range{wire.Span(101, 200)}, start)
	told := w.observe(key, []wire.Range{wire.Span(151, 200), wire.Span(301, 400)}, start.Add(6*time.Second))
	if !slices.Equal(told, []wire.Range{wire.Span(151, 200)}) {
		t.Fatalf("told %v", told)
	}
	w.observe(key, nil, start.Add(7*time.Second))
	if len(w.seen) != 0 {
		t.Fatal("a filled segment is still watched")
	}
}
