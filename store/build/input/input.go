package input

import (
	"io"
	"iter"
	"strings"

	"checkpoint"
)

// The readers share these rules: file is the name that errors carry; strings of
// one row share one piece of memory, so keeping one keeps its row.

// The columns of the people file, by place in peopleColumns.
const (
	personNumber = iota
	personName
	personBirth
	personSex
	personIssued
	personCard
	personOld
	personHealth
	personPassport
	personCommune
	personExempt
)

func peopleColumns() []column {
	return []column{
		{"number", true}, {"full_name", true}, {"birth_date", true}, {"sex", true}, {"issue_date", true},
		{"card_status", false}, {"old_numbers", false}, {"health_card", false}, {"passport", false},
		{"commune", false}, {"exempt", false},
	}
}

// People reads columns number, full_name, birth_date, sex and issue_date
// (required; issue_date may be empty), card_status, old_numbers, health_card,
// passport, commune and exempt.
func People(file string, src io.Reader) iter.Seq2[Person, error] {
	return rows(file, src, peopleColumns(), func(r *row) Person {
		return Person{
			Number:     r.number(personNumber),
			FullName:   r.text(personName),
			Birth:      r.date(personBirth),
			Sex:        r.sex(personSex),
			Issued:     r.dayOrNone(personIssued),
			CardStatus: r.cardStatus(personCard),
			OldNumbers: r.oldNumbers(personOld),
			HealthCard: r.healthCard(personHealth),
			Passport:   r.passport(personPassport),
			Commune:    r.cell(personCommune),
			Exempt:     r.yes(personExempt),
		}
	})
}

func (r *row) cardStatus(c int) string {
	if r.cell(c) == "" {
		return CardValid
	}
	return r.oneOf(c, CardValid, CardNone, CardLost, CardWithdrawn, CardReplaced)
}

// Doses reads columns number, date, dose and course (required) and product.
func Doses(file string, src io.Reader) iter.Seq2[Dose, error] {
	columns := []column{{"number", true}, {"date", true}, {"product", false}, {"dose", true}, {"course", true}}
	return rows(file, src, columns, func(r *row) Dose {
		return Dose{Number: r.number(0), Date: r.day(1), Product: r.cell(2), Dose: r.dose(3), Course: r.dose(4)}
	})
}

// Cases reads columns number, status, from and until (all required; until may
// be empty).
func Cases(file string, src io.Reader) iter.Seq2[Case, error] {
	columns := []column{{"number", true}, {"status", true}, {"from", true}, {"until", true}}
	return rows(file, src, columns, func(r *row) Case {
		c := Case{Number: r.number(0), Status: r.oneOf(1, CaseF0, CaseF1, CaseRecovered), From: r.day(2), Until: r.dayOrNone(3)}
		if !c.Until.IsZero() && c.Until.First().Before(c.From.First()) {
			r.reject(3, "a day not before from")
		}
		return c
	})
}

// Withdrawals reads columns number, reason and since (required) and kind: cccd,
// cmnd, bhyt or passport. An empty kind is told from the number's shape.
func Withdrawals(file string, src io.Reader) iter.Seq2[Withdrawn, error] {
	columns := []column{{"kind", false}, {"number", true}, {"reason", true}, {"since", true}}
	return rows(file, src, columns, func(r *row) Withdrawn {
		kind, number := r.document(0, 1)
		return Withdrawn{
			Kind:   kind,
			Number: number,
			Reason: r.oneOf(2, WithdrawnLost, WithdrawnWithdrawn, WithdrawnReplaced),
			Since:  r.day(3),
		}
	})
}

// document reads a kind and a number that must have that kind's shape.
func (r *row) document(kind, number int) (checkpoint.DocumentKind, string) {
	if r.cell(kind) == "" {
		n := r.number(number)
		return KindOf(n), n
	}
	s := strings.ToUpper(r.cell(number))
	switch k := r.kind(kind); {
	case k == checkpoint.KindBHYT:
		if s == "" {
			r.reject(number, wantHealth)
		}
		return k, r.healthCard(number)
	case k == checkpoint.KindCMND && digits(s, 12, 12), k == KindOf(s):
		return k, s
	}
	r.reject(number, "a number of the shape its kind has")
	return checkpoint.KindNone, ""
}

func (r *row) kind(c int) checkpoint.DocumentKind {
	kinds := []checkpoint.DocumentKind{checkpoint.KindCCCD, checkpoint.KindCMND, checkpoint.KindBHYT, checkpoint.KindPassport}
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = k.String()
	}
	word := r.oneOf(c, words...)
	for _, k := range kinds {
		if k.String() == word {
			return k
		}
	}
	return checkpoint.KindNone
}
