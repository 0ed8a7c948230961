package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"checkpoint/store/system"
)

// runUnits is how many units are committed together: 480 blocks are just under
// 1 MiB. While one run is committed the next one comes: twice that much memory
// is needed, and so much at most comes again after a power cut.
const runUnits = 6

// run is what is committed together.
type run struct {
	first   uint32 // unit
	blocks  uint32 // number of the block behind the last; 0: the run is empty
	written uint32 // units handed to the kernel
	pages   []byte
	err     error // of writing them
}

func newRun() *run { return &run{pages: make([]byte, runUnits*unitPages*pageSize)} }

func (r *run) clear() { r.blocks, r.written, r.err = 0, 0, nil }

// units is how many the run has begun.
func (r *run) units() uint32 { return (r.blocks - r.first*unitBlocks + unitBlocks - 1) / unitBlocks }

// add puts block n into the run, and the slots of the group that it ends.
func (r *run) add(plan *filePlan, n uint32, b, slots []byte) {
	if r.blocks == 0 {
		r.first = n / unitBlocks
	}
	r.blocks = n + 1
	unit := r.pages[(n/unitBlocks-r.first)*unitPages*pageSize:]
	plan.putBlock(unit, n, b)
	if slots != nil {
		plan.putGroup(unit, n/groupSlots, slots)
	}
}

// bytes are the pages of unit n of the run, and their place in the file.
func (r *run) bytes(plan *filePlan, n uint32) (pages []byte, at int64) {
	at = plan.unitAt(r.first + n)
	return r.pages[n*unitPages*pageSize:][:plan.unitAt(r.first+n+1)-at], at
}

// write hands units that are whole to the kernel, and has it begin with them: a
// commit then waits for little, and so do records beside it.
func (r *run) write(plan *filePlan, file *os.File) {
	for ; r.written < r.units() && r.err == nil; r.written++ {
		pages, at := r.bytes(plan, r.written)
		_, r.err = file.WriteAt(pages, at)
		system.Begin(file, at, int64(len(pages)))
	}
}

// commitAll commits runs until there are no more. After an error it only gives
// them back. What was synced is compared while the next run is synced.
func (a *Arrival) commitAll(filled <-chan *run) (err error) {
	synced, compared := make(chan *run), make(chan error, 1)
	go func() { compared <- a.compareAll(synced) }()
	for r := range filled {
		if err = errors.Join(err, r.err); err == nil {
			err = system.SyncData(a.file)
		}
		if err != nil {
			a.failed.Store(true)
			a.giveBack(r)
			continue
		}
		synced <- r
	}
	close(synced)
	return errors.Join(err, <-compared)
}

// compareAll ends when the card has given back what it was given.
func (a *Arrival) compareAll(synced <-chan *run) (err error) {
	for r := range synced {
		if err == nil {
			err = a.compare(r)
		}
		if err != nil {
			a.failed.Store(true)
		}
		a.giveBack(r)
	}
	return err
}

func (a *Arrival) compare(r *run) error {
	at := a.plan.unitAt(r.first)
	card := a.onCard(at, a.plan.unitAt(r.first+r.units())-at)
	for n := range r.units() {
		pages, _ := r.bytes(&a.plan, n)
		if _, err := card.Write(pages); err != nil {
			return err
		}
	}
	a.kept += r.units()
	return nil
}

func (a *Arrival) giveBack(r *run) {
	r.clear()
	a.spare <- r
}

// comparison takes what should be on the card from a place on, and fails with
// ErrCard if it is not. It reads past the kernel's memory where that can be had:
// the pages are forgotten before, and afterwards, for nobody needs them soon.
type comparison struct {
	file *os.File
	at   int64
	room []byte
}

func (c *comparison) Write(want []byte) (int, error) {
	for rest := want; len(rest) > 0; {
		part := rest[:min(len(rest), len(c.room))]
		got := c.room[:len(part)]
		if _, err := c.file.ReadAt(got, c.at); err != nil {
			return 0, fmt.Errorf("%w: %w", ErrCard, err)
		}
		if !bytes.Equal(got, part) {
			return 0, fmt.Errorf("%w: at byte %d", ErrCard, c.at)
		}
		system.Forget(c.file, c.at, int64(len(part)))
		c.at, rest = c.at+int64(len(part)), rest[len(part):]
	}
	return len(want), nil
}

// onCard compares n bytes from a place on.
func (a *Arrival) onCard(at, n int64) *comparison {
	c := &comparison{a.file, at, a.unit}
	system.Forget(a.file, at, n)
	system.Fetch(a.file, at, n)
	return c
}

// tailAt is where what leads to the pages begins.
func (a *Arrival) tailAt() int64 { return a.plan.unitAt(a.plan.units()) }

func (a *Arrival) writeTail(w io.Writer) error {
	return a.plan.writeTail(w, a.stream.layout.header(), a.stream.groups)
}

// finish makes the file a database, once everything else is on the card.
func (a *Arrival) finish() error {
	if err := a.writeTail(a.onCard(a.tailAt(), a.plan.size()-a.tailAt())); err != nil {
		return err
	}
	metas := a.plan.metas()
	if _, err := a.file.WriteAt(metas, 0); err != nil {
		return err
	}
	if err := a.file.Sync(); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	if _, err := a.onCard(0, int64(len(metas))).Write(metas); err != nil {
		return err
	}
	a.done = true
	return nil
}

// resume finds how far the file goes: the head, and units that are proven
// anew. Nothing of it is believed, and bbolt never reads it.
func (a *Arrival) resume(ctx context.Context) error {
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != a.plan.size() { // the head is at the end, and came first
		return a.file.Truncate(0)
	}
	groups := make([]byte, int(a.plan.groups)*slotSize)
	if _, err := a.file.ReadAt(groups, a.plan.groupsAt()); err != nil || hashRoot(a.stream.layout.header(), groups) != a.ref.Root {
		return a.file.Truncate(0)
	}
	a.stream.groups = groups
	if a.writeTail(a.onCard(a.tailAt(), a.plan.size()-a.tailAt())) != nil {
		a.stream.groups = nil
		return a.file.Truncate(0)
	}
	for a.kept < a.plan.units() && a.proven(a.kept) {
		if err := ctx.Err(); err != nil {
			return err
		}
		a.kept++
	}
	a.stream.skipTo(a.kept * unitGroups)
	if a.kept < a.plan.units() {
		return nil
	}
	return a.finish()
}

// proven tells whether a unit on the card is the signed one, to the byte.
func (a *Arrival) proven(unit uint32) bool {
	at := a.plan.unitAt(unit)
	pages := a.unit[:a.plan.unitAt(unit+1)-at]
	defer system.Forget(a.file, at, int64(len(pages)))
	if _, err := a.file.ReadAt(pages, at); err != nil {
		return false
	}
	defer a.run.clear()
	first := unit * unitBlocks
	groups := valuesOf(pages[:pageSize])
	for n := first; n < min(first+unitBlocks, a.plan.blocks); n++ {
		slots := groups[n/groupSlots%unitGroups]
		if n%groupSlots == 0 && !slotProves(a.stream.groups, n/groupSlots, hashGroup(n/groupSlots, slots)) {
			return false
		}
		page := pages[(1+(n-first)/2)*pageSize:][:pageSize]
		b := valuesOf(page)[n%2]
		if !slotProves(slots, n%groupSlots, hashBlock(n, b)) {
			return false
		}
		if n%groupSlots > 0 { // once a group is enough
			slots = nil
		}
		a.run.add(&a.plan, n, b, slots)
	}
	again, _ := a.run.bytes(&a.plan, 0)
	return bytes.Equal(again, pages)
}
