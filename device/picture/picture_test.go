package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"
)

// most is what these files may unfold to.
const most = 1 << 20

// The same picture with few levels, and with two bytes each.
func TestGraymapsOfAnyDepth(t *testing.T) {
	for _, levels := range []int{100, 255, 4095, 65535} {
		b := fmt.Appendf(nil, "P5\n# %d levels\n%d %d\n%d\n", levels, 16, 16, levels)
		for v := range 256 {
			level := v * levels / 255
			if levels > 255 {
				b = append(b, byte(level>>8))
			}
			b = append(b, byte(level))
		}
		p, err := Decode(b, most)
		if err != nil || p.Width != 16 || p.Height != 16 || len(p.Pix) != 256 {
			t.Fatalf("%d levels: %d × %d, %v", levels, p.Width, p.Height, err)
		}
		for v, got := range p.Pix {
			if d := v - int(got); d < -3 || d > 3 {
				t.Errorf("%d levels: %d became %d", levels, v, got)
			}
		}
	}
}

func TestWhatIsNoGraymapIsAnError(t *testing.T) {
	for _, text := range []string{
		"P5", "P5\n16 16", "P5\n0 16\n255\n", "P5\n-1 16\n255\n", "P5\nx 16\n255\n", "P5\n16 16\n65536\n" + strings.Repeat("x", 600),
		"P5\n16 16\n255\n" + strings.Repeat("x", 255), "P5\n16 16\n256\n" + strings.Repeat("x", 511), "P5\n2000000000 2000000000\n255\n", "P5\n# no end", "P4\n1 1\n\x00",
	} {
		if _, err := Decode([]byte(text), most); err == nil {
			t.Errorf("%.40q is a picture", text)
		}
	}
}

// A small file may unfold to a gigabyte; it is refused by its header.
func TestAPictureThatUnfoldsToTooMuchIsRefused(t *testing.T) {
	colour := color.NRGBA64{1, 2, 3, 4}
	for _, c := range []struct {
		width, height int
		model         color.Color
		refused       bool
	}{{1024, 1024, color.Gray{9}, false}, {1025, 1024, color.Gray{9}, true}, {512, 600, color.Gray16{9}, false}, {1024, 1024, color.Gray16{9}, true}, {300, 300, colour, false}, {400, 300, colour, true}} {
		var b bytes.Buffer
		if err := png.Encode(&b, sized{image.NewUniform(c.model), c.model, image.Rect(0, 0, c.width, c.height)}); err != nil {
			t.Fatal(err)
		}
		p, err := Decode(b.Bytes(), most)
		if c.refused && (err == nil || !strings.Contains(err.Error(), "too many")) || !c.refused && (err != nil || len(p.Pix) != c.width*c.height) {
			t.Errorf("%d × %d of %T: %d pixels, %v", c.width, c.height, c.model, len(p.Pix), err)
		}
	}
}

// sized is an image of one colour with bounds and that colour's depth.
type sized struct {
	image.Image
	colour color.Color
	bounds image.Rectangle
}

func (s sized) Bounds() image.Rectangle { return s.bounds }

func (s sized) ColorModel() color.Model {
	switch s.colour.(type) {
	case color.Gray:
		return color.GrayModel
	case color.Gray16:
		return color.Gray16Model
	}
	return color.NRGBA64Model
}

// A grey PNG with a colour that is see-through unfolds to four bytes a pixel,
// sixteen bits to eight.
func TestSeeThroughGreyCountsAsWhatItUnfoldsTo(t *testing.T) {
	for depth, each := range map[int]int{8: 5, 16: 9} {
		var b bytes.Buffer
		var m image.Image = image.NewGray(image.Rect(0, 0, 100, 100))
		if depth == 16 {
			m = image.NewGray16(m.Bounds())
		}
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		chunk := []byte("tRNS\x00\x01")
		part := binary.BigEndian.AppendUint32(append([]byte{0, 0, 0, 2}, chunk...), crc32.ChecksumIEEE(chunk))
		const head = 8 + 8 + 13 + 4 // signature and IHDR
		p := slices.Concat(b.Bytes()[:head], part, b.Bytes()[head:])
		if _, err := Decode(p, 100*100*each); err != nil {
			t.Errorf("%d bits: %v", depth, err)
		}
		if _, err := Decode(p, 100*100*each-1); err == nil {
			t.Errorf("%d bits: it unfolds to more than it may", depth)
		}
	}
}
