//go:build linux

package vivid

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"checkpoint/device/camera"
	"checkpoint/device/lab"
	"checkpoint/device/node"
)

// patience is how long a test waits for what must come: an emulated machine is
// slow.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	lab.Main(m, lab.Bench{Modules: []string{"vivid n_devs=1 node_types=0x1"}})
}

// theCamera is the only one there is.
func theCamera(t *testing.T) node.Entry {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		list, err := camera.Cameras(node.Here())
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 {
			if _, err := os.Stat(list[0].Path); err == nil {
				return list[0]
			}
		}
	}
	t.Fatal("no camera")
	return node.Entry{}
}

func open(t *testing.T, c camera.Config) *camera.Camera {
	t.Helper()
	c.TimeoutSeconds = 60
	opened, err := camera.Open(c, node.Config{Path: theCamera(t).Path})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// read waits for a picture, or for the camera's end.
func read(t *testing.T, c *camera.Camera) error {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if n, err := c.Read(make([]byte, 1)); n > 0 || err != nil {
			return err
		}
	}
	return errors.New("waited in vain")
}

// The test picture has eight bars, each darker than the one left of it.
func TestEveryFormatShowsTheBars(t *testing.T) {
	for _, format := range []camera.Format{"", camera.Grey, camera.NV12, camera.YUYV} {
		c := open(t, camera.Config{Format: format, Width: 640, Height: 360, FPS: 15})
		for range 6 { // more than there are buffers
			if err := read(t, c); err != nil {
				t.Fatalf("%q: %v", format, err)
			}
		}
		pix, width, height, stride := c.Frame()
		if width != 640 || height != 360 {
			t.Fatalf("%q: pictures of %d × %d", format, width, height)
		}
		for _, y := range []int{height / 2, height - 10} {
			last := 256
			for bar := range 8 {
				v := int(pix[y*stride+(2*bar+1)*width/16])
				if v >= last {
					t.Errorf("%q, row %d: bar %d is %d, the one before %d", format, y, bar, v, last)
				}
				last = v
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTheCameraTellsItsFormats(t *testing.T) {
	var modes []camera.Mode
	if err := camera.Ask(theCamera(t).Path, &modes); err != nil {
		t.Fatal(err)
	}
	has := map[camera.Format]bool{}
	for _, m := range modes {
		has[m.Format] = m.Width >= 640 && m.Height >= 360
	}
	if !has[camera.Grey] || !has[camera.NV12] || !has[camera.YUYV] {
		t.Errorf("formats %v", modes)
	}
}

func TestControlsAreSetOrSaidToBeMissing(t *testing.T) {
	gain, focus, far := 100, 3, 100_000
	open(t, camera.Config{Width: 640, Height: 360, Gain: &gain}).Close()
	for want, c := range map[string]camera.Config{
		"camera.focus: the camera has no such control": {Focus: &focus},
		"camera.gain: 100000: this camera takes 0 to":  {Gain: &far},
		`it has no format "mjpeg"`:                     {Format: camera.MJPEG},
	} {
		opened, err := camera.Open(c, node.Config{Path: theCamera(t).Path})
		if err == nil {
			opened.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Unplugged while it is looked at, and plugged in again.
func TestUnplugged(t *testing.T) {
	const driver = "/sys/bus/platform/drivers/vivid/"
	c := open(t, camera.Config{Width: 640, Height: 360})
	if err := read(t, c); err != nil {
		t.Fatal(err)
	}
	path := theCamera(t).Path
	if err := os.WriteFile(driver+"unbind", []byte("vivid.0"), 0o200); err != nil {
		t.Fatal(err)
	}
	var err error
	for end := time.Now().Add(patience); err == nil && time.Now().Before(end); {
		_, err = c.Read(make([]byte, 1))
	}
	if err == nil {
		t.Error("a camera that is gone gives no error")
	}
	c.Close()
	if _, err := camera.Open(camera.Config{}, node.Config{Path: path}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "plug the camera in") {
		t.Errorf("gone: %v", err)
	}
	if err := os.WriteFile(driver+"bind", []byte("vivid.0"), 0o200); err != nil {
		t.Fatal(err)
	}
	again := open(t, camera.Config{Width: 640, Height: 360})
	defer again.Close()
	if err := read(t, again); err != nil {
		t.Errorf("plugged in again: %v", err)
	}
}
