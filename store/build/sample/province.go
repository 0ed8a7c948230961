package sample

import (
	"fmt"

	"checkpoint"
	"checkpoint/store/build/input"
)

// Options say which province to invent.
type Options struct {
	People int             // from MinPeople
	Seed   uint64          // another seed, other people
	Date   checkpoint.Date // the day the data is of; from EarliestDate, before 2100
	// Changed is the share of the people whose data changes in an hour, and
	// Hours how many such hours have passed since the province was invented.
	// Changes of an hour stay in the hours after it; the cast is spared.
	Changed float64 // from 0 to 1
	Hours   int     // from 0 to MaxHours
	// Progress, if not nil, is told how many people are written; it is called
	// by the goroutine that called [Generate].
	Progress func(done, total int)
}

// MinPeople is the smallest sample: it holds everyone the cards need.
const MinPeople = 100

// MaxHours bounds Options.Hours: each costs time for every person.
const MaxHours = 1000

// EarliestDate is the first day a sample can be of: its cards include a Căn
// cước, issued from July 2024.
func EarliestDate() checkpoint.Date { return checkpoint.Date{Year: 2024, Month: 10, Day: 1} }

// Person is everything the province knows of one invented person.
type Person struct {
	input.Person
	Father, Mother string // printed on a child's card
	Doses          []input.Dose
	Cases          []input.Case
	Withdrawn      []input.Withdrawn

	home  commune
	house int
	lane  int  // 0: on the street itself
	gone  bool // no longer in the data
}

// Province makes people. It is safe for concurrent use.
type Province struct {
	options  Options
	today    day
	slots    []slot
	names    *names
	communes []commune
	products urn
	cast     []role
}

// New prepares a province; it draws nobody yet. It fails when an option is out
// of its range.
func New(o Options) (*Province, error) {
	if o.Date.Day == 0 || dayOf(o.Date) < dayOf(EarliestDate()) || o.Date.Year >= 2100 {
		return nil, fmt.Errorf("sample date %s: want a day from %s to 2099-12-31", o.Date, EarliestDate())
	}
	if o.Changed < 0 || o.Changed > 1 || o.Hours < 0 || o.Hours > MaxHours {
		return nil, fmt.Errorf("sample with %g of the people changed an hour, %d hours later: want 0 to 1, and 0 to %d", o.Changed, o.Hours, MaxHours)
	}
	cast := cast()
	p := &Province{
		options: o, today: dayOf(o.Date), slots: newCohort(o.Seed, o.Date.Year, cast), names: newNames(), communes: communes(), cast: cast,
		products: fill([]share{{"AstraZeneca", 40}, {"Pfizer", 30}, {"Moderna", 10}, {"Vero Cell", 20}}),
	}
	// One cohort stays free for the stranger of the cards.
	if most := capacity(p.slots) - cohortSize; o.People < MinPeople || o.People > most {
		return nil, fmt.Errorf("sample of %d people: want %d to %d", o.People, MinPeople, most)
	}
	return p, nil
}

// Person is person i, from 0. Only those below Options.People are in the data.
func (p *Province) Person(i int) Person {
	var who Person
	p.draw(i, &who)
	return who
}

// draw makes person i in who, whose slices are used again.
func (p *Province) draw(i int, who *Person) {
	d := throw(p.options.Seed, streamPerson, i)
	s := p.slots[i%cohortSize]
	*who = Person{Doses: who.Doses[:0], Cases: who.Cases[:0], Withdrawn: who.Withdrawn[:0]}
	var number [12]byte
	who.Number = string(s.appendNumber(number[:0], i/cohortSize))
	who.Sex = s.sex
	who.home, who.house = p.communes[d.below(len(p.communes))], 1+d.below(240)
	if d.chance(600) {
		who.lane = 1 + d.below(300)
	}
	who.Commune = who.home.code

	born := p.born(&d, s.birthYear)
	p.name(&d, s, who)
	p.card(&d, born, who)
	p.papers(&d, i, s.birthYear, who)
	p.health(&d, born, who)
	who.Birth = precision(&d, born)
	if i < len(p.cast) {
		p.settle(who)
		p.cast[i].play(who, p.today)
		return
	}
	p.change(i, who)
}

// born is a day of the year, not after today.
func (p *Province) born(d *dice, year int) day {
	first := dayFrom(year, 1, 1)
	return first + day(d.below(min(365, int(p.today-first)+1)))
}

// precision drops what the register never knew: some of the old were entered
// with their year of birth alone, a few with the month.
func precision(d *dice, born day) checkpoint.Date {
	date := born.date()
	if date.Year >= 1960 {
		return date
	}
	switch draw := d.below(1000); {
	case draw < 90:
		return checkpoint.Date{Year: date.Year}
	case draw < 100:
		return checkpoint.Date{Year: date.Year, Month: date.Month}
	}
	return date
}

func (p *Province) name(d *dice, s slot, who *Person) {
	if highlandCode(s.code) && d.chance(350) {
		who.FullName = p.names.highland(d, s.sex)
		who.Father, who.Mother = p.names.highland(d, checkpoint.Male), p.names.highland(d, checkpoint.Female)
		return
	}
	family := p.names.families.draw(d)
	who.FullName = p.names.full(d, family, s.sex, s.birthYear < 1975)
	if s.birthYear+14 >= p.options.Date.Year {
		who.Father = p.names.full(d, family, checkpoint.Male, false)
		who.Mother = p.names.full(d, p.names.families.draw(d), checkpoint.Female, false)
	}
}
