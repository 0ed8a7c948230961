// Package dcctest issues vaccine passports of invented people, good ones and
// ones with any fault, for tests. It is the other side of package dcc and shares
// none of its code.
package dcctest

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// COSE algorithms (RFC 9053, section 2; RFC 8230, section 2).
const (
	ES256 = -7
	PS256 = -37
)

// Signer is an office that signs passports.
type Signer struct {
	Certificate []byte // DER
	Algorithm   int
	key         crypto.Signer
}

// NewSigner makes an office with a P-256 key whose certificate is valid between
// two times and names these extended key usages.
func NewSigner(from, until time.Time, usages ...asn1.ObjectIdentifier) *Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return NewSignerWith(key, ES256, from, until, usages...)
}

// NewSignerWith is NewSigner with a key of any kind.
func NewSignerWith(key crypto.Signer, algorithm int, from, until time.Time, usages ...asn1.ObjectIdentifier) *Signer {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "invented office"},
		NotBefore: from, NotAfter: until, UnknownExtKeyUsage: usages,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return &Signer{Certificate: der, Algorithm: algorithm, key: key}
}

// KeyID is the first 8 bytes of the certificate's SHA-256.
func (s *Signer) KeyID() []byte {
	sum := sha256.Sum256(s.Certificate)
	return sum[:8]
}

// Vaccination is the content of a good passport: the second dose of two.
func Vaccination(surname, forename, birth string) map[string]any {
	return map[string]any{
		"ver": "1.3.0", "dob": birth,
		"nam": map[string]any{"fn": surname, "fnt": machine(surname), "gn": forename, "gnt": machine(forename)},
		"v": []any{map[string]any{
			"tg": "840539006", "vp": "J07BX03", "mp": "EU/1/21/1529", "ma": "ORG-100001699", "dn": 2, "sd": 2,
			"dt": "2021-09-01", "co": "VN", "is": "Invented ministry", "ci": "URN:UVCI:01:VN:0000000000000000000000001#T",
		}},
	}
}

// machine spells an ASCII name as the lower lines of a travel document do.
func machine(name string) string { return strings.ReplaceAll(strings.ToUpper(name), " ", "<") }

// Draft is a passport before it is signed. Tests change what they like.
type Draft struct {
	Protected, Unprotected map[any]any
	Claims                 map[any]any
	Payload                []byte // if set, signed as it is in the place of Claims
	Signer                 *Signer
	Indefinite             bool // maps and arrays of unknown length
}

// Draft is a good passport of that content.
func (s *Signer) Draft(content any, issued, expires time.Time) *Draft {
	return &Draft{
		Protected: map[any]any{1: s.Algorithm, 4: s.KeyID()}, Unprotected: map[any]any{},
		Claims: map[any]any{1: "VN", 4: expires.Unix(), 6: issued.Unix(), -260: map[any]any{1: content}},
		Signer: s,
	}
}

// Message is the signed COSE_Sign1 without a tag, as its four parts.
func (d *Draft) Message() []any {
	protected := []byte{}
	if len(d.Protected) > 0 {
		protected = marshal(d.Protected)
	}
	payload := marshal(d.Claims)
	switch {
	case d.Payload != nil:
		payload = d.Payload
	case d.Indefinite:
		payload = indefinite(d.Claims)
	}
	signature := d.Signer.sign(marshal([]any{"Signature1", protected, []byte{}, payload}))
	return []any{protected, d.Unprotected, payload, signature}
}

// Code is the passport as a QR code holds it, tagged as COSE_Sign1.
func (d *Draft) Code() string { return Code(marshal(cbor.Tag{Number: 18, Content: d.Message()})) }

// Code packs bytes as a passport is packed.
func Code(message []byte) string {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(message); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return "HC1:" + Base45(packed.Bytes())
}

// Base45 encodes RFC 9285.
func Base45(b []byte) string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var out strings.Builder
	for ; len(b) >= 2; b = b[2:] {
		n := int(b[0])<<8 | int(b[1])
		out.WriteByte(letters[n%45])
		out.WriteByte(letters[n/45%45])
		out.WriteByte(letters[n/45/45])
	}
	if len(b) == 1 {
		out.WriteByte(letters[b[0]%45])
		out.WriteByte(letters[b[0]/45])
	}
	return out.String()
}

func (s *Signer) sign(message []byte) []byte {
	digest := sha256.Sum256(message)
	switch key := s.key.(type) {
	case *ecdsa.PrivateKey:
		r, t, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			panic(err)
		}
		size := (key.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), t.FillBytes(make([]byte, size))...)
	case *rsa.PrivateKey:
		signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		if err != nil {
			panic(err)
		}
		return signature
	}
	panic("dcctest: a key that signs no passports")
}

// indefinite writes maps and arrays without their length (RFC 8949, section 3.2.2).
func indefinite(v any) []byte {
	const stop = 0xFF
	switch v := v.(type) {
	case map[any]any:
		out := []byte{0xBF}
		for key, value := range v {
			out = append(append(out, marshal(key)...), indefinite(value)...)
		}
		return append(out, stop)
	case map[string]any:
		out := []byte{0xBF}
		for key, value := range v {
			out = append(append(out, marshal(key)...), indefinite(value)...)
		}
		return append(out, stop)
	case []any:
		out := []byte{0x9F}
		for _, value := range v {
			out = append(out, indefinite(value)...)
		}
		return append(out, stop)
	}
	return marshal(v)
}

func marshal(v any) []byte {
	b, err := cbor.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
