package collector

import (
	"slices"

	"checkpoint/sync/wire"
)

// spans is a set of sequences as ascending ranges that neither overlap nor
// touch. A box that declares a billion sequences gone costs one entry.
type spans []wire.Range

// add returns how many of the sequences were not in the set before.
func (s *spans) add(from, to uint64) uint64 {
	old := *s
	fresh := to - from + 1
	// The ranges i to j overlap or touch the new one and melt into it.
	i, _ := slices.BinarySearchFunc(old, from, func(r wire.Range, f uint64) int {
		if r.To+1 < f {
			return -1
		}
		return 1
	})
	j, first, last := i, from, to
	for ; j < len(old) && old[j].From <= last+1; j++ {
		if lo, hi := max(first, old[j].From), min(last, old[j].To); lo <= hi {
			fresh -= hi - lo + 1
		}
		from, to = min(from, old[j].From), max(to, old[j].To)
	}
	*s = slices.Replace(old, i, j, wire.Span(from, to))
	return fresh
}

// reach is the highest sequence up to which nothing from 1 on is missing.
func (s spans) reach() uint64 {
	if len(s) == 0 || s[0].From > 1 {
		return 0
	}
	return s[0].To
}

func (s spans) top() uint64 {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].To
}

// gaps lists up to max ranges that are missing below the top, lowest first.
func (s spans) gaps(max int) []wire.Range {
	var out []wire.Range
	next := uint64(1)
	for _, r := range s {
		if r.From > next {
			if len(out) == max {
				break
			}
			out = append(out, wire.Span(next, r.From-1))
		}
		next = r.To + 1
	}
	return out
}
