package changes

import "checkpoint/store/snapshot"

// judging is one goroutine's share of the people. It asks the judge once for
// all who look the same to the rules.
type judging struct {
	judge    Judge
	known    map[snapshot.Bearing]places
	outcomes []Outcome // by place; place 0 is nobody's
	moves    map[places]int
}

// places are the outcomes of a person under the two policies, or of one in the
// two snapshots.
type places struct{ before, after uint16 }

// mostKnown bounds the memory, to about 8 MB a goroutine.
const mostKnown = 1 << 16

func newJudging(judge Judge) *judging {
	return &judging{judge: judge, known: map[snapshot.Bearing]places{}, outcomes: make([]Outcome, 1), moves: map[places]int{}}
}

func (j *judging) all(batch []pair) error {
	for i := range batch {
		p := &batch[i]
		var move places
		if p.inBefore {
			at, err := j.of(p.before)
			if err != nil {
				return err
			}
			move.before = at.before
			if p.inAfter && p.after == p.before {
				move.after = at.after
				j.moves[move]++
				continue
			}
		}
		if p.inAfter {
			at, err := j.of(p.after)
			if err != nil {
				return err
			}
			move.after = at.after
		}
		j.moves[move]++
	}
	return nil
}

func (j *judging) of(b snapshot.Bearing) (places, error) {
	if at, ok := j.known[b]; ok {
		return at, nil
	}
	person, err := b.Facts()
	if err != nil {
		return places{}, err
	}
	before, after := j.judge(person)
	at := places{j.place(before), j.place(after)}
	if len(j.known) == mostKnown {
		clear(j.known)
	}
	j.known[b] = at
	return at, nil
}

// place is the number of an outcome. Policies have few.
func (j *judging) place(o Outcome) uint16 {
	for i, have := range j.outcomes[1:] {
		if have == o {
			return uint16(i + 1)
		}
	}
	j.outcomes = append(j.outcomes, o)
	return uint16(len(j.outcomes) - 1)
}

func (j *judging) addTo(moves map[Move]int) {
	for at, n := range j.moves {
		moves[Move{j.outcomes[at.before], j.outcomes[at.after]}] += n
	}
}
