package checkpoint

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
)

// Errors of [Lane.Type].
var (
	ErrNotANumber  = errors.New("that is no document number with a birth date")
	ErrDecideFirst = errors.New("decide for the person before first")
	ErrTypedOften  = errors.New("too many numbers were typed on this lane: wait a minute")
	ErrGateIsOpen  = errors.New("the gate is held open for an emergency: there is nothing to decide")
)

// How many numbers may be typed on a lane: whoever types could look people up
// who are not there.
const (
	typedMost   = 12
	typedWithin = time.Minute
)

// Typed is what a guard typed off a paper, in place of a scan.
type Typed struct {
	Kind   DocumentKind // KindCCCD, KindCMND or KindPassport
	Number string
	Birth  Date // without day, or without day and month, where the paper has none
}

var typedNumbers = map[DocumentKind]*regexp.Regexp{
	KindCCCD: regexp.MustCompile(`^[0-9]{12}$`),
	KindCMND: regexp.MustCompile(`^[0-9]{9}$`),
	// ICAO Doc 9303-4: nine letters and digits at most.
	KindPassport: regexp.MustCompile(`^[A-Z0-9]{5,9}$`),
}

// Whole tells whether there is enough to look somebody up.
func (t Typed) Whole() bool {
	number := typedNumbers[t.Kind]
	return number != nil && number.MatchString(t.Number) && t.Birth.Year != 0
}

// Type looks at a typed number as at a scan. It joins an open amber decision as
// a second paper, unasked. It returns once the lane has taken it or turned it
// away.
func (l *Lane) Type(ctx context.Context, t Typed) error { return l.typeFor(ctx, nil, t) }

// TypeTurn is Type about one person only, counted as in [View]: what was typed
// for somebody else joins no decision.
func (l *Lane) TypeTurn(ctx context.Context, turn uint64, t Typed) error {
	return l.typeFor(ctx, &turn, t)
}

func (l *Lane) typeFor(ctx context.Context, turn *uint64, t Typed) error {
	if !t.Whole() {
		return ErrNotANumber
	}
	return l.present(ctx, typing{scan: Scan{Payload: []byte(t.Number), ByHand: &t}, turn: turn})
}

// present hands the lane what was typed, and waits for its word.
func (l *Lane) present(ctx context.Context, p typing) error {
	reply := make(chan error, 1)
	p.reply, p.scan.At = reply, time.Now()
	select {
	case l.typed <- p:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.done:
		return ErrLaneStopped
	}
	return l.await(ctx, reply)
}

// typing is a number, or a form, on its way to the lane.
type typing struct {
	scan  Scan
	turn  *uint64 // nil: whoever stands there
	reply chan<- error
}

// typedIn takes what was typed, or says why not.
func (s *lane) typedIn(p typing) error {
	waiting := s.view.State == StateWaiting
	switch {
	case s.view.State == StateEmergency:
		return ErrGateIsOpen
	case s.view.State == StateTraining:
		return ErrTraining
	case s.stalled:
		return errCannotRecord
	case waiting && (p.turn != nil && *p.turn != s.view.Turn || !s.offers(AnswerOther) || s.turn.waiting != nil):
		return s.turnAway()
	case waiting && s.turn.position.IsZero(): // what is not recorded is joined by nothing
		return errCannotRecord
	case p.scan.ByHand != nil && !s.typedSeldom(time.Now()):
		return ErrTypedOften
	}
	if waiting {
		s.join(p.scan)
	} else {
		s.present(p.scan)
	}
	return nil
}

// typedSeldom counts a typed number, if there were not too many of late.
func (s *lane) typedSeldom(now time.Time) bool {
	for len(s.keyed) > 0 && now.Sub(s.keyed[0]) >= typedWithin {
		s.keyed = s.keyed[1:]
	}
	if len(s.keyed) >= typedMost {
		return false
	}
	s.keyed = append(s.keyed, now)
	return true
}

// ParseTyped reads what was typed: the number, blanks and points apart, and the
// birth date as DDMMYYYY, with 00 for a day, or a day and a month, that the
// paper does not give. passport: the number is that of one; else 12 digits are
// a CCCD and 9 a CMND.
func ParseTyped(number, birth string, passport bool) (Typed, error) {
	number = strings.ToUpper(strings.Map(without(" .-"), number))
	t := Typed{Kind: KindPassport, Number: number}
	if !passport {
		t.Kind = map[int]DocumentKind{12: KindCCCD, 9: KindCMND}[len(number)]
	}
	var err error
	if t.Birth, err = typedDate(strings.Map(without("/.- "), birth)); err != nil || !t.Whole() {
		return Typed{}, ErrNotANumber
	}
	return t, nil
}

func without(signs string) func(rune) rune {
	return func(r rune) rune {
		if strings.ContainsRune(signs, r) {
			return -1
		}
		return r
	}
}

func typedDate(s string) (Date, error) {
	if len(s) != len("DDMMYYYY") {
		return Date{}, ErrNotANumber
	}
	iso := s[4:] + "-" + s[2:4] + "-" + s[:2]
	return ParseDate(strings.TrimSuffix(strings.TrimSuffix(iso, "-00"), "-00"))
}
