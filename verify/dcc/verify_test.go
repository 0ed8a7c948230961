package dcc_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"checkpoint/verify/dcc"
	"checkpoint/verify/dcc/dcctest"
)

// The days of all cases: an office's certificate of two years, a passport of a
// year, and somebody who shows it in the middle of both.
var (
	begins  = time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	issued  = begins.AddDate(0, 6, 0)
	now     = begins.AddDate(1, 0, 0)
	expires = begins.AddDate(1, 6, 0)
	ends    = begins.AddDate(2, 0, 0)
)

var (
	forTests        = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1}
	forVaccinations = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 2}
	earlyRecoveries = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 3}
	otherUse        = asn1.ObjectIdentifier{1, 2, 3, 4}
)

func an() map[string]any { return dcctest.Vaccination("Nguyen", "Van An", "1990-08-15") }

func listed(signers ...*dcctest.Signer) dcc.Signers {
	var certificates [][]byte
	for _, s := range signers {
		certificates = append(certificates, s.Certificate)
	}
	list, _ := dcc.NewSigners(certificates)
	return list
}

// refused is the fault of a refusal; empty for a good passport.
func refused(t *testing.T, err error) dcc.Fault {
	t.Helper()
	var fault dcc.Fault
	if err != nil && !errors.As(err, &fault) {
		t.Fatalf("%v is no named fault", err)
	}
	if err != nil && (strings.Contains(err.Error(), "NGUYEN") || strings.Contains(err.Error(), "1990")) {
		t.Errorf("the refusal tells who it was: %v", err)
	}
	return fault
}

func TestAGoodPassportSaysWhoseItIs(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	p, err := dcc.Verify(office.Draft(an(), issued, expires).Code(), listed(office), now)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name.String() != "Nguyen Van An" || p.Birth != "1990-08-15" || p.Kind != dcc.Vaccination || p.Issuer != "VN" || !p.Issued.Equal(issued) || !p.Expires.Equal(expires) {
		t.Errorf("%+v", p)
	}
}

// What a draft may look like and still be good, and what makes it bad.
func TestEachPartOfAPassportCounts(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*dcctest.Draft)
		want   dcc.Fault
	}{
		"nothing changed":                           {func(*dcctest.Draft) {}, ""},
		"maps without length":                       {func(d *dcctest.Draft) { d.Indefinite = true }, ""},
		"times with fractions":                      {func(d *dcctest.Draft) { d.Claims[6] = float64(issued.Unix()) + 0.5 }, ""},
		"headers outside the signature":             {func(d *dcctest.Draft) { d.Protected, d.Unprotected = nil, d.Protected }, ""},
		"another key id outside":                    {func(d *dcctest.Draft) { d.Unprotected[4] = []byte("another8") }, ""},
		"another key id inside, the right one out":  {func(d *dcctest.Draft) { d.Unprotected[4], d.Protected[4] = d.Protected[4], []byte("another8") }, dcc.SignerUnknown},
		"no key id":                                 {func(d *dcctest.Draft) { delete(d.Protected, 4) }, dcc.SignerUnnamed},
		"key id as text":                            {func(d *dcctest.Draft) { d.Protected[4] = "12345678" }, dcc.SignerUnnamed},
		"an algorithm of another key":               {func(d *dcctest.Draft) { d.Protected[1] = dcctest.PS256 }, dcc.AlgorithmOther},
		"an algorithm that there is not":            {func(d *dcctest.Draft) { d.Protected[1] = -8 }, dcc.AlgorithmOther},
		"a header that must be understood":          {func(d *dcctest.Draft) { d.Protected[2] = []any{99} }, dcc.NotCOSE},
		"no health certificate":                     {func(d *dcctest.Draft) { delete(d.Claims, -260) }, dcc.NotClaims},
		"a health certificate of another layout":    {func(d *dcctest.Draft) { d.Claims[-260] = map[any]any{2: an()} }, dcc.NotClaims},
		"no time of issue":                          {func(d *dcctest.Draft) { delete(d.Claims, 6) }, dcc.TimeMissing},
		"no end":                                    {func(d *dcctest.Draft) { delete(d.Claims, 4) }, dcc.TimeMissing},
		"time as text":                              {func(d *dcctest.Draft) { d.Claims[6] = "2021-07-01" }, dcc.NotClaims},
		"a time that is no number":                  {func(d *dcctest.Draft) { d.Claims[6] = math.NaN() }, dcc.NotClaims},
		"a time beyond any calendar":                {func(d *dcctest.Draft) { d.Claims[4] = uint64(math.MaxUint64) }, dcc.NotClaims},
		"issued a second after now":                 {func(d *dcctest.Draft) { d.Claims[6] = now.Unix() + 1 }, dcc.NotYetIssued},
		"expired a second before now":               {func(d *dcctest.Draft) { d.Claims[4] = now.Unix() - 1 }, dcc.Expired},
		"issued in the second of now":               {func(d *dcctest.Draft) { d.Claims[6] = now.Unix() }, ""},
		"expires in the second of now":              {func(d *dcctest.Draft) { d.Claims[4] = now.Unix() }, ""},
		"issued before its signer's certificate":    {func(d *dcctest.Draft) { d.Claims[6] = begins.Unix() - 1 }, dcc.SignerNotValid},
		"issued in the first second of certificate": {func(d *dcctest.Draft) { d.Claims[6] = begins.Unix() }, ""},
		"valid for longer than its signer":          {func(d *dcctest.Draft) { d.Claims[4] = ends.AddDate(1, 0, 0).Unix() }, ""},
		"content of another version":                {func(d *dcctest.Draft) { content(d)["ver"] = "2.0.0" }, dcc.VersionUnknown},
		"content that breaks the specification":     {func(d *dcctest.Draft) { delete(content(d), "dob") }, dcc.SchemaBroken},
		"a date tagged as CBOR has it":              {func(d *dcctest.Draft) { record(d)["dt"] = cbor.Tag{Number: 0, Content: "2021-09-01T00:00:00Z"} }, ""},
		"a name that is bytes and not text":         {func(d *dcctest.Draft) { content(d)["dob"] = []byte("1990-08-15") }, dcc.SchemaBroken},
		"more nesting than any passport":            {func(d *dcctest.Draft) { content(d)["x"] = nested(20) }, dcc.NotClaims},
		"the signature of an office that is not on it": {func(d *dcctest.Draft) {
			d.Signer = dcctest.NewSigner(begins, ends)
		}, dcc.SignatureWrong},
	} {
		t.Run(name, func(t *testing.T) {
			office := dcctest.NewSigner(begins, ends)
			draft := office.Draft(an(), issued, expires)
			c.change(draft)
			_, err := dcc.Verify(draft.Code(), listed(office), now)
			if got := refused(t, err); got != c.want {
				t.Errorf("got %q (%v), want %q", got, err, c.want)
			}
		})
	}
}

