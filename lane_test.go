package checkpoint_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"
)

// The bench below records what a lane does, in order, as short words: "lamp
// admit", "append decision admit", "open".
type bench struct {
	mu      sync.Mutex
	log     []string
	relay   bool
	disk    error                // what Append answers
	slow    time.Duration        // how long Append takes
	site    string               // its type
	found   []checkpoint.Finding // about every person
	think   time.Duration        // how long Verify takes
	seq     uint64
	view    checkpoint.View
	lane    *checkpoint.Lane
	records []checkpoint.Record

	contacts []checkpoint.Contact // that are fitted
}

func (b *bench) say(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log = append(b.log, fmt.Sprintf(format, args...))
}

func (b *bench) Signal(s checkpoint.Signal) { b.say("lamp %s", s) }
func (b *bench) Notice()                    { b.say("notice") }
func (b *bench) Open() {
	if b.relay {
		b.say("open")
	}
}
func (b *bench) Hold(open bool)         { b.say("hold %t", open) }
func (b *bench) HasRelay() bool         { return b.relay }
func (b *bench) Show(v checkpoint.View) { b.mu.Lock(); b.view = v; b.mu.Unlock() }
func (b *bench) Now() (time.Time, bool) { return time.Now(), true }

func (b *bench) Append(_ context.Context, r checkpoint.Record) (checkpoint.Position, error) {
	b.mu.Lock()
	slow := b.slow
	b.mu.Unlock()
	time.Sleep(slow)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.disk != nil {
		return checkpoint.Position{}, b.disk
	}
	b.seq++
	b.records = append(b.records, r)
	word := map[checkpoint.RecordKind]string{checkpoint.RecordDecision: "decision " + r.Verdict.String(), checkpoint.RecordOutcome: "outcome " + r.Outcome.String(), checkpoint.RecordEmergency: "emergency", checkpoint.RecordEvent: "event"}[r.Kind]
	for _, f := range r.Findings {
		word += " " + string(f)
	}
	b.log = append(b.log, "append "+word)
	return checkpoint.Position{Epoch: 7, Seq: b.seq}, nil
}

// Verify reads the payload as "verdict/person"; a person with + is wanted with
// another paper, and for one with * there is a duty officer to call.
func (b *bench) Verify(_ context.Context, s checkpoint.Scan, _ checkpoint.LaneInfo) checkpoint.Decision {
	b.mu.Lock()
	think := b.think
	b.mu.Unlock()
	time.Sleep(think)
	if s.Before != nil {
		b.say("beside %s", s.Before.Payload)
	}
	if f := s.Form; f != nil {
		return checkpoint.Decision{Verdict: checkpoint.Refer, Reason: checkpoint.PaperFormShown, Credential: f.Credential()}
	}
	if t := s.ByHand; t != nil {
		d := checkpoint.Decision{Verdict: checkpoint.Refer, Reason: checkpoint.TypedByHand, Credential: &checkpoint.Credential{Format: checkpoint.FormatTyped, Kind: t.Kind, Number: t.Number, Birth: t.Birth}}
		copy(d.Person[:], t.Number)
		return d
	}
	word, person, _ := strings.Cut(string(s.Payload), "/")
	v, err := checkpoint.ParseVerdict(word)
	if err != nil {
		return checkpoint.Decision{Verdict: checkpoint.NotRead, Reason: checkpoint.CodeNotRead}
	}
	d := checkpoint.Decision{Verdict: v, InData: true, RepeatFor: 5 * time.Minute, Findings: b.found, Credential: &checkpoint.Credential{Kind: checkpoint.KindCCCD, Number: "001090000011", FullName: person}}
	copy(d.Person[:], person)
	d.Second = strings.HasSuffix(person, "+")
	if strings.HasSuffix(person, "*") {
		d.Args = map[string]string{"phone": "0220 000 1130"}
	}
	return d
}

func (b *bench) Personal(payload []byte) bool { return !strings.HasPrefix(string(payload), "poster/") }

func (b *bench) set(what *time.Duration, to time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*what = to
}

func (b *bench) take() []string {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	log := b.log
	b.log = nil
	return log
}

func (b *bench) now() checkpoint.View {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view
}

