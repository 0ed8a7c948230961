package journal

import (
	"crypto/ed25519"
	"crypto/hpke"
	"errors"
	"fmt"
	"time"
)

// headerVersion names the layout of the header, the record and the body
// together. Another layout is another version.
const headerVersion = 1

// Labels keep a signature or a key of one use from serving another.
const (
	signLabel = "checkpoint journal segment v1\x00"
	sealLabel = "checkpoint journal key v1"
)

// ErrHeader: a segment header is not one that the box signed.
var ErrHeader = errors.New("segment header refused")

type wireHeader struct {
	Version   uint8  `cbor:"1,keyasint"`
	Province  string `cbor:"2,keyasint"`
	Box       string `cbor:"3,keyasint"`
	Epoch     uint64 `cbor:"4,keyasint"`
	Started   int64  `cbor:"5,keyasint"` // Unix milliseconds
	SealedKey []byte `cbor:"6,keyasint"`
	Signature []byte `cbor:"7,keyasint,omitempty"`
}

func (h Header) encode() []byte {
	b, err := wire().enc.Marshal(wireHeader{h.Version, h.Province, h.Box, h.Epoch, h.Started.UnixMilli(), h.SealedKey, h.Signature})
	if err != nil {
		panic(err) // numbers, strings and bytes always encode
	}
	return b
}

func (h Header) signed() []byte {
	h.Signature = nil
	return append([]byte(signLabel), h.encode()...)
}

// ParseHeader reads an encoded header. It proves nothing: see [Header.Verify].
func ParseHeader(b []byte) (Header, error) {
	var w wireHeader
	if err := wire().decode("segment header", b, maxHeader, &w); err != nil {
		return Header{}, err
	}
	if w.Version != headerVersion {
		return Header{}, fmt.Errorf("segment header version %d, want %d: %w", w.Version, headerVersion, ErrHeader)
	}
	if w.Epoch == 0 || len(w.Signature) != ed25519.SignatureSize {
		return Header{}, fmt.Errorf("segment header: %w", errMalformed)
	}
	return Header{w.Version, w.Province, w.Box, w.Epoch, time.UnixMilli(w.Started).UTC(), w.SealedKey, w.Signature}, nil
}

// Verify proves that the box whose key is given wrote the header; otherwise
// the error is [ErrHeader]. The caller still compares province and box with
// what it expects.
func (h Header) Verify(box ed25519.PublicKey) error {
	if len(box) != ed25519.PublicKeySize || !ed25519.Verify(box, h.signed(), h.Signature) {
		return fmt.Errorf("verify segment header: %w", ErrHeader)
	}
	return nil
}

// newHeader seals the data key to the province (RFC 9180, base mode, one
// shot) and signs.
func newHeader(h Header, key []byte, province hpke.PublicKey, box ed25519.PrivateKey) (Header, error) {
	h.Version = headerVersion
	sealed, err := hpke.Seal(province, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), h.info(), key)
	if err != nil {
		return Header{}, fmt.Errorf("seal segment key: %w", err)
	}
	h.SealedKey = sealed
	h.Signature = ed25519.Sign(box, h.signed())
	return h, nil
}

// info binds the sealed key to its province, box and epoch.
func (h Header) info() []byte {
	b, err := wire().enc.Marshal([]any{sealLabel, h.Version, h.Province, h.Box, h.Epoch})
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	return b
}
