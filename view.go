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
	StateTraining                   // somebody practises: dark, at rest, and nobody is decided about
)

var stateNames = [...]string{StateIdle: "idle", StateReading: "reading", StateDecided: "decided", StateWaiting: "waiting", StateEmergency: "emergency", StateWalk: "walk", StateTraining: "training"}

func (s State) String() string { return name(stateNames[:], int(s)) }

// View is one moment of a lane, for whoever shows it. Views are values: a
// later change of the lane never alters one that was handed out.
type View struct {
	Lane LaneInfo
	Turn uint64 // counts the people before the lane since its start
	// Training: nothing of this is real ([LaneConfig].Training).
	Training bool
	State    State
	Since    time.Time // when State began
	// Decision is the open or last decision; nil when none is shown. Its
	// Credential is nil once personal data has been dropped.
	Decision  *Decision
	Position  Position  // of the decision's record; zero until it is on disk
	Outcome   Outcome   // the guard's answer; zero while there is none
	UndoUntil time.Time // until when Undo works; zero: not at all
	// SecondUntil is until when the next scan joins the open decision as a second
	// paper; zero: none is wanted.
	SecondUntil time.Time
	Listed      bool     // the guard wants the data put right ([AnswerList])
	Called      bool     // the duty officer's phone number is wanted, of the decision's args
	Refused     uint64   // scans refused while a decision was open, since start
	Notice      Reason   // a line beside the verdict: N14, N03…; empty for none
	Vehicle     *Vehicle // that stands there, or was just let pass; nil: none
	Opened      bool     // the relay was energised for this decision
	Readers     []ReaderState
	Contacts    []Contact // that are active, in the order in which they became so
	GateFault   Finding   // what lock and contacts disagree about; empty for nothing
}

// ReaderState tells whether a reader is there.
type ReaderState struct {
	Name      string
	Connected bool
	Sight     Sight `json:",omitempty"` // of a connected camera
}

// Answer is what a guard may say to a lane.
type Answer uint8

// The answers.
const (
	AnswerPassed Answer = iota + 1
	AnswerDenied
	AnswerUndo
	AnswerOverride // passed, by a shift lead's word: whoever asks has checked the PIN
	AnswerOther    // none yet: the next scan is a second paper of the same person
	AnswerCall     // none yet: the guard wants to read the duty officer's phone number
	AnswerDiffers  // takes a green back: face or lines are not the card's
	AnswerRight    // ends a green early
	AnswerAgain    // ends "not read" early: the same code may be shown at once
	AnswerList     // none yet: the data are to be put right; once more: they are not
)

var answerNames = [...]string{AnswerPassed: "passed", AnswerDenied: "denied", AnswerUndo: "undo", AnswerOverride: "override", AnswerOther: "other", AnswerCall: "call", AnswerDiffers: "differs", AnswerRight: "right", AnswerAgain: "again", AnswerList: "list"}

func (a Answer) String() string { return name(answerNames[:], int(a)) }

// ParseAnswer reads passed, denied, undo, override, other, call, differs,
// right, again or list.
func ParseAnswer(s string) (Answer, error) {
	i, err := parseName("answer", answerNames[:], s)
	return Answer(i), err
}
