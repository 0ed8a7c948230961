package readertest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"

	"checkpoint"
)

// Picture is a plane of brightness that a camera may see.
type Picture struct {
	Pix           []byte
	Width, Height int
}

// PictureSide has room for the longest code that the cases show, in pixels.
const PictureSide = 720

// Brightness of things.
const (
	tableGrey = 150
	paper     = 225
	ink       = 45
)

// Table is a picture with a wooden table and nothing on it.
func Table() Picture {
	p := Picture{make([]byte, PictureSide*PictureSide), PictureSide, PictureSide}
	for i := range p.Pix {
		p.Pix[i] = byte(tableGrey + 8*(i%p.Width/11%3) + i/p.Width%3)
	}
	return p
}

// CardPicture is a code on the table.
func CardPicture(code string) (Picture, error) {
	const quiet, module, margin = 4, 4, 64 // modules; pixels
	level := decoder.ErrorCorrectionLevel_M
	if len(code) > checkpoint.MaxPayloadSize {
		level = decoder.ErrorCorrectionLevel_L
	}
	hints := map[gozxing.EncodeHintType]any{}
	if strings.Trim(code, "0123456789") != "" {
		hints[gozxing.EncodeHintType_CHARACTER_SET] = "UTF-8"
	}
	symbol, err := encoder.Encoder_encode(code, level, hints)
	if err != nil {
		return Picture{}, err
	}
	p, m := Table(), symbol.GetMatrix()
	side := m.GetWidth() + 2*quiet
	if margin+side*module > PictureSide {
		return Picture{}, fmt.Errorf("a code of %d modules has no room", m.GetWidth())
	}
	for y := range side * module {
		for x := range side * module {
			v, mx, my := byte(paper), x/module-quiet, y/module-quiet
			if mx >= 0 && my >= 0 && mx < m.GetWidth() && my < m.GetWidth() && m.Get(mx, my) == 1 {
				v = ink
			}
			p.Pix[(margin+y)*p.Width+margin+x] = v
		}
	}
	return p, nil
}

// Covered is the picture of which only a part, from above, is to be seen.
func (p Picture) Covered(part float64) Picture {
	seen := int(part*float64(p.Height)) * p.Width
	copy(p.Pix[seen:], Table().Pix[seen:])
	return p
}

// NoCode is noise, black, white or stripes of any width.
func NoCode(random *rand.Rand) Picture {
	p := Table()
	wide, kind := 1+random.IntN(60), random.IntN(4)
	for i := range p.Pix {
		switch kind {
		case 0:
			p.Pix[i] = byte(random.Uint32())
		case 1:
			p.Pix[i] = 0
		case 2:
			p.Pix[i] = 255
		default:
			p.Pix[i] = byte(255 * (i % p.Width / wide % 2))
		}
	}
	return p
}

// Shown moves a code into view as slowly as a guard may: of each of these
// pictures, more is to be seen.
func Shown(code string, show func(Picture) error) error {
	for _, part := range []float64{0.07, 0.13, 0.2, 0.27, 1} {
		p, err := CardPicture(code)
		if err != nil {
			return err
		}
		if err := show(p.Covered(part)); err != nil {
			return err
		}
	}
	return nil
}
