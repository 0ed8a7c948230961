package sample

import (
	"checkpoint"
	"checkpoint/store/build/input"
)

// change lets the hours pass that the options ask for: in each of them a share
// of the people is changed, as clerks and clinics would.
func (p *Province) change(i int, who *Person) {
	for hour := 1; hour <= p.options.Hours; hour++ {
		d := throw(p.options.Seed, streamHours+hour, i)
		if float64(d.below(1_000_000)) >= p.options.Changed*1_000_000 {
			continue
		}
		switch draw := d.below(100); {
		case draw < 65:
			who.addDose(p.products.draw(&d), p.today)
		case draw < 75:
			who.addCase(input.CaseF0, p.today, p.today+14)
		case draw < 85:
			p.newCard(&d, who)
		case draw < 90:
			p.correctBirth(&d, who)
		default: // moved away, or came back
			who.gone = !who.gone
		}
	}
}

// addDose adds one to those before, unless there is one of that day.
func (who *Person) addDose(product string, on day) {
	for _, dose := range who.Doses {
		if dayOf(dose.Date) == on {
			return
		}
	}
	n := len(who.Doses) + 1
	who.Doses = append(who.Doses, input.Dose{Number: who.Number, Date: on.date(), Product: product, Dose: n, Course: max(n, 2)})
}

// newCard takes the card away, or gives the one that follows it.
func (p *Province) newCard(d *dice, who *Person) {
	if !who.Issued.IsZero() && len(who.Withdrawn) == 0 && d.chance(500) {
		who.loseCard(input.WithdrawnLost, p.today)
		return
	}
	who.Issued, who.CardStatus = p.today.date(), input.CardValid
}

// correctBirth writes another day of the same month, where a day is known.
func (p *Province) correctBirth(d *dice, who *Person) {
	right := checkpoint.Date{Year: who.Birth.Year, Month: who.Birth.Month, Day: (who.Birth.Day+d.below(27))%28 + 1}
	if who.Birth.Day > 0 && dayOf(right) <= p.today {
		who.Birth = right
	}
}
