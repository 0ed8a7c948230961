package snapshot

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"checkpoint"
)

// The files in testdata are what boxes in the field hold. If one of these tests
// fails, the format has changed: raise its version, and keep reading the old.

func goldenBytes(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	if want := goldenBytes(t, name); !bytes.Equal(got, want) {
		var lines strings.Builder
		for rest := got; len(rest) > 0; rest = rest[min(32, len(rest)):] {
			lines.WriteString(hex.EncodeToString(rest[:min(32, len(rest))]) + "\n")
		}
		t.Errorf("%s: the bytes have changed to\n%s", name, lines.String())
	}
}

func goldenPepper() Pepper { return Pepper(bytes.Repeat([]byte{7}, 32)) }

func goldenPerson() *Person {
	return &Person{
		Kind: checkpoint.KindCCCD, Number: "001090900001", Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15}, NameFold: "NGUYEN VAN AN", Sex: checkpoint.Male,
		Facts: checkpoint.Person{
			Issued: checkpoint.Date{Year: 2022, Month: 3, Day: 15}, Card: checkpoint.CardLost, CardSince: checkpoint.Date{Year: 2023, Month: 1, Day: 2},
			Doses:     []checkpoint.Dose{{Date: checkpoint.Date{Year: 2021, Month: 9, Day: 3}, Product: 2, Number: 2, Course: 2}, {Date: checkpoint.Date{Year: 2021, Month: 8, Day: 3}, Product: 1, Number: 1, Course: 2}},
			DoseCount: 2, Case: checkpoint.CaseF1, CaseFrom: checkpoint.Date{Year: 2021, Month: 7, Day: 1}, CaseUntil: checkpoint.Date{Year: 2021, Month: 7, Day: 15}, Exempt: true,
		},
	}
}

// goldenLayer has one entry of each type, beside the probe.
func goldenLayer(t testing.TB) (dir string, ref LayerRef) {
	t.Helper()
	w, err := NewLayerWriter(Plan{Province: "mau", Kind: LayerDaily, Number: 3}, goldenPepper())
	if err != nil {
		t.Fatal(err)
	}
	p := goldenPerson()
	for _, e := range []Entry{{Person: p}, {Alias: &Alias{Kind: checkpoint.KindCMND, Number: "912345678", Birth: p.Birth, MainKind: p.Kind, Main: p.Number}}, {Removed: &Removed{Kind: checkpoint.KindPassport, Number: "C9000001"}}} {
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	dir = t.TempDir()
	if ref, err = w.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir, ref
}

func TestGoldenBlock(t *testing.T) {
	dir, ref := goldenLayer(t)
	l, err := OpenLayer(dir, ref)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var got []byte
	if err := l.db.View(func(tx *bolt.Tx) error {
		got = bytes.Clone(tx.Bucket(bucketBlocks).Get([]byte{0, 0, 0, 0}))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	compare(t, "block.hex", got)
}

// The golden block is read by what a box has: a card, the pepper, the header.
func TestGoldenBlockReadsBack(t *testing.T) {
	b, err := parseBlock(goldenBytes(t, "block.hex"))
	if err != nil {
		t.Fatal(err)
	}
	_, ref := goldenLayer(t)
	want, pepper := goldenPerson(), goldenPepper()
	q := checkpoint.Query{Kind: want.Kind, Number: want.Number, Birth: want.Birth, NameFold: want.NameFold, Sex: want.Sex}
	s := newSecrets(pepper, StretchNone, q)
	typ, body, found, err := b.find(s.tag)
	if err != nil || !found || typ != entryPerson {
		t.Fatalf("%v %v %v", typ, found, err)
	}
	key, err := s.key(ref.Header.Input, typ)
	if err != nil {
		t.Fatal(err)
	}
	plain, ok := unseal(key[:], body, s.tag)
	if !ok {
		t.Fatal("does not open")
	}
	m, err := decodePerson(plain, s.secret, q)
	if err != nil || !reflect.DeepEqual(m.Person, want.Facts) || m.Name != checkpoint.Agrees || m.Sex != checkpoint.Agrees {
		t.Errorf("%+v %v", m, err)
	}
	if typ, _, found, err := b.find(pepper.Tag(checkpoint.KindPassport, "C9000001")); typ != entryTombstone || !found || err != nil {
		t.Errorf("tombstone: %v %v %v", typ, found, err)
	}
}

func goldenManifest() Manifest {
	header := Header{Format: layerFormat, Province: "mau", Kind: LayerBase, Number: 3, Input: Digest{1}, Pepper: [8]byte{2}, People: 4, Aliases: 5, Tombstones: 6, Blocks: 7}
	return Manifest{Format: manifestFormat, Province: "mau", Number: 3, Created: 1_740_000_000, Layers: []LayerRef{{Root: Digest{8}, Header: header}}, Policy: []byte("format = 1\n")}
}

func goldenTrust() (Trust, ed25519.PrivateKey) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
	return Trust{Province: "mau", Snapshot: KeySet{Threshold: 1, Keys: []PublicKey{{Name: "officer 1", Key: HexData(key.Public().(ed25519.PublicKey))}}}}, key
}

func TestGoldenManifestAndItsSignature(t *testing.T) {
	raw, err := EncodeManifest(goldenManifest())
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "manifest.hex", raw)
	trust, key := goldenTrust()
	signatures, err := EncodeSignatures([]Signature{Sign(raw, key)})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "signatures.hex", signatures)
	list, err := DecodeSignatures(goldenBytes(t, "signatures.hex"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Accept(goldenBytes(t, "manifest.hex"), list, trust)
	if err != nil || !reflect.DeepEqual(m, goldenManifest()) {
		t.Errorf("%+v %v", m, err)
	}
}

func FuzzAlias(f *testing.F) {
	for _, main := range []string{"001090900001", "912345678", "C9000001", "AB12345678", "", "0", "00000000000000"} {
		b, err := (&Alias{MainKind: checkpoint.KindCCCD, Main: main}).encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, number, err := decodeAlias(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("%v is no %v", err, ErrDamaged)
			}
			return
		}
		again, err := (&Alias{MainKind: kind, Main: number}).encode()
		if err != nil || !bytes.Equal(again[:], b) {
			t.Errorf("%x and %x are both %q", b, again, number)
		}
	})
}

