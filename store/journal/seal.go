package journal

import (
	"crypto/cipher"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"checkpoint"
)

// ErrSealed: a record does not open. It is not this segment's, not under this
// sequence, or changed.
var ErrSealed = errors.New("record does not open")

// SegmentKey opens the records of one segment. Only the province can make one.
type SegmentKey struct{ sealer }

// OpenSegmentKey opens a header's data key with the province's private key.
// Call [Header.Verify] first: anybody can seal to the province.
func OpenSegmentKey(h Header, key hpke.PrivateKey) (*SegmentKey, error) {
	data, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), h.info(), h.SealedKey)
	if err != nil {
		return nil, fmt.Errorf("open segment key: %w", err)
	}
	s, err := newSealer(h, data)
	if err != nil {
		return nil, fmt.Errorf("open segment key: %w", err)
	}
	return &SegmentKey{s}, nil
}

// Open gives the record back as it was appended, its time cut to whole
// milliseconds in UTC. The error is [ErrSealed] if the seal is broken.
func (k *SegmentKey) Open(s Sealed) (checkpoint.Record, error) { return k.open(s) }

// sealer holds a segment's data key, in memory alone. The sequence is the
// nonce: it never repeats under one key, since a key lives as long as the
// process that counts.
type sealer struct {
	aead  cipher.AEAD
	epoch uint64
}

func newSealer(h Header, key []byte) (sealer, error) {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return sealer{}, fmt.Errorf("segment key: %w", err)
	}
	return sealer{aead, h.Epoch}, nil
}

// seal closes an encoded body; clear holds all the rest of the record.
func (k sealer) seal(clear Sealed, body []byte) Sealed {
	clear.Body = k.aead.Seal(nil, nonce(clear.Seq), body, k.bound(clear))
	return clear
}

func (k sealer) open(s Sealed) (checkpoint.Record, error) {
	body, err := k.aead.Open(nil, nonce(s.Seq), s.Body, k.bound(s))
	if err != nil {
		return checkpoint.Record{}, fmt.Errorf("record %d: %w", s.Seq, ErrSealed)
	}
	r, err := decodeBody(body)
	if err != nil {
		return checkpoint.Record{}, fmt.Errorf("record %d: %w", s.Seq, err)
	}
	r.Time, r.Trusted, r.Lane = s.Time, s.Trusted, s.Lane
	return r, nil
}

// bound is the associated data: whatever stays readable is bound to the body.
func (k sealer) bound(s Sealed) []byte {
	b, err := wire().enc.Marshal([]any{headerVersion, k.epoch, s.Seq, s.Time.UnixMilli(), s.Trusted, s.Lane})
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	return b
}

func nonce(seq uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, chacha20poly1305.NonceSize-8, chacha20poly1305.NonceSize), seq)
}
