// Package frames makes pictures of QR codes as cameras at a post see them, from
// a seed: chip cards with a code of 20 or 18 mm, and telephones. For tests and
// benchmarks; all people are invented.
package frames

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

// Size of all frames, in pixels.
const (
	Width  = 1280
	Height = 720
)

// Kind is what is held before the camera.
type Kind string

// The kinds.
const (
	Card    Kind = "card"    // a code of 20 mm, version 6 to 9, on a printed card
	Small   Kind = "small"   // the same of 18 mm
	Phone   Kind = "phone"   // a telephone's screen
	Nothing Kind = "nothing" // the same without a code
)

// Frame is one picture.
type Frame struct {
	Pix     []byte // Width × Height, brightness
	Payload []byte // empty: there is no code
	// What was done to it, to see what a decoder fails at.
	Tilt   float64 // degrees between the card and the picture plane
	Module float64 // pixels a module is wide, before tilting
	Blur   float64 // standard deviation in pixels
	Motion float64 // pixels
	Noise  float64 // standard deviation in grey levels
	Glare  bool
}

// Make is frame number n of a seed. Tilt below 0 is one at random.
func Make(kind Kind, seed, n uint64, tilt float64) Frame {
	rng := rand.New(rand.NewPCG(seed, n))
	f := Frame{Pix: make([]byte, Width*Height), Tilt: tilt}
	if tilt < 0 {
		f.Tilt = 50 * math.Pow(rng.Float64(), 1.5)
	}
	s := newScene(rng, kind, &f)
	plane := s.render(&f)
	s.light(plane, &f)
	plane = s.blur(plane, &f)
	s.expose(plane, &f)
	return f
}

// payload is that of a chip card of an invented person.
func payload(rng *rand.Rand) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	name := pick("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ") + " " + pick("Văn", "Thị", "Hữu", "Ngọc", "Minh") + " " + pick("An", "Bình", "Đẹp", "Giang", "Hạnh", "Khuê", "Quỳnh", "Ửng")
	number := fmt.Sprintf("0%02d%d%02d%06d", 1+rng.IntN(96), rng.IntN(4), rng.IntN(100), 900000+rng.IntN(100000))
	street := fmt.Sprintf("%s %d, %s, %s, %s", pick("Thôn", "Ấp", "Tổ", "Xóm"), 1+rng.IntN(20), pick("Xã Mẫu", "Phường Thử Nghiệm", "Thị trấn Giả Định"), pick("Huyện Ví Dụ", "Thị xã Minh Họa"), pick("Tỉnh Mẫu", "Thành phố Thử"))
	return fmt.Sprintf("%s|%09d|%s|%02d%02d%d|%s|%s|%02d%02d2021", number, 900000000+rng.IntN(99999999), name, 1+rng.IntN(28), 1+rng.IntN(12), 1940+rng.IntN(65), pick("Nam", "Nữ"), street, 1+rng.IntN(28), 1+rng.IntN(12))
}

// symbol is a code: dark modules are true.
func symbol(rng *rand.Rand, text string, phone bool) (dark [][]bool) {
	version := 6 + rng.IntN(4)
	if phone {
		version = 4 + rng.IntN(7)
	}
	level := []decoder.ErrorCorrectionLevel{decoder.ErrorCorrectionLevel_M, decoder.ErrorCorrectionLevel_L, decoder.ErrorCorrectionLevel_Q}[rng.IntN(3)]
	hints := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_CHARACTER_SET: "UTF-8"}
	for ; ; version++ {
		hints[gozxing.EncodeHintType_QR_VERSION] = version
		code, err := encoder.Encoder_encode(text, level, hints)
		if err != nil { // too small for the text
			if version > 8 {
				level = decoder.ErrorCorrectionLevel_L
			}
			continue
		}
		m := code.GetMatrix()
		dark = make([][]bool, m.GetHeight())
		for y := range dark {
			dark[y] = make([]bool, m.GetWidth())
			for x := range dark[y] {
				dark[y][x] = m.Get(x, y) == 1
			}
		}
		return dark
	}
}