func (b *bench) scan(payload string) {
	b.lane.Scan(checkpoint.Scan{Reader: "r1", Payload: []byte(payload), At: time.Now()})
}

func (b *bench) want(t *testing.T, words ...string) {
	t.Helper()
	if got, want := strings.Join(b.take(), ", "), strings.Join(words, ", "); got != want {
		t.Fatalf("the lane did:\n  %s\nwant:\n  %s", got, want)
	}
}

func onLane(t *testing.T, b *bench, attended bool, test func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		b.lane = checkpoint.NewLane(checkpoint.LaneConfig{
			Info:     checkpoint.LaneInfo{Lane: "1", Direction: checkpoint.In, SiteType: b.site},
			Verifier: b, Gate: b, Journal: b, Clock: b, Display: b, Attended: attended, Readers: []string{"r1"}, Contacts: b.contacts,
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = b.lane.Run(ctx) }()
		b.lane.Reader("r1", true)
		b.want(t, "lamp idle", "lamp idle")
		test(t)
		cancel()
		<-ended
	})
}

func TestRelayOpensOnlyAfterTheRecord(t *testing.T) {
	b := &bench{relay: true, slow: 50 * time.Millisecond}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		b.want(t, "lamp admit")
		time.Sleep(b.slow)
		b.want(t, "append decision admit", "open")
		time.Sleep(3 * time.Second)
		b.want(t, "lamp idle")
	})
}

func TestGreenWaitsForTheRecordWhereTheLampIsTheGate(t *testing.T) {
	b := &bench{slow: 50 * time.Millisecond}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		b.want(t)
		time.Sleep(b.slow)
		b.want(t, "append decision admit", "lamp admit")
	})
}

func TestNothingOpensThatCannotBeRecorded(t *testing.T) {
	for _, relay := range []bool{true, false} {
		b := &bench{relay: relay, disk: errors.New("disk full")}
		onLane(t, b, true, func(t *testing.T) {
			b.scan("admit/an")
			for _, word := range b.take() {
				if word == "open" {
					t.Fatal("the relay opened without a record")
				}
			}
			if v := b.now(); v.Notice != checkpoint.CannotRecord || v.Decision.Verdict != checkpoint.Fault {
				t.Fatalf("view says %v %q, want fault N20", v.Decision.Verdict, v.Notice)
			}
			b.disk = nil // space again: the next person is served
			time.Sleep(4 * time.Second)
			b.take()
			b.scan("admit/binh")
			log := strings.Join(b.take(), ", ")
			if relay && !strings.Contains(log, "append decision admit, open") {
				t.Fatalf("after the disk came back: %s", log)
			}
		})
	}
}

func TestPassedByTheGuardNeedsItsRecordToo(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.want(t, "lamp refer", "append decision refer")
		b.disk = errors.New("disk full")
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err == nil {
			t.Fatal("an answer that is not on disk was taken")
		}
		b.want(t, "lamp fault")
	})
}

func TestOutcomeOfAnUnrecordedDecisionIsRecordedWithIt(t *testing.T) {
	b := &bench{relay: true, disk: errors.New("disk full")}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.want(t, "lamp refer")
		b.disk = nil
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append decision refer", "append outcome passed", "lamp admit", "open")
	})
}

func TestATapForSomebodyElseIsRefused(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.want(t, "lamp refer", "append decision refer")
		if err := b.lane.AnswerTurn(t.Context(), 2, checkpoint.AnswerPassed, ""); !errors.Is(err, checkpoint.ErrOtherPerson) {
			t.Errorf("an answer for the next person: %v", err)
		}
		b.want(t)
		if err := b.lane.AnswerTurn(t.Context(), 1, checkpoint.AnswerPassed, ""); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append outcome passed", "lamp admit", "open")
	})
}

