package build

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// reading files rows under the number they are about, so that what belongs to
// one person lies in one part.
type reading struct {
	b      *builder
	cancel context.CancelCauseFunc
	ctx    context.Context

	mu   sync.Mutex // of done, and of the calls of step
	done int
}

// read takes all files in at once and reports the faults of all of them.
func (b *builder) read() error {
	r, src := &reading{b: b}, b.src
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	defer r.cancel(nil)
	var people, doses, cases, reports, tests, declared faultList
	var wg sync.WaitGroup
	wg.Go(func() { b.counts.People = take(r, src.People, src.PeopleLine, &people, r.person) })
	wg.Go(func() { take(r, src.Doses, nil, &doses, r.dose) })
	wg.Go(func() { take(r, src.Cases, nil, &cases, r.illness) })
	wg.Go(func() { take(r, src.Withdrawn, nil, &reports, r.report) })
	wg.Go(func() { take(r, src.Tests, nil, &tests, r.test) })
	wg.Go(func() { b.counts.Declared = take(r, src.Declared, src.DeclaredLine, &declared, r.declared) })
	wg.Wait()
	if err := context.Cause(r.ctx); err != nil {
		return err
	}
	return errors.Join(doses.err(), cases.err(), reports.err(), tests.err(), declared.err(), people.err(), b.rows.flush())
}

const stepEvery = 1 << 13

// take reads one file to its end; a missing file is an empty one. It returns
// the number of good rows. line tells where the row just read lies in its file;
// without it rows are known by their number.
func take[T any](r *reading, rows iter.Seq2[T, error], line func() int, faults *faultList, file func(e *encoder, v T, row int) error) (good int) {
	if rows == nil {
		return 0
	}
	var e encoder
	seen := 0
	for l := range ahead(rows, line) {
		if seen++; seen%stepEvery == 0 {
			r.step()
		}
		if r.ctx.Err() != nil {
			return good
		}
		if l.err != nil {
			faults.add(seen, l.err)
			continue
		}
		good++
		row := l.row
		if line == nil {
			row = good
		}
		if err := file(&e, l.value, row); err != nil {
			r.cancel(err)
			return good
		}
	}
	return good
}

// aheadRows are handed over at a time.
const aheadRows = 256

// rowRead is a row as it was read, with its place in the file where that is known.
type rowRead[T any] struct {
	value T
	err   error
	row   int
}

// ahead has a goroutine of its own read the rows, so that taking a file apart
// and filing its rows go on at the same time: the people file is what a build
// waits for. The same goroutine asks for each row's line, while it is that row's.
func ahead[T any](rows iter.Seq2[T, error], line func() int) iter.Seq[rowRead[T]] {
	return func(yield func(rowRead[T]) bool) {
		parts, used, quit := make(chan []rowRead[T], 2), make(chan []rowRead[T], 4), make(chan struct{})
		var wg sync.WaitGroup
		defer wg.Wait()
		defer close(quit)
		wg.Go(func() {
			defer close(parts)
			some := make([]rowRead[T], 0, aheadRows)
			send := func() bool {
				select {
				case parts <- some:
					some = emptied(used)
					return true
				case <-quit:
					return false
				}
			}
			for v, err := range rows {
				r := rowRead[T]{value: v, err: err}
				if line != nil {
					r.row = line()
				}
				if some = append(some, r); len(some) == aheadRows && !send() {
					return
				}
			}
			send()
		})
		for some := range parts {
			for _, r := range some {
				if !yield(r) {
					return
				}
			}
			used <- some // never waits: there are no more than it has room for
		}
	}
}

// emptied is a list that was read to its end, or a new one.
func emptied[T any](used <-chan []rowRead[T]) []rowRead[T] {
	select {
	case some := <-used:
		return some[:0]
	default:
		return make([]rowRead[T], 0, aheadRows)
	}
}

func (r *reading) step() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done += stepEvery
	if err := r.b.step("read", r.done, 0); err != nil {
		r.cancel(err)
	}
}

func (r *reading) person(e *encoder, p input.Person, row int) error {
	e.person(p, row)
	if err := r.b.rows.put(e); err != nil {
		return err
	}
	main := mainDocument(p)
	e.others = appendOthers(e.others[:0], p)
	for _, other := range e.others {
		if other == main {
			continue
		}
		e.link(other, main.number)
		if err := r.b.rows.put(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) dose(e *encoder, d input.Dose, _ int) error {
	e.dose(d)
	return r.b.rows.put(e)
}

func (r *reading) illness(e *encoder, c input.Case, _ int) error {
	e.illness(c)
	return r.b.rows.put(e)
}

func (r *reading) test(e *encoder, t input.Test, _ int) error {
	e.test(t)
	return r.b.rows.put(e)
}

func (r *reading) report(e *encoder, w input.Withdrawn, _ int) error {
	e.report(w)
	return r.b.rows.put(e)
}

// declared goes into the layer as it is: a declaration names whose it is by
// itself, and may be of somebody from another province.
func (r *reading) declared(_ *encoder, d input.Declaration, row int) error {
	err := r.b.writer.Add(snapshot.Entry{Row: row, Declared: &snapshot.Declared{
		Code: d.Code, Kind: input.KindOf(d.Number), Number: d.Number, NameFold: fold.Name(d.Name), Birth: d.Birth, At: d.Declared, From: d.From, To: d.To,
	}})
	if errors.Is(err, snapshot.ErrEntry) {
		r.b.fault(row, fmt.Errorf("%s: %w", r.b.src.place(snapshot.Origin{Declared: true, Row: row}), err))
		return nil
	}
	return err
}

// document is a number in its number space.
type document struct {
	kind   checkpoint.DocumentKind
	number string
}

func mainDocument(p input.Person) document { return document{input.KindOf(p.Number), p.Number} }

// appendOthers appends a person's further documents.
func appendOthers(list []document, p input.Person) []document {
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
