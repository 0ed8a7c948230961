package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/scratch"
	"checkpoint/store/snapshot"
)

// Source is what the province feeds in. People is required. The files are read
// at the same time, each by a goroutine of its own.
type Source struct {
	People    iter.Seq2[input.Person, error]
	Doses     iter.Seq2[input.Dose, error]
	Cases     iter.Seq2[input.Case, error]
	Withdrawn iter.Seq2[input.Withdrawn, error]
	Tests     iter.Seq2[input.Test, error]
	Declared  iter.Seq2[input.Declaration, error]
	// PeopleFile is the name of the people file, and PeopleLine tells where the
	// row last yielded by People begins, so that errors can say so. Without
	// them rows are counted.
	PeopleFile string
	PeopleLine func() int
	// DeclaredFile and DeclaredLine are the same of the declarations.
	DeclaredFile string
	DeclaredLine func() int
	// Removed are document numbers to hide in older layers.
	Removed []string
	// Size is how many bytes the files hold, to see before the work whether
	// the disk has room for it; 0: not known.
	Size int64
}

// Counts says what went into a layer, and what was left out.
type Counts struct {
	People, Doses, Cases, Withdrawn, Tests, Declared int // in the layer, or weighed for it

	RepeatedDoses int // doses of one person on one day beyond the first
	OldDocuments  int // reports of a person's further documents, which records do not hold
	Strangers     int // doses, cases and reports of numbers that are not in the people file
}

// Layer builds one layer into dir. Doses and cases are joined to people by
// their number or an old one, reports by document; those of people who are not
// in the people file are counted as strangers and left out. A number that is
// one person's main number and another's old one is the former's.
//
// Memory does not grow with the number of people; what does not fit lies in
// plan.Work.Temp, or in dir. Progress goes to plan.Work.Step: "read" in rows,
// "move" and "join" in parts, then "sort" and "write" in entries.
func Layer(src Source, plan snapshot.Plan, pepper snapshot.Pepper, dir string) (snapshot.LayerRef, Counts, error) {
	plan.Work.Temp = cmp.Or(plan.Work.Temp, dir)
	if plan.Work.Workers <= 0 {
		plan.Work.Workers = runtime.GOMAXPROCS(0)
	}
	b := &builder{src: src, work: plan.Work, parts: partsFor(src.Size)}
	if err := scratch.Room(plan.Work.Temp, roomFor(src.Size)); err != nil {
		return snapshot.LayerRef{}, b.counts, err
	}
	var err error
	if b.writer, err = snapshot.NewLayerWriter(plan, pepper); err != nil {
		return snapshot.LayerRef{}, b.counts, err
	}
	defer b.writer.Close()
	if err := b.gather(); err != nil {
		return snapshot.LayerRef{}, b.counts, err
	}
	ref, err := b.writer.Write(dir)
	return ref, b.counts, src.placed(err)
}

// roomFor is the disk that a build from files of so many bytes needs: rows
// filed by number, sorted entries, the layer itself, and the state beside it.
func roomFor(files int64) int64 { return files * 4 }

type builder struct {
	src    Source
	work   snapshot.Work
	parts  int
	writer *snapshot.LayerWriter
	rows   *parts // all rows, filed by the number they are about
	moved  *parts // rows of old numbers, filed anew by the main number

	mu     sync.Mutex // of what follows
	counts Counts
	faults faultList
}

// gather puts everything the source says into the writer.
func (b *builder) gather() (err error) {
	if b.rows, err = newParts(b.work.Temp, b.parts); err != nil {
		return err
	}
	defer b.rows.close()
	if b.moved, err = newParts(b.work.Temp, b.parts); err != nil {
		return err
	}
	defer b.moved.close()
	if err := errors.Join(b.read(), b.removed(b.src.Removed)); err != nil {
		return err
	}
	if err := b.each("move", b.moveOld); err != nil {
		return err
	}
	if err := b.moved.flush(); err != nil {
		return err
	}
	if err := b.each("join", b.join); err != nil {
		return err
	}
	return b.faults.err()
}

// each calls do for every part, on all workers, until one fails.
func (b *builder) each(step string, do func(w *worker, part int) error) error {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	todo := make(chan int)
	var wg sync.WaitGroup
	for range b.work.Workers {
		wg.Go(func() {
			w := &worker{joiner: joiner{src: b.src, writer: b.writer, names: folder{}}}
			for part := range todo {
				if err := do(w, part); err != nil {
					stop(err)
				}
			}
			b.add(&w.joiner)
		})
	}
	for part := 0; part < b.parts && ctx.Err() == nil; part++ {
		todo <- part
		if err := b.step(step, part, b.parts); err != nil {
			stop(err)
		}
	}
	close(todo)
	wg.Wait()
	return context.Cause(ctx)
}

// fault notes a row that no record can hold.
func (b *builder) fault(row int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults.add(row, err)
}

func (b *builder) step(name string, done, all int) error {
	if b.work.Step == nil {
		return nil
	}
	return b.work.Step(name, done, all)
}

func (b *builder) removed(numbers []string) error {
	for i, n := range numbers {
		kind := input.KindOf(n)
		if kind == checkpoint.KindNone {
			return fmt.Errorf("removed: line %d is no document number", i+1)
		}
		if err := b.writer.Add(snapshot.Entry{Removed: &snapshot.Removed{Kind: kind, Number: n}, Row: i + 1}); err != nil {
			return err
		}
	}
	return nil
}

// maxFaults bounds the list of bad rows in one error.
const maxFaults = 20

// faultList keeps the faults of the first rows and counts the rest.
type faultList struct {
	list []fault
	all  int
}

type fault struct {
	row int
	err error
}

func (f *faultList) add(row int, err error) {
	f.all++
	at, _ := slices.BinarySearchFunc(f.list, row, func(x fault, row int) int { return cmp.Compare(x.row, row+1) })
	f.list = slices.Insert(f.list, at, fault{row, err})
	f.list = f.list[:min(len(f.list), maxFaults)]
}

func (f *faultList) err() error {
	var errs []error
	for _, x := range f.list {
		errs = append(errs, x.err)
	}
	if more := f.all - len(f.list); more > 0 {
		errs = append(errs, fmt.Errorf("and %d more", more))
	}
	return errors.Join(errs...)
}
