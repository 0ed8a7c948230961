package trust_test

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/verify/dcc"
	"checkpoint/verify/dcc/dcctest"
	"checkpoint/verify/declaration"
	"checkpoint/verify/trust"
)

var (
	begins = time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	now    = begins.AddDate(1, 0, 0)
	ends   = begins.AddDate(2, 0, 0)
)

func key(issuer string, seed byte) (declaration.Key, ed25519.PrivateKey) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	return declaration.Key{Issuer: issuer, Public: private.Public().(ed25519.PublicKey)}, private
}

func TestATrustListIsReadBack(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	own, private := key("mau", 1)
	b, err := trust.Encode([][]byte{office.Certificate}, declaration.Keys{own}, ends)
	if err != nil {
		t.Fatal(err)
	}
	list, err := trust.Parse(b)
	if err != nil || list.Listed != 1 || !list.Expires.Equal(ends) {
		t.Fatalf("%+v, %v", list, err)
	}
	passport := office.Draft(dcctest.Vaccination("Nguyen", "Van An", "1990-08-15"), begins, ends)
	if _, err := dcc.Verify(passport.Code(), list.Passports, now); err != nil {
		t.Error(err)
	}
	code, err := declaration.Issue(declaration.Declaration{
		Issuer: "mau", Issued: now, Expires: ends, Number: "001090000011", Name: "Nguyễn Văn An", Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15},
	}, private)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := declaration.Verify(code, list.Declarations, now); err != nil {
		t.Error(err)
	}
	if list.Old(ends) || !list.Old(ends.AddDate(0, 0, 1)) || !(*trust.List)(nil).Old(now) {
		t.Error("when a list is old")
	}
	// What a later version adds for other papers costs this one nothing.
	if _, err := trust.Parse(bytes.Replace(b, []byte("{"), []byte(`{"seals": [1],`), 1)); err != nil {
		t.Error(err)
	}
	// An entry that this version cannot read costs only itself.
	odd := bytes.Replace(b, []byte(`"passport_signers": [`), []byte(`"passport_signers": ["AAAA",`), 1)
	odd = bytes.Replace(odd, []byte(`"declaration_keys": [`), []byte(`"declaration_keys": [{"issuer":"mau","key":"AAAA"},`), 1)
	if list, err := trust.Parse(odd); err != nil || list.Listed != 1 || len(list.Declarations) != 1 {
		t.Errorf("with odd entries: %+v, %v", list, err)
	}
}

func TestATrustListThatIsNone(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "trust list: unexpected end",
		`{"format": 2}`:                 "format 2: this version reads 1",
		`{"format": 1}`:                 "expires: missing",
		`{"format":1,"expires":"soon"}`: "trust list: parsing time",
		`{"format":1,"expires":"2021-12-31T00:00:00Z","passport_signers":[` + strings.Repeat(`"",`, 600) + `""]}`: "601 certificates or keys, at most 512",
		`{"format":1,"expires":"2021-12-31T00:00:00Z","declaration_keys":[` + strings.Repeat(`{},`, 600) + `{}]}`: "601 certificates or keys, at most 512",
	} {
		if _, err := trust.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want %q", text, err, want)
		}
	}
	if _, err := trust.Encode([][]byte{[]byte("no certificate")}, nil, ends); err == nil {
		t.Error("a list of what is no certificate was written")
	}
	nameless, _ := key("", 1)
	if _, err := trust.Encode(nil, declaration.Keys{nameless}, ends); err == nil {
		t.Error("a key without an issuer was written")
	}
}
