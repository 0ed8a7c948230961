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

// Decide is what a box with trusted time makes of facts: the policy's ruling, but
// no green with data beyond the policy's own limit.
func Decide(p *policy.Policy, f policy.Facts) policy.Ruling { return cautious(p.Decide(f), f, true) }
