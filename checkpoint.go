// Package checkpoint holds the words of the product as types, and the Lane
// that turns one scan into one recorded decision.
//
// A checkpoint has lanes; a lane has a direction, readers and one gate. A
// reader delivers a [Scan]; what it says is a [Credential]; checking it against
// the province's snapshot gives a [Decision]; what the guard then did is an
// [Outcome]; both are kept as [Record]s.
//
// The package imports the standard library only. Hardware, storage and time
// come in through the small interfaces in ports.go, which the Lane owns.
package checkpoint

import "fmt"

// Verdict is the advice a lane gives. The zero value is not a verdict.
// Words, lamps and colours of each are bound by the message catalogue.
type Verdict uint8

// The verdicts. Red and amber (Refuse, Refer, Repeat) are about a person;
// grey (NotRead, Fault) is about the code or the machine.
const (
	Admit   Verdict = iota + 1 // let the person in
	Refer                      // the guard looks at the papers
	Refuse                     // the rule says no
	Repeat                     // the same person a moment ago
	NotRead                    // the code is not readable, or not a personal one
	Fault                      // the machine cannot check
)

var verdictNames = [...]string{Admit: "admit", Refer: "refer", Refuse: "refuse", Repeat: "repeat", NotRead: "not read", Fault: "fault"}

// String is the contract's own word: admit, refer, refuse, repeat, not read, fault.
func (v Verdict) String() string { return name(verdictNames[:], int(v)) }

// ParseVerdict is the inverse of [Verdict.String].
func ParseVerdict(s string) (Verdict, error) {
	i, err := parseName("verdict", verdictNames[:], s)
	return Verdict(i), err
}

// AsksGuard tells whether the decision stays open until a guard answers.
func (v Verdict) AsksGuard() bool { return v == Refer || v == Refuse || v == Repeat }

// Outcome is what happened to the person after a decision.
type Outcome uint8

// The outcomes.
const (
	Passed    Outcome = iota + 1 // the guard let the person pass
	Denied                       // the guard turned the person back
	Undecided                    // nobody answered in time
	Undone                       // the answer before was taken back
)

var outcomeNames = [...]string{Passed: "passed", Denied: "denied", Undecided: "undecided", Undone: "undone"}

func (o Outcome) String() string { return name(outcomeNames[:], int(o)) }

// Direction of a lane, seen from the place it guards.
type Direction uint8

// The directions.
const (
	In Direction = iota + 1
	Out
)

var directionNames = [...]string{In: "in", Out: "out"}

func (d Direction) String() string { return name(directionNames[:], int(d)) }

// ParseDirection reads "in" or "out".
func ParseDirection(s string) (Direction, error) {
	i, err := parseName("direction", directionNames[:], s)
	return Direction(i), err
}

// Reason is a code of the message catalogue: G1, A01…, R01…, N01….
type Reason string

// The reasons that code refers to by name. Policies may use any code of the
// catalogue.
const (
	MeetsRule         Reason = "G1"
	NotInData         Reason = "A01"
	DetailsDiffer     Reason = "A03"
	JustScanned       Reason = "A06"
	GuardDiffers      Reason = "A17"
	TypedByHand       Reason = "A18"
	PaperFormShown    Reason = "A19"
	CodeNotRead       Reason = "N01"
	NotPersonal       Reason = "N02"
	ReaderUnplugged   Reason = "N03"
	CameraBlind       Reason = "N04"
	NoData            Reason = "N05"
	DataTooOld        Reason = "A08"
	DeclarationOver   Reason = "A04"
	OtherPerson       Reason = "A05"
	NumberHidden      Reason = "A09"
	HealthCardOnly    Reason = "A10"
	DeclarationWanted Reason = "A14"
	OtherProvince     Reason = "A15"
	SignerUnknown     Reason = "A16"
	SignatureWrong    Reason = "R04"
	ClockNotTrusted   Reason = "N06"
	Offline           Reason = "N07"
	Updating          Reason = "N09"
	GateNotOpened     Reason = "N11"
	PINWrong          Reason = "N15"
	BoxOpened         Reason = "N21"
	SnapshotRefused   Reason = "N10"
	StorageNearlyFull Reason = "N12"
	LowVoltage        Reason = "N13"
	DecideFirst       Reason = "N14"
	OutOfService      Reason = "N16"
	TrainingMode      Reason = "N17"
	EmergencyOpen     Reason = "N18"
	DataDamaged       Reason = "N19"
	CannotRecord      Reason = "N20"
)

// Finding is one fact that checking brought up. Findings never decide: rules do.
type Finding string

