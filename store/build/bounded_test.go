package build

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/scratch"
	"checkpoint/store/snapshot"
)

// smallProvince is the rows of all files.
type smallProvince struct {
	people  []input.Person
	doses   []input.Dose
	cases   []input.Case
	reports []input.Withdrawn
	removed []string
}

func (p smallProvince) source() Source {
	return Source{People: seq(p.people), Doses: seq(p.doses), Cases: seq(p.cases), Withdrawn: seq(p.reports), Removed: p.removed}
}

func seq[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// numbers are few, so that rows of all files meet; some look like two kinds.
func numbers() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("0010909%05d", rapid.IntRange(0, 6).Draw(t, "n")) }),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("9%08d", rapid.IntRange(0, 6).Draw(t, "n")) }),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("C1%06d", rapid.IntRange(0, 3).Draw(t, "n")) }))
}

func days() *rapid.Generator[checkpoint.Date] {
	return rapid.Custom(func(t *rapid.T) checkpoint.Date {
		return checkpoint.Date{Year: 2021, Month: 1 + rapid.IntRange(0, 1).Draw(t, "month"), Day: rapid.IntRange(1, 2).Draw(t, "day")}
	})
}

func people() *rapid.Generator[input.Person] {
	digits := func(n int) *rapid.Generator[string] {
		return numbers().Filter(func(s string) bool { return s[0] != 'C' && len(s) >= n })
	}
	return rapid.Custom(func(t *rapid.T) input.Person {
		p := input.Person{
			Number: numbers().Draw(t, "number"), FullName: rapid.SampledFrom([]string{"Nguyễn Văn An", "Đỗ Thị Bình", ""}).Draw(t, "name"),
			Birth: checkpoint.Date{Year: rapid.IntRange(1940, 2020).Draw(t, "year")}, Sex: checkpoint.Female, Exempt: rapid.Bool().Draw(t, "exempt"),
			CardStatus: rapid.SampledFrom([]string{input.CardValid, input.CardLost, input.CardNone, input.CardReplaced}).Draw(t, "card"),
			OldNumbers: rapid.SliceOfNDistinct(digits(9), 0, 3, rapid.ID[string]).Draw(t, "old"),
		}
		if rapid.Bool().Draw(t, "issued") {
			p.Issued = days().Draw(t, "issue")
		}
		if rapid.Bool().Draw(t, "health") {
			p.HealthCard = fmt.Sprintf("%010d", rapid.IntRange(0, 3).Draw(t, "n"))
		}
		if rapid.Bool().Draw(t, "passport") {
			p.Passport = fmt.Sprintf("C1%06d", rapid.IntRange(0, 3).Draw(t, "n"))
		}
		return p
	})
}

// provinces have no document of two people: that is an error, tested apart.
func provinces() *rapid.Generator[smallProvince] {
	return rapid.Custom(func(t *rapid.T) smallProvince {
		var p smallProvince
		taken := map[document]bool{}
		for _, who := range rapid.SliceOfN(people(), 0, 12).Draw(t, "people") {
			all := append(appendOthers(nil, who), mainDocument(who))
			if !slices.ContainsFunc(all, func(d document) bool { return taken[d] }) {
				p.people = append(p.people, who)
			}
			for _, d := range all {
				taken[d] = true
			}
		}
		for _, n := range rapid.SliceOfNDistinct(numbers(), 0, 3, rapid.ID[string]).Draw(t, "removed") {
			if !taken[document{input.KindOf(n), n}] {
				p.removed = append(p.removed, n)
			}
		}
		p.doses = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) input.Dose {
			return input.Dose{Number: numbers().Draw(t, "number"), Date: days().Draw(t, "date"), Dose: rapid.IntRange(1, 3).Draw(t, "dose"), Course: rapid.IntRange(1, 3).Draw(t, "course"),
				Product: rapid.SampledFrom([]string{"Pfizer", "Vero Cell", "", "another"}).Draw(t, "product")}
		}), 0, 60).Draw(t, "doses")
		p.cases = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) input.Case {
			c := input.Case{Number: numbers().Draw(t, "number"), From: days().Draw(t, "from"), Status: rapid.SampledFrom([]string{input.CaseF0, input.CaseF1, input.CaseRecovered}).Draw(t, "status")}
			if rapid.Bool().Draw(t, "ends") {
				c.Until = days().Draw(t, "until")
			}
			return c
		}), 0, 40).Draw(t, "cases")
		p.reports = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) input.Withdrawn {
			w := input.Withdrawn{Number: numbers().Draw(t, "number"), Since: days().Draw(t, "since"), Reason: rapid.SampledFrom([]string{input.WithdrawnLost, input.WithdrawnReplaced, input.WithdrawnWithdrawn}).Draw(t, "reason")}
			if w.Kind = input.KindOf(w.Number); w.Kind == checkpoint.KindCCCD && rapid.Bool().Draw(t, "old card") {
				w.Kind = checkpoint.KindCMND // with 12 digits
			}
			if rapid.IntRange(0, 3).Draw(t, "health") == 0 {
				w.Kind, w.Number = checkpoint.KindBHYT, fmt.Sprintf("%010d", rapid.IntRange(0, 3).Draw(t, "n"))
			}
			return w
		}), 0, 40).Draw(t, "reports")
		return p
	})
}

