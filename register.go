package checkpoint

import "time"

// Query asks the register about a document. Number and kind find the record;
// the birth date opens it; the rest is compared and never leaves the box.
type Query struct {
	Kind     DocumentKind
	Number   string
	Birth    Date   // zero: the document carries none
	NameFold string // empty: not comparable
	Sex      Sex
	Issued   Date
}

// Match is what the register proves about a query: a hit or a miss, checked
// up to a signed root when it was made.
type Match struct {
	Found  bool // the number is in the data
	Opened bool // number and birth date belong together, so Person can be read
	// Further: the query named another paper of the person (old number, health
	// card, passport) than the one Person's issue date and status are about.
	Further bool
	// Main is the number of the person's main document: what was asked, unless
	// Further.
	MainKind DocumentKind
	Main     string
	Person   Person
	Name     Agreement
	Sex      Agreement
}

// Agreement tells whether one line of a card agrees with the data.
type Agreement uint8

// The agreements. Unknown: one side has nothing to compare.
const (
	Unknown Agreement = iota
	Agrees
	Differs
)

// Person is what the register holds of a person: no name, no address.
type Person struct {
	Issued    Date // of the newest card; zero when not known
	Card      CardStatus
	CardSince Date
	Doses     []Dose // newest first, at most MaxDoses
	DoseCount int    // all doses, also those not listed
	Case      CaseStatus
	CaseFrom  Date
	CaseUntil Date // zero: no end known
	Exempt    bool // medically exempt from vaccination
	Tests     Tests
}

// Tests are when samples were taken, to the hour; zero: none is known.
type Tests struct {
	PCR      time.Time // the newest negative PCR
	Rapid    time.Time // the newest negative rapid test
	Positive time.Time // the newest positive one of either kind
}

// Listed is what a site's lists say of somebody.
type Listed struct {
	Staff       bool
	From, Until Date // of staff; zero: no limit
	Visits      []Visit
}

// ListedKey stands for the number of somebody who is listed by name and birth
// date.
func ListedKey(nameFold string, birth Date) string { return nameFold + "|" + birth.String() }

// Visit is an appointment.
type Visit struct{ From, Until time.Time }

// Declared is what the register holds of a mobility declaration.
type Declared struct {
	Kind     DocumentKind // of the document that was declared
	Number   string
	Birth    Date
	Name     Agreement // with the name of the card it is held against
	At       time.Time // when it was declared
	From, To string    // codes of communes; may be empty
}

// MaxDoses is how many doses a record lists.
const MaxDoses = 4

// Dose is one vaccination.
type Dose struct {
	Date    Date
	Product uint8 // code of the builder's product table; 0: other
	Number  int   // 1 to 15
	Course  int   // doses in the course, 1 to 15; 0: not known
}

// CardStatus tells whether a card was reported. Values are on disk.
type CardStatus uint8

// The card statuses.
const (
	CardValid     CardStatus = 0
	CardLost      CardStatus = 1
	CardWithdrawn CardStatus = 2
	CardReplaced  CardStatus = 3
)

// CaseStatus is a person's place in the case register. Values are on disk. No
// screen ever names it.
type CaseStatus uint8

// The case statuses.
const (
	CaseNone      CaseStatus = 0
	CaseF0        CaseStatus = 1
	CaseF1        CaseStatus = 2
	CaseRecovered CaseStatus = 3
)
