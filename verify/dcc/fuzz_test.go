package dcc_test

import (
	"encoding/base64"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"checkpoint/verify/dcc"
	"checkpoint/verify/dcc/dcctest"
)

// Whatever is shown is answered with a named fault. Nothing that was not signed
// is ever good.
func FuzzCode(f *testing.F) {
	good, signers, at := invented(f)
	for _, seed := range []string{
		good, good[:200], good + good, "HC1:", "HC1:NCF", "HC1:::", "HC1:6BFOXN", "HC2:6BF", "",
		dcctest.Code(nil), dcctest.Code([]byte{0x84}), dcctest.Code(make([]byte, 1<<16)),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		_, err := dcc.Verify(code, signers, at)
		if err == nil && code != good {
			t.Errorf("good, though nobody signed it: %q", code)
		}
		named(t, err)
	})
}

// invented is a passport that is the same in every run, its signer, and a day
// on which it is good: testdata/invented.txt.
func invented(t testing.TB) (code string, signers dcc.Signers, at time.Time) {
	t.Helper()
	text, err := os.ReadFile("testdata/invented.txt")
	if err != nil {
		t.Fatal(err)
	}
	code, certificate, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	der, err := base64.StdEncoding.DecodeString(certificate)
	if err != nil {
		t.Fatal(err)
	}
	signers, _ = dcc.NewSigners([][]byte{der})
	at = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	if _, err := dcc.Verify(code, signers, at); err != nil {
		t.Fatal(err)
	}
	return code, signers, at
}

// The structure below the packing: tags, lengths, headers.
func FuzzMessage(f *testing.F) {
	office := dcctest.NewSigner(begins, ends)
	signers := listed(office)
	good := encoded(f, office.Draft(an(), issued, expires).Message())
	for _, seed := range [][]byte{
		good, encoded(f, cbor.Tag{Number: 18, Content: cbor.RawMessage(good)}), encoded(f, cbor.Tag{Number: 61, Content: cbor.RawMessage(good)}),
		{0x84, 0x40, 0xA0, 0x41, 0, 0x40}, {0x9F, 0xFF}, {0xD8, 0x3D, 0xD2}, {0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, {},
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		_, err := dcc.Verify(dcctest.Code(message), signers, now)
		named(t, err)
	})
}

// The signed content: a listed office may write nonsense, too.
func FuzzContent(f *testing.F) {
	office := dcctest.NewSigner(begins, ends)
	signers := listed(office)
	for _, c := range kinds() {
		f.Add(encoded(f, c))
	}
	f.Add([]byte{0xBF, 0x63, 'v', 'e', 'r', 0xFF})
	f.Add([]byte{0xA1, 0x63, 'd', 'o', 'b', 0xC1, 0xFB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 1000 {
			return // no QR code holds it
		}
		draft := office.Draft(nil, issued, expires)
		delete(draft.Claims, -260)
		claims := encoded(t, draft.Claims)
		claims[0]++ // one pair more: -260, which is a map of 1 to the content
		draft.Payload = append(append(claims, encoded(t, -260)...), append([]byte{0xA1, 1}, content...)...)
		p, err := dcc.Verify(draft.Code(), signers, now)
		named(t, err)
		if err == nil && p.Kind != dcc.Vaccination && p.Kind != dcc.Test && p.Kind != dcc.Recovery {
			t.Errorf("good, and of no kind: %+v", p)
		}
	})
}

func named(t *testing.T, err error) {
	t.Helper()
	var fault dcc.Fault
	if err != nil && (!errors.As(err, &fault) || fault.Error() == dcc.Fault("").Error()) {
		t.Errorf("a refusal without a name: %v", err)
	}
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
