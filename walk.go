package checkpoint

import (
	"context"
	"errors"
	"time"
)

// Walk is a step of a lamp walk: one lamp, the buzzer or the relay by itself,
// so that somebody can say whether it works.
type Walk uint8

// The steps of a lamp walk.
const (
	WalkGreen Walk = iota + 1
	WalkAmber
	WalkRed
	WalkStatus
	WalkBuzzer
	WalkRelay
	WalkEnd // the walk is over
)

var walkNames = [...]string{WalkGreen: "green", WalkAmber: "amber", WalkRed: "red", WalkStatus: "status", WalkBuzzer: "buzzer", WalkRelay: "relay", WalkEnd: "end"}

func (w Walk) String() string { return name(walkNames[:], int(w)) }

// ParseWalk reads green, amber, red, status, buzzer, relay or end.
func ParseWalk(s string) (Walk, error) {
	i, err := parseName("step of a lamp walk", walkNames[:], s)
	return Walk(i), err
}

// walkFor is how long a step is shown to somebody who does not answer.
const walkFor = time.Minute

// ErrWalkEnded tells that a person, or an emergency, came before the lamps.
var ErrWalkEnded = errors.New("the lamp walk ended: somebody came to the lane")

// Walk shows one step of a lamp walk. The first one waits until no decision is
// open and nobody is before the lane; whoever comes meanwhile ends the walk,
// and the next step fails with [ErrWalkEnded] unless it is the first again.
// The relay moves only once the record of it is on disk.
func (l *Lane) Walk(ctx context.Context, step Walk, first bool) error {
	w := &walk{step: step, first: first, gone: ctx.Done(), reply: make(chan error, 1)}
	l.send(func(s *lane) { s.walk(w) })
	return l.await(ctx, w.reply)
}

// walk is one step that was asked for.
type walk struct {
	step  Walk
	first bool
	gone  <-chan struct{} // nobody waits for it any more
	reply chan error
}

func (s *lane) walk(w *walk) {
	switch {
	case s.view.State == StateWalk:
		s.walkStep(w)
	case w.step == WalkEnd:
		w.reply <- nil
	case !w.first:
		w.reply <- ErrWalkEnded
	case s.view.State == StateIdle && !s.stalled:
		s.walkBegin(w)
	default:
		s.walks = append(s.walks, w) // idle takes it up
	}
}

// takeWalk begins the next walk that somebody still waits for.
func (s *lane) takeWalk() {
	for len(s.walks) > 0 && s.view.State == StateIdle && !s.stalled {
		w := s.walks[0]
		s.walks = s.walks[1:]
		select {
		case <-w.gone:
		default:
			s.walkBegin(w)
		}
	}
}

func (s *lane) walkBegin(w *walk) {
	s.clear(alarmUndo, alarmPersonal)
	s.view.Decision, s.view.Outcome, s.view.UndoUntil, s.view.Notice = nil, 0, time.Time{}, ""
	s.enter(StateWalk)
	s.note(Record{Findings: []Finding{FoundLampWalk}})
	s.walkStep(w)
	s.show()
}

func (s *lane) walkStep(w *walk) {
	s.set(alarmClose, walkFor)
	switch w.step {
	case WalkEnd:
		s.walkOver()
	case WalkRelay:
		s.Gate.Signal(SignalDark)
		s.record(Record{Kind: RecordEvent, Findings: []Finding{FoundRelayTested}}, func(s *lane, _ Position, err error) {
			if err == nil && s.view.State == StateWalk && !s.stopped {
				s.Gate.Open()
			}
			w.reply <- err
		})
		return
	default:
		s.Gate.Signal(walkSignals[w.step])
	}
	w.reply <- nil
}

// walkOver ends the walk; what it opened is shut.
func (s *lane) walkOver() {
	s.Gate.Hold(false)
	s.idle()
}

var walkSignals = [...]Signal{WalkGreen: SignalWalkGreen, WalkAmber: SignalWalkAmber, WalkRed: SignalWalkRed, WalkStatus: SignalWalkStatus, WalkBuzzer: SignalWalkBuzzer}

// WalkLamps shows every lamp and the buzzer for a while each, for somebody who
// looks on from where they cannot answer. It never moves the relay. It waits
// until nobody is before the lane, and begins again when somebody came.
func (l *Lane) WalkLamps(ctx context.Context, each time.Duration) error {
	for {
		err := l.walkOnce(ctx, each)
		if !errors.Is(err, ErrWalkEnded) {
			return err
		}
	}
}

func (l *Lane) walkOnce(ctx context.Context, each time.Duration) error {
	for step := WalkGreen; step <= WalkBuzzer; step++ {
		if err := l.Walk(ctx, step, step == WalkGreen); err != nil {
			return err
		}
		select {
		case <-time.After(each):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), l.Walk(context.WithoutCancel(ctx), WalkEnd, false))
		}
	}
	return l.Walk(ctx, WalkEnd, false)
}
