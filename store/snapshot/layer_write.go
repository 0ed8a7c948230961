package snapshot

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"checkpoint/store/durable"
	"checkpoint/store/extsort"
)

// Entry is one line of a layer before sealing. Exactly one of Person, Alias,
// Declared, Listed and Removed is set.
type Entry struct {
	Person   *Person
	Alias    *Alias
	Declared *Declared
	Listed   *Listed
	Removed  *Removed
	// Row says where in its input the entry stands, from 1, so that an error
	// can name it: the person of the people file, the row of the declarations, or
	// the line of the removed.
	Row int
}

// Removed hides a document in older layers.
type Removed struct {
	Kind   kind
	Number string
}

// Plan says what a layer is for, and with how much it is made.
type Plan struct {
	Province string
	Kind     LayerKind
	Number   uint64 // snapshot number that first carries the layer
	Stretch  Stretch
	// Below, if not nil, is all that stands in the snapshot below. What is
	// added is then the whole province: only what differs goes into the layer,
	// and what was not added is hidden.
	Below Below
	// Stands, if not nil, is told all that was added, by rising tag. It is good
	// until Stands returns.
	Stands func(*Standing) error
	Work   Work
}

// Work says with how much a layer is made. It never changes the layer's bytes.
type Work struct {
	Temp    string // directory for what does not fit in memory; empty: the system's
	Memory  int    // bytes of entries in memory; 0: 32 MiB
	Workers int    // goroutines that seal; 0: one for each core
	Keys    Keys   // where stretched keys are kept; nil: nowhere
	// Step is told now and then how far a step is, by one goroutine at a time.
	// An error of its own ends the work. It may be nil.
	Step func(step string, done, all int) error
}

// LayerWriter collects entries and writes them as one layer file. Entries lie
// in memory up to Plan.Work.Memory, and on disk beyond.
type LayerWriter struct {
	plan   Plan
	pepper Pepper
	sorter *extsort.Sorter
	keyers sync.Pool

	toStretch, stretched int // secrets of the layer's entries: without a key before the build, and done
}

// NewLayerWriter starts a layer. The probe record, which proves on a box that
// the layer opens with the box's pepper, is put in first. Write or Close gives
// its memory and disk back.
func NewLayerWriter(plan Plan, pepper Pepper) (*LayerWriter, error) {
	if plan.Work.Workers <= 0 {
		plan.Work.Workers = runtime.GOMAXPROCS(0)
	}
	w := &LayerWriter{plan: plan, pepper: pepper}
	w.sorter = extsort.New(extsort.Options{Dir: plan.Work.Temp, Memory: plan.Work.Memory})
	w.keyers.New = func() any { return newKeyer(pepper) }
	if err := w.Add(Entry{Person: probe()}); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Close drops what was not written.
func (w *LayerWriter) Close() error { return w.sorter.Close() }

// Add takes one entry, in any order and from any goroutine. An error names no
// number.
func (w *LayerWriter) Add(e Entry) error {
	k := w.keyers.Get().(*keyer)
	defer w.keyers.Put(k)
	record, err := k.record(e)
	if err == nil {
		err = w.sorter.Add(record)
	}
	if err != nil {
		return fmt.Errorf("add entry: %w", err)
	}
	return nil
}

// Write sorts, seals and writes the layer to dir and returns its description.
// The same entries, plan and pepper give the same bytes, in any order of Add.
// A document number that is in twice is a [*DuplicateError]; [ErrUnchanged]:
// no layer is needed.
func (w *LayerWriter) Write(dir string) (LayerRef, error) {
	defer w.Close()
	input, err := w.survey()
	if err != nil {
		return LayerRef{}, fmt.Errorf("write layer: %w", err)
	}
	temp, err := os.CreateTemp(dir, unfinished)
	if err != nil {
		return LayerRef{}, fmt.Errorf("write layer: %w", err)
	}
	defer os.Remove(temp.Name())
	temp.Close()
	ref, err := w.writeFile(temp.Name(), input)
	if err != nil {
		return LayerRef{}, fmt.Errorf("write layer: %w", err)
	}
	if err := os.Chmod(temp.Name(), 0o644); err != nil {
		return LayerRef{}, fmt.Errorf("write layer: %w", err)
	}
	return ref, durable.Publish(temp.Name(), filepath.Join(dir, ref.FileName()))
}

// unfinished are the names of layers that are being written.
const unfinished = "layer-*.tmp"

// RemoveUnfinished takes away what a build that was killed has left among the
// layers in dir: it must not be carried to boxes. None may be building there.
func RemoveUnfinished(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("remove unfinished layers: %w", err)
	}
	for _, e := range entries {
		if ok, _ := filepath.Match(unfinished, e.Name()); !ok {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("remove unfinished layers: %w", err)
		}
	}
	return nil
}

// stepEvery is how many entries pass between two reports.
const stepEvery = 1 << 13

func (w *LayerWriter) step(name string, done, all int) error {
	if w.plan.Work.Step == nil {
		return nil
	}
	return w.plan.Work.Step(name, done, all)
}

// written tells how far writing is. Where secrets are stretched, that takes the
// time.
func (w *LayerWriter) written(done int) error {
	if w.toStretch > 0 {
		return w.step("stretch", w.stretched, w.toStretch)
	}
	return w.step("write", done, w.sorter.Len())
}

// writeFile packs the sealed entries into blocks.
func (w *LayerWriter) writeFile(path string, input Digest) (LayerRef, error) {
	out, err := newFileWriter(path)
	if err != nil {
		return LayerRef{}, err
	}
	defer out.close()
	header := Header{Format: layerFormat, Province: w.plan.Province, Kind: w.plan.Kind, Number: w.plan.Number, Input: input, Pepper: w.pepper.ID(), Stretch: w.plan.Stretch}
	var b blockBuilder
	var low Tag
	done := 0
	for e, err := range w.sealed(input) {
		if err != nil {
			return LayerRef{}, err
		}
		if done++; done%stepEvery == 0 {
			if err := w.written(done); err != nil {
				return LayerRef{}, err
			}
		}
		header.count(e.typ)
		if !b.fits(e.body) {
			if err := out.block(b.bytes(low, before(e.tag))); err != nil {
				return LayerRef{}, err
			}
			low, b = e.tag, blockBuilder{entries: b.entries[:0]}
		}
		b.add(e.typ, e.tag, e.body)
	}
	if err := out.block(b.bytes(low, highestTag)); err != nil {
		return LayerRef{}, err
	}
	return out.finish(header)
}