func TestGuardAnswersAndTakesBack(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refuse/an")
		b.want(t, "lamp refuse", "append decision refuse")
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerDenied); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append outcome denied", "lamp idle")
		time.Sleep(9 * time.Second)
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerUndo); err != nil {
			t.Fatal(err)
		}
		b.want(t, "hold false", "lamp refuse", "append outcome undone")
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); !errors.Is(err, checkpoint.ErrNeedsLead) {
			t.Errorf("a guard passes a red: %v", err)
		}
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerOverride); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append outcome passed LEAD_PIN", "lamp admit", "open")
		for _, r := range b.records[1:] {
			if r.Refers != (checkpoint.Position{Epoch: 7, Seq: 1}) {
				t.Errorf("outcome %v refers to %v, want the decision", r.Outcome, r.Refers)
			}
		}
		time.Sleep(10 * time.Second)
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerUndo); !errors.Is(err, checkpoint.ErrNothingToUndo) {
			t.Errorf("undo after 10 s: %v", err)
		}
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); !errors.Is(err, checkpoint.ErrNoDecision) {
			t.Errorf("answer to nobody: %v", err)
		}
	})
}

func TestAnswerWaitsForTheDecisionsRecord(t *testing.T) {
	b := &bench{relay: true, slow: time.Second / 2}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.want(t, "lamp refer")
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append decision refer", "append outcome passed", "lamp admit", "open")
	})
}

func TestOpenDecisionEndsUndecided(t *testing.T) {
	for _, c := range []struct {
		attended bool
		after    time.Duration
	}{{true, 5 * time.Minute}, {false, 8 * time.Second}} {
		b := &bench{relay: true}
		onLane(t, b, c.attended, func(t *testing.T) {
			b.scan("refer/an")
			b.want(t, "lamp refer", "append decision refer")
			time.Sleep(c.after - time.Millisecond)
			b.want(t)
			time.Sleep(time.Millisecond)
			b.want(t, "append outcome undecided", "lamp idle")
		})
	}
}

func TestScanIsRefusedWhileADecisionIsOpen(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.take()
		b.scan("admit/binh")
		b.want(t, "notice")
		if v := b.now(); v.State != checkpoint.StateWaiting || v.Refused != 1 || v.Notice != checkpoint.DecideFirst || v.Decision.Credential.FullName != "an" {
			t.Fatalf("the open decision was disturbed: %+v", v)
		}
	})
}

// A record that arrives late must not open the gate for whoever stands there by
// then: the guard was told to open by hand.
func TestAHangingDiskIsAFaultAndOpensNothingLater(t *testing.T) {
	for _, relay := range []bool{true, false} {
		b := &bench{relay: relay, slow: 13 * time.Second}
		onLane(t, b, true, func(t *testing.T) {
			b.scan("admit/an")
			b.take()
			time.Sleep(time.Second)
			b.want(t, "lamp fault")
			if v := b.now(); v.Notice != checkpoint.CannotRecord || v.Decision.Verdict != checkpoint.Fault {
				t.Fatalf("after a second: %v %q", v.Decision.Verdict, v.Notice)
			}
			time.Sleep(3 * time.Second)
			b.want(t, "lamp fault") // not ready
			b.scan("refer/binh")
			b.want(t, "notice") // turned away, not kept waiting
			b.set(&b.slow, 0)
			time.Sleep(9 * time.Second)
			b.want(t, "append decision admit", "lamp idle", "append outcome undone")
			b.scan("admit/cuong")
			if log := strings.Join(b.take(), ", "); !strings.Contains(log, "append decision admit") {
				t.Fatalf("after the disk came back: %s", log)
			}
		})
	}
}

func TestAnAnswerThatHangsOpensNothingLater(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.take()
		b.set(&b.slow, 10*time.Second)
		answered := make(chan error, 1)
		go func() { answered <- b.lane.Answer(t.Context(), checkpoint.AnswerPassed) }()
		time.Sleep(time.Second)
		b.want(t, "lamp fault")
		b.set(&b.slow, 0)
		if err := <-answered; err == nil {
			t.Fatal("taken as passed")
		}
		for _, word := range b.take() {
			if word == "open" {
				t.Fatal("opened late")
			}
		}
		if last := b.records[len(b.records)-1]; last.Outcome != checkpoint.Undone {
			t.Errorf("the last record says %v, want that the answer was taken back", last.Outcome)
		}
	})
}

