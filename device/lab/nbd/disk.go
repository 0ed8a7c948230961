package nbd

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
)

// SectorSize is the unit that a disk writes whole or not at all.
const SectorSize = 512

// cacheSize is how much a disk keeps without being told to flush. What is older
// than that it has written by itself.
const cacheSize = 32 << 20

// errStopped is the answer to everything after the moment of [Disk.StopAfter]:
// none.
var errStopped = errors.New("the disk has stopped")

// Disk is a disk over an image file. The file has at every moment what the
// machine would read; what it takes to lose some of it again is in memory. Its
// methods may be called at the same time; nobody else may write to the file while
// a machine does.
type Disk struct {
	file *os.File
	size int64

	mu        sync.Mutex
	unflushed []write // oldest first
	cached    int64   // bytes of these
	written   int     // writes since it was opened
	countdown int     // writes until it stops; 0: none was asked for
	stopped   chan struct{}
	halted    bool

	clients sync.WaitGroup
	conns   map[net.Conn]bool
}

// write is what has been written and may still be lost.
type write struct {
	at       int64
	old, new []byte
	durable  bool // it stays, and is known only for the sake of older writes below it
}

// Open makes a disk of an image file, whose size is the disk's.
func Open(file string) (*Disk, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Disk{file: f, size: size, conns: map[net.Conn]bool{}}, nil
}

// Close ends the disk with all that was written in its file. Machines lose it.
func (d *Disk) Close() error {
	d.disconnect()
	return d.file.Close()
}

// StopAfter has the disk stop at the nth write from now: that one is in the cache
// and its machine never hears of it, nor of anything later. The channel is closed
// then. Cut ends it.
func (d *Disk) StopAfter(n int) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.countdown, d.stopped = n, make(chan struct{})
	return d.stopped
}

// Writes is how many writes there were since the disk was opened.
func (d *Disk) Writes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.written
}

// Losses says what a cut did to the writes that had not been flushed.
type Losses struct{ Unflushed, Lost, Torn int }

func (l Losses) String() string {
	return fmt.Sprintf("%d writes not flushed, %d of them lost, %d torn", l.Unflushed, l.Lost, l.Torn)
}

// Cut takes the power away. The machine has to be dead: its connections are
// closed. The disk can be used again at once.
func (d *Disk) Cut(random *rand.Rand) (Losses, error) {
	d.disconnect()
	d.mu.Lock()
	defer d.mu.Unlock()
	var losses Losses
	if err := d.forget(); err != nil {
		return losses, err
	}
	share := random.Float64() // from a cut that loses all to one that loses nothing
	for _, w := range d.unflushed {
		survives := len(w.new)
		if !w.durable {
			losses.Unflushed++
			survives = w.survives(random, share)
			switch survives {
			case 0:
				losses.Lost++
			case len(w.new):
			default:
				losses.Torn++
			}
		}
		if _, err := d.file.WriteAt(w.new[:survives], w.at); err != nil {
			return losses, err
		}
	}
	d.flushed()
	d.halted, d.countdown = false, 0
	return losses, nil
}

// forget undoes every write that has not been flushed, the newest first.
func (d *Disk) forget() error {
	for i := len(d.unflushed) - 1; i >= 0; i-- {
		if _, err := d.file.WriteAt(d.unflushed[i].old, d.unflushed[i].at); err != nil {
			return err
		}
	}
	return nil
}

// survives draws how many bytes of a write, from its beginning, are there after
// the cut: with that share all, else none, or what lies before some sector.
func (w write) survives(random *rand.Rand, share float64) int {
	if random.Float64() < share {
		return len(w.new)
	}
	first := SectorSize - int(w.at%SectorSize) // bytes to the first boundary
	if first >= len(w.new) || random.IntN(2) == 0 {
		return 0
	}
	return first + random.IntN((len(w.new)-first+SectorSize-1)/SectorSize)*SectorSize
}

func (d *Disk) readAt(b []byte, at int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.halted {
		return errStopped
	}
	_, err := d.file.ReadAt(b, at)
	return err
}

func (d *Disk) writeAt(b []byte, at int64, durable bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.halted {
		return errStopped
	}
	old := make([]byte, len(b))
	if _, err := d.file.ReadAt(old, at); err != nil {
		return err
	}
	if _, err := d.file.WriteAt(b, at); err != nil {
		return err
	}
	d.written++
	d.unflushed = append(d.unflushed, write{at, old, b, durable})
	for d.cached += int64(len(b)); d.cached > cacheSize; d.unflushed = d.unflushed[1:] {
		d.cached -= int64(len(d.unflushed[0].new))
	}
	if d.countdown > 0 {
		if d.countdown--; d.countdown == 0 {
			d.halted = true
			close(d.stopped)
			return errStopped
		}
	}
	return nil
}

func (d *Disk) flush() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.halted {
		return errStopped
	}
	d.flushed()
	return nil
}

func (d *Disk) flushed() { d.unflushed, d.cached = nil, 0 }
