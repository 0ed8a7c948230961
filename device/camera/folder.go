//go:build linux

package camera

import (
	"bytes"
	"fmt"
	_ "image/png" // what a folder may hold
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	files "checkpoint/device/picture"
)

// folder shows the pictures in a folder by their names, again and again. What
// comes into the folder is shown, too.
type folder struct {
	path  string
	every time.Duration
	due   time.Time
	last  string // the name shown last
}

func openFolder(c Config) (*folder, error) {
	if _, err := os.ReadDir(c.Folder); err != nil {
		return nil, fmt.Errorf("open camera: %w", err)
	}
	return &folder{path: c.Folder, every: time.Second / time.Duration(c.FPS), due: time.Now()}, nil
}

func (f *folder) next() (*raw, error) {
	if wait := time.Until(f.due); wait > 0 {
		if time.Sleep(min(wait, ReadTimeout)); wait > ReadTimeout {
			return nil, nil
		}
	}
	f.due = f.due.Add(f.every)
	if now := time.Now(); f.due.Before(now) {
		f.due = now // late: what is over is not made up for
	}
	name, err := f.name()
	if name == "" || err != nil {
		return nil, err
	}
	b, err := content(filepath.Join(f.path, name))
	if err != nil {
		return nil, fmt.Errorf("read camera: %w", err)
	}
	p, err := picture(b)
	if err != nil {
		return nil, fmt.Errorf("read camera: %s: %w", name, err)
	}
	return &raw{p.pix, ready, p.width, p.height, p.stride}, nil
}

// name is the next picture's, empty for none.
func (f *folder) name() (string, error) {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return "", fmt.Errorf("read camera: %w", err)
	}
	var names []string
	for _, e := range entries {
		if !e.Type().IsRegular() && e.Type() != fs.ModeSymlink {
			continue
		}
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".png", ".jpg", ".jpeg", ".pgm":
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	at, found := slices.BinarySearch(names, f.last)
	if found {
		at++
	}
	f.last = names[at%len(names)]
	return f.last, nil
}

func (f *folder) close() error { return nil }

// mostUnfolded is how many bytes a file and what it unfolds to may have each, but
// for JPEG: grey 1440p, 16 bits at 1080p.
const mostUnfolded = 7_000_000

// picture is the brightness of an image file.
func picture(b []byte) (plane, error) {
	if bytes.HasPrefix(b, []byte{0xFF, markSOI}) {
		return new(decoder).brightness(b)
	}
	p, err := files.Decode(b, mostUnfolded)
	return plane{p.Pix, p.Width, p.Height, p.Stride}, err
}

// content is that of a regular file. What else has a name, a pipe for one, is not
// waited for.
func content(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: this is no file", filepath.Base(path))
	case info.Size() > mostUnfolded:
		return nil, fmt.Errorf("%s: %d bytes are too many", filepath.Base(path), info.Size())
	}
	return io.ReadAll(io.LimitReader(f, mostUnfolded))
}
