package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"checkpoint/device/camera"
	"checkpoint/scanner/qr"
)

// The workers that look as a lane does: a picture as a camera sends it, its
// brightness taken out, and one look of a stream that goes on.
const (
	mjpegStream = "mjpeg"
	yuyvStream  = "yuyv"
)

// streamReads is such a worker's work on a picture: what the camera sends is
// made first, and only then the clock may start.
func streamReads(format camera.Format) reading {
	var unpacker camera.Unpacker
	var stream qr.Stream
	sent := map[camera.Format]func(qr.Image) []byte{camera.MJPEG: asJPEG, camera.YUYV: asYUYV}[format]
	return func(m qr.Image) func() []wireAnswer {
		picture := sent(m)
		return func() []wireAnswer {
			var seen qr.Image
			var err error
			seen.Pix, seen.Width, seen.Height, seen.Stride, err = unpacker.Brightness(picture, format, m.Width, m.Height, 2*m.Width)
			if err != nil {
				panic(fmt.Sprint("a picture that was just made: ", err))
			}
			return wired(stream.Look(seen))
		}
	}
}

// jpegQuality is about what web cameras use.
const jpegQuality = 85

// asJPEG is a picture without colour that has room for it: 4:2:0, which is what
// image/jpeg writes.
func asJPEG(m qr.Image) []byte {
	colour := image.NewYCbCr(image.Rect(0, 0, m.Width, m.Height), image.YCbCrSubsampleRatio420)
	copy(colour.Y, m.Pix)
	for i := range colour.Cb {
		colour.Cb[i], colour.Cr[i] = 128, 128
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, colour, &jpeg.Options{Quality: jpegQuality}); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

func asYUYV(m qr.Image) []byte {
	b := bytes.Repeat([]byte{0, 128}, m.Width*m.Height)
	for i := range m.Width * m.Height {
		b[2*i] = m.Pix[i]
	}
	return b
}
