package policy_test

import (
	"slices"
	"testing"

	"checkpoint/verify/policy"
)

// An explanation that told another story than the decision would be worse than
// none.
func TestExplainingEndsWhereDecidingDoes(t *testing.T) {
	p, err := policy.Parse(policy.Sample())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Cases()) != p.Tests() {
		t.Fatalf("%d cases of %d", len(p.Cases()), p.Tests())
	}
	for _, name := range p.Cases() {
		facts, found := p.Case(name)
		if !found {
			t.Fatalf("no case %q", name)
		}
		steps, ruling := p.Explain(facts)
		if ruling != p.Decide(facts) {
			t.Errorf("%s: explained %+v, decided %+v", name, ruling, p.Decide(facts))
		}
		for i, s := range steps {
			if last := i == len(steps)-1; s.Holds != last || last && s.ID != ruling.Rule {
				t.Errorf("%s: step %d, %s, holds: %v; %s decided", name, i, s.ID, s.Holds, ruling.Rule)
			}
		}
	}
}

func TestAConditionNamesWhatItReads(t *testing.T) {
	const when = `count(doses.days, # >= 14) >= 2 && (card.age > 17 || !person.exempt) && lane.site_type in ["road", "mall"] && card.age < 90`
	p, err := policy.Parse([]byte(head + rule("a", when, "admit", "G1") + rule("rest", "true", "refer", "A01")))
	if err != nil {
		t.Fatal(err)
	}
	facts, err := p.Given(p.Plain(), "doses.days = [20, 40]\nlane.site_type = 'road'")
	if err != nil {
		t.Fatal(err)
	}
	steps, _ := p.Explain(facts)
	var names []string
	for _, f := range steps[0].Read {
		names = append(names, f.Name)
	}
	if want := []string{"doses.days", "card.age", "person.exempt", "lane.site_type"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	if !slices.Equal(steps[0].Read[0].Value.([]int), []int{20, 40}) || steps[0].Read[1].Value != 31 {
		t.Errorf("%+v", steps[0].Read)
	}
}
