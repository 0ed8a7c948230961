//go:build linux

package camera

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"runtime"
	"slices"
	"strings"
	"testing"

	files "checkpoint/device/picture"
)

// A picture whose unfolding takes more memory than the daemon may is refused by
// its header, with the size to set.
func TestALargeJPEGIsRefusedWithWhatToSet(t *testing.T) {
	for _, c := range []struct {
		width, height int
		factors       byte // of brightness: 0x22 is 4:2:0, 0x21 4:2:2, 0x11 4:4:4
		progressive   bool
		refused       bool
	}{
		{1280, 720, 0x22, false, false}, {1920, 1080, 0x22, false, false}, {1920, 1080, 0x21, false, false}, {1920, 1080, 0x11, false, true},
		{2560, 1440, 0x22, false, true}, {2560, 1440, 0x21, false, true}, {3840, 2160, 0x22, false, true},
		{1280, 720, 0x22, true, false}, {1280, 720, 0x21, true, true}, {1920, 1080, 0x22, true, true},
	} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, c.width, c.height), image.YCbCrSubsampleRatio420), nil); err != nil {
			t.Fatal(err)
		}
		p := b.Bytes()
		head := bytes.Index(p, []byte{0xFF, markSOF0})
		p[head+11] = c.factors // what is coded fits no other, but its size is judged first
		if c.progressive {
			p[head+1] = markSOF2
		}
		_, err := new(decoder).brightness(p)
		if refused := err != nil && strings.Contains(err.Error(), "set the camera to 1280 × 720"); refused != c.refused {
			t.Errorf("%d × %d, %#x, progressive %t: %v", c.width, c.height, c.factors, c.progressive, err)
		}
	}
}

// A header that ends, or names no size, is an error and no more.
func TestJPEGsWithoutASoundHeader(t *testing.T) {
	whole := encoded(t, coloured(64, 64))
	for n := range min(len(whole), 700) {
		if _, err := new(decoder).brightness(whole[:n]); err == nil {
			t.Errorf("the first %d bytes are a picture", n)
		}
	}
	zero := bytes.Clone(whole)
	copy(zero[bytes.Index(zero, []byte{0xFF, markSOF0})+5:], []byte{0, 0, 0, 0})
	if _, err := new(decoder).brightness(zero); err == nil {
		t.Error("a picture without size")
	}
}

// The frame header that is judged is the one that is decoded: what stands where
// only image/jpeg looks must not bring another.
func TestAHiddenFrameHeaderUnfoldsNothing(t *testing.T) {
	small := encoded(t, ramp(64, 64))
	huge := bytes.Clone(small)
	copy(huge[bytes.Index(huge, []byte{0xFF, markSOF0})+5:], []byte{0x27, 0x10, 0x27, 0x10}) // 10,000 × 10,000
	huge = huge[2:]
	size := []byte{byte((len(huge) + 2) >> 8), byte(len(huge) + 2)}
	for name, mark := range map[string][]byte{
		"a restart, which has no length": {0xFF, 0xD0}, "stuffing": {0xFF, 0x00}, "a fill byte": {0xFF, 0xFF, 0x00},
	} {
		p := bytes.Join([][]byte{{0xFF, markSOI}, mark, size, huge, small[2:]}, nil)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := new(decoder).brightness(p)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > mostHeld {
			t.Errorf("%s: %d bytes, %v", name, took, err)
		}
	}
}

// Any number of bytes FF may come before a marker (ITU-T T.81, B.1.1.2).
func TestFillBytesBeforeMarkers(t *testing.T) {
	p := encoded(t, ramp(64, 64))
	for _, mark := range []byte{markDHT, markSOF0} {
		p = bytes.Replace(p, []byte{0xFF, mark}, []byte{0xFF, 0xFF, 0xFF, mark}, 1)
	}
	if m, err := new(decoder).brightness(p); err != nil || !m.isRamp(64, 64) {
		t.Errorf("with fill bytes: %v", err)
	}
	if hasTables(withoutTables(encoded(t, ramp(64, 64)))) {
		t.Error("tables are seen where there are none")
	}
}

// A picture that would keep a processor for minutes is left out.
func TestAJPEGOfEndlesslyManyScansIsLeftOut(t *testing.T) {
	p := encoded(t, ramp(64, 64))
	scan := p[bytes.Index(p, []byte{0xFF, markSOS}) : len(p)-2]
	p = slices.Concat(p[:len(p)-2], bytes.Repeat(scan, 100), p[len(p)-2:])
	if _, err := new(decoder).brightness(p); !errors.Is(err, files.ErrScans) {
		t.Errorf("101 scans: %v", err)
	}
}

// Red, green and blue would be unfolded a second time; the first plane is bright
// enough. Four inks have no brightness at all.
func TestOtherColoursUnfoldNoFurther(t *testing.T) {
	p := encoded(t, coloured(64, 64))
	const adobe = "\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00"
	rgb := slices.Concat(p[:2], []byte(adobe), p[2:])
	if m, err := new(decoder).brightness(rgb); err != nil || !m.isRamp(64, 64) {
		t.Errorf("three colours: %v", err)
	}
	at := bytes.Index(p, []byte{0xFF, markSOF0})
	inks := slices.Concat(p[:at], []byte{0xFF, markSOF0, 0, 20, 8, 0, 64, 0, 64, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0}, p[at+19:])
	if _, err := new(decoder).brightness(inks); !errors.Is(err, errColours) {
		t.Errorf("four inks: %v", err)
	}
}
