package staff_test

import (
	"fmt"
	"iter"
	"testing"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/build/staff"
)

func date(s string) checkpoint.Date {
	d, err := checkpoint.ParseDate(s)
	if err != nil {
		panic(err) // a literal of a test
	}
	return d
}

func rows[T any](list ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func person(number, name string) input.Person {
	return input.Person{Number: number, FullName: name, Birth: date("1990-08-15"), Issued: date("2021-05-10"), CardStatus: input.CardValid}
}

func TestWhoStandsOnWhichList(t *testing.T) {
	noCard, exempt, old := person("001090900004", "D"), person("001090900005", "E"), person("001090900006", "F")
	noCard.Issued, noCard.CardStatus, exempt.Exempt, old.OldNumbers = checkpoint.Date{}, input.CardNone, true, []string{"912345678"}
	repeated := person("001090900010", "H")
	repeated.OldNumbers = []string{"001090900010"}
	people := rows(repeated, person("001090900008", "Lý Văn Đôi"), person("001090900009", "LÝ VĂN ĐÔI"), person("001090900001", "A"), person("001090900002", "B"), person("001090900003", "Nguyễn Thị Cúc"), noCard, exempt, old, person("001090900007", "G"))
	dose := func(number string, course int) input.Dose {
		return input.Dose{Number: number, Date: date("2021-08-01"), Dose: 1, Course: course}
	}
	doses := rows(dose("001090900010", 2), dose("001090900008", 2), dose("001090900009", 2), dose("001090900001", 2), dose("001090900001", 2), dose("001090900002", 2), dose("001090900003", 2), dose("912345678", 1), dose("001090999999", 2))
	for name, c := range map[string]struct {
		who  input.Staff
		want string
	}{
		"two doses":                             {input.Staff{Who: input.Who{Number: "001090900001"}}, "[]"},
		"one dose":                              {input.Staff{Who: input.Who{Number: "001090900002"}}, "[to-vaccinate]"},
		"one dose, the site saw two":            {input.Staff{Who: input.Who{Number: "001090900002"}, Vaccinated: input.Yes}, "[to-update]"},
		"listed by name and birth date":         {input.Staff{Who: input.Who{FullName: "NGUYEN THI CUC", Birth: date("1990-08-15")}}, "[to-vaccinate]"},
		"no dose, no card":                      {input.Staff{Who: input.Who{Number: "001090900004"}}, "[to-vaccinate no-card]"},
		"no card in the data, the site saw one": {input.Staff{Who: input.Who{Number: "001090900004"}, Card: input.Yes}, "[to-vaccinate]"},
		"a card in the data, the site saw none": {input.Staff{Who: input.Who{Number: "001090900001"}, Card: input.No}, "[no-card]"},
		"one dose, the number repeated":         {input.Staff{Who: input.Who{Number: "001090900010"}}, "[to-vaccinate]"},
		"one of two of a name and birth date":   {input.Staff{Who: input.Who{FullName: "Lý Văn Đôi", Birth: date("1990-08-15")}, Card: input.Yes}, "[to-vaccinate]"},
		"the same, by number":                   {input.Staff{Who: input.Who{Number: "001090900008"}}, "[to-vaccinate]"},
		"exempt":                                {input.Staff{Who: input.Who{Number: "001090900005"}}, "[]"},
		"a whole course under the old number":   {input.Staff{Who: input.Who{Number: "001090900006"}}, "[]"},
		"of another province":                   {input.Staff{Who: input.Who{Number: "036090900001"}, Card: input.Yes, Vaccinated: input.Yes}, "[to-update]"},
	} {
		m := &staff.Member{Staff: c.who}
		if err := staff.Find([]*staff.Member{m}, people, doses); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(m.Lists()); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if m.Found == (name == "of another province" || name == "one of two of a name and birth date") {
			t.Errorf("%s: found: %v", name, m.Found)
		}
	}
}
