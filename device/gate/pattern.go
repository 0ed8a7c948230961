package gate

import (
	"math"
	"time"

	"checkpoint"
)

// role is what a pin is for.
type role int

const (
	green role = iota
	amber
	red
	status // the LED on the box itself: "I am alive"
	buzzer
	relay
	roles
)

var roleNames = [roles]string{"green", "amber", "red", "status", "buzzer", "relay"}

func (r role) String() string { return roleNames[r] }

// pattern is what one signal does to the lamps and the buzzer. The relay is
// never part of a signal.
type pattern [relay]rhythm

// patterns is the signal table of the province: one lamp code everywhere, never
// more than three flashes in any second (photosensitive people look at it).
// All times are milliseconds, on-off-on-off.
var patterns = [...]pattern{
	checkpoint.SignalDark:  {},
	checkpoint.SignalIdle:  {status: again(60, 3940)},
	checkpoint.SignalAdmit: {green: steady(), buzzer: once(200)},
	checkpoint.SignalRefer: {amber: again(600, 600), buzzer: once(150, 150, 150)},
	checkpoint.SignalRefuse: {
		red:    again(200, 200, 200, 900),
		buzzer: once(500, 200, 500, 200, 500),
	},
	checkpoint.SignalRepeat: {
		amber:  again(150, 250, 150, 250, 150, 900),
		buzzer: once(100, 100, 400),
	},
	checkpoint.SignalNotRead: {amber: once(250), buzzer: once(60, 60, 60)},
	checkpoint.SignalFault: {
		red:    again(2000, 2000),
		amber:  again(2000, 2000).late(2000), // alternates with red
		buzzer: once(1200),
	},
	checkpoint.SignalEmergency: {green: steady(), status: again(500, 500), buzzer: once(1200)},

	checkpoint.SignalWalkGreen:  {green: steady()},
	checkpoint.SignalWalkAmber:  {amber: steady()},
	checkpoint.SignalWalkRed:    {red: steady()},
	checkpoint.SignalWalkStatus: {status: steady()},
	checkpoint.SignalWalkBuzzer: {buzzer: again(200, 800)},
}

// heard are the signals that sound on a quiet gate, too.
var heard = []checkpoint.Signal{checkpoint.SignalFault, checkpoint.SignalEmergency, checkpoint.SignalWalkBuzzer}

// notice is how a scan that is refused while a decision is open sounds.
var notice = once(40, 40, 40, 40, 40)

// patternOf is total: a signal that the table does not know is a fault.
func patternOf(s checkpoint.Signal) pattern {
	if int(s) >= len(patterns) {
		s = checkpoint.SignalFault
	}
	return patterns[s]
}

// rhythm is how one lamp or the buzzer goes on and off from the moment its
// signal is shown. The zero rhythm stays off.
type rhythm struct {
	lead   int   // off before everything else, ms
	ms     []int // on, off, on, off …
	repeat bool  // from the start of ms, for ever
	steady bool  // on for ever; ms is empty
}

func once(ms ...int) rhythm  { return rhythm{ms: ms} }
func again(ms ...int) rhythm { return rhythm{ms: ms, repeat: true} }
func steady() rhythm         { return rhythm{steady: true} }

func (r rhythm) late(ms int) rhythm {
	r.lead = ms
	return r
}

// silent tells whether r never goes on.
func (r rhythm) silent() bool { return len(r.ms) == 0 && !r.steady }

// never is longer than any lane waits.
const never = time.Duration(math.MaxInt64)

// at tells whether r is on when elapsed has passed since its start, and for
// how long that stays so.
func (r rhythm) at(elapsed time.Duration) (on bool, next time.Duration) {
	if len(r.ms) == 0 {
		return r.steady, never
	}
	if lead := millis(r.lead); elapsed < lead {
		return false, lead - elapsed
	}
	elapsed -= millis(r.lead)
	if r.repeat {
		elapsed %= r.length()
	}
	for i, ms := range r.ms {
		d := millis(ms)
		if elapsed < d {
			return i%2 == 0, d - elapsed
		}
		elapsed -= d
	}
	return false, never
}

// length is how long one run of r takes, without the lead.
func (r rhythm) length() time.Duration {
	sum := 0
	for _, ms := range r.ms {
		sum += ms
	}
	return millis(sum)
}

func millis(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }
