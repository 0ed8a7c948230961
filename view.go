package checkpoint

import "time"

// State is where a lane stands.
type State uint8

// The states of a lane.
const (
	StateIdle      State = iota + 1 // ready for a scan
	StateReading                    // a scan is being verified
	StateDecided                    // green, not read, or a machine fault: closes by itself
	StateWaiting                    // a decision is open: the guard's answer is wanted
	StateEmergency                  // the fire contact is open: the gate is held open
	StateWalk                       // somebody looks whether the lamps work
)

var stateNames = [...]string{StateIdle: "idle", StateReading: "reading", StateDecided: "decided", StateWaiting: "waiting", StateEmergency: "emergency", StateWalk: "walk"}

func (s State) String() string { return name(stateNames[:], int(s)) }

// View is one moment of a lane, for whoever shows it. Views are values: a
// later change of the lane never alters one that was handed out.
type View struct {
	Lane  LaneInfo
	Turn  uint64 // counts the people before the lane since its start
	State State
	Since time.Time // when State began
	// Decision is the open or last decision; nil when none is shown. Its
	// Credential is nil once personal data has been dropped.
	Decision  *Decision
	Position  Position  // of the decision's record; zero until it is on disk
	Outcome   Outcome   // the guard's answer; zero while there is none
	UndoUntil time.Time // until when Undo works; zero: not at all
	Refused   uint64    // scans refused while a decision was open, since start
	Notice    Reason    // a line beside the verdict: N14, N03…; empty for none
	Opened    bool      // the relay was energised for this decision
	Readers   []ReaderState
	Contacts  []Contact // that are active, in the order in which they became so
	GateFault Finding   // what lock and contacts disagree about; empty for nothing
}

// ReaderState tells whether a reader is there.
type ReaderState struct {
	Name      string
	Connected bool
}

// Answer is what a guard may say to a lane.
type Answer uint8

// The answers.
const (
	AnswerPassed Answer = iota + 1
	AnswerDenied
	AnswerUndo
)

var answerNames = [...]string{AnswerPassed: "passed", AnswerDenied: "denied", AnswerUndo: "undo"}

func (a Answer) String() string { return name(answerNames[:], int(a)) }

// ParseAnswer reads passed, denied or undo.
func ParseAnswer(s string) (Answer, error) {
	i, err := parseName("answer", answerNames[:], s)
	return Answer(i), err
}
