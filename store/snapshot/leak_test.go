package snapshot

import (
	"errors"
	"fmt"
	"math/bits"
	"testing"
	"time"

	"checkpoint"
)

// What a thief learns from a layer. cmd/checkpointd tries a whole box's card.

func resident(i int) *Person {
	return &Person{
		Kind: checkpoint.KindCCCD, Number: fmt.Sprintf("001092%06d", i), NameFold: fmt.Sprintf("NGUYEN VAN %d", i), Sex: checkpoint.Male,
		Birth: checkpoint.Date{Year: 1992, Month: 1 + i%12, Day: 1 + i%28},
	}
}

// leaked is the layer of some residents, opened.
func leaked(t testing.TB, p Pepper, s Stretch, residents ...*Person) *Layer {
	t.Helper()
	w, err := NewLayerWriter(Plan{Province: "mau", Kind: LayerBase, Number: 1, Stretch: s}, p)
	for _, r := range residents {
		err = errors.Join(err, w.Add(Entry{Person: r}))
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ref, err := w.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	l, err := OpenLayer(dir, ref)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func about(p *Person) checkpoint.Query {
	return checkpoint.Query{Kind: p.Kind, Number: p.Number, Birth: p.Birth, NameFold: p.NameFold, Sex: p.Sex}
}

// Whoever knows everything about a person, and not the pepper, gets the same
// answer for one who is in the data as for one who is not. The box refuses to
// ask with a wrong pepper at all; here the lookup behind that refusal is used.
func TestWithoutThePepperResidentsLookLikeStrangers(t *testing.T) {
	const inside = 300
	var residents []*Person
	for i := range inside {
		residents = append(residents, resident(i))
	}
	right := Pepper{7, 7, 7}
	l := leaked(t, right, StretchNone, residents...)
	found := func(p Pepper, i int) bool {
		f, err := l.lookup(p, newSecrets(p, StretchNone, about(resident(i))))
		if err != nil {
			t.Fatal(err)
		}
		return f.state != missing
	}
	for n := range 16 {
		wrong := right
		wrong[2*n] ^= 1 << (n % 8) // as near as a guess can come
		if err := l.Probe(wrong); !errors.Is(err, ErrOtherPepper) {
			t.Fatalf("a box with a wrong pepper: %v", err)
		}
		for i := range 2 * inside {
			if found(wrong, i) {
				t.Fatalf("person %d is found without the pepper", i)
			}
		}
	}
	for i := range 2 * inside { // the same lookup finds them all with it
		if found(right, i) != (i < inside) {
			t.Fatalf("person %d with the pepper", i)
		}
	}
}

// Two provinces' cards, or one's before and after a change of the pepper,
// cannot be laid side by side: the tags of one person differ in half of their
// bits, as those of two people do.
func TestTagsOfOnePersonUnderTwoPeppersAreUnrelated(t *testing.T) {
	const people = 2000
	same, other := 0, 0
	for i := range people {
		who, next := resident(i), resident(i+1)
		a := Pepper{1}.Tag(who.Kind, who.Number)
		same += differ(a, Pepper{2}.Tag(who.Kind, who.Number))
		other += differ(a, Pepper{2}.Tag(next.Kind, next.Number))
	}
	// 128 bits, each differing with 1/2: 64 on average, four standard deviations
	// of the mean of so many are 0.51.
	for what, sum := range map[string]int{"one person": same, "two people": other} {
		if mean := float64(sum) / people; mean < 63.4 || mean > 64.6 {
			t.Errorf("tags of %s differ in %.2f bits on average, want 64", what, mean)
		}
	}
}

func differ(a, b Tag) (n int) {
	for i := range a {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n
}

// With card, pepper and a person's number, the birth date has to be guessed:
// the year is in the number, so a leap year has 366 days. There is no other way
// in: no wrong date opens, and each costs a stretch. The stretched one is born
// in January, to spare the test some seconds.
func TestWithThePepperAPersonCostsAYearOfGuesses(t *testing.T) {
	for _, c := range []struct {
		stretch    Stretch
		month, day int
		want       int
	}{{StretchNone, 12, 31, 366}, {StretchArgon2id, 1, 20, 20}} {
		p, who := Pepper{9}, resident(1)
		who.Birth = checkpoint.Date{Year: 1992, Month: c.month, Day: c.day}
		guesses, took := guess(t, leaked(t, p, c.stretch, who), p, c.stretch, about(who))
		if guesses != c.want {
			t.Errorf("stretch %d: open after %d guesses, want %d", c.stretch, guesses, c.want)
		}
		t.Logf("stretch %d: %d guesses, %v each", c.stretch, guesses, (took / time.Duration(guesses)).Round(10*time.Nanosecond))
	}
}

// guess tries a year's days in order until the record opens.
func guess(t testing.TB, l *Layer, p Pepper, s Stretch, who checkpoint.Query) (guesses int, took time.Duration) {
	t.Helper()
	started := time.Now()
	for day := time.Date(who.Birth.Year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == who.Birth.Year; day = day.AddDate(0, 0, 1) {
		guesses++
		who.Birth = checkpoint.DateOf(day)
		f, err := l.lookup(p, newSecrets(p, s, who))
		if err != nil {
			t.Fatal(err)
		}
		if !f.match.Found {
			t.Fatal("the number is not found")
		}
		if f.match.Opened {
			return guesses, time.Since(started)
		}
	}
	t.Error("no day of the year opens the record")
	return guesses, time.Since(started)
}

// BenchmarkGuess is what a thief with card, pepper and number pays for one
// birth date.
func BenchmarkGuess(b *testing.B) {
	for _, s := range []Stretch{StretchNone, StretchArgon2id} {
		b.Run(fmt.Sprint("stretch", s), func(b *testing.B) {
			p := Pepper{9}
			l := leaked(b, p, s, resident(1))
			who := about(resident(1))
			who.Birth.Day++
			for b.Loop() {
				if f, err := l.lookup(p, newSecrets(p, s, who)); err != nil || f.match.Opened {
					b.Fatal(err)
				}
			}
		})
	}
}
