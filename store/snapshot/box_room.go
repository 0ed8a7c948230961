package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"checkpoint/store/system"
)

// ErrNoRoom: the card has no room for the snapshot beside the one in use.
var ErrNoRoom = errors.New("not enough room on the card")

// Reserve is how many bytes of the card a snapshot leaves free for records.
const Reserve = 64 << 20

// Room refuses, with [ErrNoRoom], what the card cannot hold while reserve bytes
// of it stay free. A layer that was set aside makes place first.
func (b *Box) Room(need, reserve int64) error {
	if need == 0 {
		return nil
	}
	free, err := b.free()
	if err == nil && free < need+reserve {
		if err = b.emptyQuarantine(); err == nil {
			free, err = b.free()
		}
	}
	if err != nil {
		return err
	}
	if free < need+reserve {
		return fmt.Errorf("%w: %d MB are free, the snapshot needs %d MB and %d MB stay for records", ErrNoRoom, free>>20, need>>20+1, reserve>>20)
	}
	return nil
}

// free is the room on the box's disk in bytes, for anyone.
func (b *Box) free() (int64, error) {
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return 0, err
	}
	free, err := system.Free(b.dir)
	if err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	return free, nil
}

// roomToCopy asks for the room of the layers that Load has to copy.
func (b *Box) roomToCopy(from string, m Manifest) error {
	need := int64(0)
	for _, ref := range m.Layers {
		if _, err := os.Stat(filepath.Join(b.layersDir(), ref.FileName())); err == nil {
			continue
		}
		info, err := os.Stat(filepath.Join(LayersDir(from), ref.FileName()))
		if err != nil {
			return err
		}
		need += info.Size()
	}
	return b.Room(need, Reserve)
}

// Tidy gives the room back that a power cut or another offer left occupied:
// unfinished copies, snapshots before the last two, and layers that neither
// those nor next name. It comes before any question of room, or what a cut left
// would be in the way for ever.
func (b *Box) Tidy(next Manifest) error {
	unlock, err := b.lock()
	if err != nil {
		return err
	}
	defer unlock()
	wanted := map[string]bool{}
	for _, ref := range next.Layers {
		wanted[ref.FileName()] = true
	}
	err = os.RemoveAll(b.incomingDir())
	n, errCurrent := b.Current()
	if err != nil || errCurrent != nil { // with a pointer that is lost no layer is too many
		return err
	}
	return b.tidy(n, wanted)
}

// KeepArrivals removes what arrived of all layers but these.
func (b *Box) KeepArrivals(of []LayerRef) error {
	wanted := map[string]bool{}
	for _, ref := range of {
		wanted[ref.FileName()] = true
	}
	return removeOthers(b.ArrivingDir(), wanted)
}

// tidy keeps the snapshot in use and the one before it, and layers wanted for
// another reason.
func (b *Box) tidy(current uint64, wanted map[string]bool) error {
	kept, err := b.Kept()
	if err != nil {
		return err
	}
	kept = slices.DeleteFunc(kept, func(n uint64) bool {
		if n > current {
			err = errors.Join(err, os.RemoveAll(b.manifestDir(n)))
		}
		return n > current
	})
	for _, n := range kept[:max(0, len(kept)-2)] {
		err = errors.Join(err, os.RemoveAll(b.manifestDir(n)))
	}
	if err != nil {
		return fmt.Errorf("remove old snapshots: %w", err)
	}
	used, err := b.layersKept()
	if err != nil {
		return err
	}
	for name := range wanted {
		used[name] = true
	}
	return removeOthers(b.layersDir(), used)
}

// layersKept are the names of the layers of all snapshots on the box. One
// whose manifest is gone or garbled can never be opened: its layers are
// nobody's.
func (b *Box) layersKept() (map[string]bool, error) {
	kept, err := b.Kept()
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, n := range kept {
		raw, _, err := ReadBundle(b.manifestDir(n))
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrUntrusted) {
			return nil, err
		}
		m, err := PeekManifest(raw)
		if err != nil {
			continue
		}
		for _, l := range b.own(m).Layers {
			used[l.FileName()] = true
		}
	}
	return used, nil
}

// removeOthers removes what dir holds beside the files of those names. A file
// that is open lives on until its reader closes it.
func removeOthers(dir string, names map[string]bool) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if !names[e.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("remove what nobody uses: %w", err)
	}
	return nil
}

// emptyQuarantine gives the room of a damaged layer back.
func (b *Box) emptyQuarantine() error { return os.RemoveAll(b.damagedDir()) }

func (b *Box) damagedDir() string { return filepath.Join(b.dir, "damaged") }

// incomingDir is where Load copies a layer to before it has its name.
func (b *Box) incomingDir() string { return filepath.Join(b.dir, "incoming") }
