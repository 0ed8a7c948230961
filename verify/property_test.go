package verify_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"checkpoint"
	"checkpoint/verify"
	"checkpoint/verify/policy"
)

// anyRegister answers every query with one match, possible in the data or not.
type anyRegister struct{ match checkpoint.Match }

func (r anyRegister) Lookup(checkpoint.Query) (checkpoint.Match, error)     { return r.match, nil }
func (r anyRegister) Listed(string) (*checkpoint.Listed, error)             { return nil, nil }
func (r anyRegister) HasList() bool                                         { return false }
func (r anyRegister) Declared(string, string) (*checkpoint.Declared, error) { return nil, nil }
func (anyRegister) PersonKey(checkpoint.DocumentKind, string) checkpoint.PersonKey {
	return checkpoint.PersonKey{1}
}
func (anyRegister) CodeHash([]byte) []byte { return []byte{1} }

func anyDate(t *rapid.T, label string) checkpoint.Date {
	if rapid.Bool().Draw(t, label+" known") {
		return day(rapid.IntRange(-400, 1200).Draw(t, label))
	}
	return checkpoint.Date{}
}

func anyMatch(t *rapid.T) checkpoint.Match {
	m := checkpoint.Match{Found: rapid.Bool().Draw(t, "found"), Further: rapid.Bool().Draw(t, "further")}
	if m.Opened = m.Found && rapid.Bool().Draw(t, "opened"); !m.Opened {
		return m
	}
	m.Name = checkpoint.Agreement(rapid.IntRange(0, 2).Draw(t, "name"))
	m.Sex = checkpoint.Agreement(rapid.IntRange(0, 2).Draw(t, "sex"))
	p := &m.Person
	p.Issued, p.CardSince = anyDate(t, "issued"), anyDate(t, "since")
	p.Card = checkpoint.CardStatus(rapid.IntRange(0, 3).Draw(t, "card"))
	p.Case = checkpoint.CaseStatus(rapid.IntRange(0, 3).Draw(t, "case"))
	p.CaseFrom, p.CaseUntil = anyDate(t, "from"), anyDate(t, "until")
	p.Exempt = rapid.Bool().Draw(t, "exempt")
	for range rapid.IntRange(0, checkpoint.MaxDoses).Draw(t, "doses") {
		p.Doses = append(p.Doses, checkpoint.Dose{Date: day(rapid.IntRange(-20, 400).Draw(t, "dose")), Course: rapid.IntRange(0, 3).Draw(t, "course")})
	}
	p.DoseCount = len(p.Doses)
	return m
}

func anyPayload(t *rapid.T) string {
	l := person(rapid.IntRange(0, 9).Draw(t, "who"))
	return rapid.OneOf(
		rapid.Just(l.card().String()),
		rapid.Just(l.card().String()+"||||"),
		rapid.Just(healthCard("7900000001")(l)),
		rapid.Just(oldHealthCard("7900000001")(l)),
		rapid.Just(personalQR("<1<")(l)),
		rapid.Just(personalQR("<0<")(l)),
		rapid.Just(l.Number),
		rapid.Just("https://tokhaiyte.vn/x"),
		rapid.String(),
		rapid.StringMatching(`[0-9|$~*A-Za-z/:. -]{0,60}`),
	).Draw(t, "payload")
}

// What must hold whatever card, data, age and clock come together.
func TestNobodyIsAdmittedWhoShouldNotBeAndNoRedIsInvented(t *testing.T) {
	rules, err := policy.Parse(policy.Sample())
	must(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		m := anyMatch(rt)
		age := time.Duration(rapid.Int64Range(-10, 80).Draw(rt, "age")) * time.Hour
		d := desk{&verify.Data{Register: anyRegister{m}, Policy: rules, Number: 1, Created: today().Add(-age)}, today(), rapid.Bool().Draw(rt, "trusted"), officeLane()}
		got := d.show(t, anyPayload(rt))
		switch got.Verdict {
		case checkpoint.Admit:
			for why, bad := range map[string]bool{
				"the clock is not trusted": !d.trusted, "the data is stale": age > 48*time.Hour, "the number is not in the data": !m.Found,
				"the birth date does not belong": !m.Opened, "the name does not agree": m.Name != checkpoint.Agrees, "the sex does not agree": m.Sex != checkpoint.Agrees,
				"the case is active": active(m.Person), "the paper is no photo ID": got.Credential.Kind == checkpoint.KindBHYT,
			} {
				if bad {
					rt.Fatalf("admitted although %s: %s", why, words(got))
				}
			}
		case checkpoint.Refuse:
			if !m.Opened || !got.Credential.Personal() {
				rt.Fatalf("red for somebody whom nothing was found about: %s", words(got))
			}
			if got.Reason == "R01" && (age > 24*time.Hour || !active(m.Person) || m.Name != checkpoint.Agrees || m.Sex != checkpoint.Agrees) {
				rt.Fatalf("R01 without fresh data, an active case and a card that agrees: %s", words(got))
			}
		case checkpoint.Repeat, 0:
			rt.Fatalf("not a verdict of this package: %s", words(got))
		}
		if got.Reason == "" || !got.Credential.Personal() && got.Verdict != checkpoint.NotRead {
			rt.Fatalf("%s", words(got))
		}
	})
}

func active(p checkpoint.Person) bool {
	if p.Case != checkpoint.CaseF0 && p.Case != checkpoint.CaseF1 {
		return false
	}
	now := day(0).First()
	return !p.CaseFrom.First().After(now) && (p.CaseUntil.IsZero() || !p.CaseUntil.First().Before(now))
}
