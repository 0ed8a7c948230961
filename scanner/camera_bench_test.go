//go:build linux

package scanner_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/scanner"
	"checkpoint/scanner/readertest"
)

// lens is one connection of a camera: each picture is handed over by hand.
type lens struct {
	pictures chan readertest.Picture
	gone     chan struct{}
	newest   readertest.Picture
	fresh    bool // just opened: a camera sends at once
}

func newLens() *lens {
	return &lens{pictures: make(chan readertest.Picture), gone: make(chan struct{}), newest: readertest.Table(), fresh: true}
}

func (l *lens) Read([]byte) (int, error) {
	if l.fresh {
		l.fresh = false
		return 1, nil
	}
	select {
	case l.newest = <-l.pictures:
		return 1, nil
	case <-l.gone:
		return 0, syscall.ENODEV
	case <-time.After(20 * time.Millisecond):
		return 0, nil
	}
}

func (l *lens) Frame() (pix []byte, width, height, stride int) {
	return l.newest.Pix, l.newest.Width, l.newest.Height, l.newest.Width
}

func (l *lens) Close() error { return nil }

// cameraBench shows pictures to a camera reader.
type cameraBench struct {
	mu   sync.Mutex
	lens *lens
	here bool
}

func newCamera(*testing.T) readertest.Bench { return &cameraBench{lens: newLens(), here: true} }

func (b *cameraBench) Reader(sink checkpoint.Sink) *scanner.Reader {
	c := scanner.NewCamera()
	c.Budget = time.Hour // a code is in one picture alone here, however slow the machine is
	return &scanner.Reader{Name: "c", Sink: sink, Camera: c, Open: func() (io.ReadCloser, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if !b.here {
			return nil, fs.ErrNotExist
		}
		return b.lens, nil
	}}
}

func (b *cameraBench) Unplug() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.here {
		close(b.lens.gone)
	}
	b.here = false
	return nil
}

func (b *cameraBench) Plug() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lens, b.here = newLens(), true
	return nil
}

func (b *cameraBench) show(p readertest.Picture) error {
	b.mu.Lock()
	l := b.lens
	b.mu.Unlock()
	select {
	case l.pictures <- p:
		return nil
	case <-time.After(time.Minute):
		return errors.New("nobody looks")
	}
}

func (b *cameraBench) Send(code string) error {
	p, err := readertest.CardPicture(code)
	if err != nil {
		return err
	}
	return b.show(p)
}

func (b *cameraBench) Half(code string) error {
	p, err := readertest.CardPicture(code)
	if err != nil {
		return err
	}
	return b.show(p.Covered(0.25))
}

func (b *cameraBench) Drip(code string) error          { return readertest.Shown(code, b.show) }
func (b *cameraBench) Garbage(random *rand.Rand) error { return b.show(readertest.NoCode(random)) }
func (b *cameraBench) Close() error                    { return b.Unplug() }
func (b *cameraBench) PauseEnds() bool                 { return false }
func (b *cameraBench) Sees()                           {}
