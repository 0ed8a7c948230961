package checkpoint

import (
	"context"
	"slices"
	"sync"
	"time"
)

// How long things last at a lane. Sources: the signal table and the rules of
// docs/signals.md.
const (
	greenFor       = 3 * time.Second         // green lamp, without a passage sensor
	notReadFor     = 3 * time.Second         // grey, then ready again
	answerWithin   = 5 * time.Minute         // then the decision is undecided
	unattendedFor  = 8 * time.Second         // the same where nobody can answer
	undoFor        = 10 * time.Second        // after an answer
	personalFor    = 30 * time.Second        // after the result, then the name is gone
	sameScan       = 2500 * time.Millisecond // a hand scanner repeats what lies before it
	sameScanCamera = 5 * time.Second         // a camera sees a code in many frames
	samePoster     = 30 * time.Second        // people stand before it for a while
	readingAfter   = 300 * time.Millisecond  // then the screen says "reading"
	secondWithin   = 30 * time.Second        // for a second paper, after it was asked for
	verifyWithin   = time.Second             // then the machine is at fault
	recordWithin   = time.Second             // then nothing opens for this person any more, and the screen says N20
	stopWithin     = 2 * time.Second         // for records on their way to disk when the daemon stops
	readersWithin  = 2 * time.Second         // after the start, before a missing reader is a fault
	winkEvery      = time.Second             // a storm of bad codes must not flash faster than the eye may bear
	noiseEvery     = time.Second             // at most one record of unknown codes in this time
)

// LaneConfig wires a lane. All ports are required but Display and Recent.
type LaneConfig struct {
	Info     LaneInfo
	Verifier Verifier
	Gate     Gate
	Journal  Journal
	Clock    Clock
	Display  Display // told every change; may be nil
	Recent   *Recent // shared by the lanes of a box; nil: this lane's own
	// Readers are the names of the lane's readers; each is taken as
	// unplugged until it reports.
	Readers []string
	// Contacts are those that are fitted; PassWithin and DoorOpenFor are how long
	// a person has to come through and a door may stand open after the gate
	// opened; 0: the defaults.
	Contacts                []Contact
	PassWithin, DoorOpenFor time.Duration
	// Attended: somebody can answer (a page, buttons, the control socket).
	// Without it amber and red close as undecided after 8 s.
	Attended bool
	// Training: the lane stands in for one that trains. Its views say so, and its
	// people are counted from [TrainingTurns], so that a button pressed late never
	// speaks of somebody real.
	Training bool
}

// TrainingTurns is where a training lane begins to count: no real lane gets there.
const TrainingTurns = 1 << 32

// Lane is one lane's engine. One goroutine, [Lane.Run], owns its state;
// everything else sends to it. It never blocks on disk or network, so an
// emergency is seen at once whatever else is going on.
type Lane struct {
	cfg    LaneConfig
	scans  chan Scan
	typed  chan typing
	events chan func(*lane)
	done   chan struct{}
	once   sync.Once
}

var _ Sink = (*Lane)(nil)

// NewLane makes a lane; it does nothing until Run.
func NewLane(cfg LaneConfig) *Lane {
	if cfg.Recent == nil {
		cfg.Recent = NewRecent()
	}
	return &Lane{cfg: cfg, scans: make(chan Scan), typed: make(chan typing), events: make(chan func(*lane)), done: make(chan struct{})}
}

// Scan hands a scan to the lane. It waits while the scan before is verified
// and recorded, so that a fast scanner is slowed down instead of losing codes;
// it never waits for a guard. After Run ends it returns at once.
func (l *Lane) Scan(s Scan) {
	select {
	case l.scans <- s:
	case <-l.done:
	}
}

// await waits for the lane's goroutine.
func (l *Lane) await(ctx context.Context, reply <-chan error) error {
	select {
	case err := <-reply:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-l.done:
		return ErrLaneStopped
	}
}

// Alive returns once the lane's goroutine has answered.
func (l *Lane) Alive(ctx context.Context) error {
	answered := make(chan struct{})
	select {
	case l.events <- func(*lane) { close(answered) }:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.done:
		return ErrLaneStopped
	}
	<-answered
	return nil
}

func (l *Lane) send(e func(*lane)) {
	select {
	case l.events <- e:
	case <-l.done:
	}
}

// Run works the lane until ctx ends, then leaves the gate dark and at rest. An
// open decision is recorded as undecided. It may be called once.
func (l *Lane) Run(ctx context.Context) error {
	defer l.once.Do(func() { close(l.done) })
	s := newLane(l)
	s.set(alarmReaders, readersWithin)
	s.idle()
	for {
		scans, typed := l.scans, l.typed
		if s.busy() {
			scans, typed = nil, nil // back-pressure: the reader waits
		}
		alarm := s.nextAlarm()
		select {
		case <-ctx.Done():
			s.stop(l.events)
			return ctx.Err()
		case scan := <-scans:
			s.scan(scan)
		case p := <-typed:
			p.reply <- s.typedIn(p)
		case event := <-l.events:
			event(s)
		case <-alarm:
			s.ring(time.Now())
		}
	}
}

