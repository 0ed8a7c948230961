package chain_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"checkpoint"
	"checkpoint/store/build"
	"checkpoint/store/build/chain"
	"checkpoint/store/build/input"
	"checkpoint/store/build/state"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// testingT is what both a test and a draw of rapid are.
type testingT interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func must(t testingT, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// files is a whole province.
type files struct {
	people   []input.Person
	doses    []input.Dose
	cases    []input.Case
	declared []input.Declaration
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
	return build.Source{People: rows(f.people), Doses: rows(f.doses), Cases: rows(f.cases), Declared: rows(f.declared)}
}

var pepper = snapshot.Pepper{1, 2, 3}

func order(shelf chain.Shelf, n uint64, c chain.Choice) chain.Order {
	return chain.Order{Out: shelf.Dir(n), Manifest: snapshot.Manifest{Province: "mau", Number: n, Created: int64(n)}, Kind: c.Kind, Below: c.Below, Pepper: pepper, Work: snapshot.Work{Workers: 2}}
}

// add puts the next snapshot on the shelf.
func add(t testingT, shelf chain.Shelf, f files, want snapshot.LayerKind) (chain.Result, chain.Choice) {
	t.Helper()
	list, err := shelf.List()
	must(t, err)
	c, err := chain.Choose(list, want)
	must(t, err)
	r, err := chain.Build(f.source(), order(shelf, uint64(len(list)+1), c))
	must(t, err)
	return r, c
}

// register signs a snapshot and opens it as a box does.
func register(t testingT, dir, box string) *snapshot.Register {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	trust := snapshot.Trust{Province: "mau", Snapshot: snapshot.KeySet{Threshold: 1, Keys: []snapshot.PublicKey{{Name: "1", Key: snapshot.HexData(key.Public().(ed25519.PublicKey))}}}}
	raw, _, err := snapshot.ReadBundle(dir)
	must(t, err)
	must(t, snapshot.AddSignature(dir, snapshot.Sign(raw, key)))
	b := snapshot.NewBox(box, trust, pepper)
	_, err = b.Load(dir, snapshot.Incoming{})
	must(t, err)
	r, err := b.Open()
	must(t, err)
	return r
}

// scratch is a directory in memory, where the machine has that: a thousand
// snapshots are synced.
func scratch(t testingT) (dir string, remove func()) {
	t.Helper()
	const memory = "/dev/shm"
	dir, err := os.MkdirTemp(memory, "chain-")
	if err != nil {
		dir, err = os.MkdirTemp("", "chain-")
	}
	must(t, err)
	return dir, func() { os.RemoveAll(dir) }
}

// Few documents and birth dates, so that provinces drawn one after the other
// share them: people go and come back, are born on another day, take over each
// other's old numbers.
const (
	mains = 6
	olds  = 4
)

func mainNumber(n int) string { return fmt.Sprintf("0010909%05d", n) }
func oldNumber(n int) string  { return fmt.Sprintf("9%08d", n) }

func births() []checkpoint.Date {
	return []checkpoint.Date{{Year: 1990, Month: 2, Day: 9}, {Year: 1991}}
}

func names() []string { return []string{"Nguyễn Văn An", "Đỗ Thị Bình"} }

func drawProvince(t *rapid.T) (f files) {
	free := rapid.Permutation([]int{0, 1, 2, 3}).Draw(t, "old numbers")
	for n := range mains {
		if rapid.IntRange(0, 3).Draw(t, "gone") == 0 {
			continue
		}
		p := input.Person{Number: mainNumber(n), FullName: rapid.SampledFrom(names()).Draw(t, "name"), Birth: rapid.SampledFrom(births()).Draw(t, "birth"), Sex: checkpoint.Male}
		if len(free) > 0 && rapid.Bool().Draw(t, "has old number") {
			p.OldNumbers, free = []string{oldNumber(free[0])}, free[1:]
		}
		if rapid.IntRange(0, 5).Draw(t, "under the old number") == 0 && len(p.OldNumbers) > 0 {
			p.Number, p.OldNumbers = p.OldNumbers[0], nil
		}
		f.people = append(f.people, p)
		if rapid.Bool().Draw(t, "dose") {
			f.doses = append(f.doses, input.Dose{Number: p.Number, Date: checkpoint.Date{Year: 2021, Month: 9, Day: 3}, Product: "Pfizer", Dose: 1, Course: 2})
		}
		if rapid.Bool().Draw(t, "case") {
			f.cases = append(f.cases, input.Case{Number: p.Number, Status: input.CaseF0, From: checkpoint.Date{Year: 2021, Month: 10, Day: rapid.IntRange(1, 2).Draw(t, "day")}})
		}
	}
	return f
}

// queries are every card that one of the provinces could have printed.
func queries() (list []checkpoint.Query) {
	for _, birth := range append(births(), checkpoint.Date{}) {
		for _, name := range names() {
			q := checkpoint.Query{Birth: birth, NameFold: fold.Name(name), Sex: checkpoint.Male}
			for n := range mains {
				q.Kind, q.Number = checkpoint.KindCCCD, mainNumber(n)
				list = append(list, q)
			}
			for n := range olds {
				q.Kind, q.Number = checkpoint.KindCMND, oldNumber(n)
				list = append(list, q)
			}
		}
	}
	return list
}

// Whatever came before, and whatever it is built against, a snapshot answers
// as a base of the same input does.
func TestLayersAnswerAsAFreshBaseDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, remove := scratch(t)
		defer remove()
		shelf := chain.Shelf(filepath.Join(dir, "shelf"))
		var f files
		add(t, shelf, drawProvince(t), snapshot.LayerBase)
		for range rapid.IntRange(1, 4).Draw(t, "later") {
			f = drawProvince(t)
			add(t, shelf, f, rapid.SampledFrom([]snapshot.LayerKind{0, snapshot.LayerHourly, snapshot.LayerHourly, snapshot.LayerDaily, snapshot.LayerBase}).Draw(t, "kind"))
		}
		list, err := shelf.List()
		must(t, err)
		layered := register(t, list[len(list)-1].Dir, filepath.Join(dir, "box"))
		defer layered.Close()
		add(t, shelf, f, snapshot.LayerBase)
		base := register(t, shelf.Dir(uint64(len(list)+1)), filepath.Join(dir, "other box"))
		defer base.Close()
		for _, q := range queries() {
			got, err := layered.Lookup(q)
			must(t, err)
			want, err := base.Lookup(q)
			must(t, err)
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Fatalf("%d layers answer %+v, a base %+v, to %+v", len(layered.Manifest.Layers), got, want, q)
			}
		}
	})
}

