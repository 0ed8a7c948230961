package build

import (
	"errors"
	"fmt"
	"iter"

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
	RepeatedDoses                   int // doses of one person on one day beyond the first
	OldDocuments                    int // reports of a person's further documents, which records do not hold
	Strangers                       int // doses, cases and reports of numbers that are not in the people file
}

// maxFaults bounds the list of bad rows in one error.
const maxFaults = 20

// Layer builds one layer into dir. Doses and cases are joined to people by
// their number or an old one, reports by document; those of people who are not
// in the people file are counted as strangers and left out. It holds the input's joins in memory.
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
	others := otherDocuments(p)
	for _, other := range others {
		b.joins.move(other, main)
	}
	b.counts.RepeatedDoses += b.joins.apply(main, &record.Facts)
	if err := b.writer.Add(snapshot.Entry{Person: &record}); err != nil {
		return err
	}
	for _, other := range others {
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
