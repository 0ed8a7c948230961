package input

import (
	"io"
	"iter"
	"strings"

	"checkpoint"
)

// Reader reads the inputs. Its zero value reads files with the product's own
// column names; it is for one goroutine.
//
// Its methods share these rules: file is the name that errors carry; strings of
// one row share one piece of memory, so keeping one keeps its row.
type Reader struct {
	// Columns are the province's own column names.
	Columns Columns
	// Reject, if not nil, is given every row that cannot be used, as it stands in
	// the file, before the row's error is yielded.
	Reject func(Rejected)
	// Line is where the row last yielded begins, from 1, the header included. It
	// is 0 when an error was yielded.
	Line int
}

// Rejected is a row that cannot be used. Header and Row hold personal data.
type Rejected struct {
	Header    []byte // without byte order mark and line end
	Row       []byte // without line end; a broken quote can make it many lines
	Separator rune   // between the cells of both
	Why       *RowError
}

// People reads with the product's own column names; see [Reader.People].
func People(file string, src io.Reader) iter.Seq2[Person, error] {
	return new(Reader).People(file, src)
}

// Doses reads with the product's own column names; see [Reader.Doses].
func Doses(file string, src io.Reader) iter.Seq2[Dose, error] { return new(Reader).Doses(file, src) }

// Cases reads with the product's own column names; see [Reader.Cases].
func Cases(file string, src io.Reader) iter.Seq2[Case, error] { return new(Reader).Cases(file, src) }

// Withdrawals reads with the product's own column names; see
// [Reader.Withdrawals].
func Withdrawals(file string, src io.Reader) iter.Seq2[Withdrawn, error] {
	return new(Reader).Withdrawals(file, src)
}

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
func (rd *Reader) People(file string, src io.Reader) iter.Seq2[Person, error] {
	return rows(rd, SheetPeople, file, src, func(r *row) Person {
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
func (rd *Reader) Doses(file string, src io.Reader) iter.Seq2[Dose, error] {
	return rows(rd, SheetDoses, file, src, func(r *row) Dose {
		return Dose{Number: r.number(0), Date: r.day(1), Product: r.cell(2), Dose: r.dose(3), Course: r.dose(4)}
	})
}

func doseColumns() []column {
	return []column{{"number", true}, {"date", true}, {"product", false}, {"dose", true}, {"course", true}}
}

// Cases reads columns number, status, from and until (all required; until may
// be empty).
func (rd *Reader) Cases(file string, src io.Reader) iter.Seq2[Case, error] {
	return rows(rd, SheetCases, file, src, func(r *row) Case {
		c := Case{Number: r.number(0), Status: r.oneOf(1, CaseF0, CaseF1, CaseRecovered), From: r.day(2), Until: r.dayOrNone(3)}
		r.inOrder(3, c.From, c.Until)
		return c
	})
}

func caseColumns() []column {
	return []column{{"number", true}, {"status", true}, {"from", true}, {"until", true}}
}

// Withdrawals reads columns number, reason and since (required) and kind: cccd,
// cmnd, bhyt or passport. An empty kind is told from the number's shape.
func (rd *Reader) Withdrawals(file string, src io.Reader) iter.Seq2[Withdrawn, error] {
	return rows(rd, SheetWithdrawn, file, src, func(r *row) Withdrawn {
		kind, number := r.document(0, 1)
		return Withdrawn{
			Kind:   kind,
			Number: number,
			Reason: r.oneOf(2, WithdrawnLost, WithdrawnWithdrawn, WithdrawnReplaced),
			Since:  r.day(3),
		}
	})
}

func withdrawnColumns() []column {
	return []column{{"kind", false}, {"number", true}, {"reason", true}, {"since", true}}
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
