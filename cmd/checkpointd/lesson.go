package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"checkpoint"
)

// school stands before a lane. While the lane says that it trains, whatever is
// scanned or pressed goes to a lane of its own, without pins, without data and
// without a journal; else to the real one. The real lane alone says when that is:
// it is dark and deaf meanwhile.
type school struct {
	real   *checkpoint.Lane
	lesson atomic.Pointer[checkpoint.Lane] // nil: nobody trains
	turns  chan bool                       // training began, or ended
	make   func() *checkpoint.Lane
	scans  atomic.Uint64

	mu sync.Mutex
	on bool
}

var (
	_ checkpoint.Sink      = (*school)(nil)
	_ checkpoint.SightSink = (*school)(nil)
	_ checkpoint.Display   = (*school)(nil)
)

// openSchool makes it; the lane that it stands before is set once there is one.
func openSchool(info checkpoint.LaneInfo, clock checkpoint.Clock, display checkpoint.Display) *school {
	sc := &school{turns: make(chan bool, 16)}
	sc.make = func() *checkpoint.Lane {
		return checkpoint.NewLane(checkpoint.LaneConfig{
			Info: info, Verifier: &samples{}, Gate: bareGate{}, Journal: &slate{}, Clock: clock, Display: display,
			Readers: []string{sampleReader}, Attended: true, Training: true,
		})
	}
	return sc
}

// sampleReader is the name of what samples come from.
const sampleReader = "mẫu"

// Show follows the real lane's views.
func (sc *school) Show(v checkpoint.View) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if on := v.State == checkpoint.StateTraining; on != sc.on {
		sc.on = on
		sc.turns <- on
	}
}

// Run gives lessons until ctx ends.
func (sc *school) Run(ctx context.Context) error {
	var lessons sync.WaitGroup
	end := func() {}
	defer func() { end(); lessons.Wait() }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case on := <-sc.turns:
			end()
			sc.lesson.Store(nil)
			if !on {
				continue
			}
			within, cancel := context.WithCancel(ctx)
			end = cancel
			lane := sc.make()
			lessons.Go(func() { _ = lane.Run(within) }) // it ends with the lesson
			lane.Reader(sampleReader, true)
			sc.lesson.Store(lane)
		}
	}
}

// now is the lane that is asked for.
func (sc *school) now() *checkpoint.Lane {
	if lane := sc.lesson.Load(); lane != nil {
		return lane
	}
	return sc.real
}

// Scan implements checkpoint.Sink. A lesson does not even see what was scanned.
func (sc *school) Scan(s checkpoint.Scan) {
	if sc.lesson.Load() != nil {
		sc.Sample()
		return
	}
	sc.real.Scan(s)
}

// Sample shows the next sample person.
func (sc *school) Sample() {
	if lane := sc.lesson.Load(); lane != nil {
		lane.Scan(checkpoint.Scan{Reader: sampleReader, Payload: fmt.Append(nil, sc.scans.Add(1)), At: time.Now()})
	}
}

// Reader and Sight implement checkpoint.Sink and SightSink: how the devices are
// is the real lane's to know.
func (sc *school) Reader(name string, there bool)            { sc.real.Reader(name, there) }
func (sc *school) Sight(name string, sight checkpoint.Sight) { sc.real.Sight(name, sight) }
func (sc *school) Priority(ctx context.Context) error        { return sc.real.Priority(ctx) }
func (sc *school) WrongPIN()                                 { sc.real.WrongPIN() }
func (sc *school) AnswerTurn(ctx context.Context, turn uint64, a checkpoint.Answer, shown checkpoint.Finding) error {
	return sc.now().AnswerTurn(ctx, turn, a, shown)
}

func (sc *school) TypeTurn(ctx context.Context, turn uint64, t checkpoint.Typed) error {
	return sc.now().TypeTurn(ctx, turn, t)
}

func (sc *school) FormTurn(ctx context.Context, turn uint64, f checkpoint.Form) error {
	return sc.now().FormTurn(ctx, turn, f)
}

func (sc *school) Vehicle(ctx context.Context, plate string) error {
	return sc.now().Vehicle(ctx, plate)
}

func (sc *school) CloseVehicle(ctx context.Context, plate string, pass bool) error {
	return sc.now().CloseVehicle(ctx, plate, pass)
}

func (sc *school) CompleteForm(ctx context.Context, at checkpoint.Position, f checkpoint.Form) error {
	return sc.real.CompleteForm(ctx, at, f)
}

// Contact passes the guard's three buttons on to the lesson; every other wire is
// about the real gate.
func (sc *school) Contact(c checkpoint.Contact, active bool) {
	switch c {
	case checkpoint.Button1, checkpoint.Button2, checkpoint.Button3:
		sc.now().Contact(c, active)
	default:
		sc.real.Contact(c, active)
	}
}

// bareGate is a gate without pins.
type bareGate struct{}

func (bareGate) Signal(checkpoint.Signal) {}
func (bareGate) Notice()                  {}
func (bareGate) Open()                    {}
func (bareGate) Hold(bool)                {}
func (bareGate) HasRelay() bool           { return false }

// slate is a journal that is wiped: it counts, and keeps nothing.
type slate struct{ n atomic.Uint64 }

func (s *slate) Append(context.Context, checkpoint.Record) (checkpoint.Position, error) {
	return checkpoint.Position{Seq: s.n.Add(1)}, nil
}

// samples decides about invented people, one after the other, whatever was
// scanned.
type samples struct{ n atomic.Uint64 }

func (s *samples) Personal([]byte) bool { return true }

func (s *samples) Verify(context.Context, checkpoint.Scan, checkpoint.LaneInfo) checkpoint.Decision {
	return sampleDecision(int((s.n.Add(1) - 1) % uint64(len(lessons))))
}

// lessons are the cases to practise, in the order in which they come.
var lessons = []checkpoint.Decision{
	{Verdict: checkpoint.Admit, Reason: checkpoint.MeetsRule},
	{Verdict: checkpoint.Refer, Reason: "A02"},
	{Verdict: checkpoint.Refer, Reason: checkpoint.DetailsDiffer, Differs: []string{"full_name"}},
	{Verdict: checkpoint.Refuse, Reason: "R02"},
	{Verdict: checkpoint.NotRead, Reason: checkpoint.CodeNotRead},
	{Verdict: checkpoint.Refer, Reason: "A01"},
	{Verdict: checkpoint.Repeat, Reason: checkpoint.JustScanned},
}

// sampleDecision is the i-th case. Its person is nobody: no such number is given
// out, since 000 is no province.
func sampleDecision(i int) checkpoint.Decision {
	d := lessons[i]
	d.Args = map[string]string{}
	if d.Verdict != checkpoint.NotRead {
		d.Credential = &checkpoint.Credential{
			Format: checkpoint.FormatCCCD2021, Kind: checkpoint.KindCCCD, Number: fmt.Sprintf("000090%06d", i+1), FullName: "NGƯỜI MẪU " + string(rune('A'+i)),
			Birth: checkpoint.Date{Year: 1990, Month: 1, Day: i + 1}, Sex: checkpoint.Male, Issued: checkpoint.Date{Year: 2021, Month: 7, Day: 1},
		}
	}
	return d
}
