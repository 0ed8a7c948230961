package declaration

import (
	"crypto/ed25519"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"checkpoint"
	"checkpoint/store/fold"
	"checkpoint/verify/credential"
	"checkpoint/verify/internal/cose"
)

// Declaration is what somebody declared before a journey.
type Declaration struct {
	Issuer          string // id of the province that signed
	Issued, Expires time.Time
	Number          string // of the document that was declared
	Kind            checkpoint.DocumentKind
	Name            string // folded, see store/fold
	Birth           checkpoint.Date
	From, To        string // codes of communes; may be empty
	Purpose         string // may be empty
}

const (
	prefix    = "CHK1:"
	algEdDSA  = int64(-8)     // RFC 9053, section 2.2
	claimBody = int64(-65537) // private use (RFC 8392, section 9.1.1)

	// slack is how far a box's clock may be behind the issuer's.
	slack = 5 * time.Minute
)

// Keys of the body.
const (
	bodyNumber = iota + 1
	bodyName
	bodyBirth
	bodyFrom
	bodyTo
	bodyPurpose
)

// The longest texts, in letters: a code must fit into a picture of 5 cm.
const (
	maxName    = 80
	maxCommune = 8
	maxPurpose = 60
	maxIssuer  = 32
)

// Issue signs a declaration as a code of upper-case letters, which a QR code
// holds in its denser mode. Kind is told from the number; the name is folded.
func Issue(d Declaration, key ed25519.PrivateKey) (string, error) {
	d.Name = fold.Name(d.Name)
	if err := d.complete(); err != nil {
		return "", err
	}
	body := map[uint64]string{bodyNumber: d.Number, bodyName: d.Name, bodyBirth: d.Birth.String()}
	for label, text := range map[uint64]string{bodyFrom: d.From, bodyTo: d.To, bodyPurpose: d.Purpose} {
		if text != "" {
			body[label] = text
		}
	}
	claims := map[int64]any{
		int64(cose.ClaimIssuer): d.Issuer, int64(cose.ClaimIssued): d.Issued.Unix(), int64(cose.ClaimExpires): d.Expires.Unix(), claimBody: body,
	}
	public := key.Public().(ed25519.PublicKey)
	message, err := cose.Sign(claims, algEdDSA, Key{Public: public}.ID(), func(b []byte) []byte { return ed25519.Sign(key, b) })
	if err != nil {
		return "", fmt.Errorf("issue declaration: %w", err)
	}
	return prefix + cose.EncodeBase45(message), nil
}

// complete checks what is to be signed, or was. The error holds no value.
func (d *Declaration) complete() error {
	kind, ok := kindOf(d.Number)
	d.Kind = kind
	switch {
	case !ok:
		return fmt.Errorf("declaration: number: want 12 digits, 9 digits or a passport number")
	case d.Issuer == "" || !plain(d.Issuer, maxIssuer):
		return fmt.Errorf("declaration: issuer: want up to %d letters", maxIssuer)
	case d.Name == "" || !plain(d.Name, maxName):
		return fmt.Errorf("declaration: name: want up to %d letters", maxName)
	case d.Birth.IsZero():
		return fmt.Errorf("declaration: birth date: missing")
	case !plain(d.From, maxCommune) || !plain(d.To, maxCommune):
		return fmt.Errorf("declaration: commune: want a code of up to %d letters", maxCommune)
	case !plain(d.Purpose, maxPurpose):
		return fmt.Errorf("declaration: purpose: want up to %d letters", maxPurpose)
	case !d.Expires.After(d.Issued) || d.Issued.Unix() <= 0:
		return fmt.Errorf("declaration: want an end after its beginning")
	}
	return nil
}

// plain tells whether s is short and has nothing in it that is not seen: it
// may stand on a screen.
func plain(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) })
}

func kindOf(number string) (checkpoint.DocumentKind, bool) {
	c := credential.Parse([]byte(number), time.Time{})
	return c.Kind, c.Format == checkpoint.FormatNumberOnly && c.Err == "" && c.Number == number
}

// Verify checks a code. A zero now checks no time. That the declaration has
// expired is not its business. Every error is a [Fault].
func Verify(code string, keys Keys, now time.Time) (Declaration, error) {
	m, err := unpack(code)
	if err != nil {
		return Declaration{}, err
	}
	signer, err := keys.verify(&m)
	if err != nil {
		return Declaration{}, err
	}
	d, err := read(m.Payload)
	switch {
	case err != nil:
		return Declaration{}, err
	case d.Issuer != signer.Issuer:
		return Declaration{}, IssuerOther
	case !now.IsZero() && d.Issued.After(now.Add(slack)):
		return Declaration{}, NotYetIssued
	}
	return d, nil
}

func unpack(code string) (m cose.Message, err error) {
	if len(code) > cose.MaxCode {
		return m, TooLong
	}
	text, ok := strings.CutPrefix(code, prefix)
	if !ok {
		return m, NotCHK1
	}
	b, ok := cose.DecodeBase45(text)
	if !ok {
		return m, NotBase45
	}
	if m, err = cose.Open(b); err != nil {
		return m, NotCOSE
	}
	return m, nil
}

// verify finds the key that made the signature.
func (k Keys) verify(m *cose.Message) (Key, error) {
	if m.Algorithm != algEdDSA {
		return Key{}, AlgorithmOther
	}
	named := k.named(m.KeyID)
	if len(named) == 0 {
		return Key{}, KeyUnknown
	}
	signed, err := m.Signed()
	if err != nil {
		return Key{}, NotCOSE
	}
	for _, key := range named {
		if key.Validate() == nil && ed25519.Verify(key.Public, signed, m.Signature) {
			return key, nil
		}
	}
	return Key{}, SignatureWrong
}

func read(payload []byte) (d Declaration, err error) {
	var claims map[any]any
	if cose.Decode(payload, &claims) != nil {
		return d, ContentBroken
	}
	body, ok := claims[claimBody].(map[any]any)
	if !ok {
		return d, ContentBroken
	}
	text := func(label uint64) string { s, _ := body[label].(string); return s }
	d = Declaration{Number: text(bodyNumber), Name: text(bodyName), From: text(bodyFrom), To: text(bodyTo), Purpose: text(bodyPurpose)}
	d.Issuer, _ = claims[cose.ClaimIssuer].(string)
	var issued, expires bool
	d.Issued, issued = cose.NumericDate(claims[cose.ClaimIssued])
	d.Expires, expires = cose.NumericDate(claims[cose.ClaimExpires])
	if d.Birth, err = checkpoint.ParseDate(text(bodyBirth)); err != nil || !issued || !expires || d.complete() != nil {
		return Declaration{}, ContentBroken
	}
	return d, nil
}