func plan(work snapshot.Work) snapshot.Plan {
	return snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: 1, Work: work}
}

// The layer's root is over every byte that a box reads of it.
func TestEqualsTheSimpleBuilderInAnyOrder(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		p := provinces().Draw(t, "province")
		want, counts, err := oracleLayer(p, plan(snapshot.Work{}), snapshot.Pepper{7}, dir)
		if err != nil {
			t.Fatal(err)
		}
		p = smallProvince{
			rapid.Permutation(p.people).Draw(t, "people"), rapid.Permutation(p.doses).Draw(t, "doses"), rapid.Permutation(p.cases).Draw(t, "cases"),
			rapid.Permutation(p.reports).Draw(t, "reports"), rapid.Permutation(p.removed).Draw(t, "removed"),
		}
		work := snapshot.Work{Workers: rapid.IntRange(1, 4).Draw(t, "workers"), Memory: rapid.SampledFrom([]int{200, 5000, 0}).Draw(t, "memory")}
		got, gotCounts, err := Layer(p.source(), plan(work), snapshot.Pepper{7}, dir)
		if err != nil || got != want || gotCounts != counts {
			t.Fatalf("got %x %+v (%v), want %x %+v", got.Root[:4], gotCounts, err, want.Root[:4], counts)
		}
	})
}

func invented(i int) input.Person {
	return input.Person{Number: fmt.Sprintf("001090%06d", i), FullName: "Nguyễn Văn An", Birth: checkpoint.Date{Year: 1990, Month: 1 + i%12, Day: 1 + i%28}, Sex: checkpoint.Male,
		Issued: checkpoint.Date{Year: 2022, Month: 3, Day: 15}, CardStatus: input.CardValid, OldNumbers: []string{fmt.Sprintf("9%08d", i)}}
}

func town(n int) (p smallProvince) {
	for i := range n {
		p.people = append(p.people, invented(i))
		p.doses = append(p.doses, input.Dose{Number: fmt.Sprintf("9%08d", i), Date: checkpoint.Date{Year: 2021, Month: 8, Day: 1 + i%28}, Product: "Pfizer", Dose: 1, Course: 2})
	}
	return p
}

func TestWholeFilesAreTheSameWhateverTheMemory(t *testing.T) {
	p := town(25_000)
	var want []byte
	for _, work := range []snapshot.Work{{}, {Memory: 1 << 20, Workers: 5}} {
		dir := t.TempDir()
		ref, _, err := Layer(p.source(), plan(work), snapshot.Pepper{7}, dir)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, ref.FileName()))
		if err != nil {
			t.Fatal(err)
		}
		if want != nil && string(got) != string(want) {
			t.Error("another file")
		}
		want = got
		slices.Reverse(p.people)
		slices.Reverse(p.doses)
	}
}

func TestADocumentOfTwoPeopleIsNamedByTheirRows(t *testing.T) {
	p := town(50)
	p.people[40].OldNumbers = append(p.people[40].OldNumbers, p.people[11].OldNumbers...)
	p.people[30].Number = p.people[7].Number
	dir := t.TempDir()
	_, _, err := Layer(p.source(), plan(snapshot.Work{}), snapshot.Pepper{7}, dir)
	for _, want := range []string{
		"2 document numbers stand in two rows",
		"person 41 of the file: its cmnd number stands in an earlier row too (person 12 of the file)",
		"person 31 of the file: its cccd number stands in an earlier row too (person 8 of the file)",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not say %q", err, want)
		}
	}
	nothingIn(t, dir)
}

