package build

import (
	"cmp"
	"slices"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// oracle is the layer builder as one would write it for a province that fits
// in memory: maps, and one person after the other.
type oracle struct {
	doses   map[string][]checkpoint.Dose
	cases   map[string]input.Case
	reports map[document]input.Withdrawn
	mains   map[string]bool
	counts  Counts
}

func oracleLayer(p smallProvince, plan snapshot.Plan, pepper snapshot.Pepper, dir string) (snapshot.LayerRef, Counts, error) {
	o := &oracle{doses: map[string][]checkpoint.Dose{}, cases: map[string]input.Case{}, reports: map[document]input.Withdrawn{}, mains: map[string]bool{}}
	o.counts = Counts{People: len(p.people)}
	w, err := snapshot.NewLayerWriter(plan, pepper)
	if err != nil {
		return snapshot.LayerRef{}, o.counts, err
	}
	for _, d := range p.doses {
		o.doses[d.Number] = append(o.doses[d.Number], checkpoint.Dose{Date: d.Date, Product: productCode(d.Product), Number: d.Dose, Course: d.Course})
	}
	for _, c := range p.cases {
		o.illness(c)
	}
	for _, r := range p.reports {
		o.report(r)
	}
	for _, who := range p.people {
		o.mains[who.Number] = true
	}
	for i, who := range p.people {
		if err := o.person(w, who, i+1); err != nil {
			return snapshot.LayerRef{}, o.counts, err
		}
	}
	for i, n := range p.removed {
		if err := w.Add(snapshot.Entry{Row: i + 1, Removed: &snapshot.Removed{Kind: input.KindOf(n), Number: n}}); err != nil {
			return snapshot.LayerRef{}, o.counts, err
		}
	}
	o.counts.Strangers = len(o.doses) + len(o.cases) + len(o.reports)
	o.leftIn(p)
	ref, err := w.Write(dir)
	return ref, o.counts, err
}

// leftIn counts the rows of people of the file, after all others were taken out.
func (o *oracle) leftIn(p smallProvince) {
	o.counts.Doses -= o.counts.RepeatedDoses
	for _, d := range p.doses {
		if _, strange := o.doses[d.Number]; !strange {
			o.counts.Doses++
		}
	}
	for _, c := range p.cases {
		if _, strange := o.cases[c.Number]; !strange {
			o.counts.Cases++
		}
	}
	for _, r := range p.reports {
		if o.mains[r.Number] && input.KindOf(r.Number) == r.Kind {
			o.counts.Withdrawn++
		}
	}
}

func (o *oracle) illness(c input.Case) {
	old, ok := o.cases[c.Number]
	last := func(c input.Case) checkpoint.Date { return cmp.Or(c.Until, checkpoint.Date{Year: 9999}) }
	if !ok || cmp.Or(c.From.First().Compare(old.From.First()), cmp.Compare(caseStatus(old.Status), caseStatus(c.Status)), last(c).First().Compare(last(old).First())) > 0 {
		o.cases[c.Number] = c
	}
}

func (o *oracle) report(r input.Withdrawn) {
	d := document{r.Kind, r.Number}
	weight := func(reason string) int {
		return slices.Index([]string{input.WithdrawnReplaced, input.WithdrawnLost, input.WithdrawnWithdrawn}, reason)
	}
	old, ok := o.reports[d]
	if !ok || cmp.Or(r.Since.First().Compare(old.Since.First()), cmp.Compare(weight(r.Reason), weight(old.Reason))) > 0 {
		o.reports[d] = r
	}
}

func (o *oracle) person(w *snapshot.LayerWriter, p input.Person, row int) error {
	main := mainDocument(p)
	facts := checkpoint.Person{Issued: p.Issued, Card: cardStatus(p.CardStatus), Exempt: p.Exempt}
	for _, other := range appendOthers(nil, p) {
		if !o.mains[other.number] && other.kind != checkpoint.KindBHYT {
			o.move(other.number, main.number)
		}
	}
	o.apply(main, &facts)
	if err := w.Add(snapshot.Entry{Row: row, Person: &snapshot.Person{Kind: main.kind, Number: p.Number, Birth: p.Birth, NameFold: fold.Name(p.FullName), Sex: p.Sex, Facts: facts}}); err != nil {
		return err
	}
	for _, other := range appendOthers(nil, p) {
		if other == main {
			continue
		}
		if _, ok := o.reports[other]; ok {
			o.counts.OldDocuments++
			delete(o.reports, other)
		}
		if err := w.Add(snapshot.Entry{Row: row, Alias: &snapshot.Alias{Kind: other.kind, Number: other.number, Birth: p.Birth, MainKind: main.kind, Main: main.number}}); err != nil {
			return err
		}
	}
	return nil
}

func (o *oracle) move(old, main string) {
	if doses, ok := o.doses[old]; ok {
		o.doses[main] = append(o.doses[main], doses...)
		delete(o.doses, old)
	}
	if c, ok := o.cases[old]; ok {
		c.Number = main
		o.illness(c)
		delete(o.cases, old)
	}
}

func (o *oracle) apply(d document, f *checkpoint.Person) {
	all := o.doses[d.number]
	slices.SortFunc(all, func(a, b checkpoint.Dose) int {
		return cmp.Or(b.Date.First().Compare(a.Date.First()), cmp.Compare(b.Number, a.Number), cmp.Compare(b.Product, a.Product), cmp.Compare(b.Course, a.Course))
	})
	doses := slices.CompactFunc(slices.Clone(all), func(a, b checkpoint.Dose) bool { return a.Date == b.Date })
	o.counts.RepeatedDoses += len(all) - len(doses)
	f.DoseCount = len(doses)
	f.Doses = doses[:min(len(doses), checkpoint.MaxDoses)]
	if c, ok := o.cases[d.number]; ok {
		f.Case, f.CaseFrom, f.CaseUntil = caseStatus(c.Status), c.From, c.Until
	}
	if r, ok := o.reports[d]; ok {
		f.Card, f.CardSince = cardStatus(r.Reason), r.Since
	}
	delete(o.doses, d.number)
	delete(o.cases, d.number)
	delete(o.reports, d)
}
