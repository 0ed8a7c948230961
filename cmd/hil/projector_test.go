package hil

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"checkpoint/device/camera"
	"checkpoint/device/lab"
	"checkpoint/device/lab/virtual"
)

// fourCC is the kernel's name of a format.
var fourCC = map[camera.Format]string{camera.Grey: "GREY", camera.YUYV: "YUYV", camera.MJPEG: "MJPG"}

// packed is a picture of brightness as a camera of that format sends it.
func packed(t *testing.T, format camera.Format, pix []byte, width, height int) []byte {
	t.Helper()
	switch format {
	case camera.YUYV:
		out := bytes.Repeat([]byte{128}, 2*len(pix)) // no colour
		for i, v := range pix {
			out[2*i] = v
		}
		return out
	case camera.MJPEG:
		var out bytes.Buffer
		if err := jpeg.Encode(&out, &image.Gray{Pix: pix, Stride: width, Rect: image.Rect(0, 0, width, height)}, nil); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	return pix
}

// projector gives one picture again and again, as a camera does, until it is
// shown another one.
type projector struct {
	t      *testing.T
	format camera.Format
	cam    *virtual.Camera

	mu      sync.Mutex
	picture []byte
	stop    chan struct{}
	stopped sync.WaitGroup
}

// newProjector is a camera that looks at the desk.
func newProjector(t *testing.T, format camera.Format) *projector {
	t.Helper()
	cam, err := virtual.NewCamera(fmt.Sprint("camera ", numbered.Add(1)), fourCC[format], viewWidth, viewHeight)
	if err != nil {
		t.Fatal(err)
	}
	p := &projector{t: t, format: format, cam: cam}
	t.Cleanup(func() {
		p.halt()
		if err := cam.Unplug(); err != nil {
			t.Error(err)
		}
	})
	p.show(deskPicture)
	p.start()
	return p
}

// reader is the camera in a box's configuration.
func (p *projector) reader() string {
	return fmt.Sprintf("name = \"camera\"\nkind = \"camera\"\npath = %q\n[lane.reader.camera]\nformat = %q\nwidth = %d\nheight = %d\nfps = 5\n",
		p.cam.Device(), p.format, viewWidth, viewHeight)
}

// show puts one of the host's pictures before the camera.
func (p *projector) show(name string) {
	p.t.Helper()
	pix, err := os.ReadFile(filepath.Join(lab.Folder, name))
	if err != nil {
		p.t.Fatal(err)
	}
	p.look(pix)
}

// cover holds a hand before the camera.
func (p *projector) cover() { p.look(make([]byte, viewWidth*viewHeight)) }

func (p *projector) look(pix []byte) {
	p.t.Helper()
	picture := packed(p.t, p.format, pix, viewWidth, viewHeight)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.picture = picture
}

// start gives pictures, five a second at most.
func (p *projector) start() {
	p.stop = make(chan struct{})
	p.stopped.Go(func() {
		for {
			p.mu.Lock()
			picture := p.picture
			p.mu.Unlock()
			if err := p.cam.Show(picture); err != nil {
				p.t.Error(err)
				return
			}
			select {
			case <-p.stop:
				return
			case <-time.After(time.Second / 5):
			}
		}
	})
}

// halt lets the camera hang: it is there and gives nothing.
func (p *projector) halt() {
	if p.stop == nil {
		return
	}
	close(p.stop)
	p.stopped.Wait()
	p.stop = nil
	if err := p.cam.Stop(); err != nil {
		p.t.Error(err)
	}
}

// resume lets a camera that hangs go on.
func (p *projector) resume() {
	p.t.Helper()
	if err := p.cam.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.start()
}