func TestFaultsOfAllFilesAreReportedAndBounded(t *testing.T) {
	bad := func(name string, n int) iter.Seq2[input.Dose, error] {
		return func(yield func(input.Dose, error) bool) {
			for i := range n {
				if !yield(input.Dose{}, &input.RowError{File: name, Line: i + 2, Column: "dose", Want: "a number"}) {
					return
				}
			}
		}
	}
	dir := t.TempDir()
	src := town(3).source()
	src.Doses = bad("doses.csv", 100)
	src.Removed = []string{"nobody"}
	_, _, err := Layer(src, plan(snapshot.Work{}), snapshot.Pepper{7}, dir)
	text := fmt.Sprint(err)
	if !strings.Contains(text, "doses.csv:2:") || !strings.Contains(text, "doses.csv:21:") || strings.Contains(text, "doses.csv:22:") || !strings.Contains(text, "and 80 more") || !strings.Contains(text, "removed: line 1") {
		t.Errorf("got %v", err)
	}
	nothingIn(t, dir)
}

func TestRowsThatFitNoRecordAreNamedInOrder(t *testing.T) {
	p := town(2000)
	for _, i := range []int{1500, 3, 700} {
		p.people[i].Issued = checkpoint.Date{Year: 1960, Month: 1, Day: 1}
	}
	_, _, err := Layer(p.source(), plan(snapshot.Work{}), snapshot.Pepper{7}, t.TempDir())
	text := fmt.Sprint(err)
	a, b, c := strings.Index(text, "person 4 of the file"), strings.Index(text, "person 701 of"), strings.Index(text, "person 1501 of")
	if !errors.Is(err, snapshot.ErrEntry) || a < 0 || a > b || b > c {
		t.Errorf("got %v", err)
	}
}

var errStop = errors.New("enough")

func TestStoppedAtAnyStepItLeavesNothing(t *testing.T) {
	p := town(20_000)
	for _, at := range []string{"read", "move", "join", "sort", "write"} {
		dir := t.TempDir()
		_, _, err := Layer(p.source(), plan(snapshot.Work{Memory: 1 << 20, Step: func(step string, _, _ int) error {
			if step == at {
				return errStop
			}
			return nil
		}}), snapshot.Pepper{7}, dir)
		if !errors.Is(err, errStop) {
			t.Errorf("%s: got %v", at, err)
		}
		nothingIn(t, dir)
	}
}

func TestADiskWithoutRoomIsSaidBeforeTheWork(t *testing.T) {
	src := town(1).source()
	src.Size = 1 << 55
	if _, _, err := Layer(src, plan(snapshot.Work{}), snapshot.Pepper{7}, t.TempDir()); !errors.Is(err, scratch.ErrNoRoom) {
		t.Errorf("got %v", err)
	}
}

func nothingIn(t *testing.T, dir string) {
	t.Helper()
	if names, err := os.ReadDir(dir); err != nil || len(names) > 0 {
		t.Errorf("left behind: %v %v", names, err)
	}
}

func TestOfTwoReportsOfOneDayTheWeightierWinsInAnyOrder(t *testing.T) {
	who, since := invented(1), checkpoint.Date{Year: 2024, Month: 5, Day: 2}
	report := func(reason string) input.Withdrawn {
		return input.Withdrawn{Kind: checkpoint.KindCCCD, Number: who.Number, Reason: reason, Since: since}
	}
	root := func(reports ...input.Withdrawn) snapshot.Digest {
		p := smallProvince{people: []input.Person{who}, reports: reports}
		ref, _, err := Layer(p.source(), plan(snapshot.Work{}), snapshot.Pepper{7}, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return ref.Root
	}
	replaced, lost, withdrawn := report(input.WithdrawnReplaced), report(input.WithdrawnLost), report(input.WithdrawnWithdrawn)
	if want := root(lost); root(lost, replaced) != want || root(replaced, lost) != want {
		t.Error("lost does not outweigh replaced")
	}
	if want := root(withdrawn); root(lost, withdrawn, replaced) != want || root(withdrawn, lost) != want {
		t.Error("withdrawn does not outweigh lost")
	}
}
