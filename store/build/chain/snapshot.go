package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"checkpoint/store/build/state"
	"checkpoint/store/snapshot"
)

// Snapshot is a snapshot directory of the province.
type Snapshot struct {
	Dir      string
	Manifest snapshot.Manifest
}

// Read reads a snapshot directory, without believing it.
func Read(dir string) (Snapshot, error) {
	raw, _, err := snapshot.ReadBundle(dir)
	if err != nil {
		return Snapshot{}, err
	}
	m, err := snapshot.PeekManifest(raw)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read snapshot %s: %w", dir, err)
	}
	return Snapshot{Dir: dir, Manifest: m}, nil
}

// Errors of a snapshot that nothing can be built against. A base can.
var (
	// ErrNoState: nothing says what stands in the snapshot.
	ErrNoState = errors.New("the state of the snapshot is missing")
	// ErrOtherPepper: no tag of its state can be compared.
	ErrOtherPepper = errors.New("the state of the snapshot was made with another pepper")
)

// State opens what stands in the snapshot. Beside the errors above, it can be
// [state.ErrDamaged] or [state.ErrOther].
func (s *Snapshot) State(pepper snapshot.Pepper) (*state.Reader, error) {
	r, err := state.Open(state.Path(s.Dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("snapshot %d: %w (%s)", s.Manifest.Number, ErrNoState, state.Path(s.Dir))
	}
	if err != nil {
		return nil, err
	}
	h := r.Header()
	err = h.Of(&s.Manifest)
	if h.Pepper != pepper.ID() {
		err = fmt.Errorf("snapshot %d: %w", s.Manifest.Number, ErrOtherPepper)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// has tells whether the snapshot has a layer of the kind.
func (s *Snapshot) has(kind snapshot.LayerKind) bool {
	for _, l := range s.Manifest.Layers {
		if l.Header.Kind == kind {
			return true
		}
	}
	return false
}

// Shelf is a directory with all snapshots of a province: N/, and the state of
// each, N.state.
type Shelf string

// Dir is where snapshot n lies.
func (d Shelf) Dir(n uint64) string { return filepath.Join(string(d), strconv.FormatUint(n, 10)) }

// List reads the shelf's snapshots by rising number. One without a manifest, as
// a build that was killed leaves it, is left out. A shelf that does not exist is
// empty.
func (d Shelf) List() (list []Snapshot, err error) {
	numbers, err := d.numbers()
	if err != nil {
		return nil, err
	}
	for _, n := range numbers {
		s, err := Read(d.Dir(n))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if s.Manifest.Number != n {
			return nil, fmt.Errorf("read snapshots: %s holds snapshot %d", d.Dir(n), s.Manifest.Number)
		}
		list = append(list, s)
	}
	return list, nil
}

func (d Shelf) numbers() (list []uint64, err error) {
	names, err := os.ReadDir(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read snapshots: %w", err)
	}
	for _, e := range names {
		n, err := strconv.ParseUint(e.Name(), 10, 64)
		if err == nil && e.IsDir() && strconv.FormatUint(n, 10) == e.Name() {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list, nil
}

// Tidy removes states that no build and nobody who compares will ask for: all
// but those of the newest keep snapshots, of the newest that hours can fold
// onto, and of the newest that is a base alone. It returns the numbers of their
// snapshots.
func (d Shelf) Tidy(keep int) (removed []uint64, err error) {
	list, err := d.List()
	if err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	for _, s := range list[max(0, len(list)-keep):] {
		needed[s.Dir] = true
	}
	if daily, ok := withoutHours(list); ok {
		needed[daily.Dir] = true
	}
	if base, ok := newest(list, func(s *Snapshot) bool { return len(s.Manifest.Layers) == 1 }); ok {
		needed[base.Dir] = true
	}
	for _, s := range list {
		if needed[s.Dir] {
			continue
		}
		err := os.Remove(state.Path(s.Dir))
		if err == nil {
			removed = append(removed, s.Manifest.Number)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return removed, fmt.Errorf("remove an old state: %w", err)
		}
	}
	return removed, nil
}
