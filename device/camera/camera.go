//go:build linux

package camera

import (
	"fmt"
	"time"

	"checkpoint/device/node"
)

// ReadTimeout is how long Read waits for a picture.
const ReadTimeout = 20 * time.Millisecond

// Camera is one that is open. It is for one goroutine.
type Camera struct {
	source  source
	unpack  unpacker
	frame   plane
	silence time.Duration // without a picture, and the camera is lost
	last    time.Time     // when there was a picture, or the opening
	odd     error         // what was wrong with the last picture; nil: nothing
}

// source gives pictures as the camera sends them.
type source interface {
	// next waits up to [ReadTimeout] for the newest picture; nil: there is none
	// yet. It is good until the next call.
	next() (*raw, error)
	close() error
}

// raw is a picture as it was sent.
type raw struct {
	data   []byte
	format Format
	// Of formats that do not say it themselves.
	width, height, stride int // stride in bytes
}

// plane is the brightness of a picture.
type plane struct {
	pix                   []byte
	width, height, stride int
}

// Open opens the camera that a configuration names: a V4L2 device by its path
// or product, or what c names instead. The camera is there once Read has given
// a picture.
func Open(c Config, device node.Config) (*Camera, error) {
	c = c.withDefaults()
	var s source
	var err error
	switch {
	case c.URL != "":
		s, err = openWeb(c)
	case len(c.Command) > 0:
		s, err = openCommand(c)
	case c.Folder != "":
		s, err = openFolder(c)
	default:
		s, err = openDevice(c, device)
	}
	if err != nil {
		return nil, err
	}
	return &Camera{source: s, silence: time.Duration(c.TimeoutSeconds) * time.Second, last: time.Now()}, nil
}

// Read waits up to [ReadTimeout] for the next picture and announces it by one
// byte; (0, nil): none has come. It fails when the camera is gone, or has sent
// nothing that is a picture for the time configured.
func (c *Camera) Read(p []byte) (int, error) {
	r, err := c.source.next()
	if err != nil {
		return 0, err
	}
	if r != nil {
		if c.frame, c.odd = c.unpack.unpack(r); c.odd == nil {
			c.last = time.Now()
			return copy(p, "\x01"), nil
		}
	}
	if time.Since(c.last) > c.silence {
		return 0, c.silent()
	}
	return 0, nil
}

func (c *Camera) silent() error {
	if c.odd != nil {
		return fmt.Errorf("camera: no picture for %v: %w", c.silence, c.odd)
	}
	return fmt.Errorf("camera: no picture for %v", c.silence)
}

// Frame is the brightness of the picture that Read announced; see
// scanner.Pictures.
func (c *Camera) Frame() (pix []byte, width, height, stride int) {
	return c.frame.pix, c.frame.width, c.frame.height, c.frame.stride
}

// Close lets the camera go, and ends whatever was started for it.
func (c *Camera) Close() error { return c.source.close() }
