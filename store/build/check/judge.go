package check

import (
	"context"

	"checkpoint/store/build/input"
)

// known is what the rows so far say of one key. A group of a million rows costs
// no more memory than one.
type known struct {
	key    uint64
	person spot   // whose main number it is
	owner  spot   // whose number it is, main or further
	born   uint32 // the owner's day of birth
	name   uint32 // mark of the person's name
	named  bool
	site   spot
	staff  spot
	code   spot
}

// judge holds the rows of all files against each other.
func (c *checker) judge(ctx context.Context, r *Report) error {
	sites := whole(r.Files, input.SheetSites)
	var k known
	n := 0
	for s, err := range c.pile.sorted() {
		if err != nil {
			return err
		}
		if n++; n%pulse == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if s.key != k.key {
			k = known{key: s.key}
		}
		switch s.role() {
		case roleSite, roleAtSite:
			c.judgeSite(&k, s, sites)
		case roleStaff:
			c.twice(&k.staff, s, SameStaff)
		case roleCode:
			c.twice(&k.code, s, SameCode)
		case rolePerson, rolePaper, roleName:
			c.judgeOwner(&k, s)
		default:
			if r.Compared {
				c.judgeStatement(&k, s)
			}
		}
	}
	return nil
}

// judgeOwner: a document stands for one person. Further documents come after
// the main ones.
func (c *checker) judgeOwner(k *known, s sighting) {
	switch s.role() {
	case rolePerson:
		c.twice(&k.person, s, SameNumber)
	case rolePaper:
		c.twice(&k.owner, s, SameDocument)
	case roleName:
		if !k.named {
			k.name, k.named = s.extra(), true
		}
		return
	}
	if k.born == 0 {
		k.owner, k.born = s.spot(), s.extra()
	}
}

// judgeStatement: what other files say of a number agrees with its owner.
// People on lists and declarations may come from another province.
func (c *checker) judgeStatement(k *known, s sighting) {
	switch role := s.role(); {
	case role == roleNamed:
		if k.named && k.name != s.extra() {
			c.tally.add(NameDiffers, s.spot(), k.person)
		}
	case k.owner == spot{}:
		c.tally.add(NotInPeople, s.spot(), spot{})
	case role == roleEvent && s.extra() < k.born:
		c.tally.add(BeforeBirth, s.spot(), k.owner)
	}
}

func (c *checker) judgeSite(k *known, s sighting, sites bool) {
	switch {
	case s.role() == roleSite:
		c.twice(&k.site, s, SameSite)
	case sites && k.site == spot{}:
		c.tally.add(NoSuchSite, s.spot(), spot{})
	}
}

// twice warns of every row after the first.
func (c *checker) twice(first *spot, s sighting, code Code) {
	if *first == (spot{}) {
		*first = s.spot()
		return
	}
	c.tally.add(code, s.spot(), *first)
}
