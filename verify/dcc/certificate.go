package dcc

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// certificate is what a passport needs of its signer's: whose it is, and who
// signed it, was settled when the province put it on its list. Therefore it is
// read here and not by crypto/x509, which refuses a certificate for its serial
// number or the letters of a name, and knows neither keys for PSS alone nor
// curves that are written out, as travel documents have them.
type certificate struct {
	key         crypto.PublicKey // of P-256 or RSA; nil: of another kind
	from, until time.Time        // both included
	usages      []asn1.ObjectIdentifier
}

// written is a certificate as it is encoded (RFC 5280, section 4.1).
type written struct {
	Signed struct {
		Version  int `asn1:"optional,explicit,default:0,tag:0"`
		Serial   asn1.RawValue
		Scheme   asn1.RawValue
		Issuer   asn1.RawValue
		Validity struct{ From, Until time.Time }
		Subject  asn1.RawValue
		Key      publicKey

		IssuerID   asn1.BitString   `asn1:"optional,tag:1"`
		SubjectID  asn1.BitString   `asn1:"optional,tag:2"`
		Extensions []pkix.Extension `asn1:"omitempty,optional,explicit,tag:3"`
	}
	Scheme    asn1.RawValue
	Signature asn1.BitString
}

type publicKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Bits      asn1.BitString
}

// The kinds of keys (RFC 3279, section 2.3; RFC 4055, section 1.2; RFC 5480,
// section 2.1.1), and the extension that limits what a key is for.
var (
	oidRSA      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidElliptic = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidP256     = asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}
	oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// readCertificate reads DER.
func readCertificate(der []byte) (c *certificate, ok bool) {
	var w written
	if rest, err := asn1.Unmarshal(der, &w); err != nil || len(rest) > 0 {
		return nil, false
	}
	c = &certificate{key: w.Signed.Key.read(), from: w.Signed.Validity.From, until: w.Signed.Validity.Until}
	for _, e := range w.Signed.Extensions {
		if !e.Id.Equal(oidKeyUsage) {
			continue
		}
		var usages []asn1.ObjectIdentifier
		if rest, err := asn1.Unmarshal(e.Value, &usages); err != nil || len(rest) > 0 {
			return nil, false // they may be limits
		}
		c.usages = append(c.usages, usages...)
	}
	return c, true
}

// valid tells whether the certificate is valid at t, its last second included.
func (c *certificate) valid(t time.Time) bool {
	return !t.Before(c.from) && t.Before(c.until.Add(time.Second))
}

func (k *publicKey) read() crypto.PublicKey {
	bits := k.Bits.RightAlign()
	switch kind := k.Algorithm.Algorithm; {
	case kind.Equal(oidRSA), kind.Equal(oidPSS): // what is said of digest and salt limits nothing: PS256 has one of each
		if key, err := x509.ParsePKCS1PublicKey(bits); err == nil {
			return key
		}
	case kind.Equal(oidElliptic) && isP256(k.Algorithm.Parameters.FullBytes):
		if key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), bits); err == nil {
			return key
		}
	}
	return nil
}

// isP256 tells whether a curve is P-256, by name or written out (RFC 3279,
// section 2.3.5; ICAO Doc 9303, part 12, has states write it out).
func isP256(parameters []byte) bool {
	var name asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(parameters, &name); err == nil {
		return len(rest) == 0 && name.Equal(oidP256)
	}
	var curve struct {
		Version int
		Field   struct {
			Kind  asn1.ObjectIdentifier
			Prime *big.Int
		}
		Curve struct {
			A, B []byte
			Seed asn1.BitString `asn1:"optional"`
		}
		Base     []byte
		Order    *big.Int
		Cofactor int `asn1:"optional"`
	}
	if rest, err := asn1.Unmarshal(parameters, &curve); err != nil || len(rest) > 0 {
		return false
	}
	p := elliptic.P256().Params()
	a := new(big.Int).Sub(p.P, big.NewInt(3))
	base := append(append([]byte{4}, p.Gx.FillBytes(make([]byte, 32))...), p.Gy.FillBytes(make([]byte, 32))...)
	return curve.Field.Prime.Cmp(p.P) == 0 && curve.Order.Cmp(p.N) == 0 && bytes.Equal(curve.Base, base) &&
		new(big.Int).SetBytes(curve.Curve.A).Cmp(a) == 0 && new(big.Int).SetBytes(curve.Curve.B).Cmp(p.B) == 0
}
