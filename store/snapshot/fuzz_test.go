package snapshot

import (
	"bytes"
	"testing"
)

// What a record says when it opens is believed only in the one form that was
// written; a day before 2000 or a blank commune is no other record.
func FuzzRecords(f *testing.F) {
	listed, err := goldenListed().encode()
	if err != nil {
		f.Fatal(err)
	}
	declared, err := goldenDeclared().encode(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	person, err := goldenPerson().encode(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(listed[:])
	f.Add(declared[:])
	f.Add(person[:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := decodeListed(b); err == nil && len(l.Visits) > MaxVisits {
			t.Errorf("%d appointments", len(l.Visits))
		}
		if d, err := decodeDeclared(b, make([]byte, 32), "A"); err == nil && (len(d.From) > communeSize || len(d.To) > communeSize) {
			t.Errorf("%+v", d)
		}
		facts, err := decodeFacts(b)
		if err != nil {
			return
		}
		again, err := (&Person{Facts: facts}).encode(make([]byte, 32))
		if err != nil || len(facts.Doses) > 0 && !bytes.Equal(again[9:14], b[9:14]) {
			t.Errorf("%+v is not written again: %v", facts, err)
		}
	})
}
