package enrol

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"checkpoint/store/snapshot"
)

func signer(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func claimOf(t *testing.T, office ed25519.PrivateKey) Claim {
	t.Helper()
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	c := Claim{
		Province: "mau", Box: "cong-1", Site: "Chợ Bình Tây", SiteType: "market", Lanes: []Lane{{Name: "1", Direction: "in"}},
		Broker: "ssl://broker.example:8883", Server: "https://office.example:8445",
		Authority: bytes.Repeat([]byte{1}, 32), Trust: bytes.Repeat([]byte{2}, 32), Token: bytes.Repeat([]byte{3}, 16),
		Issued: at, Expires: at.Add(time.Hour),
	}
	if err := c.Sign(office); err != nil {
		t.Fatal(err)
	}
	return c
}

func textOf(t *testing.T, c Claim) string {
	t.Helper()
	s, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClaimIsReadAsItWasWritten(t *testing.T) {
	c := claimOf(t, signer(1))
	text := textOf(t, c)
	for _, written := range []string{text, strings.ToLower(text), "  " + text + "\r\n"} {
		got, err := ParseClaim(written)
		if err != nil || textOf(t, got) != text || got.Site != c.Site || !got.Expires.Equal(c.Expires) {
			t.Errorf("%.30q: %v", written, err)
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-", r) }) {
		t.Error("the text needs more than the small alphabet of a QR code")
	}
}

func TestClaimsThatAreRefused(t *testing.T) {
	c := claimOf(t, signer(1))
	text := textOf(t, c)
	for _, bad := range []string{"", "001090000011|", ClaimPrefix, ClaimPrefix + "!!!", text[:len(text)-8], ClaimPrefix + strings.Repeat("A", 5000)} {
		if _, err := ParseClaim(bad); !errors.Is(err, ErrNotAClaim) {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
	changed := c
	changed.Broker = "ssl://thief.example:8883"
	if _, err := ParseClaim(textOf(t, changed)); !errors.Is(err, ErrForged) {
		t.Errorf("a changed address: %v", err)
	}
	for what, change := range map[string]func(*Claim){
		"id":       func(c *Claim) { c.Box = "Cổng" },
		"lane":     func(c *Claim) { c.Lanes = nil },
		"quote":    func(c *Claim) { c.Site = "x\"\nbroker = \"y" },
		"plain":    func(c *Claim) { c.Server = "http://office.example" },
		"backward": func(c *Claim) { c.Expires = c.Issued },
	} {
		bad := c
		change(&bad)
		if err := bad.Sign(signer(1)); !errors.Is(err, ErrNotAClaim) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A clock at 1970 is before the claim was signed, and counts as that moment; a
// clock that is ahead makes the claim look expired, and says so.
func TestClaimAndTheClock(t *testing.T) {
	c := claimOf(t, signer(1))
	for _, at := range []time.Time{time.Unix(0, 0), c.Issued, c.Expires} {
		if err := c.Usable(at); err != nil {
			t.Errorf("at %s: %v", at, err)
		}
	}
	if err := c.Usable(c.Expires.Add(time.Second)); !errors.Is(err, ErrExpired) || !strings.Contains(err.Error(), "the clock says") {
		t.Error(err)
	}
}

func TestForeignClaim(t *testing.T) {
	c := claimOf(t, signer(1))
	set := func(province string, office ed25519.PrivateKey) snapshot.Trust {
		return snapshot.Trust{Province: province, Office: snapshot.KeySet{Threshold: 1, Keys: []snapshot.PublicKey{{Key: snapshot.HexData(office.Public().(ed25519.PublicKey))}}}}
	}
	if err := c.Fits(set("mau", signer(1))); err != nil {
		t.Error(err)
	}
	for _, other := range []snapshot.Trust{set("khac", signer(1)), set("mau", signer(2)), {Province: "khac"}} {
		if err := c.Fits(other); !errors.Is(err, ErrForeign) {
			t.Errorf("%+v: %v", other, err)
		}
	}
}

// Who has seen a request, but not the claim, cannot make another one.
func TestRequestWithoutTheToken(t *testing.T) {
	c := claimOf(t, signer(1))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRequest(c, signer(5), make([]byte, 32), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.ProvenBy(r.Claim, c.Token); err != nil {
		t.Error(err)
	}
	guess := r
	guess.Key = signer(6).Public().(ed25519.PublicKey)
	msg, err := guess.signed()
	if err != nil {
		t.Fatal(err)
	}
	guess.Signature = ed25519.Sign(signer(6), msg)
	b, err := guess.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if guess, err = DecodeRequest(b); err != nil {
		t.Fatal(err)
	}
	if err := guess.ProvenBy(r.Claim, c.Token); !errors.Is(err, ErrNotProven) {
		t.Errorf("with another key and the old proof: %v", err)
	}
	if code, other := codeOf(t, r), codeOf(t, guess); code == other || !SameCode(strings.ToLower(strings.ReplaceAll(code, "-", " ")), code) {
		t.Errorf("codes %s and %s", code, other)
	}
	guess.Signature[0] ^= 1
	if b, err = guess.Encode(); err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeRequest(b); !errors.Is(err, ErrNotARequest) {
		t.Errorf("not signed: %v", err)
	}
}

func codeOf(t *testing.T, r Request) string {
	t.Helper()
	code, err := r.Code()
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// Whatever comes, a decoder answers with a value or an error.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{}, ClaimPrefix)
	f.Fuzz(func(t *testing.T, b []byte, text string) {
		_, _ = DecodeRequest(b)
		_, _ = DecodeRenewal(b)
		_, _ = DecodeGrant(b)
		if c, err := ParseClaim(text); err == nil && c.check() != nil {
			t.Error("a claim that does not hold was taken")
		}
	})
}