func content(d *dcctest.Draft) map[string]any {
	return d.Claims[-260].(map[any]any)[1].(map[string]any)
}

func record(d *dcctest.Draft) map[string]any { return content(d)["v"].([]any)[0].(map[string]any) }

func nested(depth int) any {
	if depth == 0 {
		return 1
	}
	return []any{nested(depth - 1)}
}

func TestTimeIsNotCheckedWithoutAClock(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	draft := office.Draft(an(), ends.AddDate(9, 0, 0), begins)
	delete(draft.Claims, 4)
	if _, err := dcc.Verify(draft.Code(), listed(office), time.Time{}); err != nil {
		t.Error(err)
	}
	if _, err := dcc.Verify(office.Draft(an(), issued, ends.AddDate(1, 0, 0)).Code(), listed(office), ends.AddDate(0, 1, 0)); refused(t, err) != dcc.SignerNotValid {
		t.Errorf("a signer whose certificate has ended: %v", err)
	}
}

func TestTagsAreTakenInTheirOrderOnly(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	message := office.Draft(an(), issued, expires).Message()
	sign1 := cbor.Tag{Number: 18, Content: message}
	for name, c := range map[string]struct {
		v    any
		want dcc.Fault
	}{
		"none":                 {message, ""},
		"COSE_Sign1":           {sign1, ""},
		"CWT":                  {cbor.Tag{Number: 61, Content: sign1}, ""},
		"CWT alone":            {cbor.Tag{Number: 61, Content: message}, ""},
		"the wrong way round":  {cbor.Tag{Number: 18, Content: cbor.Tag{Number: 61, Content: message}}, dcc.NotCOSE},
		"COSE_Sign":            {cbor.Tag{Number: 98, Content: message}, dcc.NotCOSE},
		"three parts":          {message[:3], dcc.NotCOSE},
		"no content":           {[]any{message[0], message[1], nil, message[3]}, dcc.NotCOSE},
		"a map":                {map[string]int{"a": 1}, dcc.NotCOSE},
		"an empty signature":   {[]any{message[0], message[1], message[2], []byte{}}, dcc.SignatureWrong},
		"headers in wrong way": {[]any{message[1], message[0], message[2], message[3]}, dcc.NotCOSE},
	} {
		b, err := cbor.Marshal(c.v)
		if err != nil {
			t.Fatal(err)
		}
		_, err = dcc.Verify(dcctest.Code(b), listed(office), now)
		if got := refused(t, err); got != c.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, c.want)
		}
		if c.want == "" {
			if _, err := dcc.Verify(dcctest.Code(append(b, 0)), listed(office), now); refused(t, err) != dcc.NotCOSE {
				t.Errorf("%s, and a byte more: %v", name, err)
			}
		}
	}
}

