package checkpoint

import (
	"fmt"
	"time"
)

// Format names the kind of code that was read, in the words of docs/formats.md.
type Format string

// The formats.
const (
	FormatCCCD2021    Format = "cccd-2021"
	FormatCanCuoc2024 Format = "can-cuoc-2024"
	FormatBHYT2014    Format = "bhyt-2014"
	FormatBHYT2021    Format = "bhyt-2021"
	FormatBHYTPlain   Format = "bhyt-plain"
	FormatBHYTShort   Format = "bhyt-short"
	FormatVssID       Format = "vssid"
	FormatPersonalQR  Format = "pqr-1405"
	FormatPlaceCode   Format = "location-checkin"
	FormatURL         Format = "url"
	FormatPayment     Format = "emvco-payment"
	FormatBoxClaim    Format = "box-claim" // the office's invitation to a new box
	FormatNumberOnly  Format = "id-only"
	FormatTyped       Format = "typed"      // number and birth date, typed by a guard
	FormatVehicle     Format = "vehicle"    // a number plate, kept with somebody who sits in it
	FormatPaperForm   Format = "paper-form" // copied by a guard: nothing was scanned
	FormatDeclaration Format = "chk1"
	// FormatDeclaredCode is the code of a national mobility declaration. No
	// parser can tell it from others: the data knows it, or the policy its shape.
	FormatDeclaredCode Format = "declaration"
	FormatDCC          Format = "dcc"
	FormatSHC          Format = "shc"
	FormatVDSNC        Format = "vds-nc"
	FormatUnknown      Format = "unknown"
)

// Warning is something odd about a code that was read all the same. Warnings
// never deny by themselves.
type Warning string

// The warnings, named as in docs/formats.md.
const (
	WarnBirthYearMismatch  Warning = "DOB_YEAR_MISMATCH"
	WarnSexMismatch        Warning = "SEX_MISMATCH"
	WarnCenturyMismatch    Warning = "CENTURY_MISMATCH"
	WarnRegCodeUnknown     Warning = "BIRTH_REG_CODE_UNKNOWN"
	WarnSexDerived         Warning = "SEX_DERIVED_FROM_ID"
	WarnBirthInFuture      Warning = "DOB_IN_FUTURE"
	WarnIssueBeforeBirth   Warning = "ISSUE_BEFORE_DOB"
	WarnIssueBeforeChipEra Warning = "ISSUE_BEFORE_CHIP_ERA"
	WarnDateVariant        Warning = "DATE_FORMAT_VARIANT"
	WarnAddressEmpty       Warning = "ADDRESS_EMPTY"
	WarnFieldCount         Warning = "FIELD_COUNT_UNUSUAL"
	WarnDelimiterReplaced  Warning = "DELIMITER_REPLACED"
	WarnPrefixStripped     Warning = "PREFIX_STRIPPED"
	WarnNameNotHex         Warning = "NAME_NOT_HEX"
	WarnNameHexInvalid     Warning = "NAME_HEX_INVALID"
	WarnNonVietnameseText  Warning = "NON_VIETNAMESE_TEXT"
	WarnTextRecovered      Warning = "TEXT_RECOVERED"
	WarnTextDamaged        Warning = "TEXT_DAMAGED"
	WarnTextLost           Warning = "TEXT_LOST"
)

// ParseError says why no identity could be read from a code. Empty: it was read.
type ParseError string

// The parse errors, named as in docs/formats.md.
const (
	ErrEmpty      ParseError = "EMPTY"
	ErrTooLong    ParseError = "TOO_LONG"
	ErrFieldCount ParseError = "FIELD_COUNT"
	ErrIDLength   ParseError = "ID_LENGTH"
	ErrBirthDate  ParseError = "DOB_INVALID"
	ErrGlued      ParseError = "CONCATENATED_SCANS"
	ErrNameHex    ParseError = "NAME_HEX"
	ErrChunk      ParseError = "CHUNK_INCOMPLETE"
)

// MaxPayloadSize bounds a code, in bytes; a longer one is ErrTooLong.
const MaxPayloadSize = 4096

// TextQuality tells what became of non-ASCII letters on the way from the card.
type TextQuality string

