package snapshot

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"checkpoint"
)

func TestOneMACIsHMAC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(t, "key")
		message := rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "message")
		m := hmac.New(sha256.New, key)
		m.Write(message)
		if got := oneMAC(key, message); !bytes.Equal(got[:], m.Sum(nil)) {
			t.Fatalf("got %x", got)
		}
	})
}

// The builder and the box each have a quick way to a record's key.
func TestRecordKeysAreOneStepDerivation(t *testing.T) {
	secret, input := bytes.Repeat([]byte{5}, 32), Digest{9}
	for _, typ := range []entryType{entryPerson, entryAlias} {
		m := hmac.New(sha256.New, input[:])
		fmt.Fprintf(m, "\x00\x00\x00\x01%srecord 2 %s", secret, typ)
		want := m.Sum(nil)
		if got := sealKey(secret, input, typ); !bytes.Equal(got[:], want) {
			t.Errorf("box, %s: %x", typ, got)
		}
		if got := newSealer(input).key(secret, typ); !bytes.Equal(got, want) {
			t.Errorf("builder, %s: %x", typ, got)
		}
	}
}

func TestTheBuilderNamesAndOpensAsTheBoxDoes(t *testing.T) {
	p := Pepper{4, 5}
	k := newKeyer(p)
	for _, birth := range []checkpoint.Date{{}, {Year: 1931}, {Year: 2004, Month: 11}, {Year: 1990, Month: 2, Day: 9}} {
		e, err := k.record(Entry{Row: 77, Person: &Person{Kind: checkpoint.KindCMND, Number: "012345678", Birth: birth}})
		if err != nil {
			t.Fatal(err)
		}
		secret := p.secret(checkpoint.KindCMND, "012345678", birth)
		tag := p.Tag(checkpoint.KindCMND, "012345678")
		if !bytes.Equal(e.tag(), tag[:]) || !bytes.Equal(e.secret(), secret) || e.row() != 77 || e.kind() != checkpoint.KindCMND || len(e.plain()) != recordSize {
			t.Errorf("birth %q: %x", birth, e)
		}
	}
}

func BenchmarkEntry(b *testing.B) {
	k, s := newKeyer(Pepper{1}), newSealer(Digest{2})
	p := &Person{Kind: checkpoint.KindCCCD, Number: "001090900001", Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15}, NameFold: "NGUYEN VAN AN", Sex: checkpoint.Male}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		e, err := k.record(Entry{Person: p})
		if err != nil {
			b.Fatal(err)
		}
		if out, err = s.seal(out[:0], e.secret(), e); err != nil {
			b.Fatal(err)
		}
	}
}
