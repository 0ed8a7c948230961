// Package picture reads what a decoder looks at from files: PNG, JPEG, GIF and
// binary PGM, of which it takes the brightness.
package picture

import (
	_ "image/gif" // whatever pictures people have
	_ "image/jpeg"
	_ "image/png"

	"checkpoint/device/picture"
	"checkpoint/scanner/qr"
	"checkpoint/store/durable"
)

// Bounds of a picture, so that a hostile one takes neither the memory nor the day.
const (
	maxFile    = 64 << 20  // bytes
	maxPicture = 256 << 20 // bytes that it unfolds to
)

// Read is the brightness of a picture in a file.
func Read(name string) (qr.Image, error) {
	b, err := durable.ReadForeign(name, maxFile)
	if err != nil {
		return qr.Image{}, err
	}
	p, err := picture.Decode(b, maxPicture)
	return qr.Image{Pix: p.Pix, Width: p.Width, Height: p.Height, Stride: p.Stride}, err
}
