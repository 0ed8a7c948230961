package dcc_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"

	"checkpoint/verify/dcc"
	"checkpoint/verify/dcc/dcctest"
)

// parts are what a sequence holds; changed, it is written anew.
func parts(t *testing.T, der []byte) []asn1.RawValue {
	t.Helper()
	var list []asn1.RawValue
	if _, err := asn1.Unmarshal(der, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func der(t *testing.T, v any) []byte {
	t.Helper()
	b, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The places of the parts of a certificate that is signed (RFC 5280, section 4.1).
const (
	serialPart = 1
	issuerPart = 3
	keyPart    = 6
)

// rewritten is an office whose certificate has another part. Nothing asks who
// signed the certificate.
func rewritten(t *testing.T, office *dcctest.Signer, place int, part []byte) *dcctest.Signer {
	t.Helper()
	whole := parts(t, office.Certificate)
	signed := parts(t, whole[0].FullBytes)
	signed[place] = asn1.RawValue{FullBytes: part}
	whole[0] = asn1.RawValue{FullBytes: der(t, signed)}
	other := *office
	other.Certificate = der(t, whole)
	return &other
}

// curve is P-256 written out (RFC 3279, section 2.3.5).
type curve struct {
	Version int
	Field   struct {
		Kind  asn1.ObjectIdentifier
		Prime *big.Int
	}
	Curve    struct{ A, B []byte }
	Base     []byte
	Order    *big.Int
	Cofactor int
}

func p256() curve {
	p := elliptic.P256().Params()
	c := curve{Version: 1, Base: slices.Concat([]byte{4}, p.Gx.Bytes(), p.Gy.Bytes()), Order: p.N, Cofactor: 1}
	c.Field.Kind, c.Field.Prime = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}, p.P
	c.Curve.A, c.Curve.B = new(big.Int).Sub(p.P, big.NewInt(3)).Bytes(), p.B.Bytes()
	return c
}

// withCurve is the office's key on a curve that is written out.
func withCurve(t *testing.T, office *dcctest.Signer, c curve) []byte {
	t.Helper()
	parsed, err := x509.ParseCertificate(office.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	key := parts(t, parsed.RawSubjectPublicKeyInfo)
	algorithm := parts(t, key[0].FullBytes)
	algorithm[1] = asn1.RawValue{FullBytes: der(t, c)}
	key[0] = asn1.RawValue{FullBytes: der(t, algorithm)}
	return der(t, key)
}

// What an office is called, and how its certificate is numbered and spells its
// curve, is no reason to turn its travellers away.
func TestCertificatesAsTheyAreWritten(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	odd := []byte("\x30\x0F\x31\x0D\x30\x0B\x06\x03\x55\x04\x03\x13\x04a@_b") // PrintableString has neither sign
	weak, moved, other := p256(), p256(), p256()
	weak.Curve.B = []byte{7}
	moved.Base = slices.Concat([]byte{4}, elliptic.P256().Params().Gy.Bytes(), elliptic.P256().Params().Gx.Bytes())
	other.Field.Prime = elliptic.P224().Params().P
	for name, c := range map[string]struct {
		signer *dcctest.Signer
		want   dcc.Fault
	}{
		"a serial number below zero":   {rewritten(t, office, serialPart, der(t, -5)), ""},
		"an issuer with odd letters":   {rewritten(t, office, issuerPart, odd), ""},
		"P-256 written out":            {rewritten(t, office, keyPart, withCurve(t, office, p256())), ""},
		"another curve of that prime":  {rewritten(t, office, keyPart, withCurve(t, office, weak)), dcc.AlgorithmOther},
		"P-256 from another point":     {rewritten(t, office, keyPart, withCurve(t, office, moved)), dcc.AlgorithmOther},
		"a curve over another field":   {rewritten(t, office, keyPart, withCurve(t, office, other)), dcc.AlgorithmOther},
		"a key that is no point of it": {rewritten(t, office, keyPart, broken(t, office)), dcc.AlgorithmOther},
	} {
		_, err := dcc.Verify(c.signer.Draft(an(), issued, expires).Code(), listed(c.signer), now)
		if got := refused(t, err); got != c.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, c.want)
		}
	}
	if _, bad := dcc.NewSigners([][]byte{append(bytes.Clone(office.Certificate), 0), office.Certificate[:100], nil}); bad != 3 {
		t.Errorf("%d bad certificates, want 3", bad)
	}
}

// broken is the office's key with another last byte.
func broken(t *testing.T, office *dcctest.Signer) []byte {
	t.Helper()
	parsed, err := x509.ParseCertificate(office.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	key := bytes.Clone(parsed.RawSubjectPublicKeyInfo)
	key[len(key)-1] ^= 1
	return key
}

// Whatever stands on a list, reading it ends, and what both read they read alike.
func FuzzCertificate(f *testing.F) {
	f.Add(dcctest.NewSigner(begins, ends, forTests).Certificate)
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, certificate []byte) {
		_, bad := dcc.NewSigners([][]byte{certificate})
		if _, err := x509.ParseCertificate(certificate); err == nil && bad > 0 {
			t.Error("not read, though crypto/x509 reads it")
		}
	})
}
