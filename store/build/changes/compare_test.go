package changes

import (
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"checkpoint"
	"checkpoint/store/snapshot"
)

// list is a state in memory.
type list struct {
	entries []snapshot.Standing
	err     error // at the end
}

func (l *list) Next() (*snapshot.Standing, error) {
	if len(l.entries) == 0 {
		return nil, l.err
	}
	next := l.entries[0]
	l.entries = l.entries[1:]
	return &next, nil
}

// judge lets people with two doses pass before, and with three after.
func judge(p checkpoint.Person) (before, after Outcome) {
	ask := func(enough int) Outcome {
		switch {
		case p.DoseCount >= enough:
			return Outcome{checkpoint.Admit, "G1"}
		case p.DoseCount > 0:
			return Outcome{checkpoint.Refer, "A02"}
		}
		return Outcome{checkpoint.Refuse, "R05"}
	}
	return ask(2), ask(3)
}

// person is somebody with so many doses.
func person(tag uint32, doses, issued byte) snapshot.Standing {
	s := snapshot.Standing{Person: true}
	binary.BigEndian.PutUint32(s.Tag[:], tag)
	s.Record[0], s.Record[10], s.Record[14] = 1, issued, doses
	return s
}

func draw(t *rapid.T) *list {
	byTag := map[uint32]snapshot.Standing{}
	for range rapid.IntRange(0, 40).Draw(t, "entries") {
		tag := rapid.Uint32Range(0, 50).Draw(t, "tag")
		s := person(tag, rapid.Byte().Draw(t, "doses")%4, rapid.Byte().Draw(t, "issued")%2)
		s.Person = rapid.Bool().Draw(t, "person")
		byTag[tag] = s
	}
	l := &list{}
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		l.entries = append(l.entries, byTag[tag])
	}
	return l
}

// want is the comparison said in the plainest way.
func want(before, after []snapshot.Standing) *Result {
	r := &Result{Matched: true, Moves: map[Move]int{}}
	type key struct {
		tag    snapshot.Tag
		person bool
	}
	both := map[key][2]*snapshot.Standing{}
	for side, entries := range [][]snapshot.Standing{before, after} {
		for i := range entries {
			k := key{entries[i].Tag, entries[i].Person}
			pair := both[k]
			pair[side] = &entries[i]
			both[k] = pair
		}
	}
	for k, pair := range both {
		change := &r.Documents
		if k.person {
			change = &r.People
			var m Move
			for side, s := range pair {
				if s != nil {
					facts, _ := s.Facts()
					a, b := judge(facts)
					*[]*Outcome{&m.From, &m.To}[side] = []Outcome{a, b}[side]
				}
			}
			r.Moves[m]++
		}
		switch {
		case pair[0] == nil:
			change.Added++
		case pair[1] == nil:
			change.Removed++
		case *pair[0] != *pair[1]:
			change.Changed++
		}
		for side, n := range []*int{&change.Before, &change.After} {
			if pair[side] != nil {
				*n++
			}
		}
	}
	return r
}

func TestComparingCountsWhatIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := draw(t), draw(t)
		expected := want(before.entries, after.entries)
		got, err := Compare(Comparison{Before: before, After: after, Judge: judge, Matched: true})
		if err != nil {
			t.Fatal(err)
		}
		if got.People != expected.People || got.Documents != expected.Documents || !maps.Equal(got.Moves, expected.Moves) {
			t.Fatalf("got %+v\nwant %+v", got, expected)
		}
	})
}

// Many batches, and more kinds of people than are remembered.
func TestComparingManyPeople(t *testing.T) {
	const people = mostKnown + 10*batchSize
	var before, after list
	for tag := range uint32(people) {
		s := person(tag, 2, 1)
		binary.BigEndian.PutUint16(s.Record[15:], uint16(tag)) // the day of the newest dose
		s.Record[19] = byte(tag >> 16)
		before.entries = append(before.entries, s)
		if tag%10 != 0 {
			after.entries = append(after.entries, s)
		}
	}
	got, err := Compare(Comparison{Before: &before, After: &after, Judge: judge, Matched: true})
	if err != nil {
		t.Fatal(err)
	}
	green, amber := Outcome{checkpoint.Admit, "G1"}, Outcome{checkpoint.Refer, "A02"}
	gone := people/10 + 1
	if n := got.Moves[Move{green, amber}]; n != people-gone {
		t.Errorf("%d people move from green to amber, want %d", n, people-gone)
	}
	if got.Moves[Move{From: green}] != gone || got.People.Removed != gone {
		t.Errorf("%+v", got)
	}
}

