package journal

import (
	"encoding/binary"
	"errors"
	"maps"
	"os"
	"slices"
	"testing"
)

// pagesOf lists the pages in use that carry the flag.
func pagesOf(t *testing.T, b []byte, flag uint16) (pages [][]byte) {
	t.Helper()
	tr := tree{file: b, seen: map[uint64]bool{}}
	m, ok := tr.newestMeta()
	if !ok {
		t.Fatal("no meta page")
	}
	tr.pages = m.pages
	if err := errors.Join(tr.walk(m.root, 0), tr.freelist(m.freelist)); err != nil {
		t.Fatal(err)
	}
	for _, id := range slices.Sorted(maps.Keys(tr.seen)) {
		if p := b[id*pageSize:]; u16le(p[8:]) == flag {
			pages = append(pages, p[:pageSize])
		}
	}
	return pages
}

// Each of these would take the process down, or let a mark write over records,
// if bbolt met it.
func TestStructuralDamageIsFoundBeforeTheFileIsMapped(t *testing.T) {
	o := testOptions(t.TempDir())
	path, _ := closedSegment(t, o, 200)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkTree(path); err != nil {
		t.Fatalf("a sound file: %v", err)
	}
	put16, put32, put64 := binary.LittleEndian.PutUint16, binary.LittleEndian.PutUint32, binary.LittleEndian.PutUint64
	for name, damage := range map[string]func(b []byte){
		"a branch that leads to itself": func(b []byte) {
			p := pagesOf(t, b, branchFlag)[0]
			put64(p[pageHeaderSize+8:], u64le(p))
		},
		"a free page that is in use": func(b []byte) {
			p := pagesOf(t, b, freelistFlag)[0]
			put16(p[10:], 1)
			put64(p[pageHeaderSize:], u64le(pagesOf(t, whole, leafFlag)[0]))
		},
		"an item beyond its page": func(b []byte) { put32(pagesOf(t, b, leafFlag)[0][pageHeaderSize+12:], 1<<30) },
		"more items than fit":     func(b []byte) { put16(pagesOf(t, b, leafFlag)[0][10:], 5000) },
		"a page that runs over":   func(b []byte) { put32(pagesOf(t, b, leafFlag)[0][12:], 1<<20) },
		"a page of another kind":  func(b []byte) { put16(pagesOf(t, b, branchFlag)[0][8:], 0x40) },
		"a page of another number": func(b []byte) {
			p := pagesOf(t, b, leafFlag)[0]
			put64(p, u64le(p)+1)
		},
		"a child outside the file": func(b []byte) { put64(pagesOf(t, b, branchFlag)[0][pageHeaderSize+8:], 1<<40) },
		"a page reached twice": func(b []byte) {
			p := pagesOf(t, b, branchFlag)[0][pageHeaderSize:]
			put64(p[8:], u64le(p[branchItemSize+8:]))
		},
		"both meta pages destroyed": func(b []byte) { clear(b[:2*pageSize]) },
	} {
		t.Run(name, func(t *testing.T) {
			b := append([]byte(nil), whole...)
			damage(b)
			overwrite(t, path, b)
			if _, err := inspect(path); !errors.Is(err, errDamaged) {
				t.Errorf("inspect: %v", err)
			}
		})
	}
}

func FuzzCheckTree(f *testing.F) {
	o := testOptions(f.TempDir())
	j, err := Open(o)
	if err != nil {
		f.Fatal(err)
	}
	for n := range 60 {
		add(f, j, n)
	}
	path := j.segments[0].path
	if err := j.Close(); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, byte(0), 0, byte(0))
	f.Fuzz(func(t *testing.T, at int, x byte, at2 int, y byte) {
		bad := append([]byte(nil), b...)
		bad[uint(at)%uint(len(bad))] ^= x
		bad[uint(at2)%uint(len(bad))] ^= y
		tr := tree{file: bad, seen: map[uint64]bool{}}
		if m, ok := tr.newestMeta(); ok {
			tr.pages = m.pages
			_ = errors.Join(tr.walk(m.root, 0), tr.freelist(m.freelist)) // must return
		}
	})
}
