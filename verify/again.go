package verify

import (
	"slices"

	"checkpoint"
	"checkpoint/verify/policy"
)

// Again gives the facts of a decision that was recorded, for asking what other
// rules would have said: of the paper what the findings tell, of its holder
// what the data says (nil: nothing). with is the decision about the paper that was
// shown before, together with which this one was decided; nil: there was none. A
// record does not hold everything that rules can ask: of an age beyond the
// year in a 12-digit number nothing is left, and of a second paper see [Holds]. Whoever compares asks the old rules first,
// and leaves out what they decide otherwise than was recorded.
func Again(r checkpoint.Record, with *checkpoint.Record, holder *checkpoint.Person, lane checkpoint.LaneInfo, data *Data) policy.Facts {
	has := func(f checkpoint.Finding) bool { return slices.Contains(r.Findings, f) }
	lane.Direction = r.Direction
	e := &examination{}
	e.surroundings(lane, data, r.Time)
	card := &checkpoint.Credential{Kind: r.Document, Number: r.Number}
	f := &e.facts.Card
	f.Kind, f.Format, f.Typed = r.Document.String(), string(r.Format), r.Format == checkpoint.FormatTyped
	if r.Document == checkpoint.KindCCCD && len(r.Number) == 12 {
		f.Region = r.Number[:3]
	}
	f.HasBirth, f.Typed = !has(checkpoint.FoundBirthMissing), r.Format == checkpoint.FormatTyped
	if f.Age = age(card, r.Time); f.Age < 0 && f.HasBirth {
		f.Age = SupposedAge
	}
	if child := has(checkpoint.FoundChild); child && (f.Age < 0 || f.Age >= adult) {
		f.Age = adult - 1
	} else if !child && f.Age >= 0 {
		f.Age = max(f.Age, adult)
	}
	f.Contradicts = has(checkpoint.FoundNumberBirthYear) || has(checkpoint.FoundNumberSex)
	f.Damaged, f.Other = has(checkpoint.FoundTextDamaged), has(checkpoint.FoundPapersDiffer)
	if with != nil && with.Format != checkpoint.FormatPaperForm {
		f.With = with.Document.String()
	}
	f.Older = has(checkpoint.FoundCardReissued)
	f.Newer = has(checkpoint.FoundIssueDiffers) && !f.Older
	switch {
	case has(checkpoint.FoundCardLost):
		f.Reported = "lost"
	case has(checkpoint.FoundCardWithdrawn):
		f.Reported = "withdrawn"
	}
	e.facts.Person.Found = !has(checkpoint.FoundNotInData)
	e.facts.Person.Known = e.facts.Person.Found && holder != nil && f.HasBirth && !has(checkpoint.FoundBirthDiffers)
	f.Differs = has(checkpoint.FoundNameDiffers) || has(checkpoint.FoundSexDiffers) || has(checkpoint.FoundBirthDiffers)
	f.Agrees = e.facts.Person.Known && !f.Differs && !f.Damaged && printsAll(r.Format)
	if e.facts.Person.Known {
		e.holder(*holder, r.Time)
	}
	return e.facts
}

// Holds tells whether the records of two papers that were shown together, the
// first of them with, hold what rules can ask of both. Of a declaration or a
// passport only its kind is recorded; and where the first paper was the better one, the
// decision is about it again, and of the second nothing is.
func Holds(r checkpoint.Record, with *checkpoint.Record) bool {
	if with == nil || with.Format == checkpoint.FormatPaperForm {
		return true
	}
	switch with.Format {
	case checkpoint.FormatDCC, checkpoint.FormatDeclaration, checkpoint.FormatDeclaredCode:
		return false
	}
	return with.Number != "" && (with.Document != r.Document || with.Number != r.Number)
}

// adult is the age, in years, from which [checkpoint.FoundChild] is not found.
const adult = 18

// printsAll tells whether a paper of the format gives name and sex.
func printsAll(f checkpoint.Format) bool {
	switch f {
	case checkpoint.FormatCCCD2021, checkpoint.FormatCanCuoc2024, checkpoint.FormatBHYT2014, checkpoint.FormatBHYT2021, checkpoint.FormatBHYTPlain, checkpoint.FormatPersonalQR:
		return true
	}
	return false
}

// Redecide is what a box makes of facts, whether or not its clock is trusted.
func Redecide(p *policy.Policy, f policy.Facts, trusted bool) policy.Ruling {
	return cautious(p, f, trusted)
}