// Of another pepper nobody can be matched: only counts are told.
func TestOtherTagsAreNotMatched(t *testing.T) {
	before := &list{entries: []snapshot.Standing{person(1, 2, 0), person(2, 0, 0)}}
	after := &list{entries: []snapshot.Standing{person(1, 3, 0), person(3, 3, 0), person(4, 0, 0)}}
	got, err := Compare(Comparison{Before: before, After: after, Judge: judge})
	if err != nil {
		t.Fatal(err)
	}
	if got.People != (Change{Before: 2, After: 3}) {
		t.Errorf("%+v", got.People)
	}
	if b, a := got.Verdicts(checkpoint.Admit); b != 1 || a != 2 {
		t.Errorf("green %d, then %d", b, a)
	}
	if !slices.Contains(got.Alarms(), NotMatched) {
		t.Error("nobody is told that people cannot be matched")
	}
}

func TestComparingFails(t *testing.T) {
	broken := errors.New("disk")
	unknown := person(1, 0, 0)
	unknown.Record[0] = 9
	stopped := errors.New("stopped")
	var many []snapshot.Standing
	for tag := range uint32(2 * progressEvery) {
		many = append(many, person(tag, 1, 0))
	}
	for name, c := range map[string]struct {
		comparison Comparison
		want       error
	}{
		"the first cannot be read":  {Comparison{Before: &list{err: broken}, After: &list{}}, broken},
		"the second cannot be read": {Comparison{Before: &list{}, After: &list{err: broken}}, broken},
		"a record of another kind":  {Comparison{Before: &list{}, After: &list{entries: []snapshot.Standing{unknown}}}, snapshot.ErrDamaged},
		"somebody stops it":         {Comparison{Before: &list{entries: many}, After: &list{}, Progress: func(int) error { return stopped }}, stopped},
	} {
		t.Run(name, func(t *testing.T) {
			c.comparison.Judge, c.comparison.Matched = judge, true
			if r, err := Compare(c.comparison); !errors.Is(err, c.want) || r != nil {
				t.Fatalf("got %v, %v", r, err)
			}
		})
	}
}

func TestAlarms(t *testing.T) {
	green, red := Outcome{checkpoint.Admit, "G1"}, Outcome{checkpoint.Refuse, "R05"}
	result := func(greenStays, redStays, greenToRed, greenGoes int) *Result {
		r := &Result{Matched: true, Moves: map[Move]int{{green, green}: greenStays, {red, red}: redStays, {green, red}: greenToRed, {green, Outcome{}}: greenGoes}}
		r.People = Change{Before: greenStays + redStays + greenToRed + greenGoes, After: greenStays + redStays + greenToRed, Removed: greenGoes}
		return r
	}
	for _, c := range []struct {
		name string
		r    *Result
		want []Alarm
	}{
		{"nothing changes", result(900, 100, 0, 0), nil},
		{"one in a thousand goes", result(899, 100, 0, 1), nil},
		{"two in a thousand go", result(898, 100, 0, 2), []Alarm{PeopleVanish}},
		{"red grows by 5 %", result(895, 100, 5, 0), nil},
		{"red grows by 6 %", result(894, 100, 6, 0), []Alarm{RedGrows}},
		{"the first red", result(999, 0, 1, 0), []Alarm{RedGrows}},
		{"both", result(800, 100, 90, 10), []Alarm{PeopleVanish, RedGrows}},
		{"nobody before", result(0, 0, 0, 0), nil},
	} {
		if got := c.r.Alarms(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	// People who come do not make up for people who go.
	r := result(898, 100, 0, 2)
	r.People.Added, r.People.After = 2, 1000
	if !slices.Contains(r.Alarms(), PeopleVanish) {
		t.Error("an exchange of people passes unseen")
	}
}

func TestMovesAndTalliesAreInOrder(t *testing.T) {
	green, red, amber := Outcome{checkpoint.Admit, "G1"}, Outcome{checkpoint.Refuse, "R05"}, Outcome{checkpoint.Refer, "A02"}
	r := &Result{Moves: map[Move]int{{green, green}: 50, {green, red}: 3, {red, green}: 3, {Outcome{}, amber}: 7}}
	moved := r.Moved()
	if len(moved) != 3 || moved[0].People != 7 || moved[1].Move != (Move{green, red}) {
		t.Errorf("%+v", moved)
	}
	tallies := r.Tallies()
	if !slices.IsSortedFunc(tallies, func(a, b Tally) int { return cmp.Compare(a.Outcome.Verdict, b.Outcome.Verdict) }) || tallies[0] != (Tally{green, 53, 53}) {
		t.Errorf("%+v", tallies)
	}
}
