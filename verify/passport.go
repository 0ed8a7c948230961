package verify

import (
	"strings"
	"time"

	"checkpoint"
	"checkpoint/store/fold"
	"checkpoint/verify/dcc"
	"checkpoint/verify/policy"
)

// passportAlone asks the rules about a good passport without another paper. It
// carries no number, so nobody can be looked up by it.
func (l *look) passportAlone(p *paper, good *dcc.Passport, other *paper) checkpoint.Decision {
	name := good.Name.String()
	card := &checkpoint.Credential{Format: checkpoint.FormatDCC, FullName: name, NameFold: fold.Name(name), Birth: passportBirth(good.Birth)}
	e := &examination{findings: []checkpoint.Finding{checkpoint.FoundNoNumber}}
	e.surroundings(l.lane, l.data, l.now)
	e.card(card, l.now)
	e.facts.Passport = passportFacts(*good, l.now)
	e.facts.Passport.Alone = true
	return l.alone(e, card, p, other)
}

// besidePassport holds a card against a passport.
func (e *examination) besidePassport(card *checkpoint.Credential, p *dcc.Passport, now time.Time) {
	e.facts.Passport = passportFacts(*p, now)
	same := together(sameName(p.Name, card.NameFold), sameBirth(passportBirth(p.Birth), card.Birth))
	e.facts.Passport.Same, e.facts.Passport.Other = same == checkpoint.Agrees, same == checkpoint.Differs
	e.others(same)
}

func passportFacts(p dcc.Passport, now time.Time) policy.Passport {
	f := policy.Passport{Shown: true, Kind: string(p.Kind), Dose: p.Dose, Course: p.Course, Days: -1, Negative: p.Negative}
	if day, err := checkpoint.ParseDate(p.Day); err == nil {
		f.Days = daysSince(day, now)
	}
	return f
}

// passportBirth reads a birth date whose unknown parts may be written 00. One
// that no calendar has is none.
func passportBirth(s string) checkpoint.Date {
	for strings.HasSuffix(s, "-00") {
		s = strings.TrimSuffix(s, "-00")
	}
	birth, err := checkpoint.ParseDate(s)
	if err != nil {
		return checkpoint.Date{}
	}
	return birth
}

// sameName compares a passport's name with a card's, in the spelling as written
// or in that of travel documents.
func sameName(n dcc.Name, cardFold string) checkpoint.Agreement {
	if sameWords(fold.Name(n.String()), cardFold) == checkpoint.Agrees {
		return checkpoint.Agrees
	}
	return sameWords(fold.Name(strings.ReplaceAll(n.MachineSurname+" "+n.MachineForename, "<", " ")), cardFold)
}
