package snapshot

import (
	"bytes"
	"errors"
	"testing"
)

// A builder whose blocks pass their hashes may still be wrong: what a lookup
// would not find must not count as being in the data.
func TestEntriesThatNoLookupWouldFindAreDamage(t *testing.T) {
	body := make([]byte, entryPerson.size())
	blockOf := func(low, high byte, tags ...byte) block {
		var b blockBuilder
		for _, tag := range tags {
			b.add(entryPerson, Tag{tag}, body)
		}
		return b.bytes(Tag{low}, Tag{high})
	}
	for name, c := range map[string]struct {
		b    block
		want int // entries; -1: damage
	}{
		"in order":             {blockOf(1, 9, 1, 4, 9), 3},
		"empty":                {blockOf(1, 9), 0},
		"out of order":         {blockOf(1, 9, 4, 2), -1},
		"twice":                {blockOf(1, 9, 4, 4), -1},
		"below the range":      {blockOf(3, 9, 1), -1},
		"above the range":      {blockOf(1, 5, 6), -1},
		"cut short":            {blockOf(1, 9, 4)[:blockHead+20], -1},
		"more than there are":  {append(bytes.Clone(blockOf(1, 9, 4))[:1], append([]byte{0, 2}, blockOf(1, 9, 4)[3:]...)...), -1},
		"an entry of no kind":  {append(bytes.Clone(blockOf(1, 9, 4))[:blockHead], append([]byte{7}, blockOf(1, 9, 4)[blockHead+1:]...)...), -1},
		"first tag is the low": {blockOf(4, 9, 4), 1},
	} {
		w := &layerWalk{}
		err := w.readBlock(c.b)
		if c.want < 0 != errors.Is(err, ErrDamaged) || c.want >= 0 && len(w.space) != c.want {
			t.Errorf("%s: %d entries, %v; want %d", name, len(w.space), err, c.want)
		}
	}
}
