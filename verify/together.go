package verify

import (
	"slices"
	"strings"

	"checkpoint"
)

// together holds a card against the other paper that was shown. A signed one
// that is not good says nothing here: it was refused when it was shown.
func (l *look) together(e *examination, card *checkpoint.Credential, match checkpoint.Match, other *paper) error {
	e.facts.Card.With = other.kind()
	switch {
	case other.signed():
		good, refused := l.check(other)
		switch {
		case refused != nil:
		case good.declared != nil:
			return l.besideDeclaration(e, card, match, good.declared)
		default:
			e.besidePassport(card, good.passport, l.now)
		}
		return nil
	case other.declared != nil:
		return l.besideDeclaration(e, card, match, other.declared)
	}
	second := &other.read.Credential
	same, err := l.sameHolder(card, match, holder{second.Kind, filedUnder(second), second.Birth, sameWords(second.NameFold, card.NameFold)})
	if q := other.read.Unified; q != nil && !strings.HasSuffix(card.Number, q.Suffix) {
		same = checkpoint.Differs
	}
	e.others(same)
	return err
}

// others notes that two papers are of different people.
func (e *examination) others(same checkpoint.Agreement) {
	if same == checkpoint.Differs {
		e.facts.Card.Other = true
		e.found(checkpoint.FoundPapersDiffer)
	}
}

// holder is whom another paper is about; name says how its name compares with
// the card's.
type holder struct {
	kind   checkpoint.DocumentKind
	number string
	birth  checkpoint.Date
	name   checkpoint.Agreement
}

// sameHolder tells whether a card and another paper are of one person: by the
// number, by what the data knows the numbers as, else by name and birth date.
func (l *look) sameHolder(card *checkpoint.Credential, match checkpoint.Match, h holder) (checkpoint.Agreement, error) {
	birth := sameBirth(h.birth, card.Birth)
	switch {
	case h.kind == card.Kind && h.number == filedUnder(card), h.kind == checkpoint.KindCMND && h.number == card.OldNumber:
		return checkpoint.Agrees, nil
	case h.name == checkpoint.Differs || birth == checkpoint.Differs:
		return checkpoint.Differs, nil
	}
	if h.birth.IsZero() {
		h.birth = card.Birth
	}
	m, err := l.data.Register.Lookup(checkpoint.Query{Kind: h.kind, Number: h.number, Birth: h.birth})
	switch {
	case err != nil:
		return checkpoint.Unknown, err
	case m.Opened && match.Opened && m.MainKind == match.MainKind && m.Main == match.Main:
		return checkpoint.Agrees, nil
	case m.Opened && match.Opened, h.kind == card.Kind && card.Kind == checkpoint.KindCCCD:
		return checkpoint.Differs, nil // somebody's next travel passport has another number
	}
	return together(h.name, birth), nil
}

// together is what name and birth date say. Papers that nothing ties together are
// two people's; one that agrees, without the other, says neither.
func together(name, birth checkpoint.Agreement) checkpoint.Agreement {
	switch {
	case name == checkpoint.Differs || birth == checkpoint.Differs, name == birth && name == checkpoint.Unknown:
		return checkpoint.Differs
	case name == birth:
		return checkpoint.Agrees
	}
	return checkpoint.Unknown
}

// sameWords compares two folded names. Countries part names differently and
// order the parts differently, so the words count and not their order.
func sameWords(a, b string) checkpoint.Agreement {
	switch {
	case a == "" || b == "":
		return checkpoint.Unknown
	case slices.Equal(sortedWords(a), sortedWords(b)):
		return checkpoint.Agrees
	}
	return checkpoint.Differs
}

func sortedWords(s string) []string { return slices.Sorted(strings.FieldsSeq(s)) }

// sameBirth compares what both papers say of the birth date: the day, else the
// month, else the year. Less than a day proves nothing.
func sameBirth(a, b checkpoint.Date) checkpoint.Agreement {
	switch {
	case a.IsZero() || b.IsZero():
		return checkpoint.Unknown
	case a.Year != b.Year, a.Month != 0 && b.Month != 0 && a.Month != b.Month, a.Day != 0 && b.Day != 0 && a.Day != b.Day:
		return checkpoint.Differs
	case a == b && a.Day != 0:
		return checkpoint.Agrees
	}
	return checkpoint.Unknown
}