func TestAnAmberWhoseRecordWasLateCanStillBeAnswered(t *testing.T) {
	b := &bench{relay: true, slow: 3 * time.Second}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		time.Sleep(2 * time.Second)
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err == nil {
			t.Fatal("an answer was taken while the disk hung")
		}
		b.set(&b.slow, 0)
		time.Sleep(2 * time.Second)
		b.take()
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append outcome passed", "lamp admit", "open")
	})
}

func TestRepeatNeverHidesThatACardDiffers(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		time.Sleep(5 * time.Second)
		b.take()
		b.scan("refer/an") // another card with the same number
		b.want(t, "lamp refer", "append decision refer")
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		b.take()
		b.scan("refer/an") // the very card that was let in
		b.want(t, "lamp repeat", "append decision repeat")
	})
}

func TestUndoForgetsOnlyWhatItTakesBack(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		time.Sleep(5 * time.Second)
		b.scan("admit/an")
		b.take() // repeat
		for _, a := range []checkpoint.Answer{checkpoint.AnswerDenied, checkpoint.AnswerUndo, checkpoint.AnswerDenied} {
			if err := b.lane.Answer(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * time.Second)
		b.take()
		b.scan("admit/an")
		b.want(t, "lamp repeat", "append decision repeat")
		for _, a := range []checkpoint.Answer{checkpoint.AnswerPassed, checkpoint.AnswerUndo, checkpoint.AnswerDenied} {
			if err := b.lane.Answer(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * time.Second)
		b.take()
		b.scan("admit/an") // still the first pass, 15 s ago
		b.want(t, "lamp repeat", "append decision repeat")
		if ago := b.now().Decision.Args["ago"]; ago != "15s" {
			t.Errorf("ago %s, want that of the pass that counts", ago)
		}
	})
}

func TestNewScanClearsGreen(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		b.want(t, "lamp admit", "append decision admit", "open")
		b.set(&b.think, 100*time.Millisecond)
		b.scan("admit/binh")
		b.want(t, "lamp idle")
		time.Sleep(b.think)
		b.want(t, "lamp admit", "append decision admit", "open")
	})
}

func TestSamePhysicalScanIsTakenOnce(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		for range 5 { // lies before the scanner for 10 s
			b.scan("admit/an")
			time.Sleep(2 * time.Second)
		}
		if n := len(b.records); n != 1 {
			t.Fatalf("%d records of one card before the scanner", n)
		}
		time.Sleep(time.Second)
		b.take()
		b.scan("admit/an")
		b.want(t, "lamp repeat", "append decision repeat")
		if v := b.now(); v.Decision.Reason != checkpoint.JustScanned || v.Decision.Args["ago"] != "11s" || v.Decision.Args["lane"] != "1" {
			t.Fatalf("repeat says %q %v", v.Decision.Reason, v.Decision.Args)
		}
	})
}

func TestRepeatEndsWithItsWindowAndNeverHidesRed(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		time.Sleep(10 * time.Second)
		b.take()
		b.scan("refuse/an")
		b.want(t, "lamp refuse", "append decision refuse")
		time.Sleep(5 * time.Minute)
		b.take()
		b.scan("admit/an")
		b.want(t, "lamp admit", "append decision admit", "open")
	})
}

func TestEmergencyComesFirstAndIsRecordedAfterwards(t *testing.T) {
	b := &bench{relay: true, slow: 20 * time.Second} // the card stalls
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.take()
		b.lane.Contact(checkpoint.ContactFire, true)
		b.want(t, "hold true", "lamp emergency")
		b.scan("admit/binh")
		b.want(t)
		time.Sleep(time.Minute)
		b.want(t, "append decision refer", "append outcome undecided", "append emergency")
		b.lane.Contact(checkpoint.ContactFire, false)
		b.want(t, "hold false", "lamp idle")
		time.Sleep(time.Minute) // the card stalls still, and that is said
		b.want(t, "lamp fault", "append emergency", "lamp idle")
	})
}

func TestEmergencyWithADeadDisk(t *testing.T) {
	b := &bench{relay: true, disk: errors.New("dead")}
	onLane(t, b, true, func(t *testing.T) {
		b.lane.Contact(checkpoint.ContactFire, true)
		b.want(t, "hold true", "lamp emergency")
		if v := b.now(); v.State != checkpoint.StateEmergency || v.Notice != checkpoint.CannotRecord {
			t.Fatalf("state %v notice %q", v.State, v.Notice)
		}
	})
}

