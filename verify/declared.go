package verify

import (
	"time"

	"checkpoint"
	"checkpoint/verify/declaration"
)

// declared is what a mobility declaration says, whoever vouches for it: the
// data for a code of the national service, a signature for the province's own.
type declared struct {
	code     string // of the national service; empty: the province's own form
	missing  bool   // looks like a national one and is not in the data
	kind     checkpoint.DocumentKind
	number   string
	name     string // folded; empty: only the data can compare it
	birth    checkpoint.Date
	at, ends time.Time // ends is zero if no limit is known
	from, to string
}

func nationalDeclaration(code string, found *checkpoint.Declared, good time.Duration) *declared {
	if found == nil {
		return &declared{code: code, missing: true}
	}
	d := &declared{code: code, kind: found.Kind, number: found.Number, birth: found.Birth, at: found.At, from: found.From, to: found.To}
	if good > 0 {
		d.ends = d.at.Add(good)
	}
	return d
}

// ownDeclaration ends as it was signed, or before it by the policy: whoever
// issues a code cannot lengthen the province's rule.
func ownDeclaration(d declaration.Declaration, good time.Duration) *declared {
	own := &declared{kind: d.Kind, number: d.Number, name: d.Name, birth: d.Birth, at: d.Issued, ends: d.Expires, from: d.From, to: d.To}
	if by := d.Issued.Add(good); good > 0 && by.Before(own.ends) {
		own.ends = by
	}
	return own
}

// declares notes a declaration for the rules, and how long it is good.
func (l *look) declares(e *examination, d *declared) {
	f := &e.facts.Declaration
	f.Shown, f.Missing, f.Signed = true, d.missing, d.code == ""
	if d.missing {
		e.found(checkpoint.FoundDeclarationMissing)
		return
	}
	f.From, f.To, f.Hours = d.from, d.to, l.now.Sub(d.at).Hours()
	e.zones(l.lane, l.data, l.now, d.from, d.to)
	e.until = d.ends
	if f.Over = !d.ends.IsZero() && l.now.After(d.ends); f.Over {
		e.found(checkpoint.FoundDeclarationOver)
	}
}

// declaredAlone asks the rules about a declaration without another paper, with
// what the data says of whoever declared. Nothing shows that this is who stands
// there.
func (l *look) declaredAlone(p *paper, d *declared, other *paper) checkpoint.Decision {
	card := &checkpoint.Credential{Format: p.read.Format, Kind: d.kind, Number: d.number, FullName: d.name, NameFold: d.name, Birth: d.birth}
	if d.code != "" {
		card.Format = checkpoint.FormatDeclaredCode
	}
	e := &examination{}
	e.surroundings(l.lane, l.data, l.now)
	var match checkpoint.Match
	if !d.missing {
		var err error
		if match, err = l.lookup(card); err != nil {
			return l.damaged(card, err)
		}
		e.card(card, l.now)
		e.compare(card, match)
		if match.Opened {
			e.holder(match.Person, l.now)
		}
	}
	l.declares(e, d)
	e.facts.Declaration.Alone, e.facts.Card.Kind = true, checkpoint.KindDeclared.String()
	out := l.alone(e, card, p, other)
	out.InData, out.Differs = match.Found, e.differs
	if card.Personal() {
		out.Person = l.personKey(card, match)
	}
	return out
}

// besideDeclaration holds a card against a declaration.
func (l *look) besideDeclaration(e *examination, card *checkpoint.Credential, match checkpoint.Match, d *declared) error {
	l.declares(e, d)
	if d.missing {
		return nil
	}
	name, err := l.declaredName(card, d)
	if err != nil {
		return err
	}
	same, err := l.sameHolder(card, match, holder{d.kind, d.number, d.birth, name})
	if name == checkpoint.Differs || sameBirth(d.birth, card.Birth) == checkpoint.Differs {
		same = checkpoint.Differs
	}
	e.facts.Declaration.Same, e.facts.Declaration.Other = same == checkpoint.Agrees, same == checkpoint.Differs
	e.others(same)
	return err
}

// declaredName compares the name that was declared with the card's.
func (l *look) declaredName(card *checkpoint.Credential, d *declared) (checkpoint.Agreement, error) {
	if d.code == "" {
		return sameWords(d.name, card.NameFold), nil
	}
	found, err := l.data.Register.Declared(d.code, card.NameFold)
	if err != nil || found == nil {
		return checkpoint.Unknown, err
	}
	return found.Name, nil
}
