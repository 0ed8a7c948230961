//go:build linux

package camera

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"golang.org/x/sys/unix"

	"checkpoint/device/node"
)

// locate gives the path of the camera that a configuration names. A USB camera
// has several nodes; the one that gives pictures is meant.
func locate(s node.System, c node.Config) (string, error) {
	if c.Path != "" && c.USB == "" {
		return c.Path, nil
	}
	want, err := node.ParseUSB(c.USB)
	if err != nil {
		return "", &Error{Path: c.USB, Err: err}
	}
	list, err := Cameras(s)
	if err != nil {
		return "", &Error{Path: c.USB, Err: err}
	}
	list = slices.DeleteFunc(list, func(e node.Entry) bool {
		return e.USB != want || c.Path != "" && !sameFile(e.Path, c.Path) || errors.Is(Ask(e.Path, nil), errNoCapture)
	})
	switch len(list) {
	case 0:
		return "", explain(cmp.Or(c.Path, c.USB), fs.ErrNotExist)
	case 1:
		return list[0].Path, nil
	}
	return "", &Error{c.USB, "name each by its path: checkpointctl detect", errors.New("several such cameras are plugged in")}
}

func sameFile(a, b string) bool {
	var x, y unix.Stat_t
	return unix.Stat(a, &x) == nil && unix.Stat(b, &y) == nil && x.Rdev == y.Rdev && x.Ino == y.Ino && x.Dev == y.Dev
}

// Cameras are the video nodes of a machine, those that give no pictures
// included, with the USB product that each is part of.
func Cameras(s node.System) ([]node.Entry, error) {
	list, err := s.List("video4linux", "video")
	for i := range list {
		e := &list[i]
		e.Text = e.Attribute("name")
		e.USB, _ = e.Above()
	}
	return list, err
}

// Mode is a format of a camera that this package reads, and its largest size.
type Mode struct {
	Format        Format
	Width, Height int // 0: not told
}

func (m Mode) String() string {
	if m.Width == 0 {
		return string(m.Format)
	}
	return fmt.Sprintf("%s %d×%d", m.Format, m.Width, m.Height)
}

// Ask opens a camera for the question what it can, which disturbs nobody who
// uses it. An error that is [ErrNoCapture]: the node gives no pictures.
func Ask(path string, modes *[]Mode) error {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return explain(path, err)
	}
	defer unix.Close(fd)
	if err := captures(fd); err != nil {
		return explain(path, err)
	}
	if modes != nil {
		*modes = modesOf(fd)
	}
	return nil
}

// ErrNoCapture is why a video node is no camera.
var ErrNoCapture = errNoCapture

// captures is an error unless a node gives pictures one by one in shared memory.
func captures(fd int) error {
	var c capability
	if err := ioctl(fd, vidQuerycap, &c); err != nil {
		return err
	}
	return c.captures()
}

func (c *capability) captures() error {
	can := c.capabilities
	if can&capDevice != 0 {
		can = c.device // of this node, not of the whole device
	}
	switch {
	case can&capCapture != 0 && can&capStreaming != 0:
		return nil
	case can&(capCapture|capCapturePlane) != 0:
		return errors.New("it gives its pictures in a way that is not known here: use a command, such as rpicam-vid")
	}
	return errNoCapture
}

func modesOf(fd int) (modes []Mode) {
	for i := range uint32(32) {
		f := formatText{index: i, kind: kindCapture}
		if ioctl(fd, vidEnumFmt, &f) != nil {
			break
		}
		for _, p := range pixels {
			if p.code == f.pixels {
				m := Mode{Format: p.format}
				m.Width, m.Height = largest(fd, p.code)
				modes = append(modes, m)
			}
		}
	}
	return modes
}

func largest(fd int, code uint32) (width, height int) {
	for i := range uint32(64) {
		s := frameSize{index: i, pixels: code}
		if ioctl(fd, vidFrameSizes, &s) != nil {
			break
		}
		w, h := int(s.size[0]), int(s.size[1])
		if s.kind != sizeDiscrete {
			w, h = int(s.size[1]), int(s.size[4])
		}
		if w*h > width*height {
			width, height = w, h
		}
	}
	return width, height
}
