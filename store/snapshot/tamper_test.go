package snapshot_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"checkpoint"
	"checkpoint/store/snapshot"
)

// TestOneFlippedBitNeverChangesAnAnswer is promise 4: a rotten or tampered
// card gives the same answer, an error, or a snapshot that does not open.
func TestOneFlippedBitNeverChangesAnAnswer(t *testing.T) {
	const inhabitants, flips = 6000, 2000
	p := newProvince(t)
	ref := p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, inhabitants)...)
	p.manifest(1, ref)
	dir := t.TempDir()
	b := snapshot.NewBox(dir, p.trust, p.pepper)
	_, err := b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	file, err := os.OpenFile(filepath.Join(dir, "layers", ref.FileName()), os.O_RDWR, 0)
	p.must(err)
	defer file.Close()
	good, err := os.ReadFile(file.Name())
	p.must(err)
	random := rand.New(rand.NewPCG(1, 2))
	residents := peopleByPage(p.pepper, good, inhabitants)
	seen := map[string]int{}
	for range flips {
		at, bit := random.IntN(len(good)), byte(1)<<random.IntN(8)
		_, err := file.WriteAt([]byte{good[at] ^ bit}, int64(at))
		p.must(err)
		seen[tampered(t, b, random, residents[at/pageSize], inhabitants)]++
		_, err = file.WriteAt(good[at:at+1], int64(at))
		p.must(err)
	}
	t.Logf("%d single flipped bits: %v", flips, seen)
	if seen["fault"] == 0 {
		t.Error("no flip was ever noticed: the test does not reach the blocks")
	}
}

const pageSize = 4096

// peopleByPage tells who lies in which page of the layer file, by their tags.
func peopleByPage(pepper snapshot.Pepper, file []byte, inhabitants int) map[int][]int {
	who := map[snapshot.Tag]int{}
	for i := range inhabitants {
		who[pepper.Tag(checkpoint.KindCCCD, invented(i).Number)] = i
	}
	pages := map[int][]int{}
	for at := 0; at+snapshot.TagSize <= len(file); at++ {
		if i, ok := who[snapshot.Tag(file[at:at+snapshot.TagSize])]; ok {
			pages[at/pageSize] = append(pages[at/pageSize], i)
		}
	}
	return pages
}

// tampered asks everybody of the damaged page, 50 other people of the layer
// and 50 who are not in it.
func tampered(t *testing.T, b *snapshot.Box, random *rand.Rand, damaged []int, inhabitants int) string {
	t.Helper()
	r, err := b.Open()
	if err != nil {
		if !errors.Is(err, snapshot.ErrDamaged) && !errors.Is(err, snapshot.ErrUntrusted) {
			t.Fatalf("does not open, with the wrong error: %v", err)
		}
		return "refused"
	}
	defer r.Close()
	outcome := "same"
	ask := func(i int, there bool) {
		if asked(t, r, i, there) == "fault" {
			outcome = "fault"
		}
	}
	for _, i := range damaged {
		ask(i, true)
	}
	for range 50 {
		ask(random.IntN(inhabitants), true)
		ask(inhabitants+random.IntN(1<<20), false)
	}
	return outcome
}

func asked(t *testing.T, r *snapshot.Register, i int, there bool) string {
	t.Helper()
	want := invented(i)
	m, err := r.Lookup(query(want))
	switch {
	case errors.Is(err, snapshot.ErrDamaged):
		return "fault"
	case err != nil:
		t.Fatalf("person %d: %v", i, err)
	case m.Found != there:
		t.Fatalf("person %d: found %t, want %t: a flipped bit changed the answer", i, m.Found, there)
	case there && (!m.Opened || m.Name != checkpoint.Agrees || m.Person.Issued != want.Facts.Issued || m.Person.Doses[1] != want.Facts.Doses[1]):
		t.Fatalf("person %d: %+v: a flipped bit changed the record", i, m)
	}
	return "same"
}

func TestFlippedBitInManifestOrSignatureIsRefused(t *testing.T) {
	p := newProvince(t)
	p.manifest(1, p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, 50)...))
	b := p.box()
	_, err := b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	manifest, signatures, err := snapshot.ReadBundle(p.dir)
	p.must(err)
	if _, err := snapshot.Accept(manifest, signatures, p.trust); err != nil {
		t.Fatal(err)
	}
	for at := range manifest {
		for bit := range 8 {
			manifest[at] ^= 1 << bit
			if _, err := snapshot.Accept(manifest, signatures, p.trust); !errors.Is(err, snapshot.ErrUntrusted) {
				t.Fatalf("manifest byte %d bit %d: %v", at, bit, err)
			}
			manifest[at] ^= 1 << bit
		}
	}
	for s := range signatures {
		for at := range signatures[s].Bytes {
			for bit := range 8 {
				signatures[s].Bytes[at] ^= 1 << bit
				if _, err := snapshot.Accept(manifest, signatures, p.trust); !errors.Is(err, snapshot.ErrUntrusted) {
					t.Fatalf("signature %d byte %d bit %d: %v", s, at, bit, err)
				}
				signatures[s].Bytes[at] ^= 1 << bit
			}
		}
	}
}
