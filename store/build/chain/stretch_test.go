package chain_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"checkpoint"
	"checkpoint/store/build/chain"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// stretched builds the next snapshot with the stretch, and tells how many
// secrets had to be stretched. It is stopped at that many; 0: never.
func stretched(t *testing.T, shelf chain.Shelf, keys string, f files, want snapshot.LayerKind, stop int) (todo int, err error) {
	t.Helper()
	list, err := shelf.List()
	must(t, err)
	c, err := chain.Choose(list, want)
	must(t, err)
	o := order(shelf, uint64(len(list)+1), c)
	o.Manifest.Stretch, o.Keys = snapshot.StretchArgon2id, keys
	o.Work.Step = func(step string, done, all int) error {
		if step == "stretch" {
			todo = all
			if stop > 0 && done >= stop {
				return errStop
			}
		}
		return nil
	}
	_, err = chain.Build(f.source(), o)
	return todo, err
}

var errStop = errors.New("enough")

// Ten milliseconds of Argon2id are paid once for a person, not for each build.
func TestTheStretchIsPaidOnce(t *testing.T) {
	dir := t.TempDir()
	shelf, keys := chain.Shelf(filepath.Join(dir, "shelf")), t.TempDir()
	build := func(what string, f files, kind snapshot.LayerKind, want int) {
		t.Helper()
		if got, err := stretched(t, shelf, keys, f, kind, 0); err != nil || got != want {
			t.Errorf("%s: %d secrets stretched, want %d: %v", what, got, want, err)
		}
	}
	const people = 16 // with an old number each, and the probe
	if _, err := stretched(t, shelf, keys, province(people), 0, 12); !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	todo, err := stretched(t, shelf, keys, province(people), 0, 0)
	if must(t, err); todo > 2*people+1-12 {
		t.Errorf("after an interrupted build %d secrets are stretched: its work is lost", todo)
	}
	build("the same again", province(people), snapshot.LayerBase, 0)
	later := province(people + 1)
	later.people[3].FullName = names()[1]
	build("one more, and a new name", later, 0, 2)
	later.people[3].Birth = births()[1]
	build("another birth date", later, 0, 2)
	build("a new base", later, snapshot.LayerBase, 0)

	// A base without the cache is the same file.
	bare := chain.Shelf(filepath.Join(dir, "bare"))
	list, err := shelf.List()
	must(t, err)
	n := uint64(len(list))
	o := order(bare, n, chain.Choice{Kind: snapshot.LayerBase})
	o.Manifest.Stretch = snapshot.StretchArgon2id
	_, err = chain.Build(later.source(), o)
	must(t, err)
	want, got := tree(t, shelf.Dir(n)), tree(t, bare.Dir(n))
	for name, b := range want {
		if !bytes.Equal(got[name], b) {
			t.Errorf("%s: another file without the cache", name)
		}
	}
	r := register(t, shelf.Dir(n), filepath.Join(dir, "box"))
	defer r.Close()
	m, err := r.Lookup(checkpoint.Query{Kind: checkpoint.KindCMND, Number: oldNumber(3), Birth: births()[1], NameFold: fold.Name(names()[1]), Sex: checkpoint.Male})
	if must(t, err); !m.Opened || !m.Further || m.Name != checkpoint.Agrees {
		t.Errorf("%+v", m)
	}
}

// The cache of another pepper is left alone and named.
func TestKeysOfAnotherPepperAreIgnored(t *testing.T) {
	dir, keys := t.TempDir(), t.TempDir()
	_, err := stretched(t, chain.Shelf(filepath.Join(dir, "one")), keys, province(2), 0, 0)
	must(t, err)
	o := order(chain.Shelf(filepath.Join(dir, "two")), 1, chain.Choice{Kind: snapshot.LayerBase})
	o.Manifest.Stretch, o.Keys, o.Pepper = snapshot.StretchArgon2id, keys, snapshot.Pepper{8}
	r, err := chain.Build(province(2).source(), o)
	must(t, err)
	if len(r.Ignored) != 1 {
		t.Errorf("ignored: %v", r.Ignored)
	}
	if files, err := filepath.Glob(filepath.Join(keys, "*.keys")); err != nil || len(files) != 2 {
		t.Errorf("%v %v", files, err)
	}
}
