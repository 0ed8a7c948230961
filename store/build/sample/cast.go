package sample

import (
	"checkpoint"
	"checkpoint/store/build/input"
)

// role is one of the first people, who hold the sample cards. Every role starts
// from the same settled life, so that only what play changes can decide.
type role struct {
	name    string
	age     int // reached in the sample's year
	sex     checkpoint.Sex
	verdict checkpoint.Verdict
	reason  checkpoint.Reason
	note    string
	play    func(who *Person, today day) // what the data says
	print   func(who *Person)            // where the card says something else
}

// cast lists the roles; a role's place is its person's index.
func cast() []role {
	same := func(*Person) {}
	settled := func(*Person, day) {}
	return []role{
		{"green", 35, checkpoint.Male, checkpoint.Admit, checkpoint.MeetsRule, "two doses, the last 60 days ago", settled, same},
		{"amber", 41, checkpoint.Female, checkpoint.Refer, "A02", "one dose of two, 40 days ago", func(who *Person, today day) {
			who.Doses = who.Doses[:0]
			who.addDoses("AstraZeneca", today-40)
		}, same},
		{"red", 28, checkpoint.Male, checkpoint.Refuse, "R01", "infected (F0) since 3 days, everything agrees", func(who *Person, today day) {
			who.addCase(input.CaseF0, today-3, today+21)
		}, same},
		{"withdrawn", 52, checkpoint.Female, checkpoint.Refuse, "R02", "card reported lost 10 days ago", func(who *Person, today day) {
			who.loseCard(input.WithdrawnLost, today-10)
		}, same},
		{"reissued", 47, checkpoint.Male, checkpoint.Refer, "A07", "the card is older than the one in the data", settled, func(who *Person) {
			who.Issued = checkpoint.Date{Year: 2021, Month: 5, Day: 10}
		}},
		{"name-differs", 33, checkpoint.Female, checkpoint.Refer, checkpoint.DetailsDiffer, "another name on the card than in the data", settled, func(who *Person) {
			who.FullName = "Trịnh Thị Khác Tên"
		}},
		{"child", 9, checkpoint.Female, checkpoint.Refer, "A11", "a child with a Căn cước, no doses", func(who *Person, today day) {
			who.Doses, who.OldNumbers = who.Doses[:0], nil
			who.Issued = (today - 30).date()
		}, same},
		{"recovered", 39, checkpoint.Male, checkpoint.Admit, checkpoint.MeetsRule, "no dose, recovered 60 days ago", func(who *Person, today day) {
			who.Doses = who.Doses[:0]
			who.addCase(input.CaseRecovered, today-75, today-60)
		}, same},
		{"number-contradicts", 44, checkpoint.Male, checkpoint.Refer, "A12", "number of another birth year, card and data agree", func(who *Person, _ day) {
			who.Birth.Year += 3
		}, same},
		{"cancuoc", 31, checkpoint.Female, checkpoint.Admit, checkpoint.MeetsRule, "Căn cước of 2024 (11 fields), two doses", func(who *Person, _ day) {
			who.Issued = checkpoint.Date{Year: 2024, Month: 8, Day: 15}
		}, same},
		{"year-only", 76, checkpoint.Female, checkpoint.Admit, checkpoint.MeetsRule, "registered with the year of birth alone, two doses", func(who *Person, _ day) {
			who.Birth = checkpoint.Date{Year: who.Birth.Year}
		}, same},
	}
}

// settle gives a life that every rule admits: a chip card, two doses, nothing
// else. The birthday is early in the year, so that a role's age is not a
// question of the sample's date.
func (p *Province) settle(who *Person) {
	who.Birth = checkpoint.Date{Year: who.Birth.Year, Month: 1, Day: min(who.Birth.Month+1, 28)}
	who.Issued, who.CardStatus = checkpoint.Date{Year: 2022, Month: 3, Day: 15}, input.CardValid
	who.Exempt = false
	who.Doses, who.Cases, who.Withdrawn = who.Doses[:0], who.Cases[:0], who.Withdrawn[:0]
	who.addDoses("Pfizer", p.today-102, p.today-60)
}
