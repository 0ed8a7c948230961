package frames_test

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/makiuchi-d/gozxing"
	zxing "github.com/makiuchi-d/gozxing/qrcode"

	"checkpoint/scanner/qr"
	"checkpoint/scanner/qr/frames"
)

// gozxingReads asks a decoder that shares nothing with ours but the tables of
// versions.
func gozxingReads(t *testing.T, f frames.Frame) string {
	t.Helper()
	source, err := gozxing.NewPlanarYUVLuminanceSource(f.Pix, frames.Width, frames.Height, 0, 0, frames.Width, frames.Height, false)
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(source))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zxing.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return ""
	}
	return r.GetText()
}

// gozxing's detector loses some frames at any ease; what it reads is the truth.
func TestAtEaseAnotherDecoderReadsTheTruth(t *testing.T) {
	for _, kind := range []frames.Kind{frames.Card, frames.Small, frames.Phone} {
		const all, want = 4, 3
		read := 0
		for n := range uint64(all) {
			f := frames.Take(frames.Ease(kind), 3, n)
			switch got := gozxingReads(t, f); got {
			case string(f.Payload):
				read++
			case "":
			default:
				t.Errorf("%s %d: read %q, want %q", kind, n, got, f.Payload)
			}
		}
		if read < want {
			t.Errorf("%s: %d of %d were read, want %d", kind, read, all, want)
		}
	}
}

func TestEqualSeedsGiveEqualFrames(t *testing.T) {
	for _, kind := range []frames.Kind{frames.Card, frames.Phone, frames.Several, frames.Scene, frames.Noise} {
		a, b, c := frames.Make(kind, 5, 2, -1), frames.Make(kind, 5, 2, -1), frames.Make(kind, 5, 3, -1)
		if !bytes.Equal(a.Pix, b.Pix) || a.Knobs != b.Knobs || !bytes.Equal(a.Payload, b.Payload) {
			t.Errorf("%s: the same seed gave another frame", kind)
		}
		if bytes.Equal(a.Pix, c.Pix) {
			t.Errorf("%s: two numbers gave the same frame", kind)
		}
	}
}

// A knob changes the picture and nothing about what is in it.
func TestEveryKnobTurns(t *testing.T) {
	for name, turn := range map[string]func(*frames.Knobs){
		"tilt": func(k *frames.Knobs) { k.Tilt = 30 }, "yaw": func(k *frames.Knobs) { k.Yaw = 30 }, "pitch": func(k *frames.Knobs) { k.Pitch = 30 },
		"module": func(k *frames.Knobs) { k.Module = 3 },
		"blur":   func(k *frames.Knobs) { k.Blur = 2 }, "motion": func(k *frames.Knobs) { k.Motion = 4 },
		"noise": func(k *frames.Knobs) { k.Noise = 9 }, "light": func(k *frames.Knobs) { k.Light = 0.2 },
		"contrast": func(k *frames.Knobs) { k.Contrast = 0.5 }, "shadow": func(k *frames.Knobs) { k.Shadow = 0.6 },
		"glare": func(k *frames.Knobs) { k.Glare = 300 }, "dirt": func(k *frames.Knobs) { k.Dirt = 5 },
		"moire": func(k *frames.Knobs) { k.Moire = 0.5 }, "gamma": func(k *frames.Knobs) { k.Gamma = 2.2 },
		"quality": func(k *frames.Knobs) { k.Quality = 40 }, "inverted": func(k *frames.Knobs) { k.Inverted = true },
	} {
		k := frames.Ease(frames.Phone)
		easy := frames.Take(k, 8, 1)
		turn(&k)
		turned := frames.Take(k, 8, 1)
		if !bytes.Equal(easy.Payload, turned.Payload) {
			t.Errorf("%s changed the payload", name)
		}
		if bytes.Equal(easy.Pix, turned.Pix) {
			t.Errorf("%s changed nothing", name)
		}
	}
}

// A code that turns about the picture's vertical becomes narrow, about the
// horizontal low.
func TestYawAndPitchTurnAboutThePicturesAxes(t *testing.T) {
	corners := func(yaw, pitch float64) (left, right, top, bottom [2]float64) {
		k := frames.Ease(frames.Card)
		k.Yaw, k.Pitch = yaw, pitch
		f := frames.Take(k, 31, 0)
		codes := new(qr.Reader).Read(qr.Image{Pix: f.Pix, Width: frames.Width, Height: frames.Height, Stride: frames.Width})
		if len(codes) != 1 {
			t.Fatalf("yaw %g, pitch %g: %d codes", yaw, pitch, len(codes))
		}
		at := codes[0].Corners
		by := func(axis int) [][2]float64 {
			return slices.SortedFunc(slices.Values(at[:]), func(a, b [2]float64) int { return cmp.Compare(a[axis], b[axis]) })
		}
		x, y := by(0), by(1)
		return x[0], x[3], y[0], y[3]
	}
	size := func(yaw, pitch float64) (wide, high float64) {
		left, right, top, bottom := corners(yaw, pitch)
		return right[0] - left[0], bottom[1] - top[1]
	}
	wide, high := size(0, 0)
	for _, c := range []struct{ yaw, pitch float64 }{{40, 0}, {-40, 0}, {0, 40}, {0, -40}} {
		w, h := size(c.yaw, c.pitch)
		shrunk := math.Cos(40 * math.Pi / 180)
		wantWide, wantHigh := 1.0, shrunk
		if c.yaw != 0 {
			wantWide, wantHigh = shrunk, 1
		}
		if math.Abs(w/wide-wantWide) > 0.1 || math.Abs(h/high-wantHigh) > 0.1 {
			t.Errorf("yaw %g, pitch %g: %.2f of the width, %.2f of the height; want about %.2f and %.2f", c.yaw, c.pitch, w/wide, h/high, wantWide, wantHigh)
		}
	}
}

func TestKindsHoldWhatTheySay(t *testing.T) {
	for n := range uint64(3) {
		f := frames.Make(frames.Several, 2, n, -1)
		if many := len(f.Payloads()); many < 2 || many > 4 {
			t.Errorf("several %d holds %d codes, want 2 to 4", n, many)
		}
	}
	for _, kind := range []frames.Kind{frames.Nothing, frames.Text, frames.Scene, frames.Noise} {
		f := frames.Make(kind, 2, 1, -1)
		if len(f.Payloads()) > 0 {
			t.Errorf("%s holds %d codes, want none", kind, len(f.Payloads()))
		}
		if deviation(f.Pix) < 3 {
			t.Errorf("%s shows nothing", kind)
		}
	}
}

func deviation(pix []byte) float64 {
	var sum, squares float64
	for _, v := range pix {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(pix))
	return math.Sqrt(squares/n - sum/n*sum/n)
}
