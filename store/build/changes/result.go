package changes

import (
	"cmp"
	"slices"

	"checkpoint"
)

// Outcome is what a policy says to somebody at the gate. The zero Outcome is
// of people who are not in that snapshot.
type Outcome struct {
	Verdict checkpoint.Verdict
	Reason  checkpoint.Reason
}

// Absent tells whether o is of people who are not in the snapshot.
func (o Outcome) Absent() bool { return o == Outcome{} }

// Move is where people stood before and where they stand after.
type Move struct{ From, To Outcome }

// Change counts what is in one snapshot only, or in both and not the same.
type Change struct{ Before, After, Added, Removed, Changed int }

// Result is what changes at the gates. It holds counts only.
type Result struct {
	// Matched tells whether people of both snapshots could be matched. If not,
	// Moves has no entry from one outcome to another, and of the changes only
	// Before and After are known.
	Matched   bool
	People    Change
	Documents Change // further documents: old numbers, health cards, passports
	Moves     map[Move]int
}

// Tally is how many people an outcome has.
type Tally struct {
	Outcome       Outcome
	Before, After int
}

// Tallies lists how many people each outcome has in the two snapshots, ordered
// by verdict and reason.
func (r *Result) Tallies() []Tally {
	sums := map[Outcome]*Tally{}
	of := func(o Outcome) *Tally {
		if sums[o] == nil {
			sums[o] = &Tally{Outcome: o}
		}
		return sums[o]
	}
	for move, n := range r.Moves {
		if !move.From.Absent() {
			of(move.From).Before += n
		}
		if !move.To.Absent() {
			of(move.To).After += n
		}
	}
	var list []Tally
	for _, t := range sums {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Tally) int { return compareOutcomes(a.Outcome, b.Outcome) })
	return list
}

// MoveCount is how many people made a move.
type MoveCount struct {
	Move
	People int
}

// Moved lists who changes place, people who come and go among them, the
// largest group first.
func (r *Result) Moved() []MoveCount {
	var list []MoveCount
	for move, n := range r.Moves {
		if move.From != move.To {
			list = append(list, MoveCount{move, n})
		}
	}
	slices.SortFunc(list, func(a, b MoveCount) int {
		return cmp.Or(cmp.Compare(b.People, a.People), compareOutcomes(a.From, b.From), compareOutcomes(a.To, b.To))
	})
	return list
}

func compareOutcomes(a, b Outcome) int {
	return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Reason, b.Reason))
}

// Verdicts is how many people a verdict has in the two snapshots.
func (r *Result) Verdicts(v checkpoint.Verdict) (before, after int) {
	for _, t := range r.Tallies() {
		if t.Outcome.Verdict == v {
			before, after = before+t.Before, after+t.After
		}
	}
	return before, after
}
