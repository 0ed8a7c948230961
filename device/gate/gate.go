package gate

import (
	"io"
	"slices"
	"sync"
	"time"

	"checkpoint"

	"periph.io/x/conn/v3/gpio"
)

// DefaultPulse is how long the relay stays energised for one person.
const DefaultPulse = 3 * time.Second

// Pin is one output. The zero Pin is not fitted.
type Pin struct {
	Out       gpio.PinOut
	ActiveLow bool // on is electrically low
}

// Pins are what a lane's gate is made of; any may be missing.
type Pins struct {
	Green, Amber, Red Pin
	Status            Pin // LED on the box
	Buzzer            Pin
	Relay             Pin
}

// Options of a gate; the zero value serves.
type Options struct {
	// RelayPulse is how long Open energises the relay; 0: DefaultPulse.
	RelayPulse time.Duration
	// OnFault is told of all pins that fail when one more begins to, and with nil
	// when all work again. It is called on the gate's own goroutine: it must not
	// block and must not call Close.
	OnFault func(error)
	// Trace, for benchmarks, gets a line for every edge, just after it is on
	// the pin: "<CLOCK_MONOTONIC in ns> <pin> <0|1>", 1 meaning on.
	Trace io.Writer
	// Output is where a simulated gate opened by [Open] writes; nil: nowhere.
	Output io.Writer
}

// Gate is a [checkpoint.Gate] over pins. One goroutine owns the pins, all
// methods only say what is wanted.
type Gate struct {
	pins    [roles]*driven
	options Options
	show    func(old, now wish) // told what a simulated gate prints; nil: nothing

	wake       chan struct{}
	stop, done chan struct{}
	closing    sync.Once
	closed     error

	mu   sync.Mutex
	want wish
}

var _ checkpoint.Gate = (*Gate)(nil)

// New puts all pins to rest and takes them over until Close. The gate is dark
// until its first Signal.
func New(p Pins, o Options) *Gate { return start(p, o, nil) }

func start(p Pins, o Options, show func(old, now wish)) *Gate {
	if o.RelayPulse <= 0 {
		o.RelayPulse = DefaultPulse
	}
	g := &Gate{options: o, show: show, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	for r, pin := range [roles]Pin{p.Green, p.Amber, p.Red, p.Status, p.Buzzer, p.Relay} {
		if pin.Out != nil {
			g.pins[r] = &driven{Pin: pin, role: role(r)}
		}
	}
	_ = g.rest() // what fails here is tried again, and reported, by run
	go g.run()
	return g
}

// Signal shows s, from the beginning of its pattern, until the next call.
func (g *Gate) Signal(s checkpoint.Signal) {
	g.change(func(w *wish, now time.Time) {
		w.signal, w.shown = s, now
		w.buzz, w.buzzed = w.sound(s), now
		w.signals++
	})
}

// Notice sounds the refused-scan rhythm; lamps keep their pattern. What is
// left of the signal's own sound is dropped.
func (g *Gate) Notice() {
	g.change(func(w *wish, now time.Time) {
		if w.quiet {
			return
		}
		w.buzz, w.buzzed = notice, now
		w.notices++
	})
}

// Quiet keeps the buzzer still, from the next sound on, but for what must be
// heard wherever somebody looks: a machine's fault, an emergency, and the
// buzzer's own turn in a lamp walk. Lamps and relay stay as they are.
func (g *Gate) Quiet(quiet bool) {
	g.change(func(w *wish, _ time.Time) { w.quiet = quiet })
}

// Open energises the relay for one pulse from now; a pulse that is still
// running is extended.
func (g *Gate) Open() {
	g.change(func(w *wish, now time.Time) { w.until = now.Add(g.options.RelayPulse) })
}

// Hold keeps the relay energised, or puts it to rest at once, a pulse of Open
// that is still running included.
func (g *Gate) Hold(open bool) {
	g.change(func(w *wish, _ time.Time) { w.held, w.until = open, time.Time{} })
}

// HasRelay tells whether a relay is fitted, and its line there.
func (g *Gate) HasRelay() bool { return g.has(relay) }

// HasBuzzer tells whether one is fitted, and its line there.
func (g *Gate) HasBuzzer() bool { return g.has(buzzer) }

func (g *Gate) has(r role) bool { return g.pins[r] != nil && !g.pins[r].missing() }

// Fitted are the pins that there are: green, amber, red, status, buzzer, relay.
func (g *Gate) Fitted() []string {
	list := []string{}
	for r := range g.pins {
		if g.has(role(r)) {
			list = append(list, role(r).String())
		}
	}
	return list
}

// Close puts every pin to rest and gives them up; errors of all pins are
// joined. Calls after it do nothing.
func (g *Gate) Close() error {
	g.closing.Do(func() {
		close(g.stop)
		<-g.done
		g.closed = g.rest()
	})
	return g.closed
}

func (g *Gate) change(f func(w *wish, now time.Time)) {
	g.mu.Lock()
	f(&g.want, time.Now())
	g.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default: // it will wake anyhow, and see the newest wish
	}
}

// wish is what the lane wants of its gate. What each pin does at any moment
// follows from it alone, so nothing drifts and nothing is missed.
type wish struct {
	signal checkpoint.Signal
	shown  time.Time // since when
	buzz   rhythm
	buzzed time.Time // since when
	until  time.Time // the relay's pulse ends
	held   bool      // the relay is held energised
	quiet  bool      // the buzzer says only what must be heard

	trouble  Trouble
	troubled time.Time // since when
	tells    role      // the lamp that tells it

	signals, notices int // calls so far
}

// sound is what the buzzer does for a signal.
func (w wish) sound(s checkpoint.Signal) rhythm {
	if w.quiet && !slices.Contains(heard, s) {
		return rhythm{}
	}
	return patternOf(s)[buzzer]
}

// at is which pins are on at now, and for how long that stays so.
func (w wish) at(now time.Time) (on [roles]bool, next time.Duration) {
	next = never
	rhythms, since := w.rhythms()
	for r, rhythm := range rhythms {
		level, change := rhythm.at(now.Sub(since[r]))
		on[r], next = level, min(next, change)
	}
	if left := w.until.Sub(now); left > 0 {
		on[relay], next = true, min(next, left)
	}
	on[relay] = on[relay] || w.held
	return on, next
}
