package changes

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"checkpoint"
	"checkpoint/store/build"
	"checkpoint/store/build/input"
	"checkpoint/store/build/state"
	"checkpoint/store/snapshot"
)

// office builds snapshots side by side, as the tool does.
type office struct {
	t       testing.TB
	root    string
	key     ed25519.PrivateKey
	pepper  snapshot.Pepper
	created int64
}

func newOffice(t testing.TB) *office {
	return &office{t: t, root: t.TempDir(), key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), pepper: snapshot.Pepper{7}, created: 1e9}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// citizen i has an old number.
func citizen(i int) input.Person {
	return input.Person{
		Number: fmt.Sprintf("00109090%04d", i), OldNumbers: []string{fmt.Sprintf("09090%04d", i)}, FullName: "Nguyễn Văn An",
		Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15}, Sex: checkpoint.Male, CardStatus: input.CardValid,
	}
}

func citizens(from, to int) (list []input.Person) {
	for i := from; i < to; i++ {
		list = append(list, citizen(i))
	}
	return list
}

// build makes snapshot number of people, as a base or as a layer on below, and
// leaves its state beside it.
func (o *office) build(number uint64, people []input.Person, below string) (dir string) {
	o.t.Helper()
	dir = filepath.Join(o.root, fmt.Sprint("snap", number))
	must(o.t, os.MkdirAll(snapshot.LayersDir(dir), 0o755))
	m := snapshot.Manifest{Province: "mau", Number: number, Created: o.created, Policy: []byte("rules")}
	plan := snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: number}
	if below != "" {
		plan.Kind = snapshot.LayerHourly
		old, err := state.Open(state.Path(below))
		must(o.t, err)
		defer old.Close()
		plan.Below, m.Layers = old, o.manifest(below).Layers
		for _, l := range m.Layers {
			must(o.t, os.Link(filepath.Join(snapshot.LayersDir(below), l.FileName()), filepath.Join(snapshot.LayersDir(dir), l.FileName())))
		}
	}
	w, err := state.Create(state.Path(dir))
	must(o.t, err)
	defer w.Close()
	plan.Stands = w.Add
	rows := func(yield func(input.Person, error) bool) {
		for _, p := range people {
			if !yield(p, nil) {
				return
			}
		}
	}
	ref, _, err := build.Layer(build.Source{People: rows}, plan, o.pepper, snapshot.LayersDir(dir))
	must(o.t, err)
	m.Layers = append([]snapshot.LayerRef{ref}, m.Layers...)
	must(o.t, w.Commit(state.Header{Province: "mau", Number: number, Pepper: o.pepper.ID(), Layer: ref.Root}))
	must(o.t, snapshot.WriteBundle(dir, m))
	return dir
}

func (o *office) manifest(dir string) *snapshot.Manifest {
	o.t.Helper()
	raw, _, err := snapshot.ReadBundle(dir)
	must(o.t, err)
	m, err := snapshot.PeekManifest(raw)
	must(o.t, err)
	return &m
}

func (o *office) sign(dir string) {
	o.t.Helper()
	raw, _, err := snapshot.ReadBundle(dir)
	must(o.t, err)
	must(o.t, snapshot.AddSignature(dir, snapshot.Sign(raw, o.key)))
}

func (o *office) open(dir string) *Standings {
	o.t.Helper()
	s, err := Open(dir, o.manifest(dir))
	must(o.t, err)
	o.t.Cleanup(func() { s.Close() })
	return s
}

func (o *office) compare(before, after string) (*Result, error) {
	return Compare(Comparison{Before: o.open(before), After: o.open(after), Judge: judge, Matched: true})
}

func TestBuiltSnapshotsAreCompared(t *testing.T) {
	o := newOffice(t)
	one := o.build(1, citizens(0, 200), "")
	renamed := append(citizens(5, 203), citizen(4))
	renamed[0].FullName = "Trần Văn An"
	renamed[1].Birth.Day = 16 // opens with another secret
	for name, dir := range map[string]string{"a new base": o.build(2, renamed, ""), "a layer": o.build(3, renamed, one)} {
		r, err := o.compare(one, dir)
		must(t, err)
		if want := (Change{Before: 200, After: 199, Added: 3, Removed: 4, Changed: 2}); r.People != want {
			t.Errorf("%s: people %+v, want %+v", name, r.People, want)
		}
		if r.Documents.Added != 3 || r.Documents.Removed != 4 || r.Documents.After != 199 {
			t.Errorf("%s: documents %+v", name, r.Documents)
		}
	}
	if r, err := o.compare(one, o.build(4, citizens(0, 200), "")); err != nil || r.People.Changed != 0 || len(r.Alarms()) > 0 {
		t.Errorf("the same people again: %+v %v", r, err)
	}
}

