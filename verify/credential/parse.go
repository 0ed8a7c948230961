package credential

import (
	"strings"
	"time"

	"checkpoint"
)

// Parsed is a credential with the further fields that only some formats carry
// and that no rule needs.
type Parsed struct {
	checkpoint.Credential

	Code    string      // FormatDCC, FormatDeclaration: the code without what the reader put around it
	Scheme  string      // a signed code of FormatUnknown that has a name: HC2, HL0
	Fields  int         // fields between delimiters; 0 for codes without any
	Content string      // repaired text of a payload of FormatUnknown
	Group   string      // id of the place in a place code
	Health  *HealthCard // BHYT and VssID
	Unified *PersonalQR // personal QR of Decision 1405/QĐ-BTTTT

	gaps bool // letters are missing, perhaps without a trace: no name is whole
}

// Parse reads one code. The time tells only what lies in the future. It never
// fails: what cannot be read says so in Err or in Format.
func Parse(payload []byte, now time.Time) checkpoint.Credential {
	return Read(payload, now).Credential
}

// Read is [Parse] with the fields of health cards, personal QRs and place codes.
func Read(payload []byte, now time.Time) Parsed {
	var p Parsed
	p.Format = checkpoint.FormatUnknown
	if len(payload) > checkpoint.MaxPayloadSize {
		p.Err = checkpoint.ErrTooLong
		return p
	}
	s, stripped := stripPrefix(clean(payload))
	if s == "" {
		p.Err = checkpoint.ErrEmpty
		return p
	}
	if stripped {
		p.warn(checkpoint.WarnPrefixStripped)
	}
	if !p.readNamed(s) {
		p.readPerson(s, now)
	}
	return p
}

// readPerson tells the personal codes apart. Health cards and personal QRs come
// before chip cards: their tests are narrower, and a chip card's would match them.
func (p *Parsed) readPerson(s string, now time.Time) {
	text := repair(s)
	p.Text, p.gaps = text.quality, text.gaps
	sep := delimiter(text.s)
	f := strings.Split(text.s, sep)
	switch {
	case isHealthCard(f):
		p.readHealthCard(f)
	case isPersonalQR(f):
		p.readPersonalQR(f, now)
	case isVssID(text.s):
		p.readVssID(text.s)
	case isChipCard(f):
		p.readChipCard(f, now)
	case p.readNumber(text.s):
		return
	default:
		p.Content = text.s
		return
	}
	p.Fields = len(f)
	if sep != "|" && len(f) > 1 {
		p.warn(checkpoint.WarnDelimiterReplaced)
	}
	if text.guessed {
		p.warn(checkpoint.WarnTextRecovered)
	}
}

// warn raises w once.
func (p *Parsed) warn(w checkpoint.Warning) {
	if !p.Has(w) {
		p.Warnings = append(p.Warnings, w)
	}
}

// readNumber takes a number typed or read alone.
func (p *Parsed) readNumber(s string) bool {
	switch {
	case len(s) == 24 && allDigits(s) && s[:12] == s[12:]:
		// A number read twice in one burst; 24 other digits are some other code.
		p.Format, p.Err = checkpoint.FormatNumberOnly, checkpoint.ErrGlued
		return true
	case len(s) == 12 && allDigits(s):
		p.Kind = checkpoint.KindCCCD
		p.registration(s)
	case len(s) == 9 && allDigits(s):
		p.Kind = checkpoint.KindCMND
	case isPassport(s):
		p.Kind, s = checkpoint.KindPassport, strings.ToUpper(s)
	default:
		return false
	}
	p.Format, p.Number = checkpoint.FormatNumberOnly, s
	return true
}

// isPassport: one or two letters, then 6 to 8 digits.
func isPassport(s string) bool {
	digits := strings.TrimLeft(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
	letters := len(s) - len(digits)
	return (letters == 1 || letters == 2) && len(digits) >= 6 && len(digits) <= 8 && allDigits(digits)
}
