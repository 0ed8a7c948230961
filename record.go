package checkpoint

import (
	"fmt"
	"time"
)

// Position names a record for good: an epoch is one journal segment of one
// box, and the sequence counts from 1 within it.
type Position struct {
	Epoch uint64
	Seq   uint64
}

// IsZero tells whether p names no record.
func (p Position) IsZero() bool { return p == Position{} }

// Reference is the record's short name on the screen, for somebody who complains:
// three letters of its epoch and its sequence. With the box and the day it names
// one record.
func (p Position) Reference() string {
	if p.IsZero() {
		return ""
	}
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // without those that are taken for others
	e := p.Epoch
	return fmt.Sprintf("%c%c%c-%d", letters[e>>10&31], letters[e>>5&31], letters[e&31], p.Seq)
}

// RecordKind says what a record tells. Values are on disk and on the wire.
type RecordKind uint8

// The record kinds.
const (
	RecordDecision  RecordKind = 1 // a scan was decided
	RecordOutcome   RecordKind = 2 // what the guard did; Refers names the decision
	RecordEmergency RecordKind = 3 // the gate was opened for an emergency, or released; Findings: FoundLeadPIN if by PIN
	RecordEvent     RecordKind = 4 // something about no decision: Findings says what, Reason what the guard was told
)

// Record is one line of the journal. The first four fields stay readable on
// the box (the header); everything else is sealed to the province.
type Record struct {
	Time    time.Time // wall clock, millisecond resolution
	Trusted bool      // whether the clock could be trusted then
	Lane    string
	Kind    RecordKind // sealed with the rest

	Direction Direction
	Verdict   Verdict
	Reason    Reason
	Findings  []Finding
	Rule      string
	Snapshot  uint64
	Policy    uint64
	Outcome   Outcome
	Refers    Position // the decision an outcome belongs to, or the one that a paper form completes

	Format   Format
	Document DocumentKind
	Number   string
	Name     string // only for a person who is not in the register, and off a paper form
	Address  string // likewise; of a paper form its further lines, see Form.Details; of changed settings what they are
	CodeHash []byte // keyed hash of a code that is not a personal one

	Open bool // RecordEmergency: true when it began; FoundBoxOpened: true when opened
}

// Decision is the answer to one scan: the verdict, why, and by which data.
type Decision struct {
	Verdict  Verdict
	Reason   Reason
	Args     map[string]string // what the reason's text names: time, age, phone, rule, kind, ago, lane
	Findings []Finding
	Differs  []string // names of card fields that differ from the data: full_name, sex, dob, issue_date
	Rule     string   // id of the policy rule that decided; empty when none was reached
	Snapshot uint64   // 0: no snapshot
	Policy   uint64

	Credential *Credential   // what the card says; dropped from view after 30 s
	InData     bool          // the register knows the document
	Person     PersonKey     // zero when nobody was identified
	RepeatFor  time.Duration // the policy's repeat window on this lane; 0 switches it off
	CodeHash   []byte        // of a code that is not a personal one
	Second     bool          // a second paper of the same person is wanted: the next scan joins
}

// AsksGuard tells whether the decision stays open until a guard answers: every
// amber and red, and a machine's fault about somebody who did show a paper.
func (d *Decision) AsksGuard() bool {
	return d.Verdict.AsksGuard() || d.Verdict == Fault && d.Credential.Personal()
}

// PersonKey is a keyed hash that names a person on this box only.
type PersonKey [16]byte

// IsZero tells whether nobody is named.
func (k PersonKey) IsZero() bool { return k == PersonKey{} }

// LaneInfo is what rules may know of the lane a scan came from.
type LaneInfo struct {
	Site      string
	SiteType  string // "building", "road", "station", "mall"…
	Commune   string // code of the commune the site is in; empty: not told
	Lane      string
	Direction Direction
}

// Vehicles tells whether vehicles come to the lane, with people in them.
func (i LaneInfo) Vehicles() bool { return i.SiteType == "road" || i.SiteType == "gateway" }
