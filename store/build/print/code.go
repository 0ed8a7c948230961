package print

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

// The least sizes of a printed code, in millimetres: what is held to a reader,
// and what hangs at a door (Decision 1405/QĐ-BTTTT asks for these of posters).
const (
	HandSide  = 50
	PlaceSide = 150
)

// The distances from which they are read, in metres.
const (
	HandDistance  = 0.3
	PlaceDistance = 2
)

// quiet is the light border of ISO/IEC 18004, in modules.
const quiet = 4

// Code is a QR code before it is drawn: byte mode, UTF-8 without ECI as on real
// cards, or the denser mode for capital letters and digits.
type Code struct {
	Payload string
	modules [][]bool // dark, by row
	level   string
}

// level of ISO/IEC 18004, section 8.5: how much of a code may be lost.
type level = decoder.ErrorCorrectionLevel

// leastModule is the smallest module that hand readers resolve (13 mil), and
// far is how much of the distance one has to be so that a telephone held still
// resolves it.
const (
	leastModule = 0.33  // mm
	far         = 0.001 // one millimetre at a metre
)

// For makes a code of side millimetres to be read from a distance in metres,
// with the highest level of correction whose modules are still seen from there.
// It fails when even the lowest level's are not.
func For(payload string, side, distance float64) (*Code, error) {
	need := math.Max(leastModule, distance*1000*far)
	for _, l := range []level{decoder.ErrorCorrectionLevel_H, decoder.ErrorCorrectionLevel_Q, decoder.ErrorCorrectionLevel_M, decoder.ErrorCorrectionLevel_L} {
		c, err := encode(payload, l)
		if err == nil && c.module(side) >= need {
			return c, nil
		}
	}
	return nil, fmt.Errorf("print code: %d bytes are too many for %.0f mm read from %.1f m", len(payload), side, distance)
}

// Medium makes a code with the level of correction M, as cards have.
func Medium(payload string) (*Code, error) { return encode(payload, decoder.ErrorCorrectionLevel_M) }

func encode(payload string, l level) (*Code, error) {
	code, err := encoder.Encoder_encode(payload, l, map[gozxing.EncodeHintType]any{})
	if err != nil {
		return nil, fmt.Errorf("encode QR: %w", err)
	}
	matrix := code.GetMatrix()
	c := &Code{Payload: payload, level: l.String(), modules: make([][]bool, matrix.GetHeight())}
	for y := range c.modules {
		c.modules[y] = make([]bool, matrix.GetWidth())
		for x := range c.modules[y] {
			c.modules[y][x] = matrix.Get(x, y) == 1
		}
	}
	return c, nil
}

// Level is the level of correction: L, M, Q or H.
func (c *Code) Level() string { return c.level }

// side is the code's width in modules, quiet zone included.
func (c *Code) side() int { return len(c.modules) + 2*quiet }

// module is the width of a module in millimetres.
func (c *Code) module(side float64) float64 { return side / float64(c.side()) }

// runs calls do for each run of dark modules in a row, from the quiet zone's
// corner.
func (c *Code) runs(do func(x, y, width int)) {
	for y, row := range c.modules {
		for x := 0; x < len(row); x++ {
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if x > start {
				do(start+quiet, y+quiet, x-start)
			}
		}
	}
}

// Picture is the code in black and white, each module as many pixels, at least
// so many pixels a side.
func (c *Code) Picture(pixels int) *image.Paletted {
	side := c.side()
	scale := (pixels + side - 1) / side
	picture := image.NewPaletted(image.Rect(0, 0, side*scale, side*scale), color.Palette{color.White, color.Black})
	c.runs(func(x, y, width int) {
		for j := y * scale; j < (y+1)*scale; j++ {
			row := picture.Pix[j*picture.Stride:]
			for i := x * scale; i < (x+width)*scale; i++ {
				row[i] = 1
			}
		}
	})
	return picture
}

// PNG is [Code.Picture] as a file, with no word of how large it is to be.
func (c *Code) PNG(pixels int) ([]byte, error) { return encodePNG(c.Picture(pixels), 0) }

// encodePNG writes a picture; dpi tells printers how large it is to be, 0 leaves
// that open.
func encodePNG(picture image.Image, dpi float64) ([]byte, error) {
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return nil, fmt.Errorf("encode PNG: %w", err)
	}
	if dpi == 0 {
		return file.Bytes(), nil
	}
	return withResolution(file.Bytes(), dpi), nil
}
