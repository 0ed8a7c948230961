package credential

import (
	"strings"
	"time"

	"checkpoint"
)

// PersonalQR is what the unified personal QR (Decision 1405/QĐ-BTTTT) says
// beyond the person.
type PersonalQR struct {
	ID        string // QID: all that can be looked up when the number is masked
	Document  string // number of the document; empty when masked or absent
	Suffix    string // what a masked number still shows
	Type      int    // 0 or 1
	Masked    bool   // some digits of number or birth date are stars
	Declarer  string // QID of whoever declared for this person
	Gender    int    // 1 male, 2 female, 0 not said
	Insurance string // health-card number; 00 stands for none
	Phone     string
	Signature string // no signed example is known: never verified here
	Shifted   bool   // the declarer field was left out
}

// Fields of the personal QR.
const (
	pqrNumber = iota
	pqrName
	pqrBirth
	pqrType
	pqrID
	pqrMore
	pqrFields
)

// isPersonalQR: six fields, an ISO birth date (stars allowed) in the third, an
// all-digit id in the fifth. The sixth may have been cut off.
func isPersonalQR(f []string) bool {
	return (len(f) == pqrFields || len(f) == pqrMore) && isMaskedISO(f[pqrBirth]) && allDigits(f[pqrID]) &&
		(f[pqrType] == "0" || f[pqrType] == "1")
}

func isMaskedISO(s string) bool {
	if len(s) != len("YYYY-MM-DD") {
		return false
	}
	for i := range len(s) {
		if i == 4 || i == 7 {
			if s[i] != '-' {
				return false
			}
		} else if !isDigit(s[i]) && s[i] != '*' {
			return false
		}
	}
	return true
}

func (p *Parsed) readPersonalQR(f []string, now time.Time) {
	p.Format = checkpoint.FormatPersonalQR
	if len(f) != pqrFields {
		p.Err = checkpoint.ErrFieldCount
		return
	}
	q := &PersonalQR{ID: f[pqrID], Type: atoi(f[pqrType])}
	q.readMore(f[pqrMore])
	p.Unified = q
	p.FullName = strings.TrimSpace(f[pqrName])
	p.judgeText(false, false)
	p.Sex = [...]checkpoint.Sex{0, checkpoint.Male, checkpoint.Female}[q.Gender]

	p.readMaskedNumber(strings.TrimSpace(f[pqrNumber]))
	q.Masked = q.Masked || strings.Contains(f[pqrBirth], "*")
	if birth, known := unmaskDate(f[pqrBirth]); known {
		var ok bool
		if p.Birth, _, ok = parseDate(birth); !ok {
			p.Err = checkpoint.ErrBirthDate
		} else if p.Birth.First().After(checkpoint.DateOf(now).First()) {
			p.warn(checkpoint.WarnBirthInFuture)
		}
	}
	if number, ok := ParseNumber(q.Document); ok {
		p.registration(q.Document)
		p.compareNumber(number)
	}
}

// readMaskedNumber takes the document's number where it is whole. Stars hide it
// by default: then the QR's own id is the number to look up.
func (p *Parsed) readMaskedNumber(s string) {
	q := p.Unified
	p.Kind, p.Number = checkpoint.KindPersonQR, q.ID
	switch {
	case strings.Contains(s, "*"):
		q.Masked, q.Suffix = true, strings.TrimLeft(s, "*")
		return
	case s == "":
		return
	}
	q.Document, p.Number = s, s
	switch {
	case len(s) == 12 && allDigits(s):
		p.Kind = checkpoint.KindCCCD
	case len(s) == 9 && allDigits(s):
		p.Kind = checkpoint.KindCMND
	case isPassport(s):
		p.Kind = checkpoint.KindPassport
	default:
		p.Err = checkpoint.ErrIDLength
	}
}

// unmaskDate drops day, or day and month, that hold stars; known is false when
// the year does too.
func unmaskDate(s string) (date string, known bool) {
	switch strings.IndexByte(s, '*') {
	case -1:
		return s, true
	case 0, 1, 2, 3:
		return "", false
	case 5, 6:
		return s[:4], true
	}
	return s[5:7] + s[:4], true
}

// readMore splits declarer<sex<health card<phone<signature. Some issuers leave
// the declarer out, which a sex in its place gives away.
func (q *PersonalQR) readMore(s string) {
	part := strings.Split(s, "<")
	if len(part) > 1 && isGender(part[0]) && !isGender(part[1]) {
		q.Shifted = true
		part = append([]string{""}, part...)
	}
	for len(part) < 5 {
		part = append(part, "")
	}
	q.Declarer, q.Insurance, q.Phone, q.Signature = part[0], part[2], part[3], part[4]
	if isGender(part[1]) {
		q.Gender = atoi(part[1])
	}
}

func isGender(s string) bool { return s == "0" || s == "1" || s == "2" }
