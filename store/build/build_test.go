package build_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/store/build"
	"checkpoint/store/build/input"
	"checkpoint/store/snapshot"
)

func date(s string) checkpoint.Date {
	d, err := checkpoint.ParseDate(s)
	if err != nil {
		panic(err) // a literal of a test
	}
	return d
}

// files are the rows of a province's files.
type files struct {
	people    []input.Person
	doses     []input.Dose
	cases     []input.Case
	withdrawn []input.Withdrawn
	declared  []input.Declaration
	tests     []input.Test
	removed   []string
}

func rows[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (f files) source() build.Source {
	return build.Source{People: rows(f.people), Doses: rows(f.doses), Cases: rows(f.cases), Withdrawn: rows(f.withdrawn), Declared: rows(f.declared), Tests: rows(f.tests), Removed: f.removed}
}

const an, binh = "001090900001", "001190900002"

func two() []input.Person {
	return []input.Person{
		{Number: an, FullName: "Nguyễn Văn An", Birth: date("1990-08-15"), Sex: checkpoint.Male, Issued: date("2022-03-15"), OldNumbers: []string{"912345678"}, HealthCard: "7900000001", Passport: "C9000001"},
		{Number: binh, FullName: "Trần Thị Bình", Birth: date("1990-01"), Sex: checkpoint.Female, CardStatus: input.CardLost},
	}
}

func plan() snapshot.Plan {
	return snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: 1}
}

func layer(t *testing.T, f files) (snapshot.LayerRef, build.Counts, string) {
	t.Helper()
	dir := t.TempDir()
	must(t, os.MkdirAll(snapshot.LayersDir(dir), 0o755))
	ref, counts, err := build.Layer(f.source(), plan(), snapshot.Pepper{1, 2, 3}, snapshot.LayersDir(dir))
	must(t, err)
	return ref, counts, dir
}