// The findings.
const (
	FoundNotInData       Finding = "NOT_IN_DATA"
	FoundNameDiffers     Finding = "NAME_DIFFERS"
	FoundSexDiffers      Finding = "SEX_DIFFERS"
	FoundBirthDiffers    Finding = "BIRTH_DATE_DIFFERS"
	FoundIssueDiffers    Finding = "ISSUE_DATE_DIFFERS"
	FoundBirthMissing    Finding = "BIRTH_DATE_MISSING"
	FoundNumberBirthYear Finding = "NUMBER_CONTRADICTS_BIRTH"
	FoundNumberSex       Finding = "NUMBER_CONTRADICTS_SEX"
	FoundNumberUnknown   Finding = "NUMBER_PREFIX_UNKNOWN"
	FoundCardReissued    Finding = "CARD_REISSUED"
	FoundCardLost        Finding = "CARD_LOST"
	FoundCardWithdrawn   Finding = "CARD_WITHDRAWN"
	FoundTextDamaged     Finding = "TEXT_DAMAGED"
	FoundCaseActive      Finding = "CASE_ACTIVE"
	FoundCaseEnded       Finding = "CASE_ENDED"
	FoundRecovered       Finding = "RECOVERED"
	FoundDosesMissing    Finding = "DOSES_MISSING"
	FoundExempt          Finding = "EXEMPT"
	FoundChild           Finding = "CHILD"
	FoundDataStale       Finding = "DATA_STALE"
	FoundClockUntrusted  Finding = "CLOCK_UNTRUSTED"
	FoundNotPersonal     Finding = "NOT_PERSONAL"
	FoundUnreadable      Finding = "UNREADABLE"
	FoundRegisterDamaged Finding = "REGISTER_DAMAGED"
	FoundNoData          Finding = "NO_DATA"
	FoundNoNumber        Finding = "NUMBER_MISSING" // a signed paper that carries no document number
	FoundSignerUnknown   Finding = "SIGNER_UNKNOWN" // nobody on the list signed it, or not for this paper or time
	FoundSignatureWrong  Finding = "SIGNATURE_WRONG"
	FoundTrustListOld    Finding = "TRUST_LIST_OLD"
	FoundPapersDiffer    Finding = "PAPERS_DIFFER" // two papers of different people
	FoundCodeExpired     Finding = "CODE_EXPIRED"

	FoundDeclarationMissing Finding = "DECLARATION_MISSING" // a code like a declaration's that is not in the data
	FoundDeclarationOver    Finding = "DECLARATION_OVER"    // its time is
	FoundCodeInvalid        Finding = "CODE_INVALID"        // well signed, but not what the paper's specification asks for
)

// What a [RecordEvent] tells. None is about a person.
const (
	FoundNoPassage      Finding = "NO_PASSAGE"        // nobody came through after an opening
	FoundDoorStayedShut Finding = "DOOR_STAYED_SHUT"  // the relay was energised and the door did not open
	FoundDoorOpen       Finding = "DOOR_OPEN_AT_REST" // the door stands open and the relay is at rest
	FoundBoxOpened      Finding = "BOX_OPENED"        // the tamper contact; Open says which way
	FoundExitButton     Finding = "EXIT_BUTTON"
	FoundPriority       Finding = "PRIORITY_VEHICLE"
	FoundVehiclePassed  Finding = "VEHICLE_PASSED" // all in it were decided on, and the gate opened once
	FoundVehicleBack    Finding = "VEHICLE_TURNED_BACK"
	FoundVehicleLeft    Finding = "VEHICLE_LEFT_OPEN" // nobody closed it in time
	FoundLampWalk       Finding = "LAMP_WALK"
	FoundRelayTested    Finding = "RELAY_TESTED" // in a lamp walk
	FoundLeadPIN        Finding = "LEAD_PIN"     // a shift lead ended the emergency, or overrode a red
	FoundWrongPIN       Finding = "WRONG_PIN"
	FoundShift          Finding = "SHIFT"            // Open: somebody took the lane over; else handed it over; Name says who
	FoundLogLooked      Finding = "LOG_LOOKED"       // at what was decided today
	FoundTraining       Finding = "TRAINING"         // Open: it began; else it ended
	FoundSettings       Finding = "SETTINGS_CHANGED" // of the running box, by a technician; Address says what they are
	FoundGuardDiffers   Finding = "GUARD_DIFFERS"    // a green that the guard took back
	FoundForCorrection  Finding = "FOR_CORRECTION"   // with an outcome: the guard wants the data put right

	ShownOriginal    Finding = "ORIGINAL_SHOWN"
	ShownTest        Finding = "TEST_PAPER_SHOWN"
	ShownVaccination Finding = "VACCINATION_PAPER_SHOWN"
	ShownPermit      Finding = "TRAVEL_PERMIT_SHOWN"
	ShownOrder       Finding = "OFFICIAL_ORDER_SHOWN"
	ShownEmergency   Finding = "EMERGENCY_SHOWN"
)

func name(names []string, i int) string {
	if i <= 0 || i >= len(names) {
		return fmt.Sprintf("(%d)", i)
	}
	return names[i]
}

func parseName(kind string, names []string, s string) (int, error) {
	for i, n := range names {
		if n != "" && n == s {
			return i, nil
		}
	}
	return 0, fmt.Errorf("unknown %s %q", kind, s)
}

// Shown are the reasons that a guard may give for letting a person pass, in the
// order in which they are offered: what was shown, or why there was no time.
func Shown() []Finding {
	return []Finding{ShownOriginal, ShownTest, ShownVaccination, ShownPermit, ShownOrder, ShownEmergency}
}
