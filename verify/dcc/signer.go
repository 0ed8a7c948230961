package dcc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"slices"

	"checkpoint/verify/internal/cose"
)

const (
	keyIDSize      = 8
	maxCertificate = 16 << 10 // bytes; real ones are below 2 KiB
	leastRSA       = 2048     // bits (hcert specification, section 3.3.2)
	mostRSA        = 4096     // bits; larger ones only cost time
)

// Algorithms (RFC 9053, section 2.1; RFC 8230, section 2). The signer's key
// decides which can verify, so that an algorithm outside the signed header
// cannot be exchanged for a weaker one.
const (
	algES256 = int64(-7)
	algPS256 = int64(-37)
)

// Signers are the offices whose passports are believed.
type Signers struct {
	byKeyID map[string][]*certificate
}

// NewSigners takes certificates in DER. What is no certificate is left out and
// counted in bad. A key id is the beginning of a digest: several certificates
// may share one.
func NewSigners(certificates [][]byte) (s Signers, bad int) {
	s.byKeyID = map[string][]*certificate{}
	for _, der := range certificates {
		if len(der) > maxCertificate {
			bad++
			continue
		}
		c, ok := readCertificate(der)
		if !ok {
			bad++
			continue
		}
		sum := sha256.Sum256(der)
		id := string(sum[:keyIDSize])
		s.byKeyID[id] = append(s.byKeyID[id], c)
	}
	return s, bad
}

// verify finds the certificate whose key made the signature.
func (s Signers) verify(m *cose.Message) (*certificate, error) {
	switch {
	case m.Algorithm != algES256 && m.Algorithm != algPS256:
		return nil, AlgorithmOther
	case m.KeyID == "":
		return nil, SignerUnnamed
	}
	named := s.byKeyID[m.KeyID]
	if len(named) == 0 {
		return nil, SignerUnknown
	}
	signed, err := m.Signed()
	if err != nil {
		return nil, NotCOSE
	}
	digest := sha256.Sum256(signed)
	fault := AlgorithmOther
	for _, c := range named {
		fits, good := check(c, m.Algorithm, digest[:], m.Signature)
		if good {
			return c, nil
		}
		if fits {
			fault = SignatureWrong
		}
	}
	return nil, fault
}

// check tells whether the certificate's key is one for the algorithm, and
// whether it made the signature.
func check(c *certificate, algorithm int64, digest, signature []byte) (fits, good bool) {
	switch key := c.key.(type) {
	case *ecdsa.PublicKey: // ES256: R and S of 32 bytes (RFC 9053, section 2.1)
		if algorithm != algES256 || key.Curve != elliptic.P256() {
			return false, false
		}
		if len(signature) != 64 {
			return true, false
		}
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return true, ecdsa.Verify(key, digest, r, s)
	case *rsa.PublicKey: // PS256: salt as long as the digest (RFC 8230, section 2)
		if bits := key.N.BitLen(); algorithm != algPS256 || bits < leastRSA || bits > mostRSA {
			return false, false
		}
		options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
		return true, rsa.VerifyPSS(key, crypto.SHA256, digest, signature, options) == nil
	}
	return false, false
}

// usages are the extended key usages that limit a signer to kinds of
// certificates (hcert specification, annex A.4), early ones below another arc.
var usages = []struct {
	kind Kind
	oid  asn1.ObjectIdentifier
}{
	{Test, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1}},
	{Vaccination, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 2}},
	{Recovery, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 3}},
	{Test, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 1}},
	{Vaccination, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 2}},
	{Recovery, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 3}},
}

// maySign tells whether a signer may sign this kind. One that names no kind may
// sign them all; what else its key is for limits nothing here.
func maySign(c *certificate, kind Kind) bool {
	limited := false
	for _, u := range usages {
		if slices.ContainsFunc(c.usages, u.oid.Equal) {
			if u.kind == kind {
				return true
			}
			limited = true
		}
	}
	return !limited
}
