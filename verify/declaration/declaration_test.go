package declaration_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"checkpoint"
	"checkpoint/verify/declaration"
	"checkpoint/verify/internal/cose"
)

var issued = time.Date(2021, 10, 15, 8, 0, 0, 0, time.UTC)

func private(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune('a'+seed)), ed25519.SeedSize)))
}

func public(issuer string, seed byte) declaration.Key {
	return declaration.Key{Issuer: issuer, Public: private(seed).Public().(ed25519.PublicKey)}
}

func an() declaration.Declaration {
	return declaration.Declaration{
		Issuer: "mau", Issued: issued, Expires: issued.Add(72 * time.Hour), Number: "001090000011", Kind: checkpoint.KindCCCD, Name: "NGUYEN VAN AN",
		Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15}, From: "00001", To: "10507", Purpose: "Công vụ",
	}
}

func issue(t testing.TB, d declaration.Declaration, seed byte) string {
	t.Helper()
	code, err := declaration.Issue(d, private(seed))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// Keys rotate: whatever a listed key signed is good as long as it is listed.
func TestADeclarationIsReadBack(t *testing.T) {
	keys := declaration.Keys{public("mau", 1), public("mau", 2)}
	for seed := range byte(3) {
		d := an()
		d.Name = "Nguyễn  Văn An"
		code := issue(t, d, seed)
		if len(code) > 419 { // version 12 with level M (ISO/IEC 18004, table 7)
			t.Errorf("a code of %d letters does not fit 65 modules", len(code))
		}
		got, err := declaration.Verify(code, keys, issued)
		switch {
		case seed == 0 && err != declaration.KeyUnknown:
			t.Errorf("a key that is not listed: %v", err)
		case seed > 0 && (err != nil || got != an()):
			t.Errorf("got %+v, %v", got, err)
		}
	}
	foreigner := an()
	foreigner.Number, foreigner.From, foreigner.To, foreigner.Purpose = "C1234567", "", "", ""
	if got, err := declaration.Verify(issue(t, foreigner, 1), keys, issued); err != nil || got.Kind != checkpoint.KindPassport || got.From != "" {
		t.Errorf("a passport number: %+v, %v", got, err)
	}
}

func TestEachPartOfADeclarationCounts(t *testing.T) {
	keys := declaration.Keys{public("mau", 1), public("khac", 2)}
	good := issue(t, an(), 1)
	foreign := an()
	foreign.Issuer = "khac"
	for name, c := range map[string]struct {
		code string
		now  time.Time
		want declaration.Fault
	}{
		"nothing changed":             {good, issued, ""},
		"expired long ago":            {good, issued.AddDate(1, 0, 0), ""},
		"the box's clock is behind":   {good, issued.Add(-5 * time.Minute), ""},
		"from tomorrow":               {good, issued.Add(-6 * time.Minute), declaration.NotYetIssued},
		"no clock":                    {good, time.Time{}, ""},
		"too long":                    {good + strings.Repeat("0", 5000), issued, declaration.TooLong},
		"another prefix":              {"CHK2:" + good[5:], issued, declaration.NotCHK1},
		"a small letter":              {good[:20] + "a" + good[21:], issued, declaration.NotBase45},
		"cut short":                   {good[:len(good)/3*3-28], issued, declaration.NotCOSE},
		"in another province's name":  {issue(t, foreign, 1), issued, declaration.IssuerOther},
		"of the other province":       {issue(t, foreign, 2), issued, ""},
		"another algorithm":           {altered(t, -7, private(1), claims()), issued, declaration.AlgorithmOther},
		"forged under a listed key":   {altered(t, -8, private(3), claims()), issued, declaration.SignatureWrong},
		"signed by hand":              {altered(t, -8, private(1), claims()), issued, ""},
		"no body":                     {altered(t, -8, private(1), map[int64]any{1: "mau"}), issued, declaration.ContentBroken},
		"not claims":                  {altered(t, -8, private(1), "text"), issued, declaration.ContentBroken},
		"no number":                   {altered(t, -8, private(1), without(1)), issued, declaration.ContentBroken},
		"no name":                     {altered(t, -8, private(1), without(2)), issued, declaration.ContentBroken},
		"no birth date":               {altered(t, -8, private(1), without(3)), issued, declaration.ContentBroken},
		"letters that cannot be seen": {altered(t, -8, private(1), with(6, "a\x1b[31mb")), issued, declaration.ContentBroken},
		"a number that is text":       {altered(t, -8, private(1), with(1, "C1234567|x")), issued, declaration.ContentBroken},
	} {
		_, err := declaration.Verify(c.code, keys, c.now)
		var got declaration.Fault
		if err != nil && !errors.As(err, &got) {
			t.Errorf("%s: %v is no fault", name, err)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "AN") || strings.Contains(err.Error(), "0010")) {
			t.Errorf("%s: the refusal tells who it was: %v", name, err)
		}
	}
}

func claims() map[int64]any {
	return map[int64]any{1: "mau", 6: issued.Unix(), 4: issued.Unix() + 3600, -65537: body()}
}

func body() map[int]string { return map[int]string{1: "001090000011", 2: "NGUYEN VAN AN", 3: "1990"} }

func without(label int) map[int64]any {
	c, b := claims(), body()
	delete(b, label)
	c[-65537] = b
	return c
}

func with(label int, text string) map[int64]any {
	c, b := claims(), body()
	b[label] = text
	c[-65537] = b
	return c
}

// altered is a message written by hand, in the name of key 1.
func altered(t *testing.T, algorithm int, key ed25519.PrivateKey, claims any) string {
	t.Helper()
	marshal := func(v any) []byte {
		b, err := cbor.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	protected, payload := marshal(map[int]any{1: algorithm, 4: public("", 1).ID()}), marshal(claims)
	signature := ed25519.Sign(key, marshal([]any{"Signature1", protected, []byte{}, payload}))
	return "CHK1:" + cose.EncodeBase45(marshal([]any{protected, map[int]int{}, payload, signature}))
}

func TestWhatCannotBeIssued(t *testing.T) {
	for want, change := range map[string]func(*declaration.Declaration){
		"number":  func(d *declaration.Declaration) { d.Number = "12" },
		"name":    func(d *declaration.Declaration) { d.Name = " " },
		"birth":   func(d *declaration.Declaration) { d.Birth = checkpoint.Date{} },
		"commune": func(d *declaration.Declaration) { d.To = "a commune" },
		"purpose": func(d *declaration.Declaration) { d.Purpose = strings.Repeat("a", 61) },
		"issuer":  func(d *declaration.Declaration) { d.Issuer = "" },
		"end":     func(d *declaration.Declaration) { d.Expires = d.Issued },
	} {
		d := an()
		change(&d)
		if _, err := declaration.Issue(d, private(1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want one about the %s", err, want)
		}
	}
}

// Whatever is shown is answered with a named fault, and nothing that was not
// signed is ever good.
func FuzzCode(f *testing.F) {
	keys := declaration.Keys{public("mau", 1)}
	good := issue(f, an(), 1)
	for _, seed := range []string{good, good[:100], good + good, "CHK1:", "CHK1:BB8", "CHK1:::", "HC1:6BF", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		d, err := declaration.Verify(code, keys, issued)
		if err == nil && d != an() {
			t.Errorf("good, though nobody signed it: %q", code)
		}
		if fault := declaration.Fault(""); err != nil && !errors.As(err, &fault) {
			t.Errorf("%v is no named fault", err)
		}
	})
}
