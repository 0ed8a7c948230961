package scanner

import (
	"bytes"
	"image"
	"image/jpeg"

	"checkpoint"
	"checkpoint/scanner/qr"
)

// ask is somebody who wants to see what a camera sees.
type ask struct {
	side   int // pixels, at most
	answer chan still
}

// still is one picture, made small.
type still struct {
	image.Gray
	distance checkpoint.Distance
}

// Bounds of a picture that is shown.
const (
	stillSide    = 640  // pixels
	photoSide    = 2048 // of a photo: a hand's writing on a sheet of A4 is read at 8 pixels a millimetre and less
	photoBytes   = 400 << 10
	stillQuality = 75
)

// show answers one of those who ask, if there is any.
func (c *Camera) show(m qr.Image, module float64) {
	select {
	case a := <-c.asks:
		a.answer <- still{shrunk(m, a.side), distance(module, m)}
	default:
	}
}

// shrunk is a picture at the largest whole fraction of its size that fits so many
// pixels a side; each
// pixel is the mean of those that it stands for.
func shrunk(m qr.Image, side int) image.Gray {
	n := (max(m.Width, m.Height) + side - 1) / side
	out := image.NewGray(image.Rect(0, 0, m.Width/n, m.Height/n))
	for y := range out.Rect.Dy() {
		row := out.Pix[y*out.Stride:][:out.Rect.Dx()]
		for x := range row {
			sum := 0
			for dy := range n {
				for _, v := range m.Pix[(y*n+dy)*m.Stride+x*n:][:n] {
					sum += int(v)
				}
			}
			row[x] = byte(sum / (n * n))
		}
	}
	return *out
}

func (s *still) encode() ([]byte, error) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, &s.Gray, &jpeg.Options{Quality: stillQuality})
	return out.Bytes(), err
}

// Bounds of a module in which a code reads well, in pixels and as part of the
// picture's lesser side: cards have codes of up to 57 modules.
const (
	leastModule = 2.5
	mostModule  = 1.0 / 60
)

// distance tells where to move a code whose modules are so wide; 0: none seen.
func distance(module float64, m qr.Image) checkpoint.Distance {
	switch {
	case module == 0:
		return checkpoint.DistanceFine
	case module < leastModule:
		return checkpoint.TooFar
	case module > mostModule*float64(min(m.Width, m.Height)):
		return checkpoint.TooNear
	}
	return checkpoint.DistanceFine
}
