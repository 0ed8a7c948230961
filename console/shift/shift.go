// Package shift is the account of a shift: how many of each verdict there were,
// what the guards did, and what whoever takes over has to know. It counts what
// is on disk already, names nobody, and survives a restart; who stood there is
// typed at the hand-over, recorded, and kept in memory for the printed sheet.
package shift

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"checkpoint"
)

// Store keeps the account; Load gives nil where there is none yet.
type Store interface {
	Load() ([]byte, error)
	Save([]byte) error
}

// Sheet is a shift in figures.
type Sheet struct {
	Since  time.Time                    `json:"since"`
	Until  time.Time                    `json:"-"` // zero: it goes on
	From   string                       `json:"-"` // who hands over, as typed
	To     string                       `json:"-"` // who takes over
	Counts map[string]uint64            `json:"counts"`
	Did    map[string]map[string]uint64 `json:"did"`    // verdict, outcome or "override"
	Points map[checkpoint.Finding]Point `json:"points"` // what the next shift has to know
}

// Override is the outcome of a red that a shift lead let pass.
const Override = "override"

// Points that are no findings of an event.
const (
	Overridden checkpoint.Finding = "OVERRIDE"
	Unanswered checkpoint.Finding = "UNDECIDED"
	Emergency  checkpoint.Finding = "EMERGENCY"
)

// Point is one thing to know: how often, and when lately.
type Point struct {
	N    uint64      `json:"n"`
	When []time.Time `json:"when"` // the last few, oldest first
}

// lately is how many times of a point are kept.
const lately = 3

func newSheet(since time.Time) Sheet {
	return Sheet{Since: since, Counts: map[string]uint64{}, Did: map[string]map[string]uint64{}, Points: map[checkpoint.Finding]Point{}}
}

func (s Sheet) clone() Sheet {
	s.Counts, s.Points = maps.Clone(s.Counts), maps.Clone(s.Points)
	did := map[string]map[string]uint64{}
	for v, of := range s.Did {
		did[v] = maps.Clone(of)
	}
	s.Did = did
	return s
}

// noted are the events that the next shift has to know.
var noted = []checkpoint.Finding{
	checkpoint.FoundPriority, checkpoint.FoundWrongPIN, checkpoint.FoundBoxOpened, checkpoint.FoundDoorOpen, checkpoint.FoundDoorStayedShut,
	checkpoint.FoundNoPassage, checkpoint.FoundRelayTested, checkpoint.FoundLogLooked, checkpoint.FoundTraining, checkpoint.FoundSettings,
}

// Book counts the shift that goes on. Its methods may be called from any
// goroutine.
type Book struct {
	store Store

	mu      sync.Mutex
	sheet   Sheet
	last    Sheet // the one before, for printing; zero: none since the start
	answers []answered
	unsaved bool
}

// answered is a decision's last outcome, so that an undo can be taken off.
type answered struct {
	decision checkpoint.Position
	verdict  string
	outcome  string
}

// undoable is how many answers can be taken off again; undo ends after 10 s.
const undoable = 64

// Open reads the account; now is when a new one begins. After an error the
// account is there and begins anew.
func Open(s Store, now time.Time) (*Book, error) {
	b := &Book{store: s, sheet: newSheet(now)}
	text, err := s.Load()
	if err != nil || text == nil {
		return b, err
	}
	kept := newSheet(now)
	if err := json.Unmarshal(text, &kept); err != nil {
		return b, fmt.Errorf("the shift's account begins anew: %w", err)
	}
	b.sheet = kept
	return b, nil
}

// Add counts a record that is on disk.
func (b *Book) Add(p checkpoint.Position, r checkpoint.Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unsaved = true
	switch r.Kind {
	case checkpoint.RecordDecision:
		b.sheet.Counts[r.Verdict.String()]++
	case checkpoint.RecordOutcome:
		b.outcome(r)
	case checkpoint.RecordEmergency:
		if r.Open {
			b.note(Emergency, r.Time)
		}
	case checkpoint.RecordEvent:
		for _, f := range r.Findings {
			if slices.Contains(noted, f) && (r.Open || f != checkpoint.FoundTraining && f != checkpoint.FoundBoxOpened) {
				b.note(f, r.Time)
			}
		}
	}
}

func (b *Book) outcome(r checkpoint.Record) {
	verdict, outcome := r.Verdict.String(), r.Outcome.String()
	if r.Outcome == checkpoint.Passed && slices.Contains(r.Findings, checkpoint.FoundLeadPIN) {
		outcome = Override
		b.note(Overridden, r.Time)
	}
	if r.Outcome == checkpoint.Undecided {
		b.note(Unanswered, r.Time)
	}
	if i := slices.IndexFunc(b.answers, func(a answered) bool { return a.decision == r.Refers }); i >= 0 {
		before := b.answers[i]
		b.sheet.Did[before.verdict][before.outcome]--
		b.answers = slices.Delete(b.answers, i, i+1)
	}
	if r.Outcome == checkpoint.Undone {
		return
	}
	if b.sheet.Did[verdict] == nil {
		b.sheet.Did[verdict] = map[string]uint64{}
	}
	b.sheet.Did[verdict][outcome]++
	if len(b.answers) == undoable {
		b.answers = slices.Delete(b.answers, 0, 1)
	}
	b.answers = append(b.answers, answered{r.Refers, verdict, outcome})
}

func (b *Book) note(f checkpoint.Finding, at time.Time) {
	p := b.sheet.Points[f]
	p.N++
	p.When = append(slices.Clone(p.When), at)
	p.When = p.When[max(0, len(p.When)-lately):]
	b.sheet.Points[f] = p
}

// Now is the shift that goes on.
func (b *Book) Now() Sheet {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sheet.clone()
}

// Last is the shift that ended last; its Since is zero where none did since the
// start.
func (b *Book) Last() Sheet {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last.clone()
}

// HandOver ends the shift and begins the next. What cannot be saved is tried
// again with the next Save.
func (b *Book) HandOver(now time.Time, from, to string) error {
	b.mu.Lock()
	b.sheet.Until, b.sheet.From, b.sheet.To = now, from, to
	b.last, b.sheet, b.answers, b.unsaved = b.sheet, newSheet(now), nil, true
	b.mu.Unlock()
	return b.Save()
}

// Save writes the account down if it changed.
func (b *Book) Save() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.unsaved {
		return nil
	}
	text, err := json.Marshal(b.sheet)
	if err != nil {
		return err
	}
	if err := b.store.Save(text); err != nil {
		return err
	}
	b.unsaved = false
	return nil
}
