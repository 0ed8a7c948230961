package slots

import (
	"fmt"
	"strconv"
)

// Name is one of the card's two systems, as the loader calls it on the kernel's
// command line.
type Name string

// The two systems.
const (
	A Name = "A"
	B Name = "B"
)

// Other is the one that is not n.
func (n Name) Other() Name {
	if n == A {
		return B
	}
	return A
}

// How often the loader starts a system that does not become ready, before it
// goes on to the other one. One that was ready before has more: a guard who
// pulls the plug three times must not get last year's system for it.
const (
	TriesNew    = 3
	TriesProven = 10
)

// Slot is what the state knows of one system.
type Slot struct {
	Left   int  // tries left; 0: not started unless the other has none either
	Proven bool // it was ready at least once since it was written
}

// State is what the loader goes by.
type State struct {
	serial uint32 // of the copy; the higher one is newer
	First  Name   // the system that is tried first
	A, B   Slot
}

// New is the state of a card with the same new system twice.
func New() State { return State{First: A, A: Slot{Left: TriesNew}, B: Slot{Left: TriesNew}} }

// Of is the slot of that name, to look at or to change.
func (s *State) Of(n Name) *Slot {
	if n == B {
		return &s.B
	}
	return &s.A
}

// Next is the system that the loader starts next, by the rule that boot.cmd has,
// too: the first with tries left, and the wanted one when none has any.
func (s State) Next() Name {
	for _, n := range []Name{s.First, s.First.Other()} {
		if s.Of(n).Left > 0 {
			return n
		}
	}
	return s.First
}

// GivenUp tells whether a system is started only where neither has any tries: it
// never became ready, or is not whole.
func (s State) GivenUp(n Name) bool {
	slot := s.Of(n)
	return !slot.Proven && slot.Left == 0
}

// Good marks a system that became ready.
func (s *State) Good(n Name) { *s.Of(n) = Slot{Left: TriesProven, Proven: true} }

// Bad marks a system that must not be started.
func (s *State) Bad(n Name) { *s.Of(n) = Slot{} }

// Prefer has a system started first from now on, newly written or not.
func (s *State) Prefer(n Name) {
	s.First = n
	if slot := s.Of(n); slot.Left == 0 {
		slot.Left = TriesNew
	}
}

// texts are the names that boot.cmd knows; numbers are hexadecimal there.
func (s State) texts() map[string]string {
	return map[string]string{
		"serial": strconv.FormatUint(uint64(s.serial), 16),
		"first":  string(s.First),
		"a_left": strconv.FormatUint(uint64(s.A.Left), 16), "a_proven": flag(s.A.Proven),
		"b_left": strconv.FormatUint(uint64(s.B.Left), 16), "b_proven": flag(s.B.Proven),
	}
}

func flag(is bool) string {
	if is {
		return "1"
	}
	return "0"
}

func ofTexts(texts map[string]string) (s State, err error) {
	number := func(name string, bits int) uint64 {
		n, parsed := strconv.ParseUint(texts[name], 16, bits)
		if parsed != nil && err == nil {
			err = fmt.Errorf("%s=%q is no hexadecimal number", name, texts[name])
		}
		return n
	}
	s = State{serial: uint32(number("serial", 32)), First: Name(texts["first"])}
	s.A = Slot{int(number("a_left", 8)), texts["a_proven"] == "1"}
	s.B = Slot{int(number("b_left", 8)), texts["b_proven"] == "1"}
	if err == nil && s.First != A && s.First != B {
		err = fmt.Errorf("first=%q is no slot", s.First)
	}
	return s, err
}
