package check

import (
	"strings"
	"unicode"

	"checkpoint"
	"checkpoint/store/build"
	"checkpoint/store/build/input"
)

// What a good row says is held against itself and today's date here, and noted
// for [checker.judge] to hold against other rows.

func (c *checker) warn(code Code) { c.tally.add(code, spot{c.file, c.reader.Line}, spot{}) }

func (c *checker) person(p input.Person) {
	if len(p.Number) == 12 {
		c.number(p)
	}
	c.name(p.FullName)
	key, born := numberKey(p.Number), dayMark(p.Birth)
	switch {
	case c.ahead(p.Birth), c.ahead(p.Issued):
		c.warn(InFuture)
	case !p.Issued.IsZero() && dayMark(p.Issued) < born:
		c.warn(BeforeBirth)
	}
	c.see(key, rolePerson, born)
	if c.names {
		c.see(key, roleName, c.nameMark(p.FullName))
	}
	for _, old := range p.OldNumbers {
		c.paper(numberKey(old), key, born)
	}
	if p.Passport != "" {
		c.paper(numberKey(p.Passport), key, born)
	}
	if p.HealthCard != "" {
		c.paper(healthKey(p.HealthCard), key, born)
	}
}

// number warns where a 12-digit number contradicts its row.
func (c *checker) number(p input.Person) {
	n := c.ParseNumber(p.Number)
	if n.BirthYear != p.Birth.Year {
		c.warn(NumberBirthYear)
	}
	if n.Sex != p.Sex {
		c.warn(NumberSex)
	}
	if !n.Known {
		c.warn(NumberPrefix)
	}
}

// paper notes a further document; some registers repeat the main one there.
func (c *checker) paper(key, main uint64, born uint32) {
	if key != main {
		c.see(key, rolePaper, born)
	}
}

// name warns of one that looks like another: letters of other alphabets, marks
// that are not seen. Cards have Latin letters alone.
func (c *checker) name(name string) {
	if strings.ContainsFunc(name, func(r rune) bool {
		return input.Hidden(r) || unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Lm)
	}) {
		c.warn(OddName)
	}
}

// ahead tells whether all of the days a date can mean are after today.
func (c *checker) ahead(d checkpoint.Date) bool {
	return dayMark(d) > dayMark(c.Today)
}

// event is something that happened to a person on a day.
func (c *checker) event(number string, on checkpoint.Date) {
	if c.ahead(on) {
		c.warn(InFuture)
	}
	c.see(numberKey(number), roleEvent, dayMark(on))
}

func (c *checker) dose(d input.Dose)    { c.event(d.Number, d.Date) }
func (c *checker) test(t input.Test)    { c.event(t.Number, checkpoint.DateOf(t.Taken)) }
func (c *checker) illness(k input.Case) { c.event(k.Number, k.From) }

func (c *checker) withdrawn(w input.Withdrawn) { c.see(documentKey(w.Kind, w.Number), roleReport, 0) }

func (c *checker) declaration(d input.Declaration) {
	if c.ahead(checkpoint.DateOf(d.Declared)) {
		c.warn(InFuture)
	}
	c.name(d.Name)
	c.see(c.wordKey(spaceCode, d.Code), roleCode, 0)
	c.see(numberKey(d.Number), roleNamed, c.nameMark(d.Name))
}

// staff is a row of a site's staff. Whom the builder finds by one key, it takes once.
func (c *checker) staff(s input.Staff) {
	c.listed(s.Site, s.Who)
	c.see(c.wordKey(spaceStaff, s.Site+"|"+build.ListKey(s.Who)), roleStaff, 0)
}

// listed is a row of a site's staff or visitors.
func (c *checker) listed(site string, who input.Who) {
	c.name(who.FullName)
	c.see(c.wordKey(spaceSite, site), roleAtSite, 0)
	if who.Number != "" && who.FullName != "" {
		c.see(numberKey(who.Number), roleNamed, c.nameMark(who.FullName))
	}
}

func (c *checker) site(s input.Site) { c.see(c.wordKey(spaceSite, s.Site), roleSite, 0) }
