package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"checkpoint/store/snapshot"
)

func header() Header {
	return Header{Province: "mau", Number: 3, Pepper: [8]byte{1}, Layer: snapshot.Digest{2}}
}

// drawEntries gives entries by rising tag, enough for several frames now and then.
func drawEntries(t *rapid.T) (list []snapshot.Standing) {
	n := rapid.IntRange(0, 3000).Draw(t, "entries")
	dense := rapid.Bool().Draw(t, "dense")
	for i := range n {
		s := snapshot.Standing{Person: rapid.Bool().Draw(t, "person")}
		binary.BigEndian.PutUint32(s.Tag[:], uint32(i))
		copy(s.Secret[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "secret"))
		if dense {
			copy(s.Record[:], bytes.Repeat([]byte{byte(i) | 1}, 48))
		} else {
			copy(s.Record[:], rapid.SliceOfN(rapid.Byte(), 0, 48).Draw(t, "record"))
		}
		list = append(list, s)
	}
	return list
}

func write(t interface{ Fatal(...any) }, path string, list []snapshot.Standing) {
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		if err := w.Add(&list[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Commit(header()), w.Close()); err != nil {
		t.Fatal(err)
	}
}

func read(path string) (list []snapshot.Standing, h Header, err error) {
	r, err := Open(path)
	if err != nil {
		return nil, h, err
	}
	defer r.Close()
	for s, err := range r.All() {
		if err != nil {
			return nil, h, err
		}
		list = append(list, *s)
	}
	return list, r.Header(), nil
}

func TestStateReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "1.state")
	rapid.Check(t, func(t *rapid.T) {
		want := drawEntries(t)
		write(t, path, want)
		got, h, err := read(path)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%d entries came back of %d: %v", len(got), len(want), err)
		}
		people := uint64(0)
		for _, s := range want {
			if s.Person {
				people++
			}
		}
		if h.People != people || h.Aliases != uint64(len(want))-people || h.Number != 3 || h.Layer != (snapshot.Digest{2}) {
			t.Fatalf("header %+v", h)
		}
	})
}

// A state that lost entries would remove people from the gates, so no damage
// may pass.
func TestDamageIsFound(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
	list := make([]snapshot.Standing, 4000)
	for i := range list {
		binary.BigEndian.PutUint32(list[i].Tag[:], uint32(i))
		list[i].Record[40] = 1
	}
	write(t, good, list)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := read(bad); !errors.Is(err, ErrDamaged) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for cut := 0; cut < len(whole); cut += 997 {
		try("cut", whole[:cut])
	}
	for at := 0; at < len(whole); at += 991 {
		b := bytes.Clone(whole)
		b[at] ^= 4
		try("flipped", b)
	}
	// A whole frame taken out.
	size := int(binary.BigEndian.Uint32(whole[len(magic):])) + frameHead
	try("frame missing", slices.Concat(whole[:len(magic)], whole[len(magic)+size:]))
}

func TestStateAppearsWholeAndForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "1.state")
	write(t, path, []snapshot.Standing{{Tag: snapshot.Tag{1}}})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(&snapshot.Standing{Tag: snapshot.Tag{2}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Add(&snapshot.Standing{Tag: snapshot.Tag{2}}); !errors.Is(err, errOrder) {
		t.Fatalf("a tag came twice: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, _, err := read(path)
	if err != nil || len(got) != 1 || got[0].Tag != (snapshot.Tag{1}) {
		t.Fatalf("a state that was given up replaced the good one: %v %v", got, err)
	}
	if left, err := filepath.Glob(path + "?*"); err != nil || len(left) > 0 {
		t.Fatalf("left behind: %v %v", left, err)
	}
}

func TestStateOfAnotherSnapshotIsTold(t *testing.T) {
	h := header()
	m := snapshot.Manifest{Province: "mau", Number: 3, Layers: []snapshot.LayerRef{{Root: snapshot.Digest{2}}}}
	if err := h.Of(&m); err != nil {
		t.Fatal(err)
	}
	m.Layers[0].Root = snapshot.Digest{9}
	if err := h.Of(&m); !errors.Is(err, ErrOther) {
		t.Fatal(err)
	}
}

func BenchmarkWriteAndRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "1.state")
	s := snapshot.Standing{Person: true}
	copy(s.Record[:], bytes.Repeat([]byte{7}, 23)) // two doses and no case
	for _, part := range []struct {
		name string
		run  func(n int)
	}{
		{"write", func(n int) {
			w, err := Create(path)
			if err != nil {
				b.Fatal(err)
			}
			defer w.Close()
			for i := range n {
				binary.BigEndian.PutUint64(s.Tag[:], uint64(i))
				if err := w.Add(&s); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Commit(header()); err != nil {
				b.Fatal(err)
			}
		}},
		{"read", func(n int) {
			r, err := Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			for range n { // of what was just written
				if _, err := r.Next(); err != nil {
					b.Fatal(err)
				}
			}
		}},
	} {
		b.Run(part.name, func(b *testing.B) {
			part.run(b.N)
			b.ReportAllocs()
		})
	}
}