// open builds, signs and loads.
func open(t *testing.T, f files) *snapshot.Register {
	t.Helper()
	ref, _, dir := layer(t, f)
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	trust := snapshot.Trust{Province: "mau", Snapshot: snapshot.KeySet{Threshold: 1, Keys: []snapshot.PublicKey{{Name: "1", Key: snapshot.HexData(key.Public().(ed25519.PublicKey))}}}}
	must(t, snapshot.WriteBundle(dir, snapshot.Manifest{Province: "mau", Number: 1, Created: 1, Layers: []snapshot.LayerRef{ref}}))
	raw, _, err := snapshot.ReadBundle(dir)
	must(t, err)
	must(t, snapshot.AddSignature(dir, snapshot.Sign(raw, key)))
	box := snapshot.NewBox(filepath.Join(dir, "box"), trust, snapshot.Pepper{1, 2, 3})
	_, err = box.Load(dir, snapshot.Incoming{})
	must(t, err)
	r, err := box.Open()
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

// look asks for one document.
func look(t *testing.T, f files, kind checkpoint.DocumentKind, number, birth string) checkpoint.Match {
	t.Helper()
	m, err := open(t, f).Lookup(checkpoint.Query{Kind: kind, Number: number, Birth: date(birth)})
	must(t, err)
	return m
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func lookAn(t *testing.T, f files) checkpoint.Person {
	t.Helper()
	m := look(t, f, checkpoint.KindCCCD, an, "1990-08-15")
	if !m.Opened || m.Further {
		t.Fatalf("%+v", m)
	}
	return m.Person
}

func dose(number, day string, n int) input.Dose {
	return input.Dose{Number: number, Date: date(day), Product: "Pfizer", Dose: n, Course: 2}
}

func TestDosesNewestFirstAndAllCounted(t *testing.T) {
	f := files{people: two(), doses: []input.Dose{
		dose(an, "2021-08-01", 2), dose(binh, "2021-12-01", 1), dose(an, "2021-07-01", 1), dose(an, "2022-03-01", 5),
		dose(an, "2021-12-01", 3), dose(an, "2022-02-01", 4), dose(an, "2021-08-01", 2),
	}}
	p := lookAn(t, f)
	var got []string
	for _, d := range p.Doses {
		got = append(got, fmt.Sprint(d.Date, "#", d.Number))
	}
	if want := "[2022-03-01#5 2022-02-01#4 2021-12-01#3 2021-08-01#2]"; fmt.Sprint(got) != want || p.DoseCount != 5 {
		t.Errorf("%d doses %v, want 5, listed %s", p.DoseCount, got, want)
	}
	if _, counts, _ := layer(t, f); counts.RepeatedDoses != 1 || counts.Doses != 6 {
		t.Errorf("%+v", counts)
	}
}

func TestTheLatestCaseCounts(t *testing.T) {
	old := input.Case{Number: an, Status: input.CaseF0, From: date("2021-08-01"), Until: date("2021-08-20")}
	well := input.Case{Number: an, Status: input.CaseRecovered, From: date("2021-08-21"), Until: date("2021-08-21")}
	again := input.Case{Number: an, Status: input.CaseF1, From: date("2021-08-21")}
	longer := old
	longer.Until = checkpoint.Date{}
	for name, c := range map[string]struct {
		cases  []input.Case
		status checkpoint.CaseStatus
		until  string
	}{
		"latest":                       {[]input.Case{old, well}, checkpoint.CaseRecovered, "2021-08-21"},
		"one day: what restricts more": {[]input.Case{well, again, old}, checkpoint.CaseF1, ""},
		"one day: what lasts longer":   {[]input.Case{longer, old}, checkpoint.CaseF0, ""},
	} {
		for range 2 {
			p := lookAn(t, files{people: two(), cases: c.cases})
			if p.Case != c.status || p.CaseUntil.String() != c.until {
				t.Errorf("%s: status %d until %s", name, p.Case, p.CaseUntil)
			}
			slices.Reverse(c.cases)
		}
	}
}

func TestReportsOverrideThePeopleFile(t *testing.T) {
	report := func(reason, since string) input.Withdrawn {
		return input.Withdrawn{Kind: checkpoint.KindCCCD, Number: an, Reason: reason, Since: date(since)}
	}
	list := []input.Withdrawn{report("lost", "2022-01-01"), report("replaced", "2023-01-01"), report("withdrawn", "2023-01-01"), report("lost", "2023-01-01")}
	for range 2 {
		if p := lookAn(t, files{people: two(), withdrawn: list}); p.Card != checkpoint.CardWithdrawn || p.CardSince != date("2023-01-01") {
			t.Errorf("card %d since %s", p.Card, p.CardSince)
		}
		slices.Reverse(list)
	}
	if m := look(t, files{people: two()}, checkpoint.KindCCCD, binh, "1990-01"); m.Person.Card != checkpoint.CardLost {
		t.Errorf("status in the people file: %+v", m)
	}
}

func TestFurtherPapersLeadToThePersonAndTheirRowsToo(t *testing.T) {
	f := files{people: two(), doses: []input.Dose{dose("912345678", "2021-07-01", 1), dose(an, "2021-08-01", 2), dose("C9000001", "2022-01-01", 3)},
		cases: []input.Case{{Number: "912345678", Status: input.CaseF1, From: date("2021-07-05")}}}
	for kind, number := range map[checkpoint.DocumentKind]string{checkpoint.KindCMND: "912345678", checkpoint.KindBHYT: "7900000001", checkpoint.KindPassport: "C9000001"} {
		m := look(t, f, kind, number, "1990-08-15")
		if !m.Opened || !m.Further || m.Person.DoseCount != 3 || m.Person.Case != checkpoint.CaseF1 {
			t.Errorf("%s: %+v", kind, m)
		}
	}
	if _, counts, _ := layer(t, f); counts.Strangers != 0 {
		t.Errorf("%+v", counts)
	}
}

func TestStrangersAndReportsOfOldPapersAreCounted(t *testing.T) {
	stranger := "001090900009"
	_, counts, _ := layer(t, files{
		people: two(), doses: []input.Dose{dose(stranger, "2021-07-01", 1), dose(stranger, "2021-08-01", 2)}, cases: []input.Case{{Number: stranger, Status: input.CaseF1, From: date("2021-07-05")}},
		withdrawn: []input.Withdrawn{{Kind: checkpoint.KindCMND, Number: "912345678", Reason: "lost", Since: date("2021-01-01")}, {Kind: checkpoint.KindCCCD, Number: stranger, Reason: "lost", Since: date("2021-01-01")}},
	})
	want := build.Counts{People: 2, OldDocuments: 1, Strangers: 3}
	if counts != want {
		t.Errorf("got %+v, want %+v", counts, want)
	}
}

func TestOneDocumentForTwoPeopleIsRefused(t *testing.T) {
	for name, change := range map[string]func(p []input.Person){
		"number":      func(p []input.Person) { p[1].Number = an },
		"old number":  func(p []input.Person) { p[1].OldNumbers = []string{"912345678"} },
		"health card": func(p []input.Person) { p[1].HealthCard = "7900000001" },
		"passport":    func(p []input.Person) { p[1].Passport = "C9000001" },
	} {
		people := two()
		change(people)
		_, _, err := build.Layer(files{people: people}.source(), plan(), snapshot.Pepper{}, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), "person 2 of the file") || strings.Contains(err.Error(), an) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryBadRowOfEveryFileIsReportedAndNothingWritten(t *testing.T) {
	bad := func(file string) error { return &input.RowError{File: file, Line: 7, Want: "better"} }
	src := build.Source{
		People: func(yield func(input.Person, error) bool) {
			_ = yield(input.Person{}, bad("people")) && yield(two()[0], nil)
		},
		Doses:     func(yield func(input.Dose, error) bool) { yield(input.Dose{}, bad("doses")) },
		Cases:     func(yield func(input.Case, error) bool) { yield(input.Case{}, bad("cases")) },
		Withdrawn: func(yield func(input.Withdrawn, error) bool) { yield(input.Withdrawn{}, bad("withdrawn")) },
		Removed:   []string{"nobody"},
	}
	dir := t.TempDir()
	_, _, err := build.Layer(src, plan(), snapshot.Pepper{}, dir)
	for _, want := range []string{"people:7", "doses:7", "cases:7", "withdrawn:7", "removed"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in: %v", want, err)
		}
	}
	if list, _ := os.ReadDir(dir); len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
	many := func(yield func(input.Person, error) bool) {
		for range 500 {
			if !yield(input.Person{}, bad("people")) {
				return
			}
		}
	}
	_, _, err = build.Layer(build.Source{People: many}, plan(), snapshot.Pepper{}, dir)
	if err == nil || !strings.Contains(err.Error(), "and 480 more") {
		t.Errorf("500 bad rows: %v", err)
	}
	broken := errors.New("disk")
	_, _, err = build.Layer(build.Source{People: func(yield func(input.Person, error) bool) { yield(input.Person{}, broken) }}, plan(), snapshot.Pepper{}, dir)
	if !errors.Is(err, broken) {
		t.Errorf("a file that breaks off: %v", err)
	}
}

// goldenRoot changes only with the format of layers: a change here means that
// boxes in the field cannot read what this version builds.
const goldenRoot = "c0293732f8590e1a3243c93b3213b7632f88f253bdc0bbbeda7cd011421968f9"

func golden() files {
	return files{
		people: two(),
		doses: []input.Dose{dose(an, "2021-08-01", 2), dose(an, "2021-07-01", 1), dose("912345678", "2021-06-01", 1), dose(an, "2021-08-01", 2),
			{Number: an, Date: date("2021-08-01"), Product: "Pfizer", Dose: 2, Course: 3}},
		cases: []input.Case{{Number: binh, Status: input.CaseF1, From: date("2021-07-05")}, {Number: binh, Status: input.CaseF1, From: date("2021-07-05"), Until: date("2021-07-19")}},
		withdrawn: []input.Withdrawn{{Kind: checkpoint.KindCCCD, Number: an, Reason: "lost", Since: date("2021-01-01")},
			{Kind: checkpoint.KindCCCD, Number: an, Reason: "replaced", Since: date("2021-01-01")}},
		removed: []string{"001090900003", "C9000003"},
	}
}

func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	f := golden()
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		ref, _, dir := layer(t, f)
		if got := hex.EncodeToString(ref.Root[:]); got != goldenRoot {
			t.Fatalf("root %s, want %s", got, goldenRoot)
		}
		if _, err := os.Stat(filepath.Join(snapshot.LayersDir(dir), goldenRoot+".layer")); err != nil {
			t.Fatal(err)
		}
		random.Shuffle(len(f.people), func(i, j int) { f.people[i], f.people[j] = f.people[j], f.people[i] })
		random.Shuffle(len(f.doses), func(i, j int) { f.doses[i], f.doses[j] = f.doses[j], f.doses[i] })
		random.Shuffle(len(f.cases), func(i, j int) { f.cases[i], f.cases[j] = f.cases[j], f.cases[i] })
		random.Shuffle(len(f.withdrawn), func(i, j int) { f.withdrawn[i], f.withdrawn[j] = f.withdrawn[j], f.withdrawn[i] })
		slices.Reverse(f.removed)
	}
}
