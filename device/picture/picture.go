// Package picture takes the brightness out of image files: binary PGM, and
// whatever formats the program has registered with image. It bounds the memory
// that a file unfolds to, by its header.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"strconv"
)

// Plane is brightness, row by row.
type Plane struct {
	Pix                   []byte
	Width, Height, Stride int // pixels; stride from one row to the next
}

// Decode is the brightness of an image file that unfolds to at most so many
// bytes. It may lie in the file's memory, and may change it.
func Decode(b []byte, most int) (Plane, error) {
	if bytes.HasPrefix(b, []byte("P5")) {
		return graymap(b, most)
	}
	c, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return Plane{}, err
	}
	if kind == "jpeg" && TooManyScans(b) {
		return Plane{}, ErrScans
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > most/bytesAPixel(c, kind, b)/c.Height {
		return Plane{}, fmt.Errorf("%d × %d pixels of %d bytes are too many: make the picture smaller, or grey", c.Width, c.Height, bytesAPixel(c, kind, b))
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return Plane{}, err
	}
	return brightness(m), nil
}

// ErrScans is a JPEG that would take too long.
var ErrScans = errors.New("a JPEG of too many scans: save it as a baseline one")

// mostScans is how often a JPEG may pass over its pixels. Programs write a
// dozen scans at most.
const mostScans = 100

// TooManyScans tells whether a JPEG would keep a processor busy: a scan of twelve
// bytes passes over all its pixels. Within what is coded the mark of a scan does
// not occur (ITU-T T.81, B.1.1.5).
func TooManyScans(jpeg []byte) bool { return bytes.Count(jpeg, []byte{0xFF, 0xDA}) > mostScans }

// bytesAPixel is what image/… may need for a pixel. A progressive JPEG has its
// coefficients unfolded, 4 bytes each, before its pixels are; within what is
// coded its mark does not occur (ITU-T T.81, B.1.1.5). A grey PNG with a colour
// that is see-through (tRNS) is unfolded as if it had colours.
func bytesAPixel(c image.Config, kind string, b []byte) int {
	if kind == "jpeg" {
		if bytes.Contains(b, []byte{0xFF, 0xC2}) {
			return 16
		}
		return 4
	}
	seeThrough := kind == "png" && bytes.Contains(b, []byte("tRNS"))
	switch model := c.ColorModel; {
	case model == color.RGBA64Model, model == color.NRGBA64Model, model == color.Gray16Model && seeThrough:
		return 8 + 1 // and its brightness
	case model == color.RGBAModel, model == color.NRGBAModel, model == color.GrayModel && seeThrough:
		return 4 + 1
	case model == color.Gray16Model:
		return 2 + 1
	case model == color.GrayModel:
		return 1
	}
	return 1 + 1
}

// brightness takes the Y plane where there is one, and else computes it. What
// is see-through lies on white.
func brightness(m image.Image) Plane {
	b := m.Bounds()
	switch m := m.(type) {
	case *image.YCbCr:
		return Plane{m.Y, b.Dx(), b.Dy(), m.YStride}
	case *image.Gray:
		return Plane{m.Pix, b.Dx(), b.Dy(), m.Stride}
	}
	out := Plane{make([]byte, b.Dx()*b.Dy()), b.Dx(), b.Dy(), b.Dx()}
	for y := range out.Height {
		for x := range out.Width {
			c := m.At(b.Min.X+x, b.Min.Y+y)
			_, _, _, alpha := c.RGBA()
			out.Pix[y*out.Stride+x] = color.GrayModel.Convert(c).(color.Gray).Y + byte((0xffff-alpha)>>8)
		}
	}
	return out
}

// graymap reads a binary portable graymap of up to 65535 levels (pgm(5)).
func graymap(b []byte, most int) (Plane, error) {
	var head [3]int
	rest := b[2:]
	for i := range head {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		for bytes.HasPrefix(rest, []byte("#")) {
			_, rest, _ = bytes.Cut(rest, []byte("\n"))
			rest = bytes.TrimLeft(rest, " \t\r\n")
		}
		n := bytes.IndexAny(rest, " \t\r\n")
		if n < 0 {
			return Plane{}, errors.New("PGM: it ends in its header")
		}
		size, err := strconv.ParseUint(string(rest[:n]), 10, 31)
		if err != nil || size == 0 {
			return Plane{}, fmt.Errorf("PGM: %.20q is no size", rest[:n])
		}
		head[i], rest = int(size), rest[n:]
	}
	width, height, levels, each := head[0], head[1], head[2], 1
	if levels > 255 {
		each = 2 // the higher byte first
	}
	rest = rest[1:]
	if levels > 65535 || width > most/each/height || len(rest) < each*width*height {
		return Plane{}, fmt.Errorf("PGM: want %d × %d pixels of at most 65535, in at most %d bytes", width, height, most)
	}
	m := Plane{rest[:width*height], width, height, width}
	for i := range m.Pix {
		level := int(rest[i*each])
		if each == 2 {
			level = level<<8 | int(rest[2*i+1])
		}
		m.Pix[i] = byte(min(level, levels) * 255 / levels)
	}
	return m, nil
}
