//go:build linux

package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A pipe among a folder's pictures, which nobody ever writes to, and one behind
// a link: neither is waited for.
func TestAPipeInAFolderStopsNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b.pgm"), append([]byte("P5\n67 64\n255\n"), ramp(67, 64).Pix...))
	if err := syscall.Mkfifo(filepath.Join(dir, "a.pgm"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := open(t, Config{Folder: dir, FPS: 100})
	for range 3 {
		c.picture(t, "the picture beside the pipe", wide(67))
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), syscall.Symlink(pipe, filepath.Join(dir, "c.pgm"))); err != nil {
		t.Fatal(err)
	}
	if err := c.end(t); !strings.Contains(err.Error(), "c.pgm: this is no file") {
		t.Errorf("a link to a pipe: %v", err)
	}
}

// What unfolds to more than the daemon may hold is refused by its header.
func TestALargePictureInAFolderIsRefused(t *testing.T) {
	var deep bytes.Buffer
	if err := png.Encode(&deep, image.NewGray16(image.Rect(0, 0, 3840, 2160))); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"deep.png": deep.Bytes(),
		"wide.pgm": append([]byte("P5\n3840 2160\n255\n"), make([]byte, 3840*2160)...),
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, name), file)
		err := open(t, Config{Folder: dir, FPS: 100}).end(t)
		if !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "too many") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A camera whose picture comes a byte at a time is lost after the time-out like
// one that is silent, and closing does not wait for the rest.
func TestAPictureThatDripsIsNoPicture(t *testing.T) {
	jpeg := encoded(t, coloured(64, 64))
	for kind, head := range map[string]string{
		"image/jpeg":                            "",
		"multipart/x-mixed-replace; boundary=b": fmt.Sprintf("--b\r\nContent-Length: %d\r\n\r\n", len(jpeg)),
		"multipart/x-mixed-replace; boundary=c": "--c\r\n\r\n",
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			body := append([]byte(head), jpeg...)
			for ; len(body) > 0 && r.Context().Err() == nil; body = body[1:] {
				if _, err := w.Write(body[:1]); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(time.Second)
			}
		})
		s.TimeoutSeconds = 1
		c := open(t, s)
		if err := c.end(t); !strings.Contains(err.Error(), "no picture for 1s") {
			t.Errorf("%s: %v", kind, err)
		}
		closed := make(chan error, 1)
		go func() { closed <- c.Close() }()
		select {
		case <-closed:
		case <-time.After(patience):
			t.Fatalf("%s: closing waits for the picture", kind)
		}
	}
}

// Half a picture is none, and the next one would be read from its middle: the
// command that ends there is started again, by whoever opens cameras.
func TestACommandThatEndsWithinAPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "frame")
	write(t, path, ramp(64, 64).Pix)
	c := open(t, script(`cat "$1"; head -c 100 "$1"; echo "lost the sensor" >&2; exit 4`, path))
	pictures := 0
	for end := time.Now().Add(patience); ; {
		n, err := c.Read(make([]byte, 1))
		if err != nil {
			if !strings.Contains(err.Error(), "exit status 4") || !strings.Contains(err.Error(), "lost the sensor") {
				t.Errorf("the end: %v", err)
			}
			break
		}
		if pictures += n; n == 1 && !c.frame.isRamp(64, 64) {
			t.Error("half a picture was given")
		}
		if time.Now().After(end) {
			t.Fatal("the camera does not end")
		}
	}
	if pictures != 1 {
		t.Errorf("%d pictures, want the whole one", pictures)
	}
}

// A command that writes to standard error without end blocks nothing, and
// little of it is kept.
func TestACommandThatFloodsItsErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "frame")
	write(t, path, ramp(64, 64).Pix)
	// Lines of any length, 16 MB before each picture: a pipe holds 64 kB.
	c := open(t, script(`while :; do head -c 16000000 /dev/zero >&2; echo "still here" >&2; cat "$1" || exit; done`, path))
	for range 3 {
		c.picture(t, "a picture between the errors", wide(64))
	}
	said := &c.source.(*command).said
	said.mu.Lock()
	defer said.mu.Unlock()
	if kept := cap(said.line) + cap(said.whole); kept > 4*mostLine {
		t.Errorf("%d bytes are kept", kept)
	}
}

// A command that is killed says so, and its camera is lost at once.
func TestACommandThatIsKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "frame")
	write(t, path, ramp(64, 64).Pix)
	c := open(t, script(`cat "$1"; kill -9 $$`, path))
	if err := c.end(t); !strings.Contains(err.Error(), "signal: killed") {
		t.Errorf("killed: %v", err)
	}
}
