package check

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"checkpoint"
	"checkpoint/store/build/input"
)

// Runs on disk and the one in memory come out as one sort would bring them, and
// the temporary file has no name even while it is used.
func TestPileSortsMoreThanItHolds(t *testing.T) {
	for _, n := range []int{0, 5, runLength, 2*runLength + 7} {
		p := pile{dir: t.TempDir()}
		random := rand.New(rand.NewPCG(1, uint64(n)))
		want := make([]sighting, n)
		for i := range want {
			want[i] = sighting{random.Uint64N(1 << 20), random.Uint64N(4)} // many equal
			p.add(want[i])
		}
		slices.SortFunc(want, order)
		at := 0
		for s, err := range p.sorted() {
			if err != nil {
				t.Fatal(err)
			}
			if at >= n || s != want[at] {
				t.Fatalf("of %d, place %d: %+v", n, at, s)
			}
			at++
		}
		if at != n || (len(p.runs) > 0) != (n > runLength) {
			t.Errorf("of %d: %d came out, %d runs", n, at, len(p.runs))
		}
		if left, err := os.ReadDir(p.dir); err != nil || len(left) > 0 {
			t.Errorf("%v %v in the temporary directory", left, err)
		}
		p.close()
	}
}

func TestPileThatCannotWriteSaysSo(t *testing.T) {
	p := pile{dir: filepath.Join(t.TempDir(), "gone")}
	defer p.close()
	for range 3*runLength + 1 {
		p.add(sighting{})
	}
	for _, err := range p.sorted() {
		if !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%v, want that the directory is not there", err)
		}
	}
	if p.err == nil {
		t.Error("no error")
	}
}

// Different numbers of any shape have different keys, so that "twice" is never
// said of two numbers that are not one.
func TestNumberKeysAreExact(t *testing.T) {
	number := rapid.OneOf(rapid.StringMatching(`[0-9]{9}`), rapid.StringMatching(`[0-9]{12}`), rapid.StringMatching(`[A-Z]{1,2}[0-9]{6,8}`), rapid.StringMatching(`000[0-9]{9}`), rapid.StringMatching(`A{1,2}0{0,2}[0-9]{6}`))
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		if input.KindOf(a) == checkpoint.KindNone {
			return
		}
		if (a == b) != (numberKey(a) == numberKey(b)) {
			t.Fatalf("%s %x, %s %x", a, numberKey(a), b, numberKey(b))
		}
		if s := healthKey("0123456789"); s == numberKey(a) {
			t.Fatalf("%s has the key of a health card", a)
		}
	})
	for _, pair := range [][2]string{{"A0123456", "A00123456"}, {"Z99999999", "AA1234567"}, {"000000000", "000000000000"}, {"ZZ99999999", "999999999999"}} {
		if numberKey(pair[0]) == numberKey(pair[1]) {
			t.Errorf("%v have one key", pair)
		}
	}
}

func TestSightingKeepsItsParts(t *testing.T) {
	c := &checker{file: MaxFiles - 1, reader: &input.Reader{Line: maxLine}}
	c.see(7, roleAtSite, 1<<extraBits-1)
	c.reader.Line++ // beyond what fits: the last line, nothing else
	c.see(7, roleEvent, dayMark(checkpoint.Date{Year: 2199, Month: 12, Day: 31}))
	for i, want := range []int{roleAtSite, roleEvent} {
		if s := c.pile.filling[i]; s.role() != want || s.spot() != (spot{MaxFiles - 1, maxLine}) || s.extra() == 0 {
			t.Errorf("role %d at %+v, extra %d", s.role(), s.spot(), s.extra())
		}
	}
	days := []checkpoint.Date{{}, {Year: 1850}, {Year: 1850, Month: 1, Day: 2}, {Year: 1850, Month: 2}, {Year: 1850, Month: 12, Day: 31}, {Year: 1851}, {Year: 2199, Month: 12, Day: 31}}
	if !slices.IsSortedFunc(days, func(a, b checkpoint.Date) int { return int(dayMark(a)) - int(dayMark(b)) }) {
		t.Error("day marks are not in the order of days")
	}
}

func TestRejectsAreForTheirOwnerAndNeverOverwritten(t *testing.T) {
	o := province(t, map[input.Sheet]string{input.SheetPeople: peopleHead + "bad row\n", input.SheetDoses: dosesHead})
	export := filepath.Join(t.TempDir(), "export.csv.gz.csv")
	if err := os.WriteFile(export, []byte(peopleHead+"another\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := province(t, map[input.Sheet]string{input.SheetPeople: peopleHead + "third\n"})
	o.Files = append(append(o.Files, File{input.SheetPeople, export}), other.Files...)
	o.Rejects = filepath.Join(t.TempDir(), "mend")
	r := checked(t, o)
	for i, want := range []string{"people.rejects.csv", "", "people-export.csv.gz.rejects.csv", "people-2.rejects.csv"} {
		if got := r.Files[i].Rejects; got != "" && filepath.Base(got) != want || (got == "") != (want == "") {
			t.Errorf("%s: rejects in %q, want %q", r.Files[i].Path, got, want)
		}
		if want == "" {
			continue
		}
		if info, err := os.Stat(r.Files[i].Rejects); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v, want mode 0600", info, err)
		}
		if sheet, ok := input.SheetOf(r.Files[i].Rejects); !ok || sheet != input.SheetPeople {
			t.Errorf("%s is not told to be people", r.Files[i].Rejects)
		}
	}
	if info, err := os.Stat(o.Rejects); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v, want mode 0700", info, err)
	}
	before, err := os.ReadFile(r.Files[0].Rejects)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(context.Background(), o); !errors.Is(err, os.ErrExist) {
		t.Errorf("second check into the same directory: %v", err)
	}
	if after, err := os.ReadFile(r.Files[0].Rejects); err != nil || string(after) != string(before) {
		t.Errorf("rejects of the first check changed: %q %v", after, err)
	}
}

func TestCheckEndsWhenItIsAskedTo(t *testing.T) {
	o := province(t, map[input.Sheet]string{input.SheetDoses: dosesHead + strings.Repeat("001090900001,2024-12-01,,1,2\n", 3*pulse)})
	ctx, cancel := context.WithCancel(context.Background())
	rows := 0
	o.Progress = func(int64, int64) { rows += pulse; cancel() }
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) || rows > pulse {
		t.Errorf("%v after %d rows", err, rows)
	}
}

func TestProgressEndsAtAllBytes(t *testing.T) {
	o := province(t, map[input.Sheet]string{input.SheetPeople: peopleHead, input.SheetDoses: dosesHead + strings.Repeat("001090900001,2024-12-01,,1,2\n", 2*pulse)})
	last, all := int64(0), int64(0)
	o.Progress = func(read, total int64) {
		if read < last {
			t.Errorf("%d after %d", read, last)
		}
		last, all = read, total
	}
	checked(t, o)
	if last == 0 || last != all {
		t.Errorf("ended at %d of %d", last, all)
	}
}
