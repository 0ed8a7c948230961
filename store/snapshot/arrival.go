package snapshot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"checkpoint/store/durable"
	"checkpoint/store/system"
)

// ErrCard: the card does not give back what was written to it and synced.
var ErrCard = fmt.Errorf("%w: the card does not give back what was written", ErrDamaged)

// readAhead is how much of a stream is asked for at once.
const readAhead = 64 << 10

// Arrival is a layer on its way in. Blocks are proven as they come and
// committed in runs: written, synced, read back from the card and compared.
// What is committed survives a power cut, and the next Arrival of the same
// layer proves it again and goes on behind it. What bbolt would follow is
// written by us and compared too, and the file is no database before all of it
// is on the card: so a complete layer can be opened without fear.
type Arrival struct {
	ref    LayerRef
	plan   filePlan
	file   *os.File
	stream *streamReader
	kept   uint32 // units committed
	done   bool   // all is committed

	run    *run      // what comes now
	spare  chan *run // those that are neither filled nor committed
	failed atomic.Bool
	unit   []byte // room for a unit that is read back
}

// OpenArrival begins the layer ref in dir, or goes on with it as far as it is
// proven, whatever a power cut or a rotten card left of it.
func OpenArrival(ctx context.Context, dir string, ref LayerRef) (*Arrival, error) {
	a, err := openArrival(ctx, dir, ref)
	if err != nil {
		return nil, fmt.Errorf("take layer in: %w", err)
	}
	return a, nil
}

func openArrival(ctx context.Context, dir string, ref LayerRef) (*Arrival, error) {
	stream, err := newStreamReader(ref)
	if err != nil {
		return nil, err
	}
	if err := durable.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, ref.FileName()), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	a := &Arrival{ref: ref, plan: planFile(stream.layout.header(), stream.layout.blocks), file: file, stream: stream, run: newRun(), spare: make(chan *run, 2), unit: make([]byte, unitPages*pageSize)}
	for range cap(a.spare) {
		a.spare <- newRun()
	}
	err = system.TryLock(file) // of two processes one writes
	if err == nil {
		err = errors.Join(durable.SyncDir(dir), a.resume(ctx))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return a, nil
}

// Offset is the place in the stream from which TakeHead and Take go on.
func (a *Arrival) Offset() int64 { return a.stream.offset() }

// Kept is how many bytes of the stream need not come again, whatever happens.
func (a *Arrival) Kept() int64 { return a.stream.layout.groupAt(a.kept * unitGroups) }

// Complete tells whether everything has come and is on disk.
func (a *Arrival) Complete() bool { return a.done }

// TakeHead reads the head from the start of the stream and proves it, unless
// that is on the card already. It comes before Take, on the same reader.
func (a *Arrival) TakeHead(r io.Reader) error {
	if a.stream.groups != nil {
		return nil
	}
	err := a.stream.head(r)
	if err == nil { // the first run's sync is for it too
		err = a.writeTail(io.NewOffsetWriter(a.file, a.tailAt()))
	}
	if err != nil {
		a.stream.groups = nil
		return fmt.Errorf("take layer in: %w", err)
	}
	return nil
}

// Take reads the stream from Offset to its end. After an error of the reader
// it can be called again with a new one. ErrDamaged: the bytes are not the
// signed ones; those before them are kept. ErrCard: nothing that was written
// can be relied on.
func (a *Arrival) Take(r io.Reader) error {
	if a.done {
		return nil
	}
	if a.stream.groups == nil {
		return errors.New("take layer in: the head has not come yet")
	}
	filled, settled := make(chan *run), make(chan error, 1)
	go func() { settled <- a.commitAll(filled) }()
	err := a.take(bufio.NewReaderSize(r, readAhead), filled)
	close(filled)
	if errCommit := <-settled; errCommit != nil {
		// What came since is dropped: a full disk costs two runs only.
		a.run.clear()
		a.failed.Store(false)
		a.stream.skipTo(a.kept * unitGroups)
		err = errCommit
	}
	if err == nil {
		err = a.finish()
	}
	if err != nil {
		return fmt.Errorf("take layer in: %w", err)
	}
	return nil
}

// take fills runs, writes each unit when it is whole, and hands a full run on
// to be committed while the other one fills.
func (a *Arrival) take(r io.Reader, filled chan<- *run) error {
	for !a.stream.complete() && !a.failed.Load() {
		n := a.stream.number()
		b, slots, err := a.stream.next(r)
		if err != nil {
			return err
		}
		a.run.add(&a.plan, n, b, slots)
		if n%unitBlocks == unitBlocks-1 || a.stream.complete() {
			a.run.write(&a.plan, a.file)
		}
		if a.run.units() == runUnits && n%unitBlocks == unitBlocks-1 || a.stream.complete() {
			filled <- a.run
			a.run = <-a.spare
		}
	}
	return nil
}

// Close frees the file; what is not committed comes again.
func (a *Arrival) Close() error { return a.file.Close() }
