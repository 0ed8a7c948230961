package qr_test

import (
	"bytes"
	"encoding/hex"
	"image"
	"image/color"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/scanner/qr"
	"checkpoint/scanner/qr/frames"
)

func read(r *qr.Reader, f frames.Frame) []qr.Code {
	return r.Read(qr.Image{Pix: f.Pix, Width: frames.Width, Height: frames.Height, Stride: frames.Width})
}

// One thing after the other makes a frame hard to read, and it is read.
func TestFramesAreRead(t *testing.T) {
	var r qr.Reader
	for i, trouble := range []struct {
		what string
		kind frames.Kind
		turn func(*frames.Knobs)
	}{
		{"nothing", frames.Small, func(*frames.Knobs) {}},
		{"tilt", frames.Card, func(k *frames.Knobs) { k.Tilt = 45 }},
		{"small modules", frames.Small, func(k *frames.Knobs) { k.Module = 2 }},
		{"blur", frames.Card, func(k *frames.Knobs) { k.Module, k.Blur = 4, 2 }},
		{"motion", frames.Small, func(k *frames.Knobs) { k.Motion = 4 }},
		{"noise", frames.Card, func(k *frames.Knobs) { k.Noise = 25 }},
		{"faded print in a shadow", frames.Card, func(k *frames.Knobs) { k.Contrast, k.Shadow = 0.5, 0.6 }},
		{"compression", frames.Small, func(k *frames.Knobs) { k.Quality, k.Gamma = 30, 2.2 }},
		{"a screen's pixels", frames.Phone, func(k *frames.Knobs) { k.Moire = 0.5 }},
		{"light on dark", frames.Phone, func(k *frames.Knobs) { k.Inverted = true }},
	} {
		k := frames.Ease(trouble.kind)
		trouble.turn(&k)
		f := frames.Take(k, 7, uint64(i))
		codes := read(&r, f)
		if len(codes) != 1 || !bytes.Equal(codes[0].Payload, f.Payload) {
			t.Errorf("%s with %s: %d codes, or a wrong one", trouble.kind, trouble.what, len(codes))
		}
	}
}

func TestNothingIsReadWhereThereIsNothing(t *testing.T) {
	var r qr.Reader
	for i := range uint64(3) {
		if codes := read(&r, frames.Make(frames.Nothing, 1, i, -1)); len(codes) > 0 {
			t.Fatalf("frame %d holds no code, read %q", i, codes[0].Payload)
		}
	}
}

// Pictures of any size and content end, and give no payload.
func TestNoiseOfAnySize(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var r qr.Reader
	for range 150 {
		m := qr.Image{Width: rng.IntN(400), Height: rng.IntN(300)}
		m.Stride = m.Width + rng.IntN(8)
		m.Pix = make([]byte, m.Stride*m.Height)
		coarse := 1 + rng.IntN(12)
		for i := range m.Pix {
			m.Pix[i] = byte(rng.IntN(256))
			if m.Stride > 0 {
				y := i / m.Stride / coarse * coarse
				m.Pix[i] = m.Pix[y*m.Stride+i%m.Stride/coarse*coarse]
			}
		}
		if codes := r.Read(m); len(codes) > 0 {
			t.Fatalf("noise was read as %q", codes[0].Payload)
		}
	}
}

// Photographs of the black-box tests of ZXing and zxing-cpp lie beside some
// checkouts. More of them are read than the 56 that zxing-cpp 3 reads.
func TestPhotographs(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "qr-images")
	truth, err := os.ReadFile(filepath.Join(dir, "truth.tsv"))
	if err != nil {
		t.Skipf("the photographs are not part of this repository and do not lie beside it: %v", err)
	}
	var r qr.Reader
	good := 0
	for line := range strings.Lines(string(truth)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) < 3 || strings.HasPrefix(line, "#") {
			continue
		}
		accepted := map[string]bool{}
		for _, h := range strings.Split(fields[2], ",") {
			b, err := hex.DecodeString(h)
			if err != nil {
				t.Fatal(err)
			}
			accepted[lines(b)] = true
		}
		codes := r.Read(photograph(t, filepath.Join(dir, fields[0])))
		found := false
		for _, c := range codes {
			found = found || accepted[lines(c.Payload)]
		}
		switch {
		case found:
			good++
		case len(codes) == 1:
			t.Errorf("%s: a wrong payload: %q", fields[0], codes[0].Payload)
		default:
			t.Logf("%s: not read", fields[0])
		}
	}
	if good < 60 {
		t.Errorf("%d photographs were read, want 60", good)
	}
}

// lines is a payload as the list of accepted ones has it: \n between lines and
// nothing around.
func lines(b []byte) string {
	return strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))
}

func photograph(t *testing.T, path string) qr.Image {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	b := m.Bounds()
	out := qr.Image{Width: b.Dx(), Height: b.Dy(), Stride: b.Dx(), Pix: make([]byte, 0, b.Dx()*b.Dy())}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.Pix = append(out.Pix, color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y)
		}
	}
	return out
}

func FuzzRead(f *testing.F) {
	frame := frames.Make(frames.Card, 1, 0, 0)
	f.Add(frame.Pix[:200*300], uint16(200))
	f.Add(bytes.Repeat([]byte{0, 255}, 2000), uint16(50))
	var r qr.Reader
	f.Fuzz(func(t *testing.T, pix []byte, width uint16) {
		w := int(width)
		if w == 0 || len(pix) < w || len(pix) > 1<<18 {
			return
		}
		for _, c := range r.Read(qr.Image{Pix: pix, Width: w, Height: len(pix) / w, Stride: w}) {
			if len(c.Payload) > 4000 {
				t.Fatalf("%d bytes of payload", len(c.Payload))
			}
		}
	})
}
