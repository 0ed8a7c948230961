package verify_test

import (
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/verify/policy"
)

// What stands in a declaration decides whose it is: the number as the data
// knows it, the name and the birth date, each by itself.
func TestWhoseDeclarationItIs(t *testing.T) {
	o := newOffice(t)
	an, binh := person(1), person(2)
	an.OldNumbers, an.Passport = []string{"912345001"}, "C9000001"
	binh.FullName, binh.OldNumbers = "Trần Văn Bình", []string{"912345002"}
	twin := person(3) // same name and birth date as An, in the data by another number
	d := o.desk(t, []life{an, binh, twin})
	foreigner := person(4)
	for name, c := range map[string]struct {
		change func(*life)
		card   life
		want   checkpoint.Reason
	}{
		"the number of the card":                    {func(*life) {}, an, "G1"},
		"the person's old number":                   {func(l *life) { l.Number = "912345001" }, an, "G1"},
		"the person's passport":                     {func(l *life) { l.Number = "C9000001" }, an, "G1"},
		"another's old number":                      {func(l *life) { l.Number = "912345002" }, an, "A05"},
		"another's number, whose name is the same":  {func(l *life) { l.Number = twin.Number }, an, "A05"},
		"an old number that nobody knows, all else": {func(l *life) { l.Number = "987654321" }, an, "G1"},
		"and another name":                          {func(l *life) { l.Number, l.FullName = "987654321", "Lê Văn An" }, an, "A05"},
		"the number with another name":              {func(l *life) { l.FullName = "Trần Văn Bình" }, an, "A05"},
		"the number with another birth date":        {func(l *life) { l.Birth = date("1990-08-16") }, an, "A05"},
		"the year of birth alone":                   {func(l *life) { l.Birth = date("1990") }, an, "G1"},
		"of somebody who is not in the data":        {func(l *life) { l.Number = foreigner.Number }, foreigner, "A01"},
		"a number that is not in the data":          {func(l *life) { l.Number = foreigner.Number }, an, "A05"},
	} {
		l := an
		c.change(&l)
		got := o.decide(d, showing{name: name, paper: []func(*office, life) string{
			func(o *office, _ life) string { return o.declares(l) }, func(*office, life) string { return c.card.card().String() },
		}}, l)
		if got.Reason != c.want {
			t.Errorf("%s: %s, want %s", name, words(got), c.want)
		}
	}
}

// The screen counts down what is left of a declaration: to what was signed, and
// never beyond the hours of the policy.
func TestTheGuardIsToldHowLongADeclarationIsGood(t *testing.T) {
	o := newOffice(t)
	an := person(1)
	d := o.desk(t, []life{an})
	for payload, want := range map[string]time.Time{
		o.declares(an): today().Add(71 * time.Hour), o.coded(an): today().Add(71 * time.Hour), o.declared(an): today().Add(-8 * time.Hour),
		o.issue(an, today().Add(-time.Hour), 1000*time.Hour): today().Add(71 * time.Hour), o.issue(an, today().Add(-73*time.Hour), 1000*time.Hour): today().Add(-time.Hour),
		o.issue(an, today(), 10*time.Hour): today().Add(10 * time.Hour), "TK-2025-999999": {}, an.card().String(): {},
	} {
		got := d.show(t, payload)
		if until, err := time.Parse(time.RFC3339, got.Args["until"]); !until.Equal(want) || (err != nil) != want.IsZero() {
			t.Errorf("%.20s: until %q, want %s", payload, got.Args["until"], want)
		}
		beside := d.scan(t, checkpoint.Scan{Reader: "test", Payload: []byte(an.card().String()), Before: &checkpoint.Scan{Payload: []byte(payload)}})
		if beside.Args["until"] != got.Args["until"] {
			t.Errorf("%.20s: beside the card until %q", payload, beside.Args["until"])
		}
	}
}

