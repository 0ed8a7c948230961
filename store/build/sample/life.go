package sample

import (
	"checkpoint"
	"checkpoint/store/build/input"
)

// card gives the present card: everyone from 14 has one, of children only those
// whose parents asked for a Căn cước.
func (p *Province) card(d *dice, born day, who *Person) {
	from := max(chipEra(), born.birthday(14))
	child := from > p.today
	if child {
		from = max(cancuocEra(), born+30)
	}
	if from > p.today || child && !d.chance(250) {
		who.CardStatus = input.CardNone
		return
	}
	who.CardStatus = input.CardValid
	who.Issued = (from + day(d.early(int(p.today-from)+1))).date()
	if !child {
		who.Father, who.Mother = "", ""
	}
}

// papers gives the other documents.
func (p *Province) papers(d *dice, i, birthYear int, who *Person) {
	if birthYear <= 2006 && d.chance(400) {
		who.OldNumbers = []string{unique(p.options.Seed, "9", i, 40503)}
	}
	if d.chance(900) {
		who.HealthCard = unique(p.options.Seed, "01", i, 63689)
	}
	if d.chance(80) {
		who.Passport = unique(p.options.Seed, "X", i, 84191)
	}
	who.Exempt = d.chance(5)
}

// unique is start and eight digits that no other index gets: the factor has no
// divisor in common with 10, so the digits are a permutation of the indices.
func unique(seed uint64, start string, i, factor int) string {
	const digits = 100_000_000
	b := append(make([]byte, 0, 10), start...)
	return string(appendPadded(b, (i*factor+int(seed%digits))%digits, 8))
}

// health draws doses, cases and withdrawn documents.
func (p *Province) health(d *dice, born day, who *Person) {
	if !who.Exempt {
		p.doses(d, int(p.today-born)/366, who)
	}
	switch draw := d.below(1000); {
	case draw < 3:
		status := input.CaseF0
		if draw == 0 {
			status = input.CaseF1
		}
		from := p.today - day(d.below(10))
		who.addCase(status, from, from+14)
	case draw < 23:
		until := p.today - 1 - day(d.below(365))
		who.addCase(input.CaseRecovered, until-14, until)
	}
	if d.chance(2) {
		p.withdraw(d, who)
	}
}

// doses draws a course: of 1,000 people of an age, how many have both doses and
// how many the first alone.
func (p *Province) doses(d *dice, age int, who *Person) {
	both, first := 750, 120
	switch {
	case age < 5:
		return
	case age < 12:
		both, first = 300, 100
	case age < 18:
		both, first = 600, 100
	}
	product := "Pfizer"
	if age >= 18 {
		product = p.products.draw(d)
	}
	last, gap := p.today-15-day(d.below(186)), 28+day(d.below(57))
	switch draw := d.below(1000); {
	case draw < both:
		who.addDoses(product, last-gap, last)
	case draw < both+first:
		who.addDoses(product, last)
	}
}

// withdraw takes a document away: the old card that the present one replaced,
// or the present card.
func (p *Province) withdraw(d *dice, who *Person) {
	if who.Issued.IsZero() {
		return
	}
	issued := dayOf(who.Issued)
	if len(who.OldNumbers) > 0 && d.chance(300) {
		who.Withdrawn = append(who.Withdrawn, input.Withdrawn{Kind: checkpoint.KindCMND, Number: who.OldNumbers[0], Reason: input.WithdrawnReplaced, Since: who.Issued})
		return
	}
	reason := input.WithdrawnLost
	if d.chance(200) {
		reason = input.WithdrawnWithdrawn
	}
	if issued < p.today {
		who.loseCard(reason, issued+1+day(d.below(int(p.today-issued))))
	}
}

func (who *Person) addDoses(product string, days ...day) {
	for i, on := range days {
		who.Doses = append(who.Doses, input.Dose{Number: who.Number, Date: on.date(), Product: product, Dose: i + 1, Course: 2})
	}
}

func (who *Person) addCase(status string, from, until day) {
	who.Cases = append(who.Cases, input.Case{Number: who.Number, Status: status, From: from.date(), Until: until.date()})
}

func (who *Person) loseCard(reason string, since day) {
	who.Withdrawn = append(who.Withdrawn, input.Withdrawn{Kind: checkpoint.KindCCCD, Number: who.Number, Reason: reason, Since: since.date()})
}
