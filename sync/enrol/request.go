package enrol

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"

	"checkpoint/sync/internal/canonical"
)

// Why a request is not taken.
var (
	ErrNotARequest = errors.New("not a request of a box")
	ErrNotProven   = errors.New("the request was not made with the claim")
)

// Request is a new box's answer to a claim: its public keys.
type Request struct {
	Province, Box string
	Claim         []byte            // digest of the claim
	Key           ed25519.PublicKey // signs the box's records
	Sealing       []byte            // X25519; the pepper is sealed to it
	CSR           []byte            // certificate request (RFC 2986), DER
	Proof         []byte            // HMAC-SHA256 of the rest under the claim's token
	Signature     []byte            // by Key
}

type requestV1 struct {
	Version   uint64 `cbor:"1,keyasint"`
	Province  string `cbor:"2,keyasint"`
	Box       string `cbor:"3,keyasint"`
	Claim     []byte `cbor:"4,keyasint"`
	Key       []byte `cbor:"5,keyasint"`
	Sealing   []byte `cbor:"6,keyasint"`
	CSR       []byte `cbor:"7,keyasint"`
	Proof     []byte `cbor:"8,keyasint,omitempty"`
	Signature []byte `cbor:"9,keyasint,omitempty"`
}

func (r *Request) wire() requestV1 {
	return requestV1{version, r.Province, r.Box, r.Claim, r.Key, r.Sealing, r.CSR, r.Proof, r.Signature}
}

// NewRequest answers a claim with the public parts of three keys.
func NewRequest(c Claim, key ed25519.PrivateKey, sealing []byte, tls *ecdsa.PrivateKey) (Request, error) {
	digest, err := c.Digest()
	if err != nil {
		return Request{}, err
	}
	csr, err := newCSR(c.Box, tls)
	if err != nil {
		return Request{}, err
	}
	r := Request{Province: c.Province, Box: c.Box, Claim: digest, Key: key.Public().(ed25519.PublicKey), Sealing: sealing, CSR: csr}
	if r.Proof, err = r.proof(c.Token); err != nil {
		return r, err
	}
	msg, err := r.signed()
	r.Signature = ed25519.Sign(key, msg)
	return r, err
}

// newCSR asks for a certificate; its name is the box's id, by which the broker
// knows what it may read and write.
func newCSR(box string, key *ecdsa.PrivateKey) ([]byte, error) {
	return x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: box}}, key)
}

func (r *Request) proof(token []byte) ([]byte, error) {
	w := r.wire()
	w.Proof, w.Signature = nil, nil
	b, err := canonical.Marshal(&w, maxMessage)
	mac := hmac.New(sha256.New, token)
	mac.Write([]byte("checkpoint request proof v1\x00"))
	mac.Write(b)
	return mac.Sum(nil), err
}

func (r *Request) signed() ([]byte, error) {
	w := r.wire()
	w.Signature = nil
	b, err := canonical.Marshal(&w, maxMessage)
	return append([]byte("checkpoint request v1\x00"), b...), err
}

// Encode writes the request.
func (r *Request) Encode() ([]byte, error) {
	w := r.wire()
	return canonical.Marshal(&w, maxMessage)
}

// DecodeRequest reads a request of untrusted bytes, and checks that whoever
// made it has the keys that it names.
func DecodeRequest(b []byte) (Request, error) {
	var w requestV1
	if err := canonical.Unmarshal(b, &w, maxMessage); err != nil {
		return Request{}, fmt.Errorf("%w: %w", ErrNotARequest, err)
	}
	r := Request{w.Province, w.Box, w.Claim, w.Key, w.Sealing, w.CSR, w.Proof, w.Signature}
	if w.Version != version || len(r.Key) != ed25519.PublicKeySize || len(r.Sealing) != 32 || len(r.Claim) != sha256.Size {
		return Request{}, fmt.Errorf("%w: version %d, or a key of the wrong length", ErrNotARequest, w.Version)
	}
	if _, err := ParseCSR(r.CSR, r.Box); err != nil {
		return Request{}, err
	}
	msg, err := r.signed()
	if err != nil || !ed25519.Verify(r.Key, msg, r.Signature) {
		return Request{}, fmt.Errorf("%w: its signature is not of its key", ErrNotARequest)
	}
	return r, nil
}

// ParseCSR reads a certificate request for a box: P-256 keys only, which every
// broker can check, and signed by the key it is for.
func ParseCSR(der []byte, box string) (*ecdsa.PublicKey, error) {
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotARequest, err)
	}
	key, ok := csr.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() || csr.Subject.CommonName != box || csr.CheckSignature() != nil {
		return nil, fmt.Errorf("%w: want a certificate request of a P-256 key for %s", ErrNotARequest, box)
	}
	return key, nil
}

// ProvenBy tells whether the request was made by who holds the claim.
func (r *Request) ProvenBy(digest, token []byte) error {
	want, err := r.proof(token)
	if err != nil || !bytes.Equal(r.Claim, digest) || !hmac.Equal(want, r.Proof) {
		return ErrNotProven
	}
	return nil
}

// Digest names the request in the grant.
func (r *Request) Digest() ([]byte, error) {
	b, err := r.Encode()
	sum := sha256.Sum256(b)
	return sum[:], err
}

// Code is what the technician reads out and the office compares: it stands for
// all three keys of the box and for the claim.
func (r *Request) Code() (string, error) {
	digest, err := r.Digest()
	return short(sha256.Sum256(append([]byte("checkpoint code v1\x00"), digest...))), err
}