// The text qualities; empty means untouched.
const (
	TextRecovered      TextQuality = "recovered"
	TextRecoveredLossy TextQuality = "recovered-lossy"
	TextLost           TextQuality = "lost"
)

// Sex as printed: Male, Female, or zero when not known.
type Sex byte

// The sexes as the register knows them.
const (
	Male   Sex = 'M'
	Female Sex = 'F'
)

func (s Sex) String() string {
	if s == 0 {
		return ""
	}
	return string(rune(s))
}

// Date is a calendar day as papers print it: the day, or the day and the
// month, may be absent (zero), and so may the whole date.
type Date struct {
	Year       int
	Month, Day int
}

// IsZero tells whether there is no date at all.
func (d Date) IsZero() bool { return d == Date{} }

// String is YYYY, YYYY-MM or YYYY-MM-DD; empty for no date.
func (d Date) String() string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// First is the first day the date can mean, in UTC.
func (d Date) First() time.Time {
	return time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, time.UTC)
}

// DateOf is the calendar day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, int(m), d}
}

// ParseDate reads YYYY, YYYY-MM or YYYY-MM-DD; a day that does not exist is an error.
func ParseDate(s string) (Date, error) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if len(s) != len(layout) {
			continue
		}
		t, err := time.Parse(layout, s)
		if err != nil {
			return Date{}, fmt.Errorf("date %q: want a real YYYY-MM-DD", s)
		}
		d := DateOf(t)
		if len(s) < 10 {
			d.Day = 0
		}
		if len(s) < 7 {
			d.Month = 0
		}
		return d, nil
	}
	return Date{}, fmt.Errorf("date %q: want YYYY, YYYY-MM or YYYY-MM-DD", s)
}

// DocumentKind separates the number spaces of the papers: the same digits under
// two kinds are two documents.
type DocumentKind byte

// The kinds of document number. Their values are on disk and on the wire.
const (
	KindNone     DocumentKind = 0
	KindCCCD     DocumentKind = 1 // 12 digits: chip card, Căn cước
	KindCMND     DocumentKind = 2 // 9 digits (12 seen): the old ID card
	KindBHYT     DocumentKind = 3 // health-insurance number
	KindPassport DocumentKind = 4
	KindPersonQR DocumentKind = 5 // id of the unified personal QR
	KindDeclared DocumentKind = 6 // code of a mobility declaration
	KindProbe    DocumentKind = 7 // the invented record that proves a layer opens
	KindListed   DocumentKind = 8 // somebody on a site's lists
)

var kindNames = [...]string{KindCCCD: "cccd", KindCMND: "cmnd", KindBHYT: "bhyt", KindPassport: "passport", KindPersonQR: "pqr", KindDeclared: "declaration", KindProbe: "probe", KindListed: "listed"}

func (k DocumentKind) String() string {
	if k == KindNone {
		return "none"
	}
	return name(kindNames[:], int(k))
}

// ParseDocumentKind is the inverse of [DocumentKind.String]; what is not known
// is KindNone.
func ParseDocumentKind(s string) DocumentKind {
	i, err := parseName("document kind", kindNames[:], s)
	if err != nil {
		return KindNone
	}
	return DocumentKind(i)
}

// Credential is a scan understood: what a code says of its holder. Nothing in
// it is proven; only the register can say whether it agrees with the data.
type Credential struct {
	Format Format
	Err    ParseError // set: no identity was read, the other fields may be empty

	Kind        DocumentKind
	Number      string // document number as printed; empty when none was read
	OldNumber   string // CMND on a chip card
	CancelledID string // Căn cước 2024, position inferred
	FullName    string // NFC, as on the card
	NameFold    string // for matching; empty when letters were lost
	Birth       Date
	Sex         Sex
	Address     string
	Issued      Date
	Father      string
	Mother      string

	RegCode string // first three digits of a 12-digit number
	RegName string // province or country of that code, list of before July 2025
	Text    TextQuality
	Host    string // FormatPlaceCode and FormatURL: the host alone

	Warnings []Warning
}

// Personal tells whether a document number was read, so that a lookup makes sense.
func (c *Credential) Personal() bool { return c != nil && c.Err == "" && c.Number != "" }

// Has tells whether the parser raised w.
func (c *Credential) Has(w Warning) bool {
	for _, have := range c.Warnings {
		if have == w {
			return true
		}
	}
	return false
}
