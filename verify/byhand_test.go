package verify_test

import (
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/verify"
	"checkpoint/verify/policy"
)

// typed looks a number up as a guard types it.
func (d desk) typed(t testing.TB, number, birth string) checkpoint.Decision {
	t.Helper()
	return d.scan(t, checkpoint.Scan{Payload: []byte(number), ByHand: &checkpoint.Typed{Kind: checkpoint.KindCCCD, Number: number, Birth: date(birth)}})
}

// What the data says of a typed number reaches the guard, but no machine lets
// anybody in whose paper no machine has seen.
func TestATypedNumberSaysWhatIsWrongAndIsNeverGreen(t *testing.T) {
	an, binh := person(1), person(2)
	binh.doses = nil
	d := newProvince(t, source([]life{an, binh})).desk(today(), sixHours)
	for name, c := range map[string]struct{ number, birth, want string }{
		"who meets the rule":            {an.Number, "1990-08-15", "refer A18 two-doses [] []"},
		"who does not":                  {binh.Number, "1990-08-15", "refuse R05 no-dose [DOSES_MISSING] []"},
		"another birth date":            {an.Number, "1990-08-16", "refer A03 details-differ [BIRTH_DATE_DIFFERS] [dob]"},
		"a year that the number is not": {an.Number, "1991-08-15", "refer A03 details-differ [NUMBER_CONTRADICTS_BIRTH BIRTH_DATE_DIFFERS] [dob]"},
		"nobody":                        {"001090999999", "1990-08-15", "refer A01 not-in-data [NOT_IN_DATA] []"},
	} {
		if got := d.typed(t, c.number, c.birth); words(got) != c.want {
			t.Errorf("%s: got %s, want %s", name, words(got), c.want)
		} else if got.Credential.Format != checkpoint.FormatTyped || got.Credential.Sex != checkpoint.Male {
			t.Errorf("%s: %+v", name, got.Credential)
		}
	}
}

// A province may trust its guards' eyes: a line of the policy says so.
func TestThePolicyMayLetTypedNumbersIn(t *testing.T) {
	an := person(1)
	p := newProvince(t, source([]life{an}))
	text := strings.Replace(string(policy.Sample()), "[limits]", "[limits]\ntyped_green = true", 1)
	rules, err := policy.Parse([]byte(text))
	must(t, err)
	d := p.desk(today(), sixHours)
	d.data = &verify.Data{Register: p.register, Policy: rules, Number: 1, Created: d.data.Created}
	if got := d.typed(t, an.Number, "1990-08-15"); got.Verdict != checkpoint.Admit {
		t.Errorf("got %s", words(got))
	}
}

// A card whose code was misread, or that hides its number, gives way to what
// the guard types; a card that is scanned after it does not.
func TestWhatIsTypedLastIsLookedUp(t *testing.T) {
	an, binh := person(1), person(2)
	d := newProvince(t, source([]life{an, binh})).desk(today(), sixHours)
	misread := an.card()
	misread.number = "001090999999"
	hand := &checkpoint.Typed{Kind: checkpoint.KindCCCD, Number: an.Number, Birth: an.Birth}
	typed := checkpoint.Scan{Payload: []byte(an.Number), ByHand: hand}
	scan := func(c string) checkpoint.Scan { return checkpoint.Scan{Reader: "test", Payload: []byte(c)} }
	for name, c := range map[string]struct {
		first, second checkpoint.Scan
		want          string
	}{
		"a card misread before":  {scan(misread.String()), typed, "refer A05 two-doses [PAPERS_DIFFER] []"},
		"another's card before":  {scan(binh.card().String()), typed, "refer A05 two-doses [PAPERS_DIFFER] []"},
		"the own card before":    {scan(an.card().String()), typed, "refer A18 two-doses [] []"},
		"a hidden number before": {scan(personalQR("<1<")(an)), typed, "refer A18 two-doses [] []"},
		"the own card after":     {typed, scan(an.card().String()), "admit G1 two-doses [] []"},
		"another's card after":   {typed, scan(binh.card().String()), "refer A05 two-doses [PAPERS_DIFFER] []"},
	} {
		c.second.Before = &c.first
		if got := d.scan(t, c.second); words(got) != c.want {
			t.Errorf("%s: got %s, want %s", name, words(got), c.want)
		}
	}
}
