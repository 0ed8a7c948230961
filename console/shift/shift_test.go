package shift_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/shift"
)

type file struct {
	text []byte
	err  error
}

func (f *file) Load() ([]byte, error) { return f.text, nil }
func (f *file) Save(b []byte) error {
	if f.err == nil {
		f.text = b
	}
	return f.err
}

var six = time.Date(2021, 10, 13, 6, 0, 0, 0, time.UTC)

func open(t *testing.T, f *file) *shift.Book {
	t.Helper()
	b, err := shift.Open(f, six)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decided(v checkpoint.Verdict) checkpoint.Record {
	return checkpoint.Record{Kind: checkpoint.RecordDecision, Verdict: v, Time: six, Number: "001090000011"}
}

func answered(of uint64, v checkpoint.Verdict, o checkpoint.Outcome, found ...checkpoint.Finding) checkpoint.Record {
	return checkpoint.Record{Kind: checkpoint.RecordOutcome, Verdict: v, Outcome: o, Refers: at(of), Findings: found, Time: six}
}

func at(seq uint64) checkpoint.Position { return checkpoint.Position{Epoch: 1, Seq: seq} }

// One answer counts once, however often it was taken back and given again.
func TestAnUndoneAnswerIsTakenOff(t *testing.T) {
	b := open(t, &file{})
	b.Add(at(1), decided(checkpoint.Refer))
	b.Add(at(2), answered(1, checkpoint.Refer, checkpoint.Passed))
	b.Add(at(3), answered(1, checkpoint.Refer, checkpoint.Undone))
	b.Add(at(4), answered(1, checkpoint.Refer, checkpoint.Denied))
	b.Add(at(5), decided(checkpoint.Refuse))
	b.Add(at(6), answered(5, checkpoint.Refuse, checkpoint.Passed, checkpoint.FoundLeadPIN))
	s := b.Now()
	if s.Counts["refer"] != 1 || s.Did["refer"]["passed"] != 0 || s.Did["refer"]["denied"] != 1 || s.Did["refuse"][shift.Override] != 1 || s.Did["refuse"]["passed"] != 0 {
		t.Errorf("the sheet says %+v", s)
	}
}

func TestWhatTheNextShiftHasToKnow(t *testing.T) {
	b := open(t, &file{})
	event := func(minute int, open bool, f checkpoint.Finding) {
		b.Add(at(1), checkpoint.Record{Kind: checkpoint.RecordEvent, Time: six.Add(time.Duration(minute) * time.Minute), Open: open, Findings: []checkpoint.Finding{f}})
	}
	for minute := range 5 {
		event(minute, false, checkpoint.FoundPriority)
	}
	event(1, true, checkpoint.FoundTraining)
	event(2, false, checkpoint.FoundTraining)
	event(3, false, checkpoint.FoundLampWalk)
	s := b.Now()
	if p := s.Points[checkpoint.FoundPriority]; p.N != 5 || len(p.When) != 3 || !p.When[2].Equal(six.Add(4*time.Minute)) {
		t.Errorf("priority vehicles: %+v", p)
	}
	if s.Points[checkpoint.FoundTraining].N != 1 || len(s.Points) != 2 {
		t.Errorf("points: %+v", s.Points)
	}
}

// A power cut in the middle of a shift does not begin a new one, and the file
// says nothing of anybody.
func TestAShiftOutlivesTheDaemon(t *testing.T) {
	f := &file{}
	b := open(t, f)
	b.Add(at(1), decided(checkpoint.Admit))
	if err := b.Save(); err != nil {
		t.Fatal(err)
	}
	again, err := shift.Open(f, six.Add(time.Hour))
	if s := again.Now(); err != nil || !s.Since.Equal(six) || s.Counts["admit"] != 1 {
		t.Errorf("after the restart: %+v, %v", s, err)
	}
	if err := again.HandOver(six.Add(8*time.Hour), "An 0417", "Bình 0418"); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"An", "0417", "0418", "001090000011"} {
		if strings.Contains(string(f.text), secret) {
			t.Errorf("%q is in the file: %s", secret, f.text)
		}
	}
	if last := again.Last(); last.From != "An 0417" || last.To != "Bình 0418" || last.Counts["admit"] != 1 {
		t.Errorf("the sheet to print: %+v", last)
	}
	if s := again.Now(); !s.Since.Equal(six.Add(8*time.Hour)) || s.Counts["admit"] != 0 {
		t.Errorf("the new shift: %+v", s)
	}
}

func TestADamagedAccountBeginsAnew(t *testing.T) {
	b, err := shift.Open(&file{text: []byte("{")}, six)
	if err == nil || !b.Now().Since.Equal(six) {
		t.Errorf("%+v, %v", b.Now(), err)
	}
	b.Add(at(1), decided(checkpoint.Admit))
	if b.Now().Counts["admit"] != 1 {
		t.Error("it does not count")
	}
}

// A full disk keeps nobody from going home; the account is written later.
func TestWhatCouldNotBeSavedIsSavedLater(t *testing.T) {
	f := &file{err: errors.New("full")}
	b := open(t, f)
	if b.HandOver(six, "1", "2") == nil {
		t.Error("nobody was told")
	}
	f.err = nil
	if err := b.Save(); err != nil || f.text == nil {
		t.Errorf("not saved: %v", err)
	}
}
