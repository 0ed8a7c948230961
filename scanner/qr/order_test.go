package qr_test

import (
	"bytes"
	"testing"
	"time"

	"checkpoint/scanner/qr"
	"checkpoint/scanner/qr/frames"
)

// Several cards before a camera: all are given, a sharp one before one out of
// focus, wherever they are.
func TestTheClearestCodeComesFirst(t *testing.T) {
	taken := func(says string, blur float64) frames.Frame {
		k := frames.Ease(frames.Card)
		k.Module, k.Blur, k.Says = 4, blur, says
		return frames.Take(k, 31, 0) // the same place and card but for the words
	}
	sharp, blurred, worse := taken("sharp", 0.5), taken("blurred", 1.3), taken("worse", 1.9)
	var r qr.Reader
	codes := read(&r, sharp)
	if len(codes) != 1 {
		t.Fatalf("%d codes", len(codes))
	}
	const side = 400
	x, y := around(codes[0].Corners, side)
	want := []frames.Frame{sharp, blurred, worse}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}} {
		m := canvas()
		for place, i := range order {
			paste(m, 20+place*(side+10), 40*place, window(want[i], x, y, side, side))
		}
		s := qr.Stream{Budget: time.Hour} // however slow the machine is
		for name, codes := range map[string][]qr.Code{"reader": r.Read(m), "stream": s.Look(m)} {
			if len(codes) != len(want) {
				t.Fatalf("%s, order %v: %d codes", name, order, len(codes))
			}
			for i, c := range codes {
				if !bytes.Equal(c.Payload, want[i].Payload) {
					t.Errorf("%s, order %v: %q is number %d, want %q", name, order, c.Payload, i, want[i].Payload)
				}
			}
		}
	}
}