func FuzzBlock(f *testing.F) {
	golden := goldenBytes(f, "block.hex")
	tag := goldenPepper().Tag(checkpoint.KindCCCD, "001090900001")
	f.Add(golden, tag[:])
	f.Add(golden[:len(golden)-1], bytes.Repeat([]byte{0xff}, TagSize))
	f.Fuzz(func(t *testing.T, raw, which []byte) {
		b, err := parseBlock(raw)
		if err != nil || len(which) < TagSize {
			return
		}
		typ, body, found, err := b.find(Tag(which[:TagSize]))
		switch {
		case err != nil && !errors.Is(err, ErrDamaged):
			t.Errorf("%v is no %v", err, ErrDamaged)
		case err == nil && found && len(body) != typ.size():
			t.Errorf("%s of %d bytes", typ, len(body))
		case err == nil && !bytes.Contains(raw, which[:TagSize]) && found:
			t.Error("found a tag that is not there")
		}
	})
}

// FuzzAccept: whatever comes in, only the signed bytes are accepted, and only
// with a signature of the province.
func FuzzAccept(f *testing.F) {
	manifest, signatures := goldenBytes(f, "manifest.hex"), goldenBytes(f, "signatures.hex")
	f.Add(manifest, signatures)
	f.Add(manifest, []byte{0x80})
	f.Add([]byte{0xa0}, signatures)
	trust, _ := goldenTrust()
	f.Fuzz(func(t *testing.T, m, s []byte) {
		list, err := DecodeSignatures(s)
		if err != nil {
			return
		}
		switch _, err := Accept(m, list, trust); {
		case err == nil && !bytes.Equal(m, manifest):
			t.Error("accepted what nobody signed")
		case err != nil && !errors.Is(err, ErrUntrusted):
			t.Errorf("%v is no %v", err, ErrUntrusted)
		}
	})
}

// FuzzManifest: reading a manifest that was signed by mistake is an error or a
// manifest within bounds, never a panic.
func FuzzManifest(f *testing.F) {
	f.Add(goldenBytes(f, "manifest.hex"))
	f.Add([]byte{0xa1, 0x05, 0x9a, 0xff, 0xff, 0xff, 0xff})
	trust, key := goldenTrust()
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Accept(raw, []Signature{Sign(raw, key)}, trust)
		if err != nil {
			if !errors.Is(err, ErrUntrusted) {
				t.Errorf("%v is no %v", err, ErrUntrusted)
			}
			return
		}
		if m.Province != "mau" || len(m.Layers) == 0 || len(m.Layers) > MaxLayers || m.Number == 0 {
			t.Errorf("accepted %+v", m)
		}
	})
}
