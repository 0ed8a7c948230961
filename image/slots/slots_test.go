package slots

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// newCard is an empty card in a file.
func newCard(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "card"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := f.Truncate(16 << 20); err != nil {
		t.Fatal(err)
	}
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, card *os.File) State {
	t.Helper()
	s, err := Read(card)
	must(t, err)
	return s
}

// started is what the loader does at a start: one try less, on the card.
func started(t *testing.T, card *os.File) (n Name) {
	t.Helper()
	must(t, Change(card, func(s *State) {
		n = s.Next()
		if s.Of(n).Left == 0 {
			s.A.Left, s.B.Left = TriesNew, TriesNew
		}
		s.Of(n).Left--
	}))
	return n
}

// A system that never becomes ready has three tries; then the other has its own,
// and when nobody has any it begins anew.
func TestTheLoaderFallsBackAndNeverStops(t *testing.T) {
	card := newCard(t)
	must(t, Change(card, func(s *State) { s.Good(A); s.Prefer(B) }))
	var order string
	for range 3 {
		order += string(started(t, card))
	}
	if order != "BBB" {
		t.Errorf("a new system was tried %s", order)
	}
	for range TriesProven {
		if n := started(t, card); n != A {
			t.Fatalf("fell back to %s", n)
		}
	}
	if n := started(t, card); n != B {
		t.Errorf("with no tries left %s was started, not the wanted one", n)
	}
}

// A lane that becomes ready gives the tries back; three starts that are cut off
// do not push a proven system out.
func TestReadyGivesTheTriesBack(t *testing.T) {
	card := newCard(t)
	for range 20 {
		n := started(t, card)
		if n != A {
			t.Fatalf("slot %s was started", n)
		}
		must(t, Change(card, func(s *State) { s.Good(n) }))
		for range 3 {
			if n := started(t, card); n != A {
				t.Fatalf("after cut-off starts slot %s was started", n)
			}
		}
	}
}

// torn is a card whose power is cut in the middle of a write: the first bytes are
// new, the rest is garbage.
type torn struct {
	*os.File
	whole int
}

func (c torn) WriteAt(b []byte, at int64) (int, error) {
	spoiled := append([]byte{}, b...)
	for i := c.whole; i < len(b); i++ {
		spoiled[i] ^= 0xa5
	}
	if _, err := c.File.WriteAt(spoiled, at); err != nil {
		return 0, err
	}
	return 0, errors.New("power cut")
}

// Wherever a write is cut off, the state is that from before, or the new one where
// nothing of it was missing.
func TestAPowerCutLeavesTheOldStateOrTheNew(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		card := newCard(t)
		for range rapid.IntRange(1, 5).Draw(rt, "changes before") {
			started(t, card)
		}
		before := read(t, card)
		var wanted State
		err := Change(torn{card, rapid.IntRange(0, BlockSize).Draw(rt, "bytes written")}, func(s *State) { s.Good(B); s.Prefer(B); wanted = *s })
		if err == nil {
			rt.Fatal("a cut-off write was no error")
		}
		after := read(t, card)
		wanted.serial = after.serial
		if after != before && after != wanted {
			rt.Errorf("%+v became %+v", before, after)
		}
	})
}

// One copy may rot; with both gone the card counts as new, and says so.
func TestRot(t *testing.T) {
	card := newCard(t)
	must(t, Change(card, func(s *State) { s.Prefer(B) }))
	must(t, Change(card, func(s *State) { s.Good(B) }))
	rot := func(at int64) {
		if _, err := card.WriteAt([]byte("rot"), at+17); err != nil {
			t.Fatal(err)
		}
	}
	_, older, err := newest(card)
	must(t, err)
	rot(FirstCopy + SecondCopy - older) // the newer one
	if s := read(t, card); s.First != B || s.B.Proven {
		t.Errorf("with the newer copy rotten: %+v", s)
	}
	rot(older)
	s, err := Read(card)
	if !errors.Is(err, ErrLost) || s != New() {
		t.Errorf("with both rotten: %+v, %v", s, err)
	}
	must(t, Change(card, func(*State) {}))
	read(t, card)
}

// What is as it was costs the card no write.
func TestNoChangeIsNoWrite(t *testing.T) {
	card := newCard(t)
	must(t, Change(card, func(s *State) { s.Good(A) }))
	must(t, Change(torn{card, 0}, func(s *State) { s.Good(A) }))
}

// A block that a newer loader wrote keeps what this one knows; one that says
// nonsense counts as rotten.
func TestBlocksOfOthers(t *testing.T) {
	for name, texts := range map[string]map[string]string{
		"no number": {"serial": "x", "first": "A", "a_left": "3", "b_left": "3"},
		"no slot":   {"serial": "1", "first": "C", "a_left": "3", "b_left": "3"},
		"nothing":   {},
	} {
		card := newCard(t)
		block, err := Block(BlockSize, texts)
		must(t, err)
		if _, err := card.WriteAt(block, FirstCopy); err != nil {
			t.Fatal(err)
		}
		if s, err := Read(card); !errors.Is(err, ErrLost) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	card := newCard(t)
	block, err := Block(BlockSize, map[string]string{"serial": "1f", "first": "B", "a_left": "0", "a_proven": "1", "b_left": "a", "b_proven": "0", "later": "yes"})
	must(t, err)
	if _, err := card.WriteAt(block, SecondCopy); err != nil {
		t.Fatal(err)
	}
	if s := read(t, card); s.Next() != B || s.B.Left != 10 || !s.A.Proven {
		t.Errorf("%+v", s)
	}
}

func TestTheSlotOfACommandLine(t *testing.T) {
	for line, want := range map[string]Name{"quiet slot=B panic=10\n": B, "slot=A": A, "slot=C": "", "noslot=A quiet": "", "": ""} {
		if n, ok := Of(line); n != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", line, n, ok)
		}
	}
}

// mkenvimage is U-Boot's own writer of such blocks.
func TestBlocksAreUBoots(t *testing.T) {
	want, err := os.ReadFile("testdata/mkenvimage.bin")
	must(t, err)
	got, err := Block(512, map[string]string{"first": "A", "a_left": "3", "serial": "1f"})
	must(t, err)
	if string(got) != string(want) {
		t.Error("a block differs from what mkenvimage -s 512 makes of the same lines")
	}
}