func province(people int) (f files) {
	for n := range people {
		f.people = append(f.people, input.Person{Number: mainNumber(n), FullName: names()[0], Birth: births()[0], Sex: checkpoint.Male, OldNumbers: []string{oldNumber(n)}})
	}
	return f
}

// A second office that has the state below builds the same layer and the same
// state.
func TestTheSameBelowGivesTheSameBytes(t *testing.T) {
	var want map[string][]byte
	for i, workers := range []int{1, 4} {
		dir := t.TempDir()
		shelf := chain.Shelf(dir)
		add(t, shelf, province(3000), snapshot.LayerBase)
		list, err := shelf.List()
		must(t, err)
		c, err := chain.On(&list[0], snapshot.LayerHourly)
		must(t, err)
		o := order(shelf, 2, c)
		o.Work.Workers, o.Work.Memory = workers, 1<<20*workers
		later := province(3100)
		later.people = later.people[700:]
		if i == 1 {
			slices.Reverse(later.people)
		}
		_, err = chain.Build(later.source(), o)
		must(t, err)
		got := tree(t, dir)
		if i == 0 {
			want = got
			continue
		}
		if len(got) != len(want) {
			t.Errorf("%d files, want %d", len(got), len(want))
		}
		for name, b := range want {
			if !bytes.Equal(got[name], b) {
				t.Errorf("%s differs", name)
			}
		}
	}
}

func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			files[name], err = os.ReadFile(path)
		}
		return err
	}))
	return files
}

