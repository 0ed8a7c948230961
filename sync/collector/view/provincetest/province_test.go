package provincetest_test

import (
	"testing"
	"time"

	"checkpoint/sync/collector/view/provincetest"
)

// The same seed gives the same day, whatever was asked before.
func TestADayCanBeToldAlone(t *testing.T) {
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	p := provincetest.Province{Seed: 4, Sites: 5, People: 1000, Communes: 7, Scans: 1000, Cases: 2}
	first := p.Day(day, 3)
	p.Day(day, 1)
	p.Day(day.AddDate(0, 0, 1), 3)
	again := p.Day(day, 3)
	if len(first) < 100 || len(again) != len(first) {
		t.Fatalf("%d records, then %d", len(first), len(again))
	}
	for i := range first {
		if first[i].At != again[i].At || !first[i].Time.Equal(again[i].Time) || first[i].Number != again[i].Number || first[i].Verdict != again[i].Verdict {
			t.Fatalf("record %d differs", i)
		}
	}
}

// No two people share a number, and each number leads back to its person.
func TestNumbersAreOnesOwn(t *testing.T) {
	p := provincetest.Province{Seed: 4, Sites: 1, People: 2_000_000, Communes: 7}
	seen := map[string]int{}
	for i := 0; i < p.People; i += 97 {
		x := p.Person(i)
		for _, number := range []string{x.Number, x.Old} {
			if number == "" {
				continue
			}
			if other, twice := seen[number]; twice {
				t.Fatalf("%s is of %d and %d", number, other, i)
			}
			seen[number] = i
			if whose, commune := p.Whose(number); whose != x.Number || commune != x.Commune {
				t.Fatalf("%s is said to be of %s in %s", number, whose, commune)
			}
		}
	}
	if whose, _ := p.Whose("001090000001"); whose != "" {
		t.Errorf("somebody of another province is %s", whose)
	}
}
