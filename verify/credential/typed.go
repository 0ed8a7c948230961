package credential

import (
	"time"

	"checkpoint"
)

// Typed is a number and a birth date that a guard typed off a paper. What they
// contradict each other in is found as on a card; the sex is the number's word.
func Typed(t checkpoint.Typed, now time.Time) Parsed {
	var p Parsed
	p.Format, p.Kind, p.Number, p.Birth = checkpoint.FormatTyped, t.Kind, t.Number, t.Birth
	if t.Kind == checkpoint.KindCCCD {
		n := p.registration(t.Number)
		p.compareNumber(n)
		p.Sex = n.Sex
		p.warn(checkpoint.WarnSexDerived)
	}
	if p.Birth.First().After(checkpoint.DateOf(now).First()) {
		p.warn(checkpoint.WarnBirthInFuture)
	}
	return p
}
