package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"checkpoint/store/durable"
)

// Trust is whose signatures take a snapshot in.
func (b *Box) Trust() Trust {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.trust
}

// Follow makes officers the ones whose signatures take a snapshot in, as a
// rotation of the province's keys asks for. What was taken in under former
// officers can still be opened: a rotation never leaves a box without data.
func (b *Box) Follow(officers KeySet, former []KeySet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trust.Snapshot, b.former = officers, former
}

// acceptKept is Accept for a snapshot that was taken in before.
func (b *Box) acceptKept(raw []byte, signatures []Signature) (Manifest, error) {
	trust := b.Trust()
	m, err := Accept(raw, signatures, trust)
	if err == nil {
		return b.own(m), nil
	}
	b.mu.Lock()
	former := b.former
	b.mu.Unlock()
	for _, trust.Snapshot = range former {
		if m, err := Accept(raw, signatures, trust); err == nil {
			return b.own(m), nil
		}
	}
	return m, err
}

// Manifest is the signed manifest of a snapshot on the box, proven.
func (b *Box) Manifest(n uint64) (Manifest, error) {
	_, _, m, err := b.Signed(n)
	return m, err
}

// Signed is [Box.Manifest] with the bytes and signatures that prove it.
func (b *Box) Signed(n uint64) (raw []byte, signatures []Signature, m Manifest, err error) {
	if raw, signatures, err = ReadBundle(b.manifestDir(n)); err == nil {
		m, err = b.acceptKept(raw, signatures)
	}
	return raw, signatures, m, err
}

// ArrivingDir is where layers arrive, see [Arrival].
func (b *Box) ArrivingDir() string { return filepath.Join(b.dir, "arriving") }

// LayersDir is where the layers of the snapshots on the box are.
func (b *Box) LayersDir() string { return b.layersDir() }

// Where tells the directory a layer lies in, and whether a snapshot on the box
// uses it; one that none uses was proven once and may have rotted since. Empty:
// it is not on the box.
func (b *Box) Where(ref LayerRef) (dir string, used bool, err error) {
	if _, err := os.Stat(filepath.Join(b.layersDir(), ref.FileName())); errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	} else if err != nil {
		return "", false, err
	}
	kept, _ := b.layersKept() // of a manifest that cannot be read nothing is used
	return b.layersDir(), kept[ref.FileName()], nil
}

// Switch makes the snapshot of a signed manifest the one in use. Its layers
// are on the box or have arrived, and were proven ([Examine]). As with Load,
// until the one rename that switches the snapshot before stays in use, and it
// is kept afterwards.
func (b *Box) Switch(raw []byte, signatures []Signature, in Incoming) (Manifest, error) {
	m, err := b.Accept(raw, signatures)
	if err != nil {
		return m, fmt.Errorf("load snapshot: %w", err)
	}
	unlock, err := b.lock()
	if err != nil {
		return m, fmt.Errorf("load snapshot: %w", err)
	}
	defer unlock()
	done, err := b.loaded(m, raw)
	if err != nil || done && !b.arrived(m) {
		return m, err
	}
	if err := b.moveIn(m); err != nil {
		return m, fmt.Errorf("load snapshot %d: %w", m.Number, err)
	}
	return m, b.use(m, raw, signatures, in)
}

// arrived tells whether a layer of m came: of the snapshot in use, in the place
// of one that opens and is damaged where no probe looks.
func (b *Box) arrived(m Manifest) bool {
	return slices.ContainsFunc(m.Layers, func(ref LayerRef) bool {
		_, err := os.Stat(filepath.Join(b.ArrivingDir(), ref.FileName()))
		return err == nil
	})
}

func (b *Box) moveIn(m Manifest) error {
	if err := durable.MkdirAll(b.layersDir(), 0o755); err != nil {
		return err
	}
	for _, ref := range m.Layers {
		from := filepath.Join(b.ArrivingDir(), ref.FileName())
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		to := filepath.Join(b.layersDir(), ref.FileName())
		if _, err := os.Stat(to); err == nil { // it comes again because it is damaged
			// Only evidence, and not every file system has links.
			_ = b.setAside(func(name string) error { return os.Link(to, name) }, ref)
		}
		if err := errors.Join(durable.Publish(from, to), durable.SyncDir(b.ArrivingDir())); err != nil {
			return err
		}
	}
	return nil
}

// Quarantine takes a damaged layer out of dir. The last one is kept.
func (b *Box) Quarantine(dir string, ref LayerRef) error {
	if err := b.setAside(func(name string) error { return os.Rename(filepath.Join(dir, ref.FileName()), name) }, ref); err != nil {
		return err
	}
	return durable.SyncDir(dir)
}

func (b *Box) setAside(as func(name string) error, ref LayerRef) error {
	if err := errors.Join(b.emptyQuarantine(), durable.MkdirAll(b.damagedDir(), 0o755)); err != nil {
		return fmt.Errorf("set damaged layer aside: %w", err)
	}
	if err := as(filepath.Join(b.damagedDir(), ref.FileName())); err != nil {
		return fmt.Errorf("set damaged layer aside: %w", err)
	}
	return nil
}
