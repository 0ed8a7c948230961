package journal

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"checkpoint"
)

// The golden bytes are the contract between box and collector: a change of any
// is a new header version.
const (
	goldenBody   = "b2010202020302046341303105826b4e4f545f494e5f444154416a444154415f5354414c45066272310719012c080709020a1bfedcba98765432100b050c69636363642d323032310d010e6c3030313039303030303031310f704e677579e1bb856e2056c4836e20416e106948c3a0204ee1bb9969114301020312f5"
	goldenSealed = "85021b0000017b83922c7bf564696e2d31588cd0364591269d1c2e5103448c795702883bd528c43eb67180c80a78640fffef6bda805fdadc4f0821b49346efe33650816205329c8e5e1915b623664235aa716d7c4caafe3810d6c96caeed1e6171eeeccf59096231f0369256df9ddaaf07a879455f183d22e125a20917f5292dcc36e322e3d1df11a930bdf4de871aa1222d257bff9d6e05868201eb61583c"
	goldenHeader = "a701010262484e0366626f782d3031041b0123456789abcdef051b0000017b83922c0006585065b963854fcc5e28e44c1b7c9aeffe2db4c949f3ab6f7e9f7b1a33a30362ed6e93fcabdeeedf0a761f8ba24e7d09e97fba279435f0b995c0490df33a58a88f0c84d1923b056d7a8b44088cd0c169e92d075840ea7e1201320cf7be017da31a26136ff5c9d601369e43c110eaaab4b199de988951565b37885995bdf00de9d16ff25ac55ba06594484de0560104bc67f6ae1a0b"
)

func goldenKey() []byte { return bytes.Repeat([]byte{3}, 32) }

