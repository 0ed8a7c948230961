package credential

import (
	"strings"
	"time"

	"checkpoint"
	"checkpoint/store/fold"
)

// Fields of a chip card. The first seven are those of CCCD 2021; Căn cước
// 2024 adds four, of which the last has always been seen empty.
const (
	chipNumber = iota
	chipOldNumber
	chipName
	chipBirth
	chipSex
	chipAddress
	chipIssued
	chipFieldsCCCD

	chipCancelled     = chipFieldsCCCD
	chipFather        = 8
	chipMother        = 9
	chipFieldsCanCuoc = 11
)

// isChipCard: a number in front and a birth date in the fourth place, where
// other papers have it in the third. The count of fields is not part of the
// test: a card cut short is a bad chip card and not some other code.
func isChipCard(f []string) bool {
	if len(f) < 4 {
		return false
	}
	number := strings.TrimSpace(f[chipNumber])
	if len(number) < 9 || len(number) > 13 || !allDigits(number) {
		return false
	}
	return startsWithDigit(f[chipBirth]) && !isBirthElsewhere(f[chipName]) || glued(f) > 0
}

// isBirthElsewhere tells whether s is a birth date as health cards (dd/MM/yyyy) and
// personal QRs (ISO) have it in their third field.
func isBirthElsewhere(s string) bool {
	return isMaskedISO(s) || startsWithDigit(s) && strings.Count(s, "/") == 2
}

func (p *Parsed) readChipCard(f []string, now time.Time) {
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	p.Format = checkpoint.FormatCCCD2021
	at := glued(f)
	if at > chipIssued || at == 0 && len(f) > chipFieldsCCCD+1 {
		p.Format = checkpoint.FormatCanCuoc2024
	}
	switch {
	case at > 0:
		p.Err = checkpoint.ErrGlued
	case len(f) != chipFieldsCCCD && len(f) != chipFieldsCanCuoc:
		p.Err = checkpoint.ErrFieldCount
	case len(f[chipNumber]) != 12:
		p.Err = checkpoint.ErrIDLength
	default:
		p.fillChipCard(f, now)
	}
}

func (p *Parsed) fillChipCard(f []string, now time.Time) {
	p.Kind, p.Number, p.OldNumber = checkpoint.KindCCCD, f[chipNumber], f[chipOldNumber]
	p.FullName, p.Address = f[chipName], f[chipAddress]
	if len(f) == chipFieldsCanCuoc {
		p.CancelledID, p.Father, p.Mother = f[chipCancelled], f[chipFather], f[chipMother]
	}
	p.Sex = parseSex(f[chipSex])
	p.judgeText(lettersDropped(p.FullName, p.Address, f[chipSex]),
		hasHole(f[chipSex]) || hasHole(p.Father) || hasHole(p.Mother))

	number := p.registration(p.Number)
	if p.Sex == 0 {
		p.Sex = number.Sex
		p.warn(checkpoint.WarnSexDerived)
	}
	p.readChipDates(f[chipBirth], f[chipIssued], now)
	p.compareNumber(number)
	if f[chipAddress] == "" {
		p.warn(checkpoint.WarnAddressEmpty)
	}
}

// chipEra is the year in whose January the first chip card was issued.
const chipEra = 2021

func (p *Parsed) readChipDates(birth, issued string, now time.Time) {
	var birthVariant, issuedVariant, ok bool
	if p.Birth, birthVariant, ok = parseDate(birth); !ok {
		p.Err = checkpoint.ErrBirthDate
		return
	}
	p.Issued, issuedVariant, ok = parseDate(issued)
	if birthVariant || issued != "" && (issuedVariant || !ok) {
		p.warn(checkpoint.WarnDateVariant)
	}
	// The worst of these says it all: a birth date to come is after any issue date,
	// and a card older than its holder is older than the chip.
	switch {
	case p.Birth.First().After(checkpoint.DateOf(now).First()):
		p.warn(checkpoint.WarnBirthInFuture)
	case p.Issued.IsZero():
	case p.Issued.First().Before(p.Birth.First()):
		p.warn(checkpoint.WarnIssueBeforeBirth)
	case p.Issued.Year < chipEra:
		p.warn(checkpoint.WarnIssueBeforeChipEra)
	}
}

// Consistent tells whether a chip card agrees with itself: number, birth date,
// sex and issue date. It proves nothing more than that.
func (p *Parsed) Consistent() bool {
	for _, w := range p.Warnings {
		switch w {
		case checkpoint.WarnBirthYearMismatch, checkpoint.WarnSexMismatch, checkpoint.WarnCenturyMismatch,
			checkpoint.WarnRegCodeUnknown, checkpoint.WarnBirthInFuture,
			checkpoint.WarnIssueBeforeBirth, checkpoint.WarnIssueBeforeChipEra:
			return false
		}
	}
	return p.Err == ""
}

// glued finds where a second code begins inside the first: the field that ends
// in a 12-digit number which has its own birth date three fields on, or that
// holds a date and a number in one. 0 means nowhere.
func glued(f []string) int {
	for i := 1; i < len(f); i++ {
		field := strings.ReplaceAll(f[i], " ", "")
		if len(field) < 12 || !allDigits(field[len(field)-12:]) {
			continue
		}
		if len(field) >= 16 && i >= chipBirth && allDigits(field) {
			return i
		}
		if i+chipBirth < len(f) && startsWithDigit(f[i+chipBirth]) {
			return i
		}
	}
	return 0
}

// parseSex reads the word on the card, with or without its diacritics. Zero
// means that it says nothing.
func parseSex(s string) checkpoint.Sex {
	switch fold.Name(s) {
	case "NAM", "M", "MALE":
		return checkpoint.Male
	case "NU", "F", "FEMALE":
		return checkpoint.Female
	}
	return 0
}
