package credential

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"checkpoint"
	"checkpoint/store/fold"
)

// HealthCard is what a health-insurance card (BHYT) says beyond the person.
// Codes are as printed; their check string has no public rule.
type HealthCard struct {
	ObjectCode  string // two letters of the old 15-character number
	Level       string // benefit level
	Province    string // two digits of the old number
	InsuranceNo string // the ten digits that stay with the person
	Hospital    string // where the card is registered, 01-028
	From, To    checkpoint.Date
	Manager     string
	Parent      string
	Area        string
	FiveYear    checkpoint.Date // since when five years are paid without a gap
	Check       string
	Issuer      string
}

// Fields of a health card. The new card (17) adds level and issuer before the
// closing $ of the old one (15).
const (
	bhytNumber = iota
	bhytName
	bhytBirth
	bhytSex
	bhytAddress
	bhytHospital
	bhytFrom
	bhytTo
	bhytIssued
	bhytManager
	bhytParent
	bhytArea
	bhytFiveYear
	bhytCheck
	bhytLevel
	bhytIssuer

	bhytFields2014 = 15
	bhytFields2021 = 17
)

// isHealthCard: closed by $, sex as 1 or 2 behind the birth date. Without the $
// the same beginning, with a name in hex, is a health card cut short.
func isHealthCard(f []string) bool {
	if len(f) <= bhytSex || f[bhytSex] != "1" && f[bhytSex] != "2" || f[bhytName] == "" {
		return false
	}
	return isClosed(f) || isHex(f[bhytName]) && strings.Count(f[bhytBirth], "/") == 2
}

func isClosed(f []string) bool { return len(f) > bhytSex+1 && f[len(f)-1] == "$" }

func (p *Parsed) readHealthCard(f []string) {
	for i := range f {
		f[i] = undash(f[i])
	}
	p.Format = healthFormat(f)
	card := &HealthCard{}
	p.Health = card
	if !p.readHealthNumber(f[bhytNumber]) {
		p.Err = checkpoint.ErrIDLength
		return
	}
	if gluedHealth(f) {
		p.Err = checkpoint.ErrGlued
		return
	}
	if !isClosed(f) {
		p.Err = checkpoint.ErrFieldCount
		return
	}
	p.readHealthPerson(f)
	if len(f) != bhytFields2014 && len(f) != bhytFields2021 {
		p.warn(checkpoint.WarnFieldCount) // then nobody knows what the others mean
		return
	}
	p.Address, card.Parent = unhex(f[bhytAddress]), unhex(f[bhytParent])
	card.Hospital = strings.ReplaceAll(strings.ReplaceAll(f[bhytHospital], " ", ""), "–", "-")
	card.From, card.To = dateOrNone(f[bhytFrom]), dateOrNone(f[bhytTo])
	p.Issued, card.FiveYear = dateOrNone(f[bhytIssued]), dateOrNone(f[bhytFiveYear])
	card.Manager, card.Area, card.Check = f[bhytManager], f[bhytArea], f[bhytCheck]
	if len(f) == bhytFields2021 {
		card.Level, card.Issuer = f[bhytLevel], unhex(f[bhytIssuer])
	}
}

// gluedHealth: what closes one card begins another.
func gluedHealth(f []string) bool {
	for _, field := range f[:len(f)-1] {
		if strings.HasPrefix(field, "$") {
			return true
		}
	}
	return false
}

func healthFormat(f []string) checkpoint.Format {
	switch {
	case !isHex(f[bhytName]):
		return checkpoint.FormatBHYTPlain
	case isClosed(f) && len(f) < bhytFields2014:
		return checkpoint.FormatBHYTShort
	case len(f) == bhytFields2014 || len(f) != bhytFields2021 && len(f[bhytNumber]) == 15:
		return checkpoint.FormatBHYT2014
	}
	return checkpoint.FormatBHYT2021
}

// readHealthNumber takes the ten digits, or the old number of 15 that ends in them.
func (p *Parsed) readHealthNumber(s string) bool {
	old := len(s) == 15 && isLetter(s[0]) && isLetter(s[1]) && allDigits(s[2:])
	if !old && (len(s) != 10 || !allDigits(s)) {
		return false
	}
	p.Kind, p.Number = checkpoint.KindBHYT, s
	p.Health.InsuranceNo = s[len(s)-10:]
	if old {
		p.Health.ObjectCode, p.Health.Level, p.Health.Province = s[:2], s[2:3], s[3:5]
	}
	return true
}

func (p *Parsed) readHealthPerson(f []string) {
	p.readHexName(f[bhytName])
	p.Sex = checkpoint.Male
	if f[bhytSex] == "2" {
		p.Sex = checkpoint.Female
	}
	var ok bool
	if p.Birth, _, ok = parseDate(f[bhytBirth]); !ok && p.Err == "" {
		p.Err = checkpoint.ErrBirthDate
	}
}

// readHexName reads a name written as hex of its UTF-8. A name in plain letters
// is accepted; hex that is no text is an error, since it cannot be shown.
func (p *Parsed) readHexName(s string) {
	if !isHex(s) {
		p.FullName = s
		p.warn(checkpoint.WarnNameNotHex)
		p.judgeText(lettersDropped(s, "", ""), false)
		return
	}
	name, err := hex.DecodeString(s)
	if err != nil || !utf8.Valid(name) {
		p.Err = checkpoint.ErrNameHex
		p.warn(checkpoint.WarnNameHexInvalid)
		return
	}
	p.FullName = norm.NFC.String(clean(name))
	p.NameFold = fold.Name(p.FullName)
	if isForeignScript(p.FullName) {
		p.warn(checkpoint.WarnNonVietnameseText)
	}
}

// isVssID: ten digits, a sign, a name in hex, as the VssID app shows them.
func isVssID(s string) bool {
	s = strings.TrimSuffix(s, "|$")
	return len(s) > 12 && allDigits(s[:10]) && strings.IndexByte("|$~", s[10]) >= 0 && isHex(s[11:])
}

func (p *Parsed) readVssID(s string) {
	s = strings.TrimSuffix(s, "|$")
	p.Format = checkpoint.FormatVssID
	p.Kind, p.Number = checkpoint.KindBHYT, s[:10]
	p.Health = &HealthCard{InsuranceNo: p.Number}
	p.readHexName(s[11:])
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; !isDigit(s[i]) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

// unhex is the text behind s when it is hex of one, else s itself.
func unhex(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil || !utf8.Valid(b) {
		return s
	}
	return norm.NFC.String(string(b))
}

// undash: a dash stands for an empty field.
func undash(s string) string {
	s = strings.TrimSpace(s)
	if s == "-" || s == "–" {
		return ""
	}
	return s
}

func dateOrNone(s string) checkpoint.Date {
	d, _, _ := parseDate(s)
	return d
}
