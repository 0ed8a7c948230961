// Package daylog is what a shift lead may look up of today: the journal is
// sealed to the province, so the box remembers the little that a question at the
// lane needs, in memory and for the day.
//
// Of a person it keeps the last three digits of the number, and a hash of the
// number under a key that is made for the day and forgotten with it. It keeps no
// name, no address and no birth date, and nothing reaches the disk: a box that is
// switched off knows nothing.
package daylog

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
	"time"

	"checkpoint"
)

// Bounds of what is remembered, and of what one look shows.
const (
	most  = 8192
	shown = 200
)

// Entry is one decision of today.
type Entry struct {
	At        time.Time
	Lane      string
	Direction checkpoint.Direction
	Verdict   checkpoint.Verdict
	Reason    checkpoint.Reason
	Outcome   checkpoint.Outcome // zero: none was wanted, or none came yet
	Lead      bool               // by a shift lead's PIN
	Reference string             // as the screen named it
	Tail      string             // last three digits of the number; empty: nobody's code

	position checkpoint.Position
	tag      [sha256.Size]byte // zero: nobody's code
}

// Log is today's decisions. Its methods may be called from any goroutine.
type Log struct {
	zone *time.Location // in which a day begins and ends

	mu      sync.Mutex
	day     string
	key     []byte
	entries []Entry // oldest first
}

// New makes an empty log for days of a zone.
func New(zone *time.Location) *Log { return &Log{zone: zone} }

// Add notes a record that is on disk. What is about no decision is left out.
func (l *Log) Add(p checkpoint.Position, r checkpoint.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(r.Time)
	switch r.Kind {
	case checkpoint.RecordDecision:
		l.decided(p, r)
	case checkpoint.RecordOutcome:
		for i := range slices.Backward(l.entries) {
			if e := &l.entries[i]; e.position == r.Refers {
				e.Outcome, e.Lead = r.Outcome, slices.Contains(r.Findings, checkpoint.FoundLeadPIN)
				return
			}
		}
	}
}

func (l *Log) decided(p checkpoint.Position, r checkpoint.Record) {
	e := Entry{At: r.Time, Lane: r.Lane, Direction: r.Direction, Verdict: r.Verdict, Reason: r.Reason, Reference: p.Reference(), position: p}
	if r.Number != "" {
		e.Tail, e.tag = r.Number[max(0, len(r.Number)-3):], l.tagOf(r.Number)
	}
	if len(l.entries) >= most {
		l.entries = slices.Delete(l.entries, 0, most/8)
	}
	l.entries = append(l.entries, e)
}

// turn begins a new day: what is remembered of the last one goes, with its key.
func (l *Log) turn(now time.Time) {
	day := now.In(l.zone).Format(time.DateOnly)
	if day <= l.day { // a clock that was put back does not give the past away
		return
	}
	l.day, l.entries, l.key = day, nil, make([]byte, sha256.Size)
	rand.Read(l.key) // never fails, crypto/rand says
}

func (l *Log) tagOf(number string) (tag [sha256.Size]byte) {
	h := hmac.New(sha256.New, l.key)
	h.Write([]byte(number))
	h.Sum(tag[:0])
	return tag
}

// Query is what is asked for; the zero query is for the last decisions.
type Query struct {
	Number    string // whole, as a card has it
	Reference string // of a complaint
}

// ParseQuery reads what somebody typed: a complaint's reference, which has a
// letter or a dash, or else a document number.
func ParseQuery(typed string) Query {
	typed = strings.ToUpper(strings.Join(strings.Fields(typed), ""))
	if strings.Contains(typed, "-") {
		return Query{Reference: typed}
	}
	return Query{Number: typed}
}

// Find is what is remembered of today that matches, newest first, and how many
// there are in all.
func (l *Log) Find(q Query, now time.Time) (found []Entry, all int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	tag := l.tagOf(q.Number)
	for _, e := range slices.Backward(l.entries) {
		if q.Number != "" && e.tag != tag || q.Reference != "" && e.Reference != q.Reference {
			continue
		}
		if all++; all <= shown {
			found = append(found, e)
		}
	}
	return found, all
}