func TestKindsOfKeys(t *testing.T) {
	elliptical := func(c elliptic.Curve) *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	onlyPSS := dcctest.NewSignerWith(large, dcctest.PS256, begins, ends)
	rsaEncryption := []byte("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01\x05\x00")
	onlyPSS.Certificate = bytes.Replace(onlyPSS.Certificate, rsaEncryption, []byte("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A\x05\x00"), 1)
	for name, c := range map[string]struct {
		signer *dcctest.Signer
		want   dcc.Fault
	}{
		"RSA for PSS alone":   {onlyPSS, ""},
		"P-256":               {dcctest.NewSignerWith(elliptical(elliptic.P256()), dcctest.ES256, begins, ends), ""},
		"P-384":               {dcctest.NewSignerWith(elliptical(elliptic.P384()), dcctest.ES256, begins, ends), dcc.AlgorithmOther},
		"RSA of 2048 bits":    {dcctest.NewSignerWith(large, dcctest.PS256, begins, ends), ""},
		"RSA that says ES256": {dcctest.NewSignerWith(large, dcctest.ES256, begins, ends), dcc.AlgorithmOther},
	} {
		_, err := dcc.Verify(c.signer.Draft(an(), issued, expires).Code(), listed(c.signer), now)
		if got := refused(t, err); got != c.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, c.want)
		}
	}
}

func TestASignerMayBeLimitedToKinds(t *testing.T) {
	for name, c := range map[string]struct {
		usages []asn1.ObjectIdentifier
		want   dcc.Fault
	}{
		"no usage at all":         {nil, ""},
		"vaccinations":            {[]asn1.ObjectIdentifier{forVaccinations}, ""},
		"tests":                   {[]asn1.ObjectIdentifier{forTests}, dcc.KeyUsageForeign},
		"tests and vaccinations":  {[]asn1.ObjectIdentifier{forTests, forVaccinations}, ""},
		"recoveries, early arc":   {[]asn1.ObjectIdentifier{earlyRecoveries}, dcc.KeyUsageForeign},
		"a use that is no kind":   {[]asn1.ObjectIdentifier{otherUse}, ""},
		"another use, and a kind": {[]asn1.ObjectIdentifier{otherUse, forTests}, dcc.KeyUsageForeign},
	} {
		office := dcctest.NewSigner(begins, ends, c.usages...)
		_, err := dcc.Verify(office.Draft(an(), issued, expires).Code(), listed(office), now)
		if got := refused(t, err); got != c.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, c.want)
		}
	}
}

func TestDamageIsToldFromFalsehood(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	code := office.Draft(an(), issued, expires).Code()
	bomb := dcctest.Code(make([]byte, 1<<20))
	for name, c := range map[string]struct {
		code string
		want dcc.Fault
	}{
		"another scheme":   {"HC2:" + code[4:], dcc.NotHC1},
		"nothing in it":    {"HC1:", dcc.NotZlib},
		"small letters":    {strings.ToLower(code[:40]) + code[40:], dcc.NotHC1},
		"a small letter":   {code[:40] + "a" + code[41:], dcc.NotBase45},
		"cut short":        {code[:len(code)*2/3/3*3+1], dcc.NotZlib},
		"beyond a byte":    {"HC1:::", dcc.NotBase45},
		"beyond two bytes": {"HC1::::", dcc.NotBase45},
		"a mebibyte":       {bomb, dcc.TooBig},
		"no QR code":       {"HC1:" + strings.Repeat("0", 5000), dcc.TooLong},
	} {
		_, err := dcc.Verify(c.code, listed(office), now)
		if got := refused(t, err); got != c.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, c.want)
		}
		if !c.want.Damaged() {
			t.Errorf("%s: the guard is not asked to scan again", name)
		}
	}
	if _, err := dcc.Verify(code+code[4:], listed(office), now); !refused(t, err).Damaged() {
		t.Errorf("read twice: %v", err)
	}
	if dcc.SignatureWrong.Damaged() || dcc.SignerUnknown.Damaged() {
		t.Error("a false signature counts as a bad scan")
	}
}

// A key id is eight bytes of a digest: whoever shares one is tried, too.
func TestEveryListedCertificateStandsOnItsOwn(t *testing.T) {
	office, other := dcctest.NewSigner(begins, ends), dcctest.NewSigner(begins, ends)
	signers, bad := dcc.NewSigners([][]byte{other.Certificate, []byte("no certificate"), office.Certificate})
	if bad != 1 {
		t.Errorf("%d bad certificates, want 1", bad)
	}
	for _, s := range []*dcctest.Signer{office, other} {
		if _, err := dcc.Verify(s.Draft(an(), issued, expires).Code(), signers, now); err != nil {
			t.Error(err)
		}
	}
	if _, err := dcc.Verify(office.Draft(an(), issued, expires).Code(), dcc.Signers{}, now); refused(t, err) != dcc.SignerUnknown {
		t.Errorf("with an empty list: %v", err)
	}
}

func TestANameIsShownAsItIsWritten(t *testing.T) {
	for want, n := range map[string]dcc.Name{
		"Nguyễn Văn An":    {Surname: "Nguyễn", Forename: "Văn An", MachineSurname: "NGUYEN", MachineForename: "VAN<AN"},
		"NGUYEN VAN AN":    {MachineSurname: "NGUYEN", MachineForename: "VAN<AN"},
		"Nguyễn VAN AN":    {Surname: "Nguyễn", MachineForename: "VAN<AN"},
		"Suharto":          {Surname: " Suharto ", MachineSurname: "SUHARTO"},
		"O'Brien Mary Ann": {Surname: "O'Brien", Forename: "Mary  Ann"},
	} {
		if got := n.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
