package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"checkpoint/scanner/qr/frames"
)

// mostAnonymous is what the whole daemon may hold beside its program and mapped
// data, with a camera at work.
const mostAnonymous = 48 << 20

// The memory of the daemon as it is shipped, at a camera that sends 720p MJPEG,
// with cards and without.
func TestMemoryWithACamera(t *testing.T) {
	var pictures [][]byte
	for n, kind := range []frames.Kind{frames.Card, frames.Nothing, frames.Phone} {
		f := frames.Make(kind, 5, uint64(n), -1)
		m := image.NewYCbCr(image.Rect(0, 0, frames.Width, frames.Height), image.YCbCrSubsampleRatio422)
		copy(m.Y, f.Pix)
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 85}); err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, b.Bytes())
	}
	const all = 75
	var sent atomic.Int32
	done := make(chan struct{})
	camera := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=b")
		for r.Context().Err() == nil {
			p := pictures[int(sent.Load())/10%len(pictures)]
			fmt.Fprintf(w, "--b\r\nContent-Length: %d\r\n\r\n%s\r\n", len(p), p)
			w.(http.Flusher).Flush()
			if sent.Add(1) == all {
				close(done)
			}
			time.Sleep(time.Second / 15)
		}
	}))
	defer camera.Close()
	defer camera.CloseClientConnections()
	r := newRig(t, settings{SiteType: "road", Reader: fmt.Sprintf("name = \"camera\"\nkind = \"camera\"\ncamera = { url = %q }\n", camera.URL)})
	r.must(r.province.load(r.settings.State, 1))
	r.program = buildShipped(t)
	d := r.start()
	d.awaitReader(true)
	select {
	case <-done:
	case <-time.After(4 * patience):
		t.Fatal("the daemon does not look")
	}
	held := d.anonymousMemory()
	t.Logf("RssAnon %d kB after %d pictures, processor time %v", held>>10, all, d.processorTime())
	if held > mostAnonymous {
		t.Errorf("the daemon holds %d bytes, want %d at most", held, mostAnonymous)
	}
}

// processorTime is what the daemon has used of it.
func (d *process) processorTime() time.Duration {
	d.t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", d.cmd.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	var sum int64
	for _, task := range tasks {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", d.cmd.Process.Pid, task.Name()))
		if err != nil {
			continue // it has just ended
		}
		var ns int64
		if _, err := fmt.Sscan(strings.Fields(string(text))[0], &ns); err == nil {
			sum += ns
		}
	}
	return time.Duration(sum)
}
