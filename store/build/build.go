package build

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// Source is what the province feeds in. People is required.
type Source struct {
	People    iter.Seq2[input.Person, error]
	Doses     iter.Seq2[input.Dose, error]
	Cases     iter.Seq2[input.Case, error]
	Withdrawn iter.Seq2[input.Withdrawn, error]
	// Removed are document numbers to hide in older layers.
	Removed []string
	// Progress is called with people done; it may be nil.
	Progress func(people int)
}

// Counts says what went into a layer.
type Counts struct {
	People, Doses, Cases, Withdrawn int
	OldDocuments                    int // reports of a person's further documents, which records do not hold
	Strangers                       int // doses, cases and reports of numbers that are not in the people file
}

// maxFaults bounds the list of bad rows in one error.
const maxFaults = 20

// Layer builds one layer into dir. Doses, cases and reports are joined to
// people by number; those of people who are not in the people file are counted
// as strangers and left out. It holds the input's joins in memory.
func Layer(src Source, plan snapshot.Plan, pepper snapshot.Pepper, dir string) (snapshot.LayerRef, Counts, error) {
	w, err := snapshot.NewLayerWriter(plan, pepper)
	if err != nil {
		return snapshot.LayerRef{}, Counts{}, err
	}
	b := &builder{writer: w, joins: newJoins(), seen: map[document]bool{}}
	if err := errors.Join(b.join(src), b.people(src), b.removed(src.Removed)); err != nil {
		return snapshot.LayerRef{}, b.counts, err
	}
	b.counts.Strangers = b.joins.left()
	ref, err := w.Write(dir)
	return ref, b.counts, err
}

type builder struct {
	writer *snapshot.LayerWriter
	joins  *joins
	seen   map[document]bool
	counts Counts
}

type document struct {
	kind   checkpoint.DocumentKind
	number string
}

func (b *builder) join(src Source) error {
	var faults faultList
	for d, err := range rows(src.Doses) {
		if faults.add(err) {
			continue
		}
		b.counts.Doses++
		b.joins.dose(d)
	}
	for c, err := range rows(src.Cases) {
		if faults.add(err) {
			continue
		}
		b.counts.Cases++
		b.joins.illness(c)
	}
	for r, err := range rows(src.Withdrawn) {
		if faults.add(err) {
			continue
		}
		b.counts.Withdrawn++
		b.joins.report(r)
	}
	return faults.err()
}

// rows lets a missing file be an empty one.
func rows[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	if seq == nil {
		return func(func(T, error) bool) {}
	}
	return seq
}

func (b *builder) people(src Source) error {
	var faults faultList
	for p, err := range rows(src.People) {
		if faults.add(err) {
			continue
		}
		b.counts.People++
		if err := b.person(p); err != nil {
			faults.add(fmt.Errorf("person %d of the file: %w", b.counts.People, err))
		}
		if src.Progress != nil && b.counts.People%4096 == 0 {
			src.Progress(b.counts.People)
		}
	}
	return faults.err()
}

func (b *builder) person(p input.Person) error {
	main := document{input.KindOf(p.Number), p.Number}
	if err := b.claim(main); err != nil {
		return err
	}
	record := snapshot.Person{Kind: main.kind, Number: p.Number, Birth: p.Birth, NameFold: fold.Name(p.FullName), Sex: p.Sex}
	record.Facts = checkpoint.Person{Issued: p.Issued, Card: cardStatus(p.CardStatus), Exempt: p.Exempt}
	b.joins.apply(main, &record.Facts)
	if err := b.writer.Add(snapshot.Entry{Person: &record}); err != nil {
		return err
	}
	for _, other := range otherDocuments(p) {
		if other == main {
			continue
		}
		if err := b.claim(other); err != nil {
			return err
		}
		if b.joins.settled(other) {
			b.counts.OldDocuments++
		}
		alias := snapshot.Alias{Kind: other.kind, Number: other.number, Birth: p.Birth, MainKind: main.kind, Main: main.number}
		if err := b.writer.Add(snapshot.Entry{Alias: &alias}); err != nil {
			return err
		}
	}
	return nil
}

// claim refuses a document that two rows want: nobody could say whose it is.
func (b *builder) claim(d document) error {
	if b.seen[d] {
		return fmt.Errorf("its %s number stands in an earlier row too", d.kind)
	}
	b.seen[d] = true
	return nil
}

func otherDocuments(p input.Person) []document {
	var list []document
	for _, old := range p.OldNumbers {
		list = append(list, document{checkpoint.KindCMND, old})
	}
	if p.HealthCard != "" {
		list = append(list, document{checkpoint.KindBHYT, p.HealthCard})
	}
	if p.Passport != "" {
		list = append(list, document{checkpoint.KindPassport, p.Passport})
	}
	return list
}

func cardStatus(word string) checkpoint.CardStatus {
	switch word {
	case input.CardLost:
		return checkpoint.CardLost
	case input.CardWithdrawn:
		return checkpoint.CardWithdrawn
	case input.CardReplaced:
		return checkpoint.CardReplaced
	}
	return checkpoint.CardValid
}

func (b *builder) removed(numbers []string) error {
	for _, n := range numbers {
		kind := input.KindOf(n)
		if kind == checkpoint.KindNone {
			return errors.New("removed: a line is no document number")
		}
		if err := b.writer.Add(snapshot.Entry{Removed: &snapshot.Removed{Kind: kind, Number: n}}); err != nil {
			return err
		}
	}
	return nil
}

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
// the one that restricts more.
func (j *joins) illness(c input.Case) {
	old, ok := j.cases[c.Number]
	if ok && cmp.Or(c.From.First().Compare(old.From.First()), cmp.Compare(caseStatus(old.Status), caseStatus(c.Status))) < 0 {
		return
	}
	j.cases[c.Number] = c
}

func (j *joins) report(r input.Withdrawn) {
	d := document{r.Kind, r.Number}
	if old, ok := j.reports[d]; ok && old.Since.First().After(r.Since.First()) {
		return
	}
	j.reports[d] = r
}

// apply moves what is known of a document into the person's facts.
func (j *joins) apply(d document, f *checkpoint.Person) {
	doses := j.doses[d.number]
	slices.SortStableFunc(doses, func(a, b checkpoint.Dose) int {
		return cmp.Or(b.Date.First().Compare(a.Date.First()), cmp.Compare(b.Number, a.Number), cmp.Compare(b.Product, a.Product))
	})
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

// faultList keeps the first faults and counts the rest.
type faultList struct {
	list []error
	more int
}

func (f *faultList) add(err error) bool {
	switch {
	case err == nil:
		return false
	case len(f.list) < maxFaults:
		f.list = append(f.list, err)
	default:
		f.more++
	}
	return true
}

func (f *faultList) err() error {
	if f.more > 0 {
		f.list = append(f.list, fmt.Errorf("and %d more", f.more))
	}
	return errors.Join(f.list...)
}