// A hundred hours: never more than eight layers, and every kind comes up.
func TestHoursFoldIntoDaysAndDaysIntoABase(t *testing.T) {
	shelf := chain.Shelf(t.TempDir())
	var kinds []string
	for hour := range 40 {
		r, c := add(t, shelf, province(1+hour), 0)
		if n := len(r.Manifest.Layers); n > snapshot.MaxLayers {
			t.Fatalf("snapshot %d has %d layers", hour+1, n)
		}
		kinds = append(kinds, c.Kind.String()[:1])
		if _, err := shelf.Tidy(2); err != nil { // what is needed later has to stay
			t.Fatal(err)
		}
	}
	if got, want := fmt.Sprint(kinds), "[b h h h h h h h d h h h h h h d h h h h h d h h h h d h h h d h h d h d b h h h]"; got != want {
		t.Errorf("kinds\n%s, want\n%s", got, want)
	}
	left, err := filepath.Glob(filepath.Join(string(shelf), "*.state"))
	if err != nil || len(left) != 3 {
		t.Errorf("%d states are left: %v", len(left), left)
	}
}

// A declaration comes with an hour and goes with a later one, and nobody else's
// record is sealed again for it.
func TestDeclarationsComeAndGo(t *testing.T) {
	shelf := chain.Shelf(t.TempDir())
	f := province(20)
	d := input.Declaration{Code: "TK-1", Number: mainNumber(3), Name: "An", Birth: births()[0], Declared: time.Unix(1634288400, 0)}
	for i, change := range []func(){
		func() {}, func() { f.declared = []input.Declaration{d} }, func() { f.declared[0].To = "00001" }, func() { f.declared = nil },
	} {
		change()
		r, _ := add(t, shelf, f, 0)
		h := r.Manifest.Layers[0].Header
		if want := [...]uint64{0, 1, 1, 0}[i]; i > 0 && (h.People != 1 || h.Aliases != want || h.Tombstones != 1-want) {
			t.Errorf("snapshot %d: %+v", i+1, h)
		}
		reg := register(t, shelf.Dir(uint64(i+1)), t.TempDir())
		got, err := reg.Declared("TK-1", "")
		must(t, err)
		must(t, reg.Close())
		if to := [...]string{"-", "", "00001", "-"}[i]; (got == nil) != (to == "-") || got != nil && got.To != to {
			t.Errorf("snapshot %d: %+v, want %q", i+1, got, to)
		}
	}
}

func TestNothingNewNeedsNoLayer(t *testing.T) {
	shelf := chain.Shelf(t.TempDir())
	first, _ := add(t, shelf, province(5), 0)
	again, _ := add(t, shelf, province(5), 0)
	if !again.Unchanged || len(again.Manifest.Layers) != 1 || again.Manifest.Layers[0].Root != first.Manifest.Layers[0].Root {
		t.Errorf("%+v", again)
	}
	// And it can be built against like any other.
	if third, _ := add(t, shelf, province(6), 0); third.Unchanged || third.Manifest.Layers[0].Header.People != 2 {
		t.Errorf("%+v", third)
	}
}

// Whatever keeps a difference from being made is told, and leaves nothing.
func TestWhatCannotBeBuiltAgainst(t *testing.T) {
	shelf := chain.Shelf(t.TempDir())
	add(t, shelf, province(5), 0)
	path := state.Path(shelf.Dir(1))
	whole, err := os.ReadFile(path)
	must(t, err)
	try := func(what string, want error, o chain.Order) {
		t.Helper()
		if _, err := chain.Build(province(6).source(), o); !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
		if left, err := filepath.Glob(shelf.Dir(2) + "*"); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v %v", what, left, err)
		}
	}
	list, err := shelf.List()
	must(t, err)
	o := order(shelf, 2, chain.Choice{Kind: snapshot.LayerHourly, Below: &list[0]})

	other := o
	other.Pepper = snapshot.Pepper{9}
	try("another pepper", chain.ErrOtherPepper, other)
	must(t, os.WriteFile(path, whole[:len(whole)-1], 0o600))
	try("cut", state.ErrDamaged, o)
	flipped := bytes.Clone(whole)
	flipped[100] ^= 1
	must(t, os.WriteFile(path, flipped, 0o600))
	try("flipped", state.ErrDamaged, o)
	must(t, os.Remove(path))
	try("no state", chain.ErrNoState, o)

	other = order(shelf, 1, chain.Choice{Kind: snapshot.LayerBase})
	other.Out, other.Manifest.Layers = filepath.Join(t.TempDir(), "again"), nil
	_, err = chain.Build(province(7).source(), other)
	must(t, err)
	b, err := os.ReadFile(state.Path(other.Out))
	must(t, err)
	must(t, os.WriteFile(path, b, 0o600))
	try("the state of another snapshot 1", state.ErrOther, o)
}