// Without states the layers alone tell who comes and goes.
func TestACensusNeedsNoState(t *testing.T) {
	o := newOffice(t)
	one := o.build(1, citizens(0, 200), "")
	two := o.build(2, citizens(5, 203), one)
	for _, dir := range []string{one, two} {
		must(t, os.Remove(state.Path(dir)))
	}
	r, err := Census(one, o.manifest(one), two, o.manifest(two))
	must(t, err)
	want := Change{Before: 200, After: 198, Added: 3, Removed: 5}
	if r.People != want || r.Documents != want || !slices.Equal(r.Alarms(), []Alarm{PeopleVanish}) {
		t.Errorf("%+v, alarms %v; want %+v of both", r, r.Alarms(), want)
	}
	if r, err = Census(one, o.manifest(one), one, o.manifest(one)); err != nil || len(r.Alarms()) > 0 {
		t.Errorf("nobody vanishes: %+v %v", r, err)
	}
	other := newOffice(t)
	other.pepper[0]++
	strange := other.build(3, citizens(0, 100), "")
	r, err = Census(one, o.manifest(one), strange, o.manifest(strange))
	must(t, err)
	if r.People != (Change{Before: 200, After: 100}) || !slices.Equal(r.Alarms(), []Alarm{NotMatched, PeopleVanish}) {
		t.Errorf("another pepper: %+v, alarms %v", r, r.Alarms())
	}
}

// Whoever may write to the disk might exchange a state so that the officer sees
// nobody vanish. Who is in the layers is proven by what is signed.
func TestAStateThatIsNotTheSnapshotsIsRefused(t *testing.T) {
	o := newOffice(t)
	one := o.build(1, citizens(0, 100), "")
	two := o.build(2, citizens(10, 100), "")
	three := o.build(3, citizens(10, 100), one)

	t.Run("another snapshot's file", func(t *testing.T) {
		o := *o
		o.t = t
		dir := o.build(4, citizens(10, 100), "")
		b, err := os.ReadFile(state.Path(one))
		must(t, err)
		must(t, os.WriteFile(state.Path(dir), b, 0o600))
		if _, err := Open(dir, o.manifest(dir)); !errors.Is(err, state.ErrOther) {
			t.Fatal(err)
		}
	})
	forge := func(of, with string, change func(*snapshot.Standing) bool) {
		r, err := state.Open(state.Path(with))
		must(t, err)
		defer r.Close()
		w, err := state.Create(state.Path(of))
		must(t, err)
		defer w.Close()
		for s, err := range r.All() {
			must(t, err)
			if change(s) {
				must(t, w.Add(s))
			}
		}
		m := o.manifest(of)
		must(t, w.Commit(state.Header{Province: "mau", Number: m.Number, Pepper: o.pepper.ID(), Layer: m.Layers[0].Root}))
	}
	n := 0
	for name, attack := range map[string]struct {
		of, with string
		change   func(*snapshot.Standing) bool
	}{
		"people who vanished are put back":       {two, one, func(*snapshot.Standing) bool { return true }},
		"the same behind a layer":                {three, one, func(*snapshot.Standing) bool { return true }},
		"people are taken out of the one before": {one, one, func(*snapshot.Standing) bool { n++; return n != 50 }},
		"a person passes for a further document": {one, one, func(s *snapshot.Standing) bool { s.Person = !s.Person; return true }},
		"the last one is cut off":                {one, one, func(*snapshot.Standing) bool { n++; return n < 200 }},
	} {
		t.Run(name, func(t *testing.T) {
			n = 0
			kept, err := os.ReadFile(state.Path(attack.of))
			must(t, err)
			defer os.WriteFile(state.Path(attack.of), kept, 0o600)
			forge(attack.of, attack.with, attack.change)
			s := o.open(attack.of)
			for err == nil {
				var now *snapshot.Standing
				if now, err = s.Next(); now == nil && err == nil {
					t.Fatal("it passes")
				}
			}
			if !errors.Is(err, state.ErrOther) {
				t.Fatal(err)
			}
		})
	}
}

