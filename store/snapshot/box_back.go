package snapshot

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"checkpoint/store/durable"
)

// GoBack switches to the newest kept snapshot below the one in use, for somebody
// on the box who was told that the newest is wrong. It passes every check that a
// load makes; both stay on the box. Nothing keeps the newer one, or a still newer
// one, from being taken in again: what the province offers is its own to take
// back.
func (b *Box) GoBack(in Incoming) (Manifest, error) {
	unlock, err := b.lock()
	if err != nil {
		return Manifest{}, fmt.Errorf("go back: %w", err)
	}
	defer unlock()
	now, err := b.Current()
	if err != nil {
		return Manifest{}, err
	}
	kept, err := b.Kept()
	if err != nil {
		return Manifest{}, err
	}
	kept = slices.DeleteFunc(kept, func(n uint64) bool { return n >= now })
	if len(kept) == 0 {
		return Manifest{}, fmt.Errorf("go back: %w: none is kept below %d", ErrNone, now)
	}
	n := kept[len(kept)-1]
	m, err := b.Manifest(n)
	if err == nil {
		err = b.check(m, in)
	}
	if err == nil {
		err = durable.Replace(filepath.Join(b.dir, "current"), []byte(strconv.FormatUint(n, 10)+"\n"), 0o644)
	}
	if err != nil {
		return m, fmt.Errorf("go back to snapshot %d: %w", n, err)
	}
	return m, nil
}
