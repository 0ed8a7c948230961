package verify

import (
	"time"

	"checkpoint"
	"checkpoint/verify/policy"
)

// Suppose gives the facts of somebody who shows card now, where the data knows
// them as person and agrees with every line that the card carries. It is for
// asking what a policy would say, without a register.
func Suppose(card *checkpoint.Credential, person checkpoint.Person, lane checkpoint.LaneInfo, data *Data, now time.Time) policy.Facts {
	match := checkpoint.Match{Found: true, Opened: !card.Birth.IsZero(), Person: person}
	if card.NameFold != "" {
		match.Name = checkpoint.Agrees
	}
	if printedSex(card) != 0 {
		match.Sex = checkpoint.Agrees
	}
	return examine(card, match, lane, data, now).facts
}

// Decide is what a box with trusted time makes of facts: the policy's ruling,
// but no green with data beyond the policy's own limit.
func Decide(p *policy.Policy, f policy.Facts) policy.Ruling { return cautious(p, f, true) }

// SupposedAge is how old people count as whose birth date is not known, in
// years: no rule for children or the old holds.
const SupposedAge = 40

// Expect is what a policy says to a person of the data who shows, on fresh
// data, the very chip card that the data knows. The data holds no birth dates:
// everybody is of [SupposedAge].
func Expect(p *policy.Policy, person checkpoint.Person, lane checkpoint.LaneInfo, now time.Time) policy.Ruling {
	card := &checkpoint.Credential{
		Format: checkpoint.FormatCCCD2021, Kind: checkpoint.KindCCCD, NameFold: "a", FullName: "A", Sex: checkpoint.Male,
		Birth: checkpoint.DateOf(now.In(vietnam).AddDate(-SupposedAge, 0, 0)), Issued: person.Issued,
	}
	return Decide(p, Suppose(card, person, lane, &Data{Policy: p, Created: now}, now))
}
