package check

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// runLength is how many sightings are sorted in memory; two runs of 16 MiB are
// held, one being filled while the other is sorted and written.
const runLength = 1 << 20

const smallRun = 1 << 12

const sightingSize = 16 // bytes in the temporary file

// pile sorts more sightings than fit in memory: full runs are sorted and go to
// a temporary file, to be merged at the end. It is for one goroutine.
type pile struct {
	dir     string // of the temporary file
	filling []sighting
	resting []sighting // being sorted and written while pending is not nil
	pending chan error
	file    *os.File
	runs    []run
	end     int64 // of the file
	err     error // the first; nothing is kept after it
}

// run is a sorted stretch of the temporary file.
type run struct{ offset, length int64 }

func (p *pile) add(s sighting) {
	switch len(p.filling) {
	case runLength:
		p.spill()
	case smallRun: // no small province: all the room at once
		p.filling = slices.Grow(p.filling, runLength-smallRun)
	}
	p.filling = append(p.filling, s)
}

// spill hands the full run over to be written.
func (p *pile) spill() {
	p.settle()
	p.filling, p.resting = p.resting[:0], p.filling
	if p.filling == nil {
		p.filling = make([]sighting, 0, runLength)
	}
	if p.err == nil && p.file == nil {
		p.file, p.err = temporary(p.dir)
	}
	if p.err != nil {
		return
	}
	r := run{p.end, int64(len(p.resting)) * sightingSize}
	p.runs, p.end = append(p.runs, r), p.end+r.length
	p.pending = make(chan error, 1)
	go func(to io.Writer, all []sighting, done chan<- error) {
		done <- write(to, all)
	}(io.NewOffsetWriter(p.file, r.offset), p.resting, p.pending)
}

// temporary makes a file without a name: it holds document numbers, and not
// even a kill may leave it behind.
func temporary(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "provincectl-check-*")
	if err != nil {
		return nil, fmt.Errorf("make temporary file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink temporary file: %w", err), f.Close())
	}
	return f, nil
}

// settle waits until the run handed over is on disk.
func (p *pile) settle() {
	if p.pending != nil {
		p.err = cmp.Or(p.err, <-p.pending)
		p.pending = nil
	}
}

func (p *pile) close() {
	p.settle()
	if p.file != nil {
		p.file.Close() // nothing of it is wanted any more
	}
}

func order(a, b sighting) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	return cmp.Compare(a.value, b.value)
}

func write(to io.Writer, all []sighting) error {
	slices.SortFunc(all, order)
	w := bufio.NewWriterSize(to, 256<<10)
	for _, s := range all {
		b := binary.LittleEndian.AppendUint64(w.AvailableBuffer(), s.key)
		if _, err := w.Write(binary.LittleEndian.AppendUint64(b, s.value)); err != nil {
			return fmt.Errorf("write temporary file: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write temporary file: %w", err)
	}
	return nil
}

// sorted yields everything in order, or one error as the last thing. Nothing
// may be added after it.
func (p *pile) sorted() iter.Seq2[sighting, error] {
	return func(yield func(sighting, error) bool) {
		p.settle()
		if p.err != nil {
			yield(sighting{}, p.err)
			return
		}
		slices.SortFunc(p.filling, order)
		p.resting = nil
		m := merge{{rest: p.filling}}
		for _, r := range p.runs {
			m = append(m, &stream{src: io.NewSectionReader(p.file, r.offset, r.length)})
		}
		err := m.each(func(s sighting) bool { return yield(s, nil) })
		if err != nil {
			yield(sighting{}, fmt.Errorf("read temporary file: %w", err))
		}
	}
}
