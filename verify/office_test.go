package verify_test

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"checkpoint/store/build/input"
	"checkpoint/verify/declaration"
	"checkpoint/verify/internal/cose"
	"checkpoint/verify/trust"
)

// office is a province that signs declarations and lists who signs passports.
type office struct {
	offices
	t   testing.TB
	key ed25519.PrivateKey
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{offices: newOffices(t), t: t, key: declarationKey(1)}
	listed := declaration.Key{Issuer: "mau", Public: o.key.Public().(ed25519.PublicKey)}
	b, err := trust.Encode([][]byte{o.listed.Certificate}, declaration.Keys{listed}, today().AddDate(0, 2, 0))
	must(t, err)
	o.list, err = trust.Parse(b)
	must(t, err)
	return o
}

func declarationKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

// desk is a lane over data of these people, who all declared with the national
// service an hour ago.
func (o *office) desk(t testing.TB, known []life) desk {
	t.Helper()
	src := source(known)
	var codes []input.Declaration
	for _, l := range known {
		codes = append(codes, o.code(l, o.coded(l), today().Add(-time.Hour)))
	}
	src.Declared = rows(codes)
	d := newProvince(t, src).desk(today(), sixHours)
	d.data.Trusted = o.list
	return d
}

func (o *office) code(l life, code string, at time.Time) input.Declaration {
	return input.Declaration{Code: code, Number: l.Number, Name: l.FullName, Birth: l.Birth, Declared: at, From: "00001", To: "10507"}
}

// forged is a declaration that somebody changed: the signature is its last bytes.
func (o *office) forged(l life) string {
	b, ok := cose.DecodeBase45(strings.TrimPrefix(o.declares(l), "CHK1:"))
	if !ok {
		o.t.Fatal("not base45")
	}
	b[len(b)-1] ^= 1
	return "CHK1:" + cose.EncodeBase45(b)
}

// strange is a declaration by a key that is on no list.
func (o *office) strange(l life) string {
	other := *o
	other.key = declarationKey(2)
	return other.declares(l)
}

func (o *office) forgedPassport() string {
	draft := o.passport()
	draft.Signer = o.stranger
	return draft.Code()
}
