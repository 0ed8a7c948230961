package hil

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/device/camera"
	"checkpoint/device/lab/virtual"
	"checkpoint/device/node"
	"checkpoint/scanner"
	"checkpoint/scanner/readertest"
)

// cameraBench is a camera behind a link, as udev keeps it. It sees a table, and
// each thing that it is shown in one picture. It gives its next picture when the
// reader has taken the one before: how many an emulated machine drops is not
// what is tested here.
type cameraBench struct {
	cam  *virtual.Camera
	link string

	mu    sync.Mutex   // one picture at a time
	opens atomic.Int64 // devices that the reader has open
	reads atomic.Int64 // pictures that it has taken
	stop  chan struct{}
	ended sync.WaitGroup
}

func newCameraBench(t *testing.T) *cameraBench {
	t.Helper()
	b := &cameraBench{link: filepath.Join(t.TempDir(), "camera")}
	var err error
	b.cam, err = virtual.NewCamera("bench", fourCC[camera.Grey], readertest.PictureSide, readertest.PictureSide)
	if err == nil {
		err = b.ready()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ready links the camera, which begins to look at the table.
func (b *cameraBench) ready() error {
	if err := os.Symlink(b.cam.Device(), b.link); err != nil {
		return err
	}
	stop := make(chan struct{})
	b.stop = stop
	if err := b.cam.Show(readertest.Table().Pix); err != nil {
		return err
	}
	b.ended.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				_ = b.show(readertest.Table()) // a reader that is gone takes none
			}
		}
	})
	return nil
}

// watched is a camera whose pictures are counted.
type watched struct {
	*camera.Camera
	bench *cameraBench
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Camera.Read(p)
	w.bench.reads.Add(int64(n))
	return n, err
}

func (w *watched) Close() error {
	w.bench.opens.Add(-1)
	return w.Camera.Close()
}

func (b *cameraBench) Reader(sink checkpoint.Sink) *scanner.Reader {
	eye := scanner.NewCamera()
	eye.Budget = time.Hour // a code is in one picture alone here, however slow the machine is
	return &scanner.Reader{Name: "c", Sink: sink, Camera: eye, Open: func() (io.ReadCloser, error) {
		c, err := camera.Open(camera.Config{Width: readertest.PictureSide, Height: readertest.PictureSide, TimeoutSeconds: 2}, node.Config{Path: b.link})
		if err != nil {
			return nil, err
		}
		b.opens.Add(1)
		return &watched{c, b}, nil
	}}
}

// show gives a picture to a reader that looks.
func (b *cameraBench) show(p readertest.Picture) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	end := time.Now().Add(patience)
	for ; b.opens.Load() == 0; time.Sleep(time.Millisecond) {
		if b.halted() || time.Now().After(end) {
			return errors.New("nobody looks through the camera")
		}
	}
	before := b.reads.Load()
	if err := b.cam.Show(p.Pix); err != nil {
		return err
	}
	for b.reads.Load() == before && !b.halted() && time.Now().Before(end) {
		time.Sleep(time.Millisecond)
	}
	return nil
}

func (b *cameraBench) halted() bool {
	select {
	case <-b.stop:
		return true
	default:
		return false
	}
}

func (b *cameraBench) Unplug() error {
	if b.halted() {
		return nil
	}
	close(b.stop)
	b.ended.Wait()
	return errors.Join(os.Remove(b.link), b.cam.Unplug())
}

func (b *cameraBench) Plug() error {
	if err := b.cam.Plug(); err != nil {
		return err
	}
	return b.ready()
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

// A camera passes on the kernel's own streaming what every reader passes.
func TestCameraConformance(t *testing.T) {
	for _, c := range readertest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			c.Run(t, func() readertest.Bench { return newCameraBench(t) })
		})
	}
}

// No camera is lost, and nothing is left over. Each time takes as long as a
// camera may be silent, 2 s.
func TestCameraReplugged(t *testing.T) { readertest.Cycles(t, newCameraBench(t), plugs(2)) }
