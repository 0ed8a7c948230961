//go:build linux

package camera

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"checkpoint/device/node"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// open opens a camera until the test ends.
func open(t *testing.T, c Config) *Camera {
	t.Helper()
	camera, err := Open(c, node.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { camera.Close() })
	return camera
}

// picture waits for a picture that is as wanted.
func (c *Camera) picture(t *testing.T, what string, ok func(plane) bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		n, err := c.Read(make([]byte, 1))
		if err != nil {
			t.Fatalf("waiting for %s: %v", what, err)
		}
		if n == 1 && ok(c.frame) {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// end waits for the camera's end, and gives its error.
func (c *Camera) end(t *testing.T) error {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if _, err := c.Read(make([]byte, 1)); err != nil {
			return err
		}
	}
	t.Fatal("the camera does not end")
	return nil
}

func wide(width int) func(plane) bool {
	return func(p plane) bool { return p.isRamp(width, 64) }
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFolderShowsItsPicturesInTurnAndAgain(t *testing.T) {
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "a.png"))
	if err := errors.Join(err, png.Encode(file, ramp(65, 64)), file.Close()); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "b.JPG"), encoded(t, coloured(66, 64)))
	write(t, filepath.Join(dir, "c.pgm"), append([]byte("P5\n# made by hand\n67 64\n255\n"), ramp(67, 64).Pix...))
	write(t, filepath.Join(dir, "notes.txt"), []byte("no picture"))
	c := open(t, Config{Folder: dir, FPS: 100})
	for range 2 {
		for _, width := range []int{65, 66, 67} {
			c.picture(t, fmt.Sprint("the picture of width ", width), wide(width))
		}
	}
	write(t, filepath.Join(dir, "d.png"), []byte("a picture that is none"))
	if err := c.end(t); !strings.Contains(err.Error(), "d.png") {
		t.Errorf("a broken picture: %v", err)
	}
}

func TestAFolderThatGoesAwayIsACameraUnplugged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	if _, err := Open(Config{Folder: dir}, node.Config{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := open(t, Config{Folder: dir, FPS: 100})
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := c.end(t); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("gone: %v", err)
	}
}

// script is a command's configuration: pictures of 64 × 64.
func script(text string, args ...string) Config {
	return Config{Command: append([]string{"sh", "-c", text, "sh"}, args...), Width: 64, Height: 64, TimeoutSeconds: 60}
}

func TestACommandsPictures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "frame")
	write(t, path, ramp(64, 64).Pix)
	c := open(t, script(`cat "$1"; sleep 0.1; cat "$1"; sleep 1000`, path))
	c.picture(t, "the first", wide(64))
	c.picture(t, "the second", wide(64))

	half := make([]byte, 32*32*2)
	write(t, path, append(ramp(64, 64).Pix, half...))
	s := script(`while cat "$1"; do sleep 0.02; done`, path)
	s.Format = YUV420
	c = open(t, s)
	for range 3 { // the colours in between are left out
		c.picture(t, "brightness", wide(64))
	}
}

// Newest wins: what was written while nobody looked is gone.
func TestOnlyTheNewestPictureCounts(t *testing.T) {
	dir := t.TempDir()
	for i := range 50 {
		m := image.NewGray(image.Rect(0, 0, 64, 64))
		for k := range m.Pix {
			m.Pix[k] = byte(i)
		}
		write(t, filepath.Join(dir, fmt.Sprintf("%02d", i)), m.Pix)
	}
	c := open(t, script(`cat "$1"/*; : >"$1.done"; sleep 1000`, dir))
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(dir + ".done"); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatal("the command does not write")
		}
	}
	time.Sleep(50 * time.Millisecond) // what is in the pipe arrives
	seen := 0
	c.picture(t, "the last", func(p plane) bool { seen++; return p.pix[0] == 49 })
	if seen > 10 {
		t.Errorf("%d of 50 pictures were waiting", seen)
	}
}

func TestAnEndedCommandSaysWhyInItsOwnWords(t *testing.T) {
	c := open(t, script(`echo "starting" >&2; echo "no camera on the bus" >&2; exit 3`))
	err := c.end(t)
	for _, want := range []string{"command sh", "exit status 3", "no camera on the bus"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := Open(Config{Command: []string{"no-such-program"}}, node.Config{}); err == nil || !strings.Contains(err.Error(), "no-such-program") {
		t.Errorf("a program that is not there: %v", err)
	}
}

// Whatever the command has started ends with the camera.
func TestACommandEndsWithItsCameraAndSoDoItsChildren(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	c := open(t, script(`sleep 1000 & echo $$ $! >"$1.part"; mv "$1.part" "$1"; wait`, pids))
	var text []byte
	for end := time.Now().Add(patience); len(text) == 0; time.Sleep(5 * time.Millisecond) {
		if text, _ = os.ReadFile(pids); time.Now().After(end) {
			t.Fatal("the command does not start")
		}
	}
	c.Close()
	for _, field := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(patience); runs(pid); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("process %d runs on", pid)
			}
		}
	}
}

// runs tells whether a process is there and no zombie that its new parent has yet
// to bury.
func runs(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(text), ") Z ")
}

func TestACameraThatSendsNothingIsAnError(t *testing.T) {
	s := script(`sleep 1000`)
	s.TimeoutSeconds = 1
	if err := open(t, s).end(t); !strings.Contains(err.Error(), "no picture for 1s") {
		t.Errorf("silence: %v", err)
	}
	// So is one whose pictures are none: the error says what they are.
	s = Config{Folder: t.TempDir(), TimeoutSeconds: 1}
	if err := open(t, s).end(t); !strings.Contains(err.Error(), "no picture for 1s") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestACameraIsSoughtByItsProduct(t *testing.T) {
	s := node.System{Sys: filepath.Join(t.TempDir(), "sys"), Dev: t.TempDir()}
	camera := func(name, product string) {
		usb := filepath.Join(s.Sys, "devices", product, name)
		dir := filepath.Join(usb, "video4linux", name)
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.MkdirAll(filepath.Join(s.Sys, "class/video4linux"), 0o755),
			os.Symlink(dir, filepath.Join(s.Sys, "class/video4linux", name)), os.Symlink(usb, filepath.Join(dir, "device"))); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(usb, "idVendor"), []byte("046d\n"))
		write(t, filepath.Join(usb, "idProduct"), []byte(product+"\n"))
		write(t, filepath.Join(dir, "uevent"), []byte("DEVNAME="+name+"\n"))
		write(t, filepath.Join(s.Dev, name), nil)
	}
	camera("video0", "0825")
	camera("video2", "0826")
	if path, err := locate(s, node.Config{USB: "046D:0826"}); err != nil || path != filepath.Join(s.Dev, "video2") {
		t.Errorf("located at %q, %v", path, err)
	}
	if _, err := locate(s, node.Config{USB: "046d:0825", Path: filepath.Join(s.Dev, "video2")}); err == nil {
		t.Error("another camera is at the path, and is taken")
	}
	if _, err := locate(s, node.Config{USB: "046d:0827"}); err == nil || !strings.Contains(err.Error(), "plug the camera in") {
		t.Errorf("no such camera: %v", err)
	}
	camera("video4", "0825")
	if _, err := locate(s, node.Config{USB: "046d:0825"}); err == nil || !strings.Contains(err.Error(), "name each by its path") {
		t.Errorf("two such cameras: %v", err)
	}
	if _, err := Open(Config{}, node.Config{Path: "/dev/null"}); err == nil || !strings.Contains(err.Error(), "this is no camera") {
		t.Errorf("/dev/null: %v", err)
	}
}