// lane is the state that Run's goroutine owns.
type lane struct {
	*LaneConfig
	post func(func(*lane)) // runs a function on the lane's goroutine, later

	view    View
	heard   map[string]bool // readers that reported, or were given up
	turn    *turn
	alarms  [alarmCount]time.Time
	timer   *time.Timer
	appends []appendJob
	writing bool
	stalled bool      // a record has been on its way to disk for too long
	stuck   bool      // a verification outlived its second and has not come back
	winked  time.Time // when "not read" was last signalled
	noise   time.Time // when an unknown code was last recorded
	stopped bool      // nothing opens any more
	last    physical
	vehicle *Vehicle    // whose people are looked at; nil: everybody comes alone
	keyed   []time.Time // when numbers were typed, within the last minute
	turns   uint64
	opening opening            // the gate's last
	told    map[told]time.Time // when a contact's word was last recorded
	walks   []*walk            // lamp walks that wait until nobody is before the lane
}

// turn is one person before the lane: from scan to outcome.
type turn struct {
	scan     Scan
	vehicle  *Vehicle       // in which the person sits; nil: none
	first    *turn          // the open decision that this paper may join; nil: a person's first paper
	decision *Decision      // never changed once shown
	position Position       // zero until the decision is on disk
	waiting  *pendingAnswer // an answer that waits for the decision's own record
	green    bool           // was shown green before its record failed
	lead     bool           // a shift lead answered
	shown    Finding        // why the guard let the person pass, of Shown; empty: not said
	listed   bool           // the guard wants the data put right
	late     bool           // its record took too long: the gate stays shut, whatever comes
	forget   func()         // takes back that the person was let in; nil: was not
}

type pendingAnswer struct {
	answer Answer
	reply  chan<- error
}

func newLane(l *Lane) *lane {
	s := &lane{LaneConfig: &l.cfg, post: l.send, timer: time.NewTimer(0), heard: map[string]bool{}, told: map[told]time.Time{}}
	<-s.timer.C
	s.view.Lane, s.view.Training = l.cfg.Info, l.cfg.Training
	if l.cfg.Training {
		s.turns, s.view.Turn = TrainingTurns, TrainingTurns
	}
	for _, name := range l.cfg.Readers {
		s.view.Readers = append(s.view.Readers, ReaderState{Name: name})
	}
	return s
}

// busy tells whether the next scan has to wait: one is being verified, or its
// record is on the way to disk. In an emergency, or while the disk hangs, scans
// are taken and turned away.
func (s *lane) busy() bool {
	if s.view.State == StateEmergency || s.stalled {
		return false
	}
	return s.view.State == StateReading || s.writing
}

type alarm int

const (
	alarmClose    alarm = iota // the state ends by itself
	alarmUndo                  // undo is over
	alarmPersonal              // personal data leaves the view
	alarmSecond                // no second paper came
	alarmSlow                  // say "reading"
	alarmVerify                // verification took too long
	alarmRecord                // the disk takes too long
	alarmReaders               // readers have had time to report
	alarmPriority              // the priority button was held
	alarmPassage               // nobody came through
	alarmVehicle               // nobody closed a vehicle
	alarmDoor                  // the door stands open for too long
	alarmCount
)

func (s *lane) set(a alarm, after time.Duration) { s.alarms[a] = time.Now().Add(after) }
func (s *lane) clear(list ...alarm) {
	for _, a := range list {
		s.alarms[a] = time.Time{}
	}
}

func (s *lane) nextAlarm() <-chan time.Time {
	var first time.Time
	for _, t := range s.alarms {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if first.IsZero() {
		s.timer.Stop()
		return nil
	}
	s.timer.Reset(time.Until(first))
	return s.timer.C
}

func (s *lane) ring(now time.Time) {
	for a, t := range s.alarms {
		if t.IsZero() || t.After(now) {
			continue
		}
		s.alarms[a] = time.Time{}
		switch alarm(a) {
		case alarmClose:
			s.close()
		case alarmUndo:
			s.view.UndoUntil = time.Time{}
		case alarmPersonal:
			s.view.Decision = nil
		case alarmSecond:
			s.view.SecondUntil = time.Time{}
		case alarmSlow:
			// The view already says StateReading; showing it late keeps
			// fast decisions from flickering.
		case alarmVerify:
			s.tooSlow()
		case alarmRecord:
			s.stall()
		case alarmReaders:
			s.unheard()
		case alarmPriority:
			s.priority(make(chan error, 1)) // the view says how it ended
		case alarmPassage:
			s.notPassed()
		case alarmVehicle:
			s.vehicleLeft()
		case alarmDoor:
			s.gateFails(FoundDoorOpen, "")
		}
		s.show()
	}
}

func (s *lane) show() {
	if s.Display == nil {
		return
	}
	v := s.view
	v.Readers, v.Contacts = slices.Clone(v.Readers), slices.Clone(v.Contacts)
	s.Display.Show(v)
}

func (s *lane) enter(state State) {
	s.view.State, s.view.Since = state, time.Now()
	s.view.SecondUntil, s.view.Called = time.Time{}, false
	s.clear(alarmClose, alarmSlow, alarmVerify, alarmSecond)
}

// idle makes the lane ready; the last decision may stay in view.
func (s *lane) idle() {
	if s.vehicle == nil {
		s.view.Vehicle = nil
	}
	s.enter(StateIdle)
	s.signalIdle()
	s.show()
	s.takeWalk()
}

// stop records an open decision as undecided, waits a little for what is on
// its way to disk, and leaves the gate dark and at rest.
func (s *lane) stop(events <-chan func(*lane)) {
	s.stopped = true
	s.Gate.Hold(false)
	s.undecided()
	late := time.After(stopWithin)
	for s.writing {
		select {
		case event := <-events:
			event(s)
		case <-late:
			s.writing = false
		}
	}
	s.Gate.Signal(SignalDark)
}