func TestSlowVerificationIsAFaultAndTheLaneLives(t *testing.T) {
	b := &bench{relay: true, think: 10 * time.Second}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		time.Sleep(300 * time.Millisecond)
		if v := b.now(); v.State != checkpoint.StateReading {
			t.Fatalf("after 300 ms: %v, want reading", v.State)
		}
		time.Sleep(700 * time.Millisecond)
		b.want(t, "lamp fault", "append decision fault")
		b.scan("admit/binh") // the first is still stuck: said at once, no pile of goroutines
		b.want(t, "lamp fault", "append decision fault")
		time.Sleep(10 * time.Second)
		b.take()
		b.set(&b.think, 0)
		b.scan("admit/cuong")
		b.want(t, "lamp admit", "append decision admit", "open")
	})
}

// A card that stays before the camera while the machine was at fault is decided
// as soon as it can be: nobody has to take it away and hold it there again.
func TestACodeInViewIsTriedAgainAfterAFault(t *testing.T) {
	b := &bench{relay: true, think: 1500 * time.Millisecond}
	onLane(t, b, true, func(t *testing.T) {
		stay := func(d time.Duration) {
			for range d / (100 * time.Millisecond) {
				b.lane.Scan(checkpoint.Scan{Payload: []byte("admit/an"), At: time.Now(), Camera: true})
				time.Sleep(100 * time.Millisecond)
			}
		}
		stay(2 * time.Second)
		b.want(t, "lamp fault", "append decision fault")
		b.set(&b.think, 0)
		stay(3 * time.Second)
		b.want(t, "lamp idle", "lamp admit", "append decision admit", "open")
		stay(10 * time.Second)
		b.want(t, "lamp idle")
	})
}

func TestUnreadableCodesDoNotFillTheJournal(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		for i := range 100 {
			b.scan(fmt.Sprintf("garbage %d", i))
			b.lane.Scan(checkpoint.Scan{Unreadable: true})
		}
		synctest.Wait()
		if n := len(b.records); n != 1 {
			t.Fatalf("100 unknown codes in an instant made %d records, want 1", n)
		}
		if got := strings.Join(b.take(), ", "); got != "lamp not read, append decision not read" {
			t.Fatalf("200 bad codes in an instant: %s, want one wink", got)
		}
		b.scan("admit/an")
		b.want(t, "lamp admit", "append decision admit", "open")
	})
}

func TestPersonalDataLeavesTheView(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("admit/an")
		time.Sleep(29 * time.Second)
		if b.now().Decision == nil {
			t.Fatal("gone before 30 s")
		}
		time.Sleep(time.Second)
		if b.now().Decision != nil {
			t.Fatal("still in view after 30 s")
		}
	})
}

func TestReaderThatIsMissingFromTheStartIsSaidAfterAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{relay: true}
		b.lane = checkpoint.NewLane(checkpoint.LaneConfig{Verifier: b, Gate: b, Journal: b, Clock: b, Display: b, Readers: []string{"r1"}})
		go func() { _ = b.lane.Run(t.Context()) }()
		b.want(t, "lamp idle")
		time.Sleep(2 * time.Second)
		b.want(t, "lamp fault")
		if v := b.now(); v.Notice != checkpoint.ReaderUnplugged {
			t.Fatalf("notice %q", v.Notice)
		}
	})
}

func TestUnpluggedReaderIsSaidAndComesBack(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.lane.Reader("r1", false)
		b.want(t, "lamp fault")
		if v := b.now(); v.Notice != checkpoint.ReaderUnplugged {
			t.Fatalf("notice %q", v.Notice)
		}
		b.lane.Reader("r1", true)
		b.want(t, "lamp idle")
	})
}

func TestStopLeavesTheGateAtRestAndTheDecisionRecorded(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refer/an")
		b.take()
	})
	if got := strings.Join(b.log, ", "); got != "hold false, append outcome undecided, lamp dark" {
		t.Fatalf("at stop: %s", got)
	}
}
