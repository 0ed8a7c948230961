package input

import (
	"time"

	"checkpoint"
)

// Person is one row of the people file.
type Person struct {
	Number     string // 12 digits (CCCD), 9 digits (CMND) or a passport number; see [KindOf]
	FullName   string // as registered, case and form of Unicode untouched
	Birth      checkpoint.Date
	Sex        checkpoint.Sex
	Issued     checkpoint.Date // issue date of the present card; zero without one
	CardStatus string          // one of the Card constants
	OldNumbers []string        // 9 digits, 12 seen
	HealthCard string          // the ten digits; a 15-character code is cut to them
	Passport   string          // upper case
	Commune    string          // code of the commune of residence
	Exempt     bool            // medically exempt from vaccination
}

// The card statuses. An empty cell reads as CardValid.
const (
	CardValid     = "valid"
	CardNone      = "none" // a number without a card: most children
	CardLost      = "lost"
	CardWithdrawn = "withdrawn"
	CardReplaced  = "replaced"
)

// Dose is one row of the doses file.
type Dose struct {
	Number  string // the person's main number
	Date    checkpoint.Date
	Product string
	Dose    int // which dose this is, from 1
	Course  int // doses in a full course of the product
}

// Case is one row of the cases file.
//
// From is the day the case was confirmed (F0, recovered) or the contact found
// (F1). Until is the last day the status restricts; for recovered, the day of
// recovery. A zero Until means open.
type Case struct {
	Number string
	Status string // one of the Case constants
	From   checkpoint.Date
	Until  checkpoint.Date
}

// The case statuses.
const (
	CaseF0        = "F0" // infected
	CaseF1        = "F1" // close contact
	CaseRecovered = "recovered"
)

// Withdrawn is one row of the withdrawn file: a document that no longer stands
// for its holder if it was issued before Since.
type Withdrawn struct {
	Kind   checkpoint.DocumentKind
	Number string
	Reason string // one of the Withdrawn constants
	Since  checkpoint.Date
}

// The reasons of a withdrawal.
const (
	WithdrawnLost      = "lost"
	WithdrawnWithdrawn = "withdrawn"
	WithdrawnReplaced  = "replaced"
)

// Test is one row of the tests file.
type Test struct {
	Number   string
	Kind     string // one of the Test constants
	Positive bool
	Taken    time.Time // in Vietnam's time; a day alone is its first moment
}

// The kinds of test.
const (
	TestPCR   = "PCR"
	TestRapid = "rapid"
)

// Declaration is one row of the declarations file: who stands behind a code of
// the national mobility declaration.
type Declaration struct {
	Code     string // opaque; never two rows with one
	Number   string // of the document that was declared
	Name     string // folded already or not
	Birth    checkpoint.Date
	Declared time.Time // the 72 hours of the rule count from here
	From, To string    // codes of communes
}

// Zone is one row of the zones file: the level of a commune for some days.
type Zone struct {
	Commune string // of at most 8 letters and digits
	Level   int    // 1 green, 2 yellow, 3 orange, 4 red (Resolution 128/NQ-CP of 2021)
	From    checkpoint.Date
	Until   checkpoint.Date // last day; zero: until another row
}

// Who names a person on a list: by number, or by name and birth date.
type Who struct {
	Number   string // may be empty
	FullName string // both may be empty when there is a number
	Birth    checkpoint.Date
}

// Staff is one row of the staff file: someone who belongs to a site. What the
// site itself knows of card and vaccination is for the lists of who is still to
// be given either, and may be missing.
type Staff struct {
	Site string
	Who
	Role        string
	Card        string          // one of Yes, No; empty: not told
	Vaccinated  string          // likewise: by the papers that the site has seen
	From, Until checkpoint.Date // zero: no limit
}

// Visitor is one row of the visitors file: someone a site expects.
type Visitor struct {
	Site string
	Who
	Host        string
	From, Until time.Time // in Vietnam's time; days alone are whole
}

// What a site says of its staff.
const (
	Yes = "yes"
	No  = "no"
)

// Site is one row of the sites file: a place with checkpoints.
type Site struct {
	Site      string // the id that staff and visitors name
	Name      string
	Type      string // a word the policy knows, such as mall, office, road
	Commune   string
	Contact   string
	PlaceCode string // address in the place's own QR code
}