func TestWhatCannotBeComparedSaysSo(t *testing.T) {
	o := newOffice(t)
	one := o.build(1, citizens(0, 300), "")
	m := o.manifest(one)
	layer := filepath.Join(snapshot.LayersDir(one), m.Layers[0].FileName())
	b, err := os.ReadFile(layer)
	must(t, err)
	for at := 200; at < len(b); at += 1000 {
		b[at] ^= 1
	}
	must(t, os.Remove(layer))
	must(t, os.WriteFile(layer, b, 0o600))
	if s, err := Open(one, m); err == nil {
		defer s.Close()
		_, err = s.Next()
		if !errors.Is(err, snapshot.ErrDamaged) {
			t.Errorf("a damaged layer: %v", err)
		}
	} else if !errors.Is(err, snapshot.ErrDamaged) {
		t.Errorf("a damaged layer: %v", err)
	}
	must(t, os.Remove(layer))
	if _, err := Open(one, m); err == nil || errors.Is(err, ErrNoState) {
		t.Errorf("a missing layer: %v", err)
	}
	must(t, os.Remove(state.Path(one)))
	if _, err := Open(one, m); !errors.Is(err, ErrNoState) {
		t.Errorf("a missing state: %v", err)
	}
}

func TestTheSnapshotBeforeIsTheNewestSignedOne(t *testing.T) {
	o := newOffice(t)
	trust := snapshot.Trust{Province: "mau", Snapshot: snapshot.KeySet{Threshold: 1, Keys: []snapshot.PublicKey{{Name: "1", Key: snapshot.HexData(o.key.Public().(ed25519.PublicKey))}}}}
	one, two, five := o.build(1, citizens(0, 3), ""), o.build(2, citizens(0, 3), ""), o.build(5, citizens(0, 3), "")
	three := o.build(3, citizens(0, 1), "") // a draft that nobody signed
	o.sign(one)
	o.sign(five)
	must(t, os.Mkdir(filepath.Join(o.root, "keys"), 0o755))
	look := func(dir, want string) {
		t.Helper()
		if got, err := Previous(dir, *o.manifest(dir), trust); err != nil || got != want {
			t.Errorf("before %s: %q %v, want %q", filepath.Base(dir), got, err, want)
		}
	}
	look(one, "")
	look(three, one)
	look(five, one)
	o.sign(two)
	look(five, two)
	t.Chdir(o.root)
	look(filepath.Base(three), two)
	trust.Province = "khac"
	look(five, "")
}

// What a snapshot goes back to is one that officers signed, the same in all but
// the number if there is such a one.
func TestTheOriginIsASignedSnapshotWithTheSameLayers(t *testing.T) {
	o := newOffice(t)
	trust := snapshot.Trust{Province: "mau", Snapshot: snapshot.KeySet{Threshold: 1, Keys: []snapshot.PublicKey{{Name: "1", Key: snapshot.HexData(o.key.Public().(ed25519.PublicKey))}}}}
	one, two := o.build(1, citizens(0, 3), ""), o.build(2, citizens(0, 2), "")
	o.sign(two)
	back := *o.manifest(one)
	back.Number = 5
	look := func(m snapshot.Manifest, want string, same bool) {
		t.Helper()
		got, err := FindOrigin(two, m, trust)
		if err != nil || got.Dir != want || got.Same != same {
			t.Errorf("goes back to %q, same %t, %v; want %q", got.Dir, got.Same, err, want)
		}
	}
	look(back, "", false) // nobody signed one
	o.sign(one)
	look(back, one, true)
	other := back
	other.Policy = []byte("other")
	look(other, one, false)

	// A later one with the same layers and another policy does not hide it.
	three := filepath.Join(o.root, "three")
	must(t, os.Mkdir(three, 0o755))
	other.Number = 3
	must(t, snapshot.WriteBundle(three, other))
	o.sign(three)
	look(back, one, true)
	back.Created++
	look(back, three, false)
	back.Number = 1
	look(back, "", false)
}
