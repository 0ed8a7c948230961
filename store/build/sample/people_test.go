package sample

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"checkpoint"
	"checkpoint/store/build/input"
)

func TestNoTwoPeopleShareADocumentNumber(t *testing.T) {
	const many = 200_000
	p := province(t, options(many))
	seen := make(map[string]int, 3*many)
	for i := range many {
		who := p.Person(i)
		for _, number := range append([]string{who.Number, who.HealthCard, who.Passport}, who.OldNumbers...) {
			if number == "" {
				continue
			}
			if first, twice := seen[number]; twice {
				t.Fatalf("people %d and %d share %s", first, i, number)
			}
			seen[number] = i
		}
	}
}

// The largest sample: serials still fit and the busiest prefix still counts up.
func TestSerialsLastForTheLargestSample(t *testing.T) {
	p := province(t, options(10_000_000))
	busiest := 0
	for i, s := range p.slots {
		if s.share > p.slots[busiest].share {
			busiest = i
		}
	}
	most := capacity(p.slots)
	seen := make(map[string]bool)
	for i := busiest; i < most; i += cohortSize {
		who := p.Person(i)
		if len(who.Number) != 12 || who.Number[6] != '9' || seen[who.Number] {
			t.Fatalf("person %d has number %s", i, who.Number)
		}
		seen[who.Number] = true
	}
	if len(seen)*cohortSize != most {
		t.Errorf("%d cohorts seen, want %d", len(seen), most/cohortSize)
	}
}

func TestNumberAgreesWithBirthAndSex(t *testing.T) {
	p := province(t, options(50_000))
	var contradicting []string
	for i := range 50_000 {
		who := p.Person(i)
		if input.KindOf(who.Number) != checkpoint.KindCCCD {
			t.Fatalf("person %d: number %s", i, who.Number)
		}
		digit := int(who.Number[3] - '0')
		yy, err := strconv.Atoi(who.Number[4:6])
		if err != nil {
			t.Fatal(err)
		}
		year := 1900 + digit/2*100 + yy
		female := digit%2 == 1
		if year != who.Birth.Year || female != (who.Sex == checkpoint.Female) {
			contradicting = append(contradicting, p.cast[i].name)
		}
	}
	if len(contradicting) != 1 || contradicting[0] != "number-contradicts" {
		t.Errorf("numbers contradict the data of %v, want the one reserved for it", contradicting)
	}
}

func TestDatesArePossible(t *testing.T) {
	o := options(50_000)
	p := province(t, o)
	today := dayOf(o.Date)
	for i := len(p.cast); i < o.People; i++ {
		who := p.Person(i)
		born, issued := dayOf(who.Birth), dayOf(who.Issued)
		if born > today {
			t.Fatalf("person %d is born after today", i)
		}
		if who.Issued.IsZero() != (who.CardStatus == input.CardNone) {
			t.Fatalf("person %d: card %s issued %s", i, who.CardStatus, who.Issued)
		}
		if !who.Issued.IsZero() {
			child := born.birthday(14) > issued
			if issued > today || issued < chipEra() || child && issued < max(born, cancuocEra()) {
				t.Fatalf("person %d born %s has a card of %s", i, who.Birth, who.Issued)
			}
		}
		for _, d := range who.Doses {
			if on := dayOf(d.Date); on > today-15 || on <= born {
				t.Fatalf("person %d born %s: dose of %s", i, who.Birth, d.Date)
			}
		}
		for _, w := range who.Withdrawn {
			if since := dayOf(w.Since); since > today || since < issued {
				t.Fatalf("person %d: withdrawn since %s, issued %s", i, w.Since, who.Issued)
			}
		}
	}
}

func TestProvinceIsBelievable(t *testing.T) {
	const many = 100_000
	p := province(t, options(many))
	count := make(map[string]float64)
	add := func(what string, is bool) {
		if is {
			count[what]++
		}
	}
	for i := range many {
		who := p.Person(i)
		if !norm.NFC.IsNormalString(who.FullName + who.Address()) {
			t.Fatalf("not NFC: %q", who.FullName)
		}
		adult := who.Birth.Year <= 2006
		add("Nguyễn", strings.HasPrefix(who.FullName, "Nguyễn "))
		add("Trần", strings.HasPrefix(who.FullName, "Trần "))
		add("H' or Y", strings.HasPrefix(who.FullName, "H'") || strings.HasPrefix(who.FullName, "Y "))
		add("registered in Hà Nội", strings.HasPrefix(who.Number, "001"))
		add("registered abroad", who.Number[0] != '0')
		add("women", who.Sex == checkpoint.Female)
		add("adults", adult)
		add("year of birth only", who.Birth.Month == 0)
		add("Căn cước", !who.Issued.IsZero() && dayOf(who.Issued) >= cancuocEra())
		add("old number", len(who.OldNumbers) > 0)
		add("health card", who.HealthCard != "")
		add("adults with two doses", adult && len(who.Doses) == 2)
		add("exempt", who.Exempt)
		add("infected or contact", len(who.Cases) > 0 && who.Cases[0].Status != input.CaseRecovered)
		add("recovered", len(who.Cases) > 0 && who.Cases[0].Status == input.CaseRecovered)
		add("withdrawn", len(who.Withdrawn) > 0)
	}
	for what, want := range map[string][2]float64{ // percent of everyone
		"Nguyễn": {31, 40}, "Trần": {10, 12}, "H' or Y": {0.05, 0.4}, "registered in Hà Nội": {57, 63}, "registered abroad": {0.1, 0.6}, "women": {49, 51},
		"adults": {68, 76}, "year of birth only": {0.5, 1.5}, "Căn cước": {5, 20}, "old number": {25, 32}, "health card": {89, 91},
		"adults with two doses": {50, 57}, "exempt": {0.4, 0.6}, "infected or contact": {0.2, 0.4}, "recovered": {1.8, 2.2}, "withdrawn": {0.12, 0.25},
	} {
		if got := count[what] / many * 100; got < want[0] || got > want[1] {
			t.Errorf("%s: %.2f %%, want %v", what, got, want)
		}
	}
}

