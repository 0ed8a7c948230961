package checkpoint

import (
	"context"
	"time"
)

// Scan is what a reader delivered: one code, between two terminators.
type Scan struct {
	Reader  string    // the reader's configured name
	Payload []byte    // without terminator, at most MaxPayloadSize
	At      time.Time // when the last byte arrived, with monotonic reading
	Camera  bool      // seen by a camera: the same code stays in view longer
	// Typed by a scanner in keyboard mode: letters beyond ASCII may be missing
	// without a trace, and on a foreign keyboard layout letters may be others.
	Typed bool
	// Unreadable: a code was there and is lost (too long, broken off, letters
	// dropped by the kernel). Payload is empty; the guard sees N01.
	Unreadable bool
	// ByHand: nothing was scanned, a guard typed this; Payload is the number.
	ByHand *Typed
	// Form: a paper form that a guard copied; Payload is whose.
	Form *Form
	// Before is the paper that this one goes with: a lane sets it when a second
	// one was wanted. Nil for most scans.
	Before *Scan
}

// Sink takes what readers deliver. A [Lane] is one. Neither method blocks.
type Sink interface {
	Scan(Scan)
	// Reader reports that the named reader appeared (true) or went away.
	Reader(name string, connected bool)
}

// Sight is how well a camera sees: the zero value is well enough to read codes.
type Sight string

// What keeps a camera from reading; the guard is told so (N04).
const (
	SightClear   Sight = ""
	SightDark    Sight = "dark"
	SightGlare   Sight = "glare"
	SightCovered Sight = "covered" // nothing but one surface, or out of focus
)

// SightSink is a [Sink] that is also told how well cameras see. A [Lane] is one.
type SightSink interface {
	// Sight reports a change. A reader that appears sees clearly until then. It
	// does not block.
	Sight(reader string, s Sight)
}

// Distance is where to move a code that a camera sees, to read it better.
type Distance string

// The distances.
const (
	DistanceFine Distance = ""         // or nothing is seen that says more
	TooFar       Distance = "too far"  // đưa gần: its modules are too small
	TooNear      Distance = "too near" // ra xa: it hardly fits into the picture
)

// Verifier turns a scan into a decision. It never fails: what cannot be
// checked is a decision too (fault, no data). It is called from one goroutine
// per lane and must be safe for several lanes at once.
type Verifier interface {
	Verify(ctx context.Context, s Scan, lane LaneInfo) Decision
	// Personal tells from a code alone, at once, whether it may be a person's.
	// Posters in a camera's view are not.
	Personal(payload []byte) bool
}

// Gate drives lamps, buzzer and relay of one lane. No method blocks; errors
// of pins are the gate's to report as faults.
type Gate interface {
	// Signal shows one signal until the next call.
	Signal(Signal)
	// Notice sounds the "scan refused" rhythm (40-40-40-40-40 ms) over the
	// present signal, which stays.
	Notice()
	// Open energises the relay for its configured pulse. Without a relay it
	// does nothing.
	Open()
	// Hold keeps the relay energised (emergency), or puts it to rest at once,
	// a pulse of Open that is still running included.
	Hold(open bool)
	// HasRelay tells whether Open moves anything. Without a relay the green
	// lamp is what lets people in, so it waits for the record.
	HasRelay() bool
}

// Journal keeps records durably. Append returns once the record is on disk. An
// error means that it may not be: after a disk fault it can turn up all the
// same, under a position of its own, and nothing may be opened on its account.
type Journal interface {
	Append(ctx context.Context, r Record) (Position, error)
}

// Clock tells the wall-clock time, never below the newest signed time known,
// and whether it can be trusted.
type Clock interface {
	Now() (t time.Time, trusted bool)
}

// Display is told every change of a lane. Show must not block and must not
// keep personal data longer than the view it was given with.
type Display interface {
	Show(View)
}

// Signal is a whole pattern of lamps and buzzer, one per row of the signal
// table in docs/signals.md.
type Signal uint8

// The signals.
const (
	SignalDark Signal = iota // everything off: stopped, released
	SignalIdle
	SignalAdmit
	SignalRefer
	SignalRefuse
	SignalRepeat
	SignalNotRead
	SignalFault
	SignalEmergency
	SignalWalkGreen // one lamp by itself, or the buzzer: a lamp walk
	SignalWalkAmber
	SignalWalkRed
	SignalWalkStatus
	SignalWalkBuzzer
)

var signalNames = [...]string{SignalDark: "dark", SignalIdle: "idle", SignalAdmit: "admit", SignalRefer: "refer", SignalRefuse: "refuse", SignalRepeat: "repeat", SignalNotRead: "not read", SignalFault: "fault", SignalEmergency: "emergency",
	SignalWalkGreen: "walk green", SignalWalkAmber: "walk amber", SignalWalkRed: "walk red", SignalWalkStatus: "walk status", SignalWalkBuzzer: "walk buzzer"}

func (s Signal) String() string {
	if s == SignalDark {
		return "dark"
	}
	return name(signalNames[:], int(s))
}

// SignalFor is the signal that announces a verdict.
func SignalFor(v Verdict) Signal {
	switch v {
	case Admit:
		return SignalAdmit
	case Refer:
		return SignalRefer
	case Refuse:
		return SignalRefuse
	case Repeat:
		return SignalRepeat
	case NotRead:
		return SignalNotRead
	}
	return SignalFault
}
