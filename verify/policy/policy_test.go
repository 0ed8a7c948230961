package policy_test

import (
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/verify/policy"
)

func TestSamplePolicyPassesItsOwnTests(t *testing.T) {
	p, err := policy.Parse(policy.Sample())
	if err != nil {
		t.Fatal(err)
	}
	if p.Tests() < 20 {
		t.Errorf("%d test cases", p.Tests())
	}
	if p.RepeatWindow("building").Minutes() != 5 || p.RepeatWindow("road") != 0 {
		t.Error("repeat windows: want 5 min at buildings, none on roads")
	}
}

const head = "format = 1\nnumber = 1\n[limits]\nfresh_hours = 24\nno_green_hours = 48\n"

func rule(id, when, verdict, reason string) string {
	return "[[rule]]\nid = '" + id + "'\nwhen = '" + when + "'\nverdict = '" + verdict + "'\nreason = '" + reason + "'\n"
}

func TestBadPoliciesAreRefusedAndSayWhy(t *testing.T) {
	last := rule("rest", "true", "refer", "A01")
	for name, c := range map[string]struct{ source, want string }{
		"unknown fact":                  {head + rule("a", "card.agee > 3", "admit", "G1") + last, "agee"},
		"wrong type":                    {head + rule("a", "card.age", "admit", "G1") + last, "bool"},
		"compares unlike things":        {head + rule("a", `card.age == "x"`, "admit", "G1") + last, "mismatched"},
		"falls through":                 {head + rule("a", "card.agrees", "admit", "G1"), "last rule"},
		"last rule admits":              {head + rule("a", "true", "admit", "G1"), "must not admit"},
		"red reason on green":           {head + rule("a", "card.agrees", "admit", "R01") + last, "does not go with"},
		"a verdict that is no rule's":   {head + rule("a", "card.agrees", "fault", "N05") + last, "does not go with"},
		"one id twice":                  {head + rule("rest", "false", "refer", "A02") + last, "own"},
		"unknown key":                   {head + "colour = 1\n" + last, "colour"},
		"own test fails":                {head + last + "[[test]]\nname = 'x'\nverdict = 'admit'\n", `test "x": got refer`},
		"test of a fact that is none":   {head + last + "[[test]]\nname = 'x'\nverdict = 'refer'\ngiven = { doses = { cuont = 1 } }\n", "cuont"},
		"limits upside down":            {strings.Replace(head, "48", "1", 1) + last, "limits"},
		"a name that drives a terminal": {"name = \"a\\u001b[2J\"\n" + head + last, `name "a\x1b[2J"`},
		"a name of two lines":           {"name = \"a\\nb\"\n" + head + last, `name "a\nb"`},
		"a phone turned around":         {"duty_phone = \"\\u202e0912\"\n" + head + last, "duty_phone"},
		"a hotline turned around":       {"hotline = \"\\u20660912\"\n" + head + last, "hotline"},
		"a title with a C1 control":     {head + last + "title = \"a\\u009b2J\"\n", "title"},
		"a test name that is not seen":  {head + last + "[[test]]\nname = \"\\u202a\"\nverdict = 'refer'\n", "test"},
		"future format":                 {strings.Replace(head, "format = 1", "format = 2", 1) + last, "format 2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.Parse([]byte(c.source))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error that says %q", err, c.want)
			}
		})
	}
}

func TestAnExpressionThatFailsSendsToTheGuard(t *testing.T) {
	p, err := policy.Parse([]byte(head + rule("a", "doses.days[0] > 3", "admit", "G1") + rule("rest", "true", "refuse", "R05")))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Decide(policy.Facts{}); got.Verdict != checkpoint.Refer || got.Rule != "a" {
		t.Fatalf("%+v", got)
	}
}

func BenchmarkDecide(b *testing.B) {
	p, err := policy.Parse(policy.Sample())
	if err != nil {
		b.Fatal(err)
	}
	facts := policy.Facts{Card: policy.Card{Agrees: true, HasBirth: true, Age: 30}, Person: policy.Person{Found: true, Known: true}, Doses: policy.Doses{Days: []int{20, 60}}, Data: policy.Data{Fresh: true}}
	b.ReportAllocs()
	for b.Loop() {
		p.Decide(facts)
	}
}
