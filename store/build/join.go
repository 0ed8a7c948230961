package build

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// moveOld files doses, cases and tests of an old number under the main number of its
// holder: many were vaccinated before they had a chip card. It goes through the
// part as it lies, which is faster than putting numbers together.
func (b *builder) moveOld(w *worker, part int) (err error) {
	if w.data, err = b.rows.appendPart(w.data[:0], part); err != nil {
		return err
	}
	main, err := holders(w.data)
	if err != nil || len(main) == 0 {
		return err
	}
	var e encoder
	return eachRow(w.data, func(r row) error {
		to, ok := main[string(r.number)]
		if !ok || r.kind != rowDose && r.kind != rowCase && r.kind != rowTest {
			return nil
		}
		e.again(r, to)
		return b.moved.put(&e)
	})
}

// holders leads from the old numbers of a part to the main numbers of their
// holders, except where the number is also somebody's main number. Health cards
// have a number space of their own, in which nobody is vaccinated.
func holders(data []byte) (map[string][]byte, error) {
	main := map[string][]byte{}
	err := eachRow(data, func(r row) error {
		if r.kind != rowLink {
			return nil
		}
		kind, number, err := r.link()
		if kind != checkpoint.KindBHYT {
			main[string(r.number)] = number
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return main, eachRow(data, func(r row) error {
		if r.kind == rowPerson {
			delete(main, string(r.number))
		}
		return nil
	})
}

// join gives a part's people what is known of them, and puts them into the
// layer.
func (b *builder) join(w *worker, part int) (err error) {
	w.data, err = b.rows.appendPart(w.data[:0], part)
	if err == nil {
		w.data, err = b.moved.appendPart(w.data, part)
	}
	if err != nil {
		return err
	}
	return w.grouping.each(w.data, w.joiner.group)
}

// worker is what one goroutine of a step keeps from part to part.
type worker struct {
	data     []byte
	grouping grouping
	joiner   joiner
}

// add puts a worker's counts and faults to the builder's.
func (b *builder) add(j *joiner) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts.Doses += j.counts.Doses
	b.counts.Cases += j.counts.Cases
	b.counts.Withdrawn += j.counts.Withdrawn
	b.counts.Tests += j.counts.Tests
	b.counts.RepeatedDoses += j.counts.RepeatedDoses
	b.counts.OldDocuments += j.counts.OldDocuments
	b.counts.Strangers += j.counts.Strangers
	for _, f := range j.faults.list {
		b.faults.add(f.row, f.err)
	}
	b.faults.all += j.faults.all - len(j.faults.list)
}

// joiner works on one number at a time. Its lists keep their memory.
type joiner struct {
	src     Source
	writer  *snapshot.LayerWriter
	names   folder
	counts  Counts
	faults  faultList
	people  []personRow
	links   []checkpoint.DocumentKind
	doses   []checkpoint.Dose
	cases   []illness
	reports []report
	samples []sample
	others  []document
}

func (j *joiner) group(group []row) error {
	if err := j.sort(group); err != nil {
		return err
	}
	facts := j.facts()
	for _, p := range j.people {
		if err := j.add(p, facts); err != nil {
			return err
		}
	}
	j.countReports()
	if len(j.people) == 0 && !j.moves() {
		j.counts.Strangers += min(len(j.doses), 1) + min(len(j.cases), 1) + min(len(j.samples), 1)
	}
	return nil
}

// sort puts the rows of a number into the joiner's lists.
func (j *joiner) sort(group []row) error {
	j.people, j.links, j.doses, j.cases, j.reports, j.samples = j.people[:0], j.links[:0], j.doses[:0], j.cases[:0], j.reports[:0], j.samples[:0]
	var errs error
	for _, r := range group {
		switch r.kind {
		case rowPerson:
			errs = errors.Join(errs, into(&j.people, r.person))
		case rowLink:
			kind, _, err := r.link()
			j.links, errs = append(j.links, kind), errors.Join(errs, err)
		case rowDose:
			errs = errors.Join(errs, into(&j.doses, r.dose))
		case rowCase:
			errs = errors.Join(errs, into(&j.cases, r.illness))
		case rowReport:
			errs = errors.Join(errs, into(&j.reports, r.report))
		case rowTest:
			errs = errors.Join(errs, into(&j.samples, r.sample))
		}
	}
	return errs
}

func into[T any](list *[]T, read func() (T, error)) error {
	v, err := read()
	*list = append(*list, v)
	return err
}

// moves tells whether [builder.moveOld] filed the doses and cases elsewhere.
func (j *joiner) moves() bool {
	return slices.ContainsFunc(j.links, func(k checkpoint.DocumentKind) bool { return k != checkpoint.KindBHYT })
}

// facts are what doses, cases and tests say of the holder of the number. Nobody gets
// two doses on one day: rows that say so repeat one dose, and are counted.
func (j *joiner) facts() checkpoint.Person {
	var f checkpoint.Person
	if len(j.people) == 0 {
		return f
	}
	slices.SortFunc(j.doses, func(a, b checkpoint.Dose) int {
		return cmp.Or(compareDates(b.Date, a.Date), cmp.Compare(b.Number, a.Number), cmp.Compare(b.Product, a.Product), cmp.Compare(b.Course, a.Course))
	})
	all := len(j.doses)
	j.doses = slices.CompactFunc(j.doses, func(a, b checkpoint.Dose) bool { return a.Date == b.Date })
	j.counts.RepeatedDoses += all - len(j.doses)
	j.counts.Doses += len(j.doses)
	j.counts.Cases += len(j.cases)
	f.DoseCount = len(j.doses)
	f.Doses = j.doses[:min(len(j.doses), checkpoint.MaxDoses)]
	if len(j.cases) > 0 {
		c := slices.MaxFunc(j.cases, compareCases)
		f.Case, f.CaseFrom, f.CaseUntil = c.status, c.from, c.until
	}
	j.counts.Tests += len(j.samples)
	f.Tests = newest(j.samples)
	return f
}

// newest keeps the newest test of each sort.
func newest(samples []sample) (t checkpoint.Tests) {
	for _, s := range samples {
		of := &t.Rapid
		switch {
		case s.positive:
			of = &t.Positive
		case s.pcr:
			of = &t.PCR
		}
		if s.taken.After(*of) {
			*of = s.taken
		}
	}
	return t
}

// compareCases puts the later case above; of two that begin on one day, the one
// that restricts more, and of these the one that restricts longer.
func compareCases(a, b illness) int {
	return cmp.Or(compareDates(a.from, b.from), cmp.Compare(b.status, a.status), lastDay(a).Compare(lastDay(b)))
}

// lastDay of a case without an end is later than any.
func lastDay(c illness) time.Time {
	if c.until.IsZero() {
		return checkpoint.Date{Year: 9999}.First()
	}
	return c.until.First()
}

func compareDates(a, b checkpoint.Date) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}

// reportOn is the latest report on a document of the kind; of two of one day
// the one that weighs more.
func (j *joiner) reportOn(kind checkpoint.DocumentKind) (best report, ok bool) {
	for _, r := range j.reports {
		if r.kind != kind {
			continue
		}
		if !ok || cmp.Or(compareDates(r.since, best.since), cmp.Compare(weight(r.status), weight(best.status))) > 0 {
			best, ok = r, true
		}
	}
	return best, ok
}

func weight(s checkpoint.CardStatus) int {
	return slices.Index([]checkpoint.CardStatus{checkpoint.CardReplaced, checkpoint.CardLost, checkpoint.CardWithdrawn}, s)
}

// countReports counts reports, and once a document those that no record holds.
func (j *joiner) countReports() {
	for i, r := range j.reports {
		same := func(x report) bool { return x.kind == r.kind }
		switch {
		case slices.ContainsFunc(j.people, func(p personRow) bool { return input.KindOf(p.Number) == r.kind }):
			j.counts.Withdrawn++
		case slices.IndexFunc(j.reports, same) < i:
		case slices.Contains(j.links, r.kind):
			j.counts.OldDocuments++
		default:
			j.counts.Strangers++
		}
	}
}

// add puts a person and their further documents into the layer. Rows that no
// record can hold are collected, other errors end the work.
func (j *joiner) add(p personRow, facts checkpoint.Person) error {
	main := mainDocument(p.Person)
	facts.Issued, facts.Card, facts.Exempt = p.Issued, p.card, p.Exempt
	if r, ok := j.reportOn(main.kind); ok {
		facts.Card, facts.CardSince = r.status, r.since
	}
	err := j.writer.Add(snapshot.Entry{Row: p.row, Person: &snapshot.Person{
		Kind: main.kind, Number: main.number, Birth: p.Birth, NameFold: j.names.name(p.FullName), Sex: p.Sex, Facts: facts,
	}})
	j.others = appendOthers(j.others[:0], p.Person)
	for _, other := range j.others {
		if other == main || err != nil {
			continue
		}
		err = j.writer.Add(snapshot.Entry{Row: p.row, Alias: &snapshot.Alias{
			Kind: other.kind, Number: other.number, Birth: p.Birth, MainKind: main.kind, Main: main.number,
		}})
	}
	if errors.Is(err, snapshot.ErrEntry) {
		j.faults.add(p.row, fmt.Errorf("%s: %w", j.src.place(snapshot.Origin{Row: p.row}), err))
		return nil
	}
	return err
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
