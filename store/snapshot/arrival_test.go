package snapshot

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// flipAt changes one bit of a file.
func flipAt(t testing.TB, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 8
	if _, err := f.WriteAt(b[:], at); err != nil {
		t.Fatal(err)
	}
}

// meddling is a stream during which something happens to the card, once so many
// bytes were read.
type meddling struct {
	io.Reader
	after int
	do    func()
}

func (m *meddling) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if m.after -= n; m.after < 0 && m.do != nil {
		m.do()
		m.do = nil
	}
	return n, err
}

// A card that does not give back what was written to it is noticed before the
// layer is complete: a page of blocks, the pages that lead to them.
func TestACardThatLosesBitsIsNoticed(t *testing.T) {
	dir, ref := bigLayer(t, 20_000)
	stream := streamOf(t, dir, ref)
	layout, err := layoutOf(ref)
	if err != nil {
		t.Fatal(err)
	}
	plan := planFile(layout.header(), layout.blocks)
	for name, at := range map[string]int64{"group": plan.unitAt(0) + 1000, "block": plan.unitAt(0) + 3*pageSize, "branch": plan.unitAt(plan.units()) + 50, "index": plan.groupsAt() + 5, "names": int64(plan.rootAt())*pageSize + 20} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			a := arrive(t, to, ref)
			// Two units are with the kernel by then, and none is committed.
			err := take(a, stream, func(r io.Reader) io.Reader {
				return &meddling{r, 3 * unitBlocks * streamBlockSize, func() { flipAt(t, filepath.Join(to, ref.FileName()), at) }}
			})
			if !errors.Is(err, ErrCard) || !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v", err)
			}
			if a.Complete() {
				t.Error("complete")
			}
			a.Close()
			if _, err := OpenLayer(to, ref); err == nil {
				t.Error("opens")
			}
		})
	}
}

// What rotted since it was committed is not gone on with, wherever it lies: it
// comes again, and the layer becomes the builder's file.
func TestArrivalProvesWhatItGoesOnWith(t *testing.T) {
	dir, ref := bigLayer(t, 20_000)
	stream := streamOf(t, dir, ref)
	layout, err := layoutOf(ref)
	if err != nil {
		t.Fatal(err)
	}
	plan := planFile(layout.header(), layout.blocks)
	part := layout.groupAt(2*runUnits) + streamBlockSize
	for name, c := range map[string]struct {
		came, at, kept int64 // bytes of the stream, place in the file, bytes of the stream
	}{
		"part, a block":     {part, plan.unitAt(2) + 7*pageSize + 300, layout.groupAt(4)},
		"part, its slots":   {part, plan.unitAt(1) + 300, layout.groupAt(2)},
		"part, page's head": {part, plan.unitAt(3) + 4*pageSize, layout.groupAt(6)},
		"part, padding":     {part, plan.unitAt(1) - 1, 0},
		"part, index":       {part, plan.groupsAt() + 100, 0},
		"part, branch":      {part, plan.unitAt(plan.units()) + 30, 0},
		"all, last block":   {int64(len(stream)), plan.unitAt(plan.units()) - 2*pageSize, layout.groupAt(2 * (plan.units() - 1))},
		"all, list of free": {int64(len(stream)), plan.size() - 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			a := arrive(t, to, ref)
			if err := take(a, stream[:c.came]); (err == nil) != (c.came == int64(len(stream))) {
				t.Fatal(err)
			}
			a.Close()
			flipAt(t, filepath.Join(to, ref.FileName()), c.at)
			a = arrive(t, to, ref)
			if a.Complete() || a.Kept() != max(c.kept, layout.groupAt(0)) {
				t.Errorf("keeps %d bytes, want %d", a.Kept(), c.kept)
			}
			if err := take(a, stream); err != nil {
				t.Fatal(err)
			}
			a.Close()
			if sum(t, dir, ref) != sum(t, to, ref) {
				t.Error("another file than the builder's")
			}
		})
	}
}

// A cut before the meta pages were written, and one that tore them, leave
// nothing to fetch.
func TestArrivalCompletesWhatLacksItsMetaPages(t *testing.T) {
	dir, ref := bigLayer(t, 3_000)
	stream := streamOf(t, dir, ref)
	to := t.TempDir()
	a := arrive(t, to, ref)
	if err := take(a, stream); err != nil {
		t.Fatal(err)
	}
	a.Close()
	f, err := os.OpenFile(filepath.Join(to, ref.FileName()), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(make([]byte, pageSize+30), 0); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if a = arrive(t, to, ref); !a.Complete() || a.Offset() != int64(len(stream)) {
		t.Errorf("complete %t, wants byte %d of %d", a.Complete(), a.Offset(), len(stream))
	}
	a.Close()
	if sum(t, dir, ref) != sum(t, to, ref) {
		t.Error("another file than the builder's")
	}
	if err := take(arrive(t, to, ref), bytes.Clone(stream)); err != nil {
		t.Error(err)
	}
}
