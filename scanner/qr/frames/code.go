package frames

import (
	"fmt"
	"math/rand/v2"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

// code is a QR code and where it lies on a thing, in millimetres.
type code struct {
	payload    []byte
	dark       [][]bool // by row
	x, y, side float64
}

// card is the payload of a chip card of an invented person.
func card(rng *rand.Rand) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	name := pick("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ") + " " + pick("Văn", "Thị", "Hữu", "Ngọc", "Minh") + " " + pick("An", "Bình", "Đẹp", "Giang", "Hạnh", "Khuê", "Quỳnh", "Ửng")
	number := fmt.Sprintf("0%02d%d%02d%06d", 1+rng.IntN(96), rng.IntN(4), rng.IntN(100), 900000+rng.IntN(100000))
	street := fmt.Sprintf("%s %d, %s, %s, %s", pick("Thôn", "Ấp", "Tổ", "Xóm"), 1+rng.IntN(20), pick("Xã Mẫu", "Phường Thử Nghiệm", "Thị trấn Giả Định"), pick("Huyện Ví Dụ", "Thị xã Minh Họa"), pick("Tỉnh Mẫu", "Thành phố Thử"))
	return fmt.Sprintf("%s|%09d|%s|%02d%02d%d|%s|%s|%02d%02d2021", number, 900000000+rng.IntN(99999999), name, 1+rng.IntN(28), 1+rng.IntN(12), 1940+rng.IntN(65), pick("Nam", "Nữ"), street, 1+rng.IntN(28), 1+rng.IntN(12))
}

var levels = []decoder.ErrorCorrectionLevel{
	decoder.ErrorCorrectionLevel_M, decoder.ErrorCorrectionLevel_L, decoder.ErrorCorrectionLevel_Q, decoder.ErrorCorrectionLevel_H,
}

// cardCode is a card's code; without a text, an invented person's. Its version is one of so many from least on, or
// higher where the text needs it.
func cardCode(rng *rand.Rand, text string, least, many int) code {
	if invented := card(rng); text == "" {
		text = invented
	}
	version, level := least+rng.IntN(many), levels[rng.IntN(3)]
	for ; ; version++ {
		if version >= least+many { // not a larger code but a weaker one, as issuers do
			level = decoder.ErrorCorrectionLevel_L
		}
		if dark, err := modules(text, version, level); err == nil {
			return code{payload: []byte(text), dark: dark}
		}
	}
}

// modules is the library's symbol of a text.
func modules(text string, version int, level decoder.ErrorCorrectionLevel) (dark [][]bool, err error) {
	c, err := encoder.Encoder_encode(text, level, map[gozxing.EncodeHintType]any{
		gozxing.EncodeHintType_CHARACTER_SET: "UTF-8", gozxing.EncodeHintType_QR_VERSION: version,
	})
	if err != nil {
		return nil, err
	}
	m := c.GetMatrix()
	dark = make([][]bool, m.GetHeight())
	for y := range dark {
		dark[y] = make([]bool, m.GetWidth())
		for x := range dark[y] {
			dark[y][x] = m.Get(x, y) == 1
		}
	}
	return dark, nil
}
