package collector

import (
	"slices"
	"testing"

	"checkpoint/sync/wire"

	"pgregory.net/rapid"
)

// The set against a plain map of sequences.
func TestSpansHoldWhatWasAdded(t *testing.T) {
	const highest = 60
	rapid.Check(t, func(t *rapid.T) {
		var s spans
		model := map[uint64]bool{}
		for range rapid.IntRange(0, 30).Draw(t, "ranges") {
			from := rapid.Uint64Range(1, highest).Draw(t, "from")
			to := rapid.Uint64Range(from, highest).Draw(t, "to")
			var fresh uint64
			for i := from; i <= to; i++ {
				if !model[i] {
					fresh++
				}
				model[i] = true
			}
			if got := s.add(from, to); got != fresh {
				t.Fatalf("add %d–%d: %d new, want %d", from, to, got, fresh)
			}
			check(t, s, model, highest)
		}
	})
}

func check(t *rapid.T, s spans, model map[uint64]bool, highest uint64) {
	var reach, top uint64
	var gaps []wire.Range
	for i := uint64(1); i <= highest; i++ {
		if model[i] {
			top = i
			if reach == i-1 {
				reach = i
			}
		}
	}
	for i := uint64(1); i < top; i++ {
		switch {
		case model[i]:
		case len(gaps) > 0 && gaps[len(gaps)-1].To == i-1:
			gaps[len(gaps)-1].To = i
		default:
			gaps = append(gaps, wire.Span(i, i))
		}
	}
	if s.reach() != reach || s.top() != top || !slices.Equal(s.gaps(100), gaps) {
		t.Fatalf("%v: reach %d top %d gaps %v, want %d %d %v", s, s.reach(), s.top(), s.gaps(100), reach, top, gaps)
	}
	if len(gaps) > 1 && !slices.Equal(s.gaps(1), gaps[:1]) {
		t.Fatalf("first gap of %v is %v", s, s.gaps(1))
	}
}
