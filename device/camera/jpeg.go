//go:build linux

package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"strings"

	files "checkpoint/device/picture"
)

// decoder takes the brightness out of JPEG pictures.
type decoder struct{}

// start is the beginning of every picture, with the mark of JFIF: image/jpeg then
// takes three planes as they are, the first for brightness, and does not unfold
// them once more, four bytes a pixel, though they are called red, green and blue.
const start = "\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"

// brightness is a JPEG's. Cameras leave out the Huffman tables that every MJPEG
// picture shares; they are put back.
func (*decoder) brightness(b []byte) (plane, error) {
	size, err := shapeOf(b)
	if err != nil {
		return plane{}, err
	}
	if size.unfolded()+2*size.width*size.height > mostHeld {
		return plane{}, fmt.Errorf("a %s of %d × %d pixels is too large: set the camera to 1280 × 720, not progressive", size.kind(), size.width, size.height)
	}
	if len(size.samples) > 3 {
		return plane{}, errColours
	}
	if files.TooManyScans(b) {
		return plane{}, files.ErrScans
	}
	tables := standardTables[:]
	if hasTables(b) {
		tables = nil
	}
	m, err := jpeg.Decode(io.MultiReader(strings.NewReader(start), bytes.NewReader(tables), bytes.NewReader(b[2:])))
	if err != nil {
		return plane{}, err
	}
	return planeOf(m)
}

// mostHeld is how many bytes a JPEG may take out of its file, with two a pixel for
// whoever reads codes in it: that, and what was left by the one before, must fit
// into the 48 MB that the daemon may hold. 1080p of 4:2:2 takes 8.3 MB.
const mostHeld = 9_000_000

var errColours = errors.New("a picture in colours without brightness")

// planeOf is the brightness of a decoded JPEG.
func planeOf(m image.Image) (plane, error) {
	switch m := m.(type) {
	case *image.YCbCr:
		return plane{m.Y, m.Rect.Dx(), m.Rect.Dy(), m.YStride}, nil
	case *image.Gray:
		return plane{m.Pix, m.Rect.Dx(), m.Rect.Dy(), m.Stride}, nil
	}
	return plane{}, errColours
}
