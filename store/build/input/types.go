package input

import "checkpoint"

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
