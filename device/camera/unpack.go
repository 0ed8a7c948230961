//go:build linux

package camera

import (
	"errors"
	"fmt"
)

// Format is how a picture is sent.
type Format string

// The formats.
const (
	Grey   Format = "grey"   // a byte of brightness each
	YUYV   Format = "yuyv"   // every other byte is brightness
	NV12   Format = "nv12"   // the plane of brightness first
	YUV420 Format = "yuv420" // likewise; what rpicam-vid and ffmpeg write
	MJPEG  Format = "mjpeg"  // JPEG, one picture each
	ready  Format = "ready"  // nothing is to be done any more
)

func (f Format) known() bool {
	switch f {
	case Grey, YUYV, NV12, YUV420, MJPEG:
		return true
	}
	return false
}

// unpacker takes the brightness out of pictures. It keeps its memory.
type unpacker struct {
	pix  []byte
	jpeg decoder
}

var errShort = errors.New("the camera sent less than a picture")

// unpack gives the brightness of a picture; it may lie in the picture's memory.
func (u *unpacker) unpack(r *raw) (plane, error) {
	switch r.format {
	case MJPEG:
		return u.jpeg.brightness(r.data)
	case YUYV:
		return u.yuyv(r)
	case Grey, NV12, YUV420, ready:
		if len(r.data) < (r.height-1)*r.stride+r.width {
			return plane{}, errShort
		}
		return plane{r.data, r.width, r.height, r.stride}, nil
	}
	return plane{}, fmt.Errorf("unknown format %q", r.format)
}

func (u *unpacker) yuyv(r *raw) (plane, error) {
	if len(r.data) < (r.height-1)*r.stride+2*r.width {
		return plane{}, errShort
	}
	if size := r.width * r.height; cap(u.pix) < size {
		u.pix = make([]byte, size)
	}
	out := plane{u.pix[:r.width*r.height], r.width, r.height, r.width}
	for y := range r.height {
		from, to := r.data[y*r.stride:][:2*r.width], out.pix[y*r.width:][:r.width]
		for x := range to {
			to[x] = from[2*x]
		}
	}
	return out, nil
}

// Unpacker does to pictures what an open camera does: for measuring. It keeps
// its memory.
type Unpacker struct{ unpacker unpacker }

// Brightness is that of a picture as a camera sends it, good until the next
// call. Width, height and stride (in bytes) are for formats that do not say it
// themselves.
func (u *Unpacker) Brightness(sent []byte, f Format, width, height, stride int) (pix []byte, w, h, bytes int, err error) {
	p, err := u.unpacker.unpack(&raw{sent, f, width, height, stride})
	return p.pix, p.width, p.height, p.stride, err
}