// TestCastLivesAsItsCardsPromise checks the facts that each expected answer
// rests on, and that nothing else could decide before them.
func TestCastLivesAsItsCardsPromise(t *testing.T) {
	facts := map[string]string{
		"green":              "doses 2 60, card agrees",
		"amber":              "doses 1 40, card agrees",
		"red":                "doses 2 60, F0 3 -21, card agrees",
		"withdrawn":          "doses 2 60, lost 10, card agrees",
		"reissued":           "doses 2 60, card differs",
		"name-differs":       "doses 2 60, card differs",
		"child":              "minor, card agrees",
		"recovered":          "recovered 75 60, card agrees",
		"number-contradicts": "doses 2 60, card agrees",
		"cancuoc":            "doses 2 60, card agrees",
		"year-only":          "doses 2 60, card agrees",
	}
	p := province(t, options(MinPeople))
	for i, c := range p.Cards() {
		if want, ok := facts[c.Name]; ok {
			if got := factsOf(p, i, c); got != want {
				t.Errorf("%s: %s; want %s", c.Name, got, want)
			}
		}
	}
}

func factsOf(p *Province, i int, c Card) string {
	who := p.Person(i)
	var facts []string
	if n := len(who.Doses); n > 0 {
		facts = append(facts, fmt.Sprintf("doses %d %d", n, p.today-dayOf(who.Doses[n-1].Date)))
	}
	for _, c := range who.Cases {
		facts = append(facts, fmt.Sprintf("%s %d %d", c.Status, p.today-dayOf(c.From), p.today-dayOf(c.Until)))
	}
	for _, w := range who.Withdrawn {
		facts = append(facts, fmt.Sprintf("%s %d", w.Reason, p.today-dayOf(w.Since)))
	}
	if who.Exempt {
		facts = append(facts, "exempt")
	}
	if dayOf(who.Birth).birthday(14) > p.today {
		facts = append(facts, "minor")
	}
	agrees := "card differs"
	if c.Payload == p.Payload(i) {
		agrees = "card agrees"
	}
	return strings.Join(append(facts, agrees), ", ")
}

func TestStrangerIsNotInTheData(t *testing.T) {
	p := province(t, options(1000))
	for _, c := range p.Cards() {
		if c.Name != "unknown" {
			continue
		}
		number, _, _ := strings.Cut(c.Payload, "|")
		for i := range 1000 {
			if p.Person(i).Number == number {
				t.Fatalf("the stranger is person %d", i)
			}
		}
	}
}

func TestPayloadsPrintWhatCardsPrint(t *testing.T) {
	p := province(t, options(MinPeople))
	cards := make(map[string]string)
	for _, c := range p.Cards() {
		cards[c.Name] = c.Payload
	}
	for name, count := range map[string]int{"green": 7, "unknown": 7, "cancuoc": 11, "child": 11} {
		if got := len(strings.Split(cards[name], "|")); got != count {
			t.Errorf("%s has %d fields, want %d: %s", name, got, count, cards[name])
		}
	}
	if f := strings.Split(cards["year-only"], "|"); len(f[3]) != 4 {
		t.Errorf("year-only prints birth date %s", f[3])
	}
	child := strings.Split(cards["child"], "|")
	family, _, _ := strings.Cut(child[2], " ")
	if !strings.HasPrefix(child[8], family+" ") || child[9] == "" || child[10] != "" {
		t.Errorf("%s prints parents %q", child[2], child[7:])
	}
	if f := strings.Split(cards["reissued"], "|"); f[6] != "10052021" {
		t.Errorf("reissued prints issue date %s", f[6])
	}
	cardless := 0
	for i := range 1000 {
		if p.Person(i).Issued.IsZero() {
			cardless++
			if got := p.Payload(i); got != p.Person(i).Number {
				t.Errorf("no card, but payload %s", got)
			}
		}
	}
	if cardless == 0 {
		t.Error("everyone has a card")
	}
}

// An hour later it is the same province but for the share that was asked for,
// and what changed in the first hour is still so after the second.
func TestHoursChangeTheirShareAndKeepIt(t *testing.T) {
	const people = 20_000
	o := options(people)
	before := province(t, o)
	o.Changed, o.Hours = 0.01, 1
	later := province(t, o)
	o.Hours = 2
	latest := province(t, o)
	changed, gone, kept := 0, 0, 0
	for i := range people {
		a, b, c := before.Person(i), later.Person(i), latest.Person(i)
		if reflect.DeepEqual(a, b) {
			continue
		}
		changed++
		if i < len(before.cast) {
			t.Errorf("%s of the cast has changed", before.cast[i].name)
		}
		if b.gone {
			gone++
		}
		if reflect.DeepEqual(b, c) {
			kept++
		}
	}
	if changed < people/100-60 || changed > people/100+60 || gone == 0 || kept < changed*9/10 {
		t.Errorf("%d of %d people changed, %d of them gone, %d still so an hour later", changed, people, gone, kept)
	}
}