// A paper that asks for another takes it within the lane's time; what is no
// good, and what is decided, takes none. All papers of a person have one key.
func TestWhatAsksForASecondPaper(t *testing.T) {
	o := newOffice(t)
	an := person(1)
	an.HealthCard, an.OldNumbers = "7900000001", []string{"912345001"}
	d := o.desk(t, []life{an})
	card := d.show(t, an.card().String())
	for name, c := range map[string]struct {
		payload string
		wants   bool
		key     bool // its holder is known
	}{
		"chip card":            {an.card().String(), false, true},
		"health card":          {insurance17(o, an), true, true},
		"typed number":         {an.Number, true, false},
		"hidden number":        {hidden(o, an), true, false},
		"declaration":          {o.declares(an), true, true},
		"declaration over":     {o.declared(an), true, true},
		"code":                 {o.coded(an), true, true},
		"code not in the data": {"TK-2025-999999", true, false},
		"forged declaration":   {o.forged(an), false, false},
		"unknown key":          {o.strange(an), false, false},
		"place code":           {"https://example.com/checkin", false, false},
	} {
		got := d.show(t, c.payload)
		if got.Second != c.wants {
			t.Errorf("%s: a second paper is wanted: %v", name, got.Second)
		}
		if c.key && got.Person != card.Person {
			t.Errorf("%s: another key than the card's", name)
		}
	}
	got := d.scan(t, checkpoint.Scan{Reader: "test", Payload: []byte(o.forged(an)), Before: &checkpoint.Scan{Payload: []byte(an.card().String())}})
	if got.Verdict != checkpoint.Refuse || got.Reason != checkpoint.SignatureWrong {
		t.Errorf("a forged declaration after the card: %s", words(got))
	}
	for _, odd := range []string{"https://example.com/checkin", "5Kg gao"} {
		got := d.scan(t, checkpoint.Scan{Reader: "test", Payload: []byte(odd), Before: &checkpoint.Scan{Payload: []byte(insurance17(o, an))}})
		if got.Verdict != checkpoint.NotRead {
			t.Errorf("%q after a health card: %s", odd, words(got))
		}
	}
}

// A gateway may let people of other provinces in who have declared, and nobody
// is turned back for what nobody proved.
func TestRulesAboutDeclarations(t *testing.T) {
	o := newOffice(t)
	stranger, an := person(9), person(1)
	an.doses = nil
	for when, want := range map[string]string{
		`declaration.same && declaration.signed && !declaration.over && declaration.to == "10507" && declaration.hours < 2`: "admit G1 the-rule [NOT_IN_DATA] []",
		`declaration.same && declaration.from == "99999"`:                                                                   "refer A15 other [NOT_IN_DATA] []",
	} {
		d := gateway(t, o, []life{an}, when)
		got := d.scan(t, checkpoint.Scan{Reader: "test", Payload: []byte(o.declares(stranger)), Before: &checkpoint.Scan{Payload: []byte(stranger.card().String())}})
		if words(got) != want {
			t.Errorf("%s: %s, want %s", when, words(got), want)
		}
	}
	d := gateway(t, o, []life{an}, `doses.count > 9`)
	if first := d.show(t, stranger.card().String()); first.Reason != checkpoint.OtherProvince || !first.Second {
		t.Errorf("somebody from another province: %s, a second paper %v", words(first), first.Second)
	}
	d.data.Policy = parsed(t, strings.Replace(rulesOf(`false`), `verdict = "refer"
reason = "A15"`, `verdict = "refuse"
reason = "R05"`, 1))
	if got := d.show(t, o.declares(an)); got.Verdict != checkpoint.Refer || got.Reason != checkpoint.NumberHidden {
		t.Errorf("a declaration alone is refused: %s", words(got))
	}
	d.data.Policy = parsed(t, strings.Replace(rulesOf(`false`), "[declaration]\nhours = 72\ncodes = 'TK-.*'", "", 1))
	if got := d.show(t, o.coded(an)); got.Args["until"] != "" || got.Credential.Format != checkpoint.FormatDeclaredCode {
		t.Errorf("a code without a rule about its time: %+v", got)
	}
	if got := d.show(t, "TK-2025-999999"); got.Verdict != checkpoint.NotRead {
		t.Errorf("a code that nobody knows, nor its shape: %s", words(got))
	}
}

func rulesOf(when string) string {
	return `format = 1
name = "cửa ngõ"
number = 3
[limits]
fresh_hours = 24
no_green_hours = 48
[declaration]
hours = 72
codes = 'TK-.*'
[[rule]]
id = "the-rule"
when = '` + when + `'
verdict = "admit"
reason = "G1"
[[rule]]
id = "other"
when = 'true'
verdict = "refer"
reason = "A15"
`
}

func parsed(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte(text))
	must(t, err)
	return p
}

func gateway(t *testing.T, o *office, known []life, when string) desk {
	t.Helper()
	d := o.desk(t, known)
	d.data.Policy = parsed(t, rulesOf(when))
	return d
}
