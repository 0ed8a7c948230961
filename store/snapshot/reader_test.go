package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"checkpoint"
)

// large opens a layer as one that has too many slots to keep in memory.
func large(t *testing.T, dir string, ref LayerRef) *Layer {
	t.Helper()
	l, err := OpenLayer(dir, ref)
	if err != nil {
		t.Fatal(err)
	}
	l.slots = nil
	return l
}

// A large layer reads the slots of a group for each answer, a small one has
// them. Several lanes ask at once.
func TestLargeAndSmallLayersAnswerAlike(t *testing.T) {
	const people = 6000
	dir, ref := bigLayer(t, people)
	small, err := OpenLayer(dir, ref)
	if err != nil {
		t.Fatal(err)
	}
	if len(small.slots) != int(ref.Header.Blocks)*slotSize || len(small.groups) < 3*slotSize {
		t.Fatalf("%d bytes of slots of %d blocks in %d groups", len(small.slots), ref.Header.Blocks, len(small.groups)/slotSize)
	}
	for _, l := range []*Layer{small, large(t, dir, ref)} {
		var wg sync.WaitGroup
		for lane := range 4 {
			wg.Go(func() {
				for i := lane; i < people+1000; i += 4 {
					typ, body, found, err := l.find(goldenPepper().Tag(checkpoint.KindCCCD, fmt.Sprintf("001%09d", i)))
					if err != nil || found != (i < people) || found && (typ != entryPerson || len(body) != typ.size()) {
						t.Errorf("person %d: %v %d bytes, %t, %v", i, typ, len(body), found, err)
						return
					}
				}
			})
		}
		wg.Wait()
		if len(l.idle) == 0 || len(l.idle) > 4 {
			t.Errorf("%d readers for four lanes", len(l.idle))
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A flipped bit in a group's slots is noticed by whoever reads them: by each
// answer of a large layer, when a small one is opened. Neither holds the file.
func TestRottenGroupIsNoticed(t *testing.T) {
	dir, ref := bigLayer(t, 3000)
	l := large(t, dir, ref)
	defer l.Close()
	tag := goldenPepper().Tag(checkpoint.KindCCCD, "001000000007")
	if _, _, found, err := l.find(tag); !found || err != nil {
		t.Fatal(found, err)
	}
	flipInGroup(t, filepath.Join(dir, ref.FileName()), l, slotFor(l.groups, tag))
	if _, _, _, err := l.find(tag); !errors.Is(err, ErrDamaged) {
		t.Errorf("large: %v", err)
	}
	if _, err := OpenLayer(dir, ref); !errors.Is(err, ErrDamaged) {
		t.Errorf("small: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func flipInGroup(t *testing.T, path string, l *Layer, group uint32) {
	t.Helper()
	var slots []byte
	if err := l.view(func(r *reader) (err error) {
		slots, err = l.group(r, group)
		slots = bytes.Clone(slots)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(file, slots)
	if at < 0 {
		t.Fatal("the file does not hold the group")
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{slots[20] ^ 4}, int64(at+20)); err != nil {
		t.Fatal(err)
	}
}

func TestEachSealedYieldsAllEntries(t *testing.T) {
	const people = 3000
	dir, ref := bigLayer(t, people)
	l, err := OpenLayer(dir, ref)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var last []byte
	n := 0
	err = l.EachSealed(func(tag, sealed []byte) error {
		if bytes.Compare(tag, last) <= 0 || len(sealed) != entryPerson.size() {
			return fmt.Errorf("%x behind %x, %d bytes", tag, last, len(sealed))
		}
		last = append(last[:0], tag...)
		n++
		return nil
	})
	if err != nil || n != people+1 { // and the probe
		t.Errorf("%d entries, %v", n, err)
	}
	full := errors.New("full")
	if err := l.EachSealed(func(_, _ []byte) error { return full }); err != full {
		t.Errorf("ended with %v", err)
	}
}
