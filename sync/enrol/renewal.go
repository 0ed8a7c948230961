package enrol

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"

	"checkpoint/sync/internal/canonical"
)

// Renewal is an enrolled box's wish for its next certificate, over mutual TLS
// with the one it has. The box's own key signs it: who has got hold of a
// certificate's key alone gets no further one.
type Renewal struct {
	Province, Box string
	CSR           []byte // of a new key
	Signature     []byte // by the key of the box's request
}

type renewalV1 struct {
	Version   uint64 `cbor:"1,keyasint"`
	Province  string `cbor:"2,keyasint"`
	Box       string `cbor:"3,keyasint"`
	CSR       []byte `cbor:"4,keyasint"`
	Signature []byte `cbor:"5,keyasint,omitempty"`
}

func (r *Renewal) wire() renewalV1 { return renewalV1{version, r.Province, r.Box, r.CSR, r.Signature} }

// NewRenewal asks for a certificate of a new key.
func NewRenewal(province, box string, key ed25519.PrivateKey, tls *ecdsa.PrivateKey) (Renewal, error) {
	csr, err := newCSR(box, tls)
	if err != nil {
		return Renewal{}, err
	}
	r := Renewal{Province: province, Box: box, CSR: csr}
	msg, err := r.signed()
	r.Signature = ed25519.Sign(key, msg)
	return r, err
}

func (r *Renewal) signed() ([]byte, error) {
	w := r.wire()
	w.Signature = nil
	b, err := canonical.Marshal(&w, maxMessage)
	return append([]byte("checkpoint renewal v1\x00"), b...), err
}

// Encode writes the renewal.
func (r *Renewal) Encode() ([]byte, error) {
	w := r.wire()
	return canonical.Marshal(&w, maxMessage)
}

// Digest names the renewal in the grant.
func (r *Renewal) Digest() ([]byte, error) {
	b, err := r.Encode()
	sum := sha256.Sum256(b)
	return sum[:], err
}

// DecodeRenewal reads a renewal of untrusted bytes. Call [Renewal.SignedBy]
// before believing any of it.
func DecodeRenewal(b []byte) (Renewal, error) {
	var w renewalV1
	if err := canonical.Unmarshal(b, &w, maxMessage); err != nil {
		return Renewal{}, fmt.Errorf("%w: %w", ErrNotARequest, err)
	}
	if w.Version != version {
		return Renewal{}, fmt.Errorf("%w: version %d", ErrNotARequest, w.Version)
	}
	_, err := ParseCSR(w.CSR, w.Box)
	return Renewal{w.Province, w.Box, w.CSR, w.Signature}, err
}

// SignedBy tells whether the box with that key made the renewal.
func (r *Renewal) SignedBy(key ed25519.PublicKey) error {
	msg, err := r.signed()
	if err != nil || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, msg, r.Signature) {
		return ErrNotProven
	}
	return nil
}
