package build

import (
	"cmp"
	"slices"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/fold"
)

// joins gathers what other files say of a number, until its person comes.
type joins struct {
	doses   map[string][]checkpoint.Dose
	cases   map[string]input.Case
	reports map[document]input.Withdrawn
}

func newJoins() *joins {
	return &joins{doses: map[string][]checkpoint.Dose{}, cases: map[string]input.Case{}, reports: map[document]input.Withdrawn{}}
}

func (j *joins) dose(d input.Dose) {
	j.doses[d.Number] = append(j.doses[d.Number], checkpoint.Dose{Date: d.Date, Product: productCode(d.Product), Number: d.Dose, Course: d.Course})
}

// illness keeps the latest entry of a number; of two that begin on one day,
// the one that restricts more, and of these the one that restricts longer.
func (j *joins) illness(c input.Case) {
	old, ok := j.cases[c.Number]
	if !ok || cmp.Or(c.From.First().Compare(old.From.First()), cmp.Compare(caseStatus(old.Status), caseStatus(c.Status)), lastDay(c).Compare(lastDay(old))) > 0 {
		j.cases[c.Number] = c
	}
}

// lastDay of a case without an end is later than any.
func lastDay(c input.Case) time.Time {
	if c.Until.IsZero() {
		return checkpoint.Date{Year: 9999}.First()
	}
	return c.Until.First()
}

// report keeps the latest report of a document; of two of one day the one that
// weighs more.
func (j *joins) report(r input.Withdrawn) {
	d := document{r.Kind, r.Number}
	old, ok := j.reports[d]
	if !ok || cmp.Or(r.Since.First().Compare(old.Since.First()), cmp.Compare(weight(r.Reason), weight(old.Reason))) > 0 {
		j.reports[d] = r
	}
}

func weight(reason string) int {
	return slices.Index([]string{input.WithdrawnReplaced, input.WithdrawnLost, input.WithdrawnWithdrawn}, reason)
}

// move gives a person what is filed under an old number of theirs: many were
// vaccinated before they had a chip card.
func (j *joins) move(old, main document) {
	if old.number == main.number || old.kind == checkpoint.KindBHYT {
		return
	}
	if doses, ok := j.doses[old.number]; ok {
		j.doses[main.number] = append(j.doses[main.number], doses...)
		delete(j.doses, old.number)
	}
	if c, ok := j.cases[old.number]; ok {
		c.Number = main.number
		j.illness(c)
		delete(j.cases, old.number)
	}
}

// apply moves what is known of a document into the person's facts. Nobody gets
// two doses on one day: rows that say so repeat one dose, and are counted.
func (j *joins) apply(d document, f *checkpoint.Person) (repeated int) {
	all := j.doses[d.number]
	slices.SortFunc(all, func(a, b checkpoint.Dose) int {
		return cmp.Or(b.Date.First().Compare(a.Date.First()), cmp.Compare(b.Number, a.Number), cmp.Compare(b.Product, a.Product), cmp.Compare(b.Course, a.Course))
	})
	doses := slices.CompactFunc(all, func(a, b checkpoint.Dose) bool { return a.Date == b.Date })
	f.DoseCount = len(doses)
	f.Doses = doses[:min(len(doses), checkpoint.MaxDoses)]
	if c, ok := j.cases[d.number]; ok {
		f.Case, f.CaseFrom, f.CaseUntil = caseStatus(c.Status), c.From, c.Until
	}
	if r, ok := j.reports[d]; ok {
		f.Card, f.CardSince = cardStatus(r.Reason), r.Since
	}
	delete(j.doses, d.number)
	delete(j.cases, d.number)
	delete(j.reports, d)
	return len(all) - len(doses)
}

// settled drops the report of a further document of a known person.
func (j *joins) settled(d document) bool {
	_, ok := j.reports[d]
	delete(j.reports, d)
	return ok
}

func (j *joins) left() int { return len(j.doses) + len(j.cases) + len(j.reports) }

func caseStatus(word string) checkpoint.CaseStatus {
	switch word {
	case input.CaseF0:
		return checkpoint.CaseF0
	case input.CaseF1:
		return checkpoint.CaseF1
	case input.CaseRecovered:
		return checkpoint.CaseRecovered
	}
	return checkpoint.CaseNone
}

// productCode shortens the names of vaccines to what a record holds. The
// numbers are on disk: add at the end only.
func productCode(name string) uint8 {
	return uint8(max(0, slices.Index([]string{"", "ASTRAZENECA", "PFIZER", "MODERNA", "VERO CELL", "SPUTNIK V", "JANSSEN", "ABDALA", "COVAXIN", "HAYAT-VAX"}, fold.Name(name))))
}
