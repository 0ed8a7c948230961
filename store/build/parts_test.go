package build

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"checkpoint/store/build/input"
)

// A row may be longer than a chunk, and parts may be so many that chunks are
// short: what was filed comes back whole, in order, with the rows of a number
// together.
func TestPartsGiveBackWhatWasFiled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.SampledFrom([]int{1, 3, minParts, maxParts, 10 * maxParts}).Draw(t, "parts")
		p, err := newParts("", count)
		if err != nil {
			t.Fatal(err)
		}
		defer p.close()
		want := map[string][]int{}
		for i := range rapid.IntRange(0, 200).Draw(t, "rows") {
			number := fmt.Sprintf("%d", rapid.IntRange(0, 9).Draw(t, "number"))
			var e encoder
			e.person(input.Person{Number: number, FullName: strings.Repeat("x", rapid.IntRange(0, 3000).Draw(t, "length"))}, i)
			if err := p.put(&e); err != nil {
				t.Fatal(err)
			}
			want[number] = append(want[number], i)
		}
		if err := p.flush(); err != nil {
			t.Fatal(err)
		}
		var g grouping
		for i := range p.list {
			if p.list[i].tail.Size == 0 && len(p.list[i].chunks) == 0 {
				continue
			}
			data, err := p.appendPart(nil, i)
			if err == nil {
				err = g.each(data, func(group []row) error { return sameRows(group, want) })
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if len(want) > 0 {
			t.Errorf("not given back: %v", want)
		}
	})
}

// sameRows takes a number out of want when all its rows are there.
func sameRows(group []row, want map[string][]int) error {
	number := string(group[0].number)
	for i, r := range group {
		p, err := r.person()
		if err != nil {
			return err
		}
		if len(want[number]) != len(group) || p.Number != number || p.row != want[number][i] {
			return fmt.Errorf("number %s: row %d of %d is row %d, want %v", number, i, len(group), p.row, want[number])
		}
	}
	delete(want, number)
	return nil
}

func TestPartsGrowWithTheFiles(t *testing.T) {
	const people = 140 // bytes of files, with doses
	for _, c := range []struct {
		people int64
		want   int
	}{{0, minParts}, {10_000_000, minParts}, {100_000_000, 4096}, {1_000_000_000, maxParts}} {
		if got := partsFor(c.people * people); got != c.want {
			t.Errorf("%d people: %d parts, want %d", c.people, got, c.want)
		}
	}
}
