package enrol

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"checkpoint/store/snapshot"
	"checkpoint/sync/internal/canonical"
)

// Why a grant is not taken.
var (
	ErrNotAGrant     = errors.New("not a reply of an office")
	ErrGrantNotOurs  = errors.New("the reply is for another request")
	ErrGrantForged   = errors.New("the reply is not signed by the office that the claim names")
	ErrGrantOutdated = errors.New("the reply is older than the one in use")
)

// Grant is the office's approval of a request or a renewal.
type Grant struct {
	Province, Box string
	Request       []byte // digest of the request or renewal that it answers
	Number        uint64 // of this box's grants, ascending
	Certificate   []byte // the box's, DER
	Authority     []byte // of who issued it, DER
	Trust         []byte // province.json
	Pepper        []byte // sealed to the box (RFC 9180)
	Issued        time.Time
	Signature     []byte // by the office
}

type grantV1 struct {
	Version     uint64 `cbor:"1,keyasint"`
	Province    string `cbor:"2,keyasint"`
	Box         string `cbor:"3,keyasint"`
	Request     []byte `cbor:"4,keyasint"`
	Number      uint64 `cbor:"5,keyasint"`
	Certificate []byte `cbor:"6,keyasint"`
	Authority   []byte `cbor:"7,keyasint"`
	Trust       []byte `cbor:"8,keyasint"`
	Pepper      []byte `cbor:"9,keyasint"`
	Issued      int64  `cbor:"10,keyasint"`
	Signature   []byte `cbor:"11,keyasint,omitempty"`
}

func (g *Grant) wire() grantV1 {
	return grantV1{version, g.Province, g.Box, g.Request, g.Number, g.Certificate, g.Authority, g.Trust, g.Pepper, g.Issued.Unix(), g.Signature}
}

func (g *Grant) signed() ([]byte, error) {
	w := g.wire()
	w.Signature = nil
	b, err := canonical.Marshal(&w, maxMessage)
	return append([]byte("checkpoint grant v1\x00"), b...), err
}

// Sign sets the signature.
func (g *Grant) Sign(office ed25519.PrivateKey) error {
	msg, err := g.signed()
	if err != nil {
		return fmt.Errorf("sign grant: %w", err)
	}
	g.Signature = ed25519.Sign(office, msg)
	return nil
}

// Encode writes a signed grant.
func (g *Grant) Encode() ([]byte, error) {
	w := g.wire()
	return canonical.Marshal(&w, maxMessage)
}

// DecodeGrant reads a grant of untrusted bytes. Nothing of it is to be believed
// before [Grant.Check].
func DecodeGrant(b []byte) (Grant, error) {
	var w grantV1
	if err := canonical.Unmarshal(b, &w, maxMessage); err != nil {
		return Grant{}, fmt.Errorf("%w: %w", ErrNotAGrant, err)
	}
	if w.Version != version {
		return Grant{}, fmt.Errorf("%w: version %d, this box knows %d", ErrNotAGrant, w.Version, version)
	}
	return Grant{w.Province, w.Box, w.Request, w.Number, w.Certificate, w.Authority, w.Trust, w.Pepper, time.Unix(w.Issued, 0).UTC(), w.Signature}, nil
}

// Check tells whether the grant answers that request or renewal under that
// claim. key is that of the certificate.
func (g *Grant) Check(c Claim, request []byte, key *ecdsa.PublicKey) error {
	msg, err := g.signed()
	if err != nil || !ed25519.Verify(c.Office, msg, g.Signature) {
		return ErrGrantForged
	}
	if g.Province != c.Province || g.Box != c.Box || !bytes.Equal(g.Request, request) {
		return ErrGrantNotOurs
	}
	if sum := sha256.Sum256(g.Authority); !bytes.Equal(sum[:], c.Authority) {
		return fmt.Errorf("%w: its authority is not the one of the claim", ErrGrantForged)
	}
	return g.checkCertificate(key)
}

// trust is what a new box is to believe from now on: what the claim names.
func (g *Grant) trust(c Claim) (snapshot.Trust, error) {
	t, err := snapshot.ParseTrust(g.Trust)
	if err != nil {
		return t, fmt.Errorf("%w: %w", ErrNotAGrant, err)
	}
	digest, err := TrustDigest(t)
	if err != nil || !bytes.Equal(digest, c.Trust) {
		return t, errors.New("the province's keys have changed since the claim was made: ask the office for a new claim")
	}
	return t, c.Fits(t)
}

func (g *Grant) checkCertificate(key *ecdsa.PublicKey) error {
	authority, err := x509.ParseCertificate(g.Authority)
	if err != nil {
		return fmt.Errorf("%w: authority: %w", ErrNotAGrant, err)
	}
	cert, err := x509.ParseCertificate(g.Certificate)
	if err != nil {
		return fmt.Errorf("%w: certificate: %w", ErrNotAGrant, err)
	}
	if public, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok || !public.Equal(key) || cert.Subject.CommonName != g.Box {
		return fmt.Errorf("%w: the certificate is not for this box's key", ErrGrantNotOurs)
	}
	if err := cert.CheckSignatureFrom(authority); err != nil {
		return fmt.Errorf("%w: certificate: %w", ErrGrantForged, err)
	}
	return nil
}

// pepperInfo binds a sealed pepper to who may open it.
func pepperInfo(province, box string) []byte {
	return []byte("checkpoint pepper v1\x00" + province + "\x00" + box)
}

// SealPepper seals a pepper to a box's X25519 key.
func SealPepper(p snapshot.Pepper, province, box string, sealing []byte) ([]byte, error) {
	key, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(sealing)
	if err != nil {
		return nil, fmt.Errorf("seal pepper: %w", err)
	}
	sealed, err := hpke.Seal(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), pepperInfo(province, box), p[:])
	if err != nil {
		return nil, fmt.Errorf("seal pepper: %w", err)
	}
	return sealed, nil
}

// OpenPepper opens the grant's pepper with the box's key.
func (g *Grant) OpenPepper(sealing hpke.PrivateKey) (p snapshot.Pepper, err error) {
	b, err := hpke.Open(sealing, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), pepperInfo(g.Province, g.Box), g.Pepper)
	if err == nil && len(b) != len(p) {
		err = fmt.Errorf("%d bytes", len(b))
	}
	if err != nil {
		return p, fmt.Errorf("open pepper: %w", err)
	}
	copy(p[:], b)
	return p, nil
}
