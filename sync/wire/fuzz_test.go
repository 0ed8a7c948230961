package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"testing"

	"checkpoint/sync/wire"
)

// Whatever decodes encodes to the same bytes: there is no second form.
func FuzzDecodeBatch(f *testing.F) {
	golden, _ := hex.DecodeString(goldenBatch)
	f.Add(golden)
	ask := sampleBatch()
	ask.Records, ask.Gone = nil, nil
	empty, _ := ask.Encode()
	f.Add(empty)
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := wire.DecodeBatch(in)
		if err != nil {
			return
		}
		if out, err := b.Encode(); err != nil || !bytes.Equal(out, in) {
			t.Fatalf("%x decodes and encodes to %x, %v", in, out, err)
		}
	})
}

func FuzzDecodeMark(f *testing.F) {
	golden, _ := hex.DecodeString(goldenMark)
	f.Add(golden)
	key := []ed25519.PublicKey{sampleKey().Public().(ed25519.PublicKey)}
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := wire.DecodeMark(in)
		if err != nil {
			return
		}
		if out, err := m.Encode(); err != nil || !bytes.Equal(out, in) {
			t.Fatalf("%x decodes and encodes to %x, %v", in, out, err)
		}
		if m.Verify(key) == nil && !bytes.Equal(in, golden) {
			t.Fatalf("forged mark %x", in)
		}
	})
}

func FuzzDecodeInfo(f *testing.F) {
	f.Add([]byte(`{"software":"1.2.3","lanes":["in"],"snapshot":42}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		i, err := wire.DecodeInfo(in)
		if err != nil {
			return
		}
		out, err := i.Encode()
		if err != nil {
			return // escapes may make it longer than allowed
		}
		if _, err := wire.DecodeInfo(out); err != nil {
			t.Fatalf("%q written as %q is not read: %v", in, out, err)
		}
	})
}

func FuzzDecodeHealth(f *testing.F) {
	golden, _ := wire.Health{Snapshot: 41, Offered: 42, Held: wire.HeldByPause, Update: 3, Damaged: true, Decided: 1000, Refused: 7}.Encode()
	f.Add(golden)
	f.Fuzz(func(t *testing.T, in []byte) {
		h, err := wire.DecodeHealth(in)
		if err != nil {
			return
		}
		// A newer box may say more, in an order of its own: what is understood stays the same.
		out, err := h.Encode()
		if err != nil {
			t.Fatalf("%x decodes to %+v, which does not encode: %v", in, h, err)
		}
		again, err := wire.DecodeHealth(out)
		if err != nil {
			t.Fatalf("%x: %v", out, err)
		}
		if twice, err := again.Encode(); err != nil || !bytes.Equal(twice, out) {
			t.Fatalf("%x decodes and encodes to %x, then to %x, %v", in, out, twice, err)
		}
	})
}
