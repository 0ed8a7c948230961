package staff

import (
	"iter"
	"slices"
	"strings"

	"checkpoint"
	"checkpoint/store/build"
	"checkpoint/store/build/input"
	"checkpoint/store/fold"
)

// List names one of the lists.
type List string

// The lists.
const (
	ToVaccinate List = "to-vaccinate" // for the health office
	NoCard      List = "no-card"      // for the police, who issue cards
	ToUpdate    List = "to-update"    // vaccinated, says the site; the data does not show it
)

// Lists are all lists, in the order in which they are told.
func Lists() []List { return []List{ToVaccinate, NoCard, ToUpdate} }

// Member is somebody on a site's staff, with what the data says.
type Member struct {
	input.Staff
	Found bool // in the people file, as one person
	Card  bool // a card is registered and was not reported
	Doses int
	Whole bool // the doses are a whole course
	Free  bool // medically exempt

	course int // of the newest dose that tells
	people int // of the people file who may be the member
}

// Lists are those that the member stands on.
func (m *Member) Lists() (lists []List) {
	switch {
	case m.Whole || m.Free:
	case m.Vaccinated == input.Yes:
		lists = append(lists, ToUpdate)
	default:
		lists = append(lists, ToVaccinate)
	}
	if m.Staff.Card == input.No || !m.Card && m.Staff.Card != input.Yes {
		lists = append(lists, NoCard)
	}
	return lists
}

// Find holds the staff against the people and doses of the province. Rows that
// cannot be used end it.
func Find(members []*Member, people iter.Seq2[input.Person, error], doses iter.Seq2[input.Dose, error]) error {
	by := map[string][]*Member{}
	for _, m := range members {
		key := build.ListKey(m.Who)
		by[key] = append(by[key], m)
	}
	numbers := map[string][]*Member{}
	for p, err := range people {
		if err != nil {
			return err
		}
		found := meet(by, &p)
		for _, m := range found {
			m.people++
			m.Found, m.Free = true, p.Exempt
			m.Card = !p.Issued.IsZero() && p.CardStatus == input.CardValid
		}
		if len(found) == 0 {
			continue
		}
		for _, n := range append([]string{p.Number}, p.OldNumbers...) {
			numbers[strings.Clone(n)] = found
		}
	}
	for d, err := range doses {
		if err != nil {
			return err
		}
		for _, m := range numbers[d.Number] {
			m.dose(d)
		}
	}
	for _, m := range members {
		if m.people > 1 { // two of one name and birth date: nobody knows which one's doses are the member's
			*m = Member{Staff: m.Staff}
		}
	}
	return nil
}

// meet gives the members that a person of the province is, each once: some
// registers repeat the main number among the old ones.
func meet(by map[string][]*Member, p *input.Person) (found []*Member) {
	for _, key := range append([]string{p.Number, p.Passport, checkpoint.ListedKey(fold.Name(p.FullName), p.Birth)}, p.OldNumbers...) {
		for _, m := range by[key] {
			if !slices.Contains(found, m) {
				found = append(found, m)
			}
		}
	}
	return found
}

func (m *Member) dose(d input.Dose) {
	m.Doses++
	m.course = max(m.course, d.Course)
	m.Whole = m.Whole || d.Course == 1 || m.Doses >= max(m.course, 2)
}