func golden(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everyField is a record with nothing left out.
func everyField() checkpoint.Record {
	return checkpoint.Record{
		Time: time.UnixMilli(1_630_000_000_123).UTC(), Trusted: true, Lane: "in-1", Kind: checkpoint.RecordOutcome,
		Direction: checkpoint.Out, Verdict: checkpoint.Refer, Reason: checkpoint.NotInData,
		Findings: []checkpoint.Finding{checkpoint.FoundNotInData, checkpoint.FoundDataStale}, Rule: "r1", Snapshot: 300, Policy: 7,
		Outcome: checkpoint.Denied, Refers: checkpoint.Position{Epoch: 0xfedcba9876543210, Seq: 5},
		Format: checkpoint.FormatCCCD2021, Document: checkpoint.KindCCCD, Number: "001090000011", Name: "Nguyễn Văn An", Address: "Hà Nội",
		CodeHash: []byte{1, 2, 3}, Open: true,
	}
}

func goldenSegment(t *testing.T) (Header, sealer) {
	t.Helper()
	h, err := ParseHeader(golden(t, goldenHeader))
	if err != nil {
		t.Fatal(err)
	}
	k, err := newSealer(h, goldenKey())
	if err != nil {
		t.Fatal(err)
	}
	return h, k
}

func sealed(t *testing.T, k sealer, seq uint64, r checkpoint.Record) Sealed {
	t.Helper()
	p, err := prepare(r)
	if err != nil {
		t.Fatal(err)
	}
	p.clear.Seq = seq
	return k.seal(p.clear, p.body)
}

func TestGoldenBody(t *testing.T) {
	b, err := encodeBody(everyField())
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(b); got != goldenBody {
		t.Errorf("body\n got %s\nwant %s", got, goldenBody)
	}
}

func TestGoldenRecordSealsAndOpens(t *testing.T) {
	h, k := goldenSegment(t)
	b, err := sealed(t, k, 2, everyField()).MarshalCBOR()
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(b); got != goldenSealed {
		t.Errorf("record\n got %s\nwant %s", got, goldenSealed)
	}
	var s Sealed
	if err := s.UnmarshalCBOR(golden(t, goldenSealed)); err != nil {
		t.Fatal(err)
	}
	box, province := testKeys()
	if err := h.Verify(box.Public().(ed25519.PublicKey)); err != nil {
		t.Fatal(err)
	}
	key, err := OpenSegmentKey(h, province)
	if err != nil {
		t.Fatal(err)
	}
	r, err := key.Open(s)
	if err != nil || !reflect.DeepEqual(r, everyField()) {
		t.Errorf("opened %+v, %v", r, err)
	}
}

func TestGoldenHeaderSaysWhoAndWhen(t *testing.T) {
	h, _ := goldenSegment(t)
	want := Header{Version: 1, Province: "HN", Box: "box-01", Epoch: 0x0123456789abcdef, Started: time.UnixMilli(1_630_000_000_000).UTC(), SealedKey: h.SealedKey, Signature: h.Signature}
	if !reflect.DeepEqual(h, want) || !bytes.Equal(h.encode(), golden(t, goldenHeader)) {
		t.Errorf("header %+v", h)
	}
}

func TestEverySingleFlippedBitOfAHeaderIsRefused(t *testing.T) {
	box, _ := testKeys()
	good := golden(t, goldenHeader)
	for bit := range len(good) * 8 {
		b := bytes.Clone(good)
		b[bit/8] ^= 1 << (bit % 8)
		h, err := ParseHeader(b)
		if err == nil {
			err = h.Verify(box.Public().(ed25519.PublicKey))
		}
		if err == nil {
			t.Fatalf("bit %d flipped and accepted", bit)
		}
	}
}

func TestEverySingleFlippedBitOfARecordIsRefused(t *testing.T) {
	_, k := goldenSegment(t)
	good := golden(t, goldenSealed)
	for bit := range len(good) * 8 {
		b := bytes.Clone(good)
		b[bit/8] ^= 1 << (bit % 8)
		var s Sealed
		if err := s.UnmarshalCBOR(b); err != nil {
			continue
		}
		if _, err := k.open(s); err == nil {
			t.Fatalf("bit %d flipped and opened", bit)
		}
	}
}

func TestSwappedAndForeignThingsAreRefused(t *testing.T) {
	h, k := goldenSegment(t)
	_, province := testKeys()
	one, two := sealed(t, k, 1, sample(1)), sealed(t, k, 2, sample(2))
	one.Seq, two.Seq = two.Seq, one.Seq
	for _, s := range []Sealed{one, two} {
		if _, err := k.open(s); !errors.Is(err, ErrSealed) {
			t.Errorf("swapped sequence: %v", err)
		}
	}
	late := sealed(t, k, 3, sample(3))
	late.Time = late.Time.Add(time.Millisecond)
	if _, err := k.open(late); !errors.Is(err, ErrSealed) {
		t.Errorf("changed time: %v", err)
	}
	for name, change := range map[string]func(*Header){
		"epoch": func(h *Header) { h.Epoch++ }, "box": func(h *Header) { h.Box = "box-02" }, "province": func(h *Header) { h.Province = "HP" },
	} {
		swapped := h
		change(&swapped)
		if _, err := OpenSegmentKey(swapped, province); err == nil {
			t.Errorf("key opened under another %s", name)
		}
	}
	other, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := hpke.NewDHKEMPrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSegmentKey(h, stranger); err == nil {
		t.Error("another province's key opened the segment")
	}
	if err := h.Verify(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)).Public().(ed25519.PublicKey)); !errors.Is(err, ErrHeader) {
		t.Errorf("another box's key: %v", err)
	}
}

func TestOnlyOneEncodingIsAccepted(t *testing.T) {
	for name, text := range map[string]string{
		"sequence in two bytes":  strings.Replace(goldenSealed, "8502", "851802", 1),
		"array without end":      strings.Replace(goldenSealed, "85", "9f", 1) + "ff",
		"bytes after the end":    goldenSealed + "00",
		"sequence zero":          strings.Replace(goldenSealed, "8502", "8500", 1),
		"nothing":                "",
		"a body too short a tag": "8502" + "00" + "f5" + "61" + "61" + "41" + "00",
	} {
		var s Sealed
		if err := s.UnmarshalCBOR(golden(t, text)); !errors.Is(err, errMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	b, err := hex.DecodeString(goldenHeader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err == nil && !bytes.Equal(h.encode(), b) {
			t.Errorf("%x has a second encoding %x", b, h.encode())
		}
	})
}

func FuzzUnmarshalSealed(f *testing.F) {
	b, err := hex.DecodeString(goldenSealed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Sealed
		if s.UnmarshalCBOR(b) != nil {
			return
		}
		if again, err := s.MarshalCBOR(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x has a second encoding %x (%v)", b, again, err)
		}
	})
}

func FuzzDecodeBody(f *testing.F) {
	b, err := hex.DecodeString(goldenBody)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeBody(b)
		if err != nil {
			return
		}
		if again, err := encodeBody(r); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x has a second encoding %x (%v)", b, again, err)
		}
	})
}
