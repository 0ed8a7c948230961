package qr

import (
	"math"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// A view that is nearly degenerate puts modules at places that no int holds.
func TestPlacesThatNoIntHoldsLieOutside(t *testing.T) {
	var p plane
	p.look(Image{Pix: make([]byte, 32*32), Width: 32, Height: 32, Stride: 32}, 1)
	for _, v := range []float64{1 << 62, 1 << 63, -1 << 63, 1e300, -1e300, math.Inf(1), math.Inf(-1), math.NaN()} {
		for _, at := range []point{{v, 5}, {5, v}, {v, v}} {
			if light := p.light(at); light != 0 {
				t.Errorf("at %v it is lighter by %v", at, light)
			}
			if grey, ok := p.grey(at); ok {
				t.Errorf("at %v it is %v grey", at, grey)
			}
		}
	}
}

// Modules of eight pixels whose columns lie on those of the blocks leave few
// edges within any: so does many a program draw codes.
func TestModulesThatLieOnTheBlocksAreSeenAtFirstSight(t *testing.T) {
	const payload = "079085000016||Trần Thị Bích|15071985|Nữ|Số 2, phường Bến Nghé, quận 1|10022022"
	code, err := qrcode.NewQRCodeWriter().Encode(payload, gozxing.BarcodeFormat_QR_CODE, 0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	const above = 2
	width, height := code.GetWidth()*block, code.GetHeight()*block+above
	m := Image{Pix: make([]byte, width*height), Width: width, Height: height, Stride: width}
	for y := range height {
		for x := range width {
			if m.Pix[y*width+x] = 220; y >= above && code.Get(x/block, (y-above)/block) {
				m.Pix[y*width+x] = 40
			}
		}
	}
	var r Reader
	if codes := r.pass(m, plain); len(codes) != 1 {
		t.Errorf("%d codes", len(codes))
	}
}
