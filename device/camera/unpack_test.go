//go:build linux

package camera

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"testing"
)

// ramp is a picture whose brightness rises from left to right.
func ramp(width, height int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = byte(i % width * 255 / width)
	}
	return m
}

func encoded(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// coloured is the ramp as cameras send it: brightness and colours.
func coloured(width, height int) image.Image {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio422)
	copy(m.Y, ramp(m.YStride, height).Pix)
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = 90, 200
	}
	return m
}

// isRamp tells whether a plane is the ramp, but for what JPEG loses.
func (p plane) isRamp(width, height int) bool {
	if p.width != width || p.height != height {
		return false
	}
	for y := range height {
		for x, v := range p.pix[y*p.stride:][:width] {
			if d := int(v) - x*255/width; d < -12 || d > 12 {
				return false
			}
		}
	}
	return true
}

// withoutTables is a JPEG as cameras leave the Huffman tables out.
func withoutTables(b []byte) (out []byte) {
	out = append(out, b[:2]...)
	for at := 2; ; {
		size := 2 + int(binary.BigEndian.Uint16(b[at+2:]))
		if b[at+1] == markSOS {
			return append(out, b[at:]...)
		}
		if b[at+1] != markDHT {
			out = append(out, b[at:at+size]...)
		}
		at += size
	}
}

func TestBrightnessOfEveryFormat(t *testing.T) {
	const width, height = 64, 32
	grey := ramp(width, height)
	padded := make([]byte, 0, height*80)
	pairs := make([]byte, 0, height*140)
	for y := range height {
		row := grey.Pix[y*width:][:width]
		padded = append(append(padded, row...), make([]byte, 16)...)
		for _, v := range row {
			pairs = append(pairs, v, 77)
		}
		pairs = append(pairs, make([]byte, 12)...)
	}
	mjpeg := encoded(t, coloured(width, height))
	for name, r := range map[string]raw{
		"grey":                   {grey.Pix, Grey, width, height, width},
		"grey with padding":      {padded, Grey, width, height, 80},
		"nv12":                   {append(bytes.Clone(grey.Pix), make([]byte, width*height/2)...), NV12, width, height, width},
		"yuyv":                   {pairs, YUYV, width, height, 140},
		"mjpeg":                  {data: mjpeg, format: MJPEG},
		"mjpeg in grey":          {data: encoded(t, grey), format: MJPEG},
		"mjpeg without tables":   {data: withoutTables(mjpeg), format: MJPEG},
		"mjpeg padded by zeroes": {data: append(bytes.Clone(mjpeg), make([]byte, 100)...), format: MJPEG},
	} {
		var u unpacker
		if p, err := u.unpack(&r); err != nil || !p.isRamp(width, height) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(withoutTables(mjpeg)) > len(mjpeg)-400 {
		t.Error("the tables were not left out")
	}
}

// What a camera sends may be damaged: that is an error, and nothing else.
func TestDamagedPicturesAreErrors(t *testing.T) {
	mjpeg := encoded(t, coloured(64, 32))
	huge := bytes.Clone(mjpeg)
	for at := 2; huge[at+1] != markSOS; at += 2 + int(binary.BigEndian.Uint16(huge[at+2:])) {
		if huge[at+1] == 0xC0 { // start of frame: height and width
			copy(huge[at+5:], "\xFF\xFF\xFF\xFF")
		}
	}
	for name, r := range map[string]raw{
		"grey, a byte short": {make([]byte, 64*32-1), Grey, 64, 32, 64},
		"yuyv, a byte short": {make([]byte, 64*32*2-1), YUYV, 64, 32, 128},
		"nothing":            {nil, MJPEG, 0, 0, 0},
		"one byte":           {[]byte{0xFF}, MJPEG, 0, 0, 0},
		"half a JPEG":        {mjpeg[:len(mjpeg)/2], MJPEG, 0, 0, 0},
		"a huge JPEG":        {huge, MJPEG, 0, 0, 0},
	} {
		var u unpacker
		if _, err := u.unpack(&r); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzBrightness(f *testing.F) {
	mjpeg := encoded(f, coloured(64, 32))
	f.Add(mjpeg)
	f.Add(withoutTables(mjpeg))
	f.Fuzz(func(t *testing.T, b []byte) {
		if size, err := jpeg.DecodeConfig(bytes.NewReader(b)); err == nil && size.Width*size.Height > 1<<20 {
			return // slow, and bounded elsewhere
		}
		p, err := new(decoder).brightness(b)
		if err == nil && len(p.pix) < (p.height-1)*p.stride+p.width {
			t.Error("less than a picture")
		}
	})
}

// The cost of a picture, 1280 × 720.
func BenchmarkUnpack(b *testing.B) {
	m := coloured(1280, 720).(*image.YCbCr)
	for i := range m.Y { // a card's worth of detail
		x, y := i%1280, i/1280
		m.Y[i] = byte(110 + i*7919%13)
		if x/6%2 == y/6%2 && x < 600 && y < 600 {
			m.Y[i] = 200
		}
	}
	for name, r := range map[string]raw{
		"mjpeg": {data: encoded(b, m), format: MJPEG},
		"yuyv":  {make([]byte, 2*1280*720), YUYV, 1280, 720, 2560},
	} {
		b.Run(name, func(b *testing.B) {
			var u unpacker
			b.ReportAllocs()
			for b.Loop() {
				if _, err := u.unpack(&r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
