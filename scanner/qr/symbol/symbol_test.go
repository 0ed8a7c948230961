package symbol

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

var levels = []decoder.ErrorCorrectionLevel{
	decoder.ErrorCorrectionLevel_L, decoder.ErrorCorrectionLevel_M, decoder.ErrorCorrectionLevel_Q, decoder.ErrorCorrectionLevel_H,
}

// encoded is a symbol made by the library, as a grid.
func encoded(t testing.TB, payload string, level decoder.ErrorCorrectionLevel, version int, charset string) (*Layout, []float32) {
	t.Helper()
	hints := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_CHARACTER_SET: charset}
	if version > 0 {
		hints[gozxing.EncodeHintType_QR_VERSION] = version
	}
	code, err := encoder.Encoder_encode(payload, level, hints)
	if err != nil {
		t.Fatal(err)
	}
	m := code.GetMatrix()
	grid := make([]float32, m.GetWidth()*m.GetWidth())
	for i := range grid {
		grid[i] = 1
		if m.Get(i%m.GetWidth(), i/m.GetWidth()) == 1 {
			grid[i] = -1
		}
	}
	return LayoutOf(m.GetWidth()), grid
}

func TestEveryVersionAndLevelIsRead(t *testing.T) {
	var d Decoder
	for version := 1; version <= 40; version++ {
		for _, level := range levels {
			payload := fmt.Sprintf("%dẢnh", version)
			l, grid := encoded(t, payload, level, version, "UTF-8")
			got, err := d.Decode(l, grid)
			if err != nil || string(got) != payload {
				t.Fatalf("version %d level %s: %q %v, want %q", version, level, got, err, payload)
			}
			if l.Version != version {
				t.Fatalf("layout of version %d says %d", version, l.Version)
			}
		}
	}
}

func TestEveryKindOfSegmentIsRead(t *testing.T) {
	var d Decoder
	for _, payload := range []string{"001090000011", "1", "12", "HELLO $%*+-./:", "AB1", "Hồ Thị Đẹp", "Côte d'Ivoire", strings.Repeat("0123456789", 60), strings.Repeat("é", 300)} {
		for _, charset := range []string{"UTF-8", "ISO-8859-1"} {
			if charset == "ISO-8859-1" && strings.ContainsAny(payload, "ồịĐẹ") {
				continue // has no such letters
			}
			l, grid := encoded(t, payload, decoder.ErrorCorrectionLevel_M, 0, charset)
			got, err := d.Decode(l, grid)
			if err != nil || string(got) != payload {
				t.Errorf("%s: got %q %v, want %q", charset, got, err, payload)
			}
		}
	}
	l, grid := encoded(t, "漢字", decoder.ErrorCorrectionLevel_M, 0, "Shift_JIS")
	if got, err := d.Decode(l, grid); err != nil || string(got) != "漢字" {
		t.Errorf("kanji: %q %v", got, err)
	}
}

func TestAMirroredSymbolIsRead(t *testing.T) {
	var d Decoder
	l, grid := encoded(t, "mirror", decoder.ErrorCorrectionLevel_Q, 0, "UTF-8")
	turned := make([]float32, len(grid))
	for i := range grid {
		turned[i%l.Size*l.Size+i/l.Size] = grid[i]
	}
	if got, err := d.Decode(l, turned); err != nil || string(got) != "mirror" {
		t.Errorf("got %q %v", got, err)
	}
}

// A spot that is known to be unreadable costs half of one that is simply wrong.
func TestDoubtfulModulesCostHalf(t *testing.T) {
	l, grid := encoded(t, "001090000011||Nguyễn Văn An|15081990|Nam|Thôn 3, xã Ea Tu|10052021", decoder.ErrorCorrectionLevel_M, 7, "UTF-8")
	rng := rand.New(rand.NewPCG(1, 2))
	wrong, doubtful := 0, 0
	for size := 8; size < 24; size++ {
		for range 20 {
			x0, y0 := 10+rng.IntN(l.Size-size-10), 10+rng.IntN(l.Size-size-10)
			spot := func(value func() float32) bool {
				g := append([]float32(nil), grid...)
				for i := range g {
					if x, y := i%l.Size, i/l.Size; x >= x0 && x < x0+size && y >= y0 && y < y0+size {
						g[i] = value()
					}
				}
				var d Decoder
				got, err := d.Decode(l, g)
				if err == nil && !strings.HasPrefix(string(got), "001090000011||Nguyễn") {
					t.Fatalf("a wrong payload: %q", got)
				}
				return err == nil
			}
			if spot(func() float32 { return 1 }) {
				wrong++
			}
			if spot(func() float32 { return 0.01 }) {
				doubtful++
			}
		}
	}
	t.Logf("read with a white spot: %d, with a spot known to be white: %d of 320", wrong, doubtful)
	if doubtful < wrong*5/4 {
		t.Errorf("read with a white spot: %d, with a spot known to be white only %d", wrong, doubtful)
	}
}

func TestNoiseIsNeverRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var d Decoder
	for i := range 2000 {
		l := LayoutOf(21 + 4*(i%10))
		grid := make([]float32, l.Size*l.Size)
		for k := range grid {
			grid[k] = float32(rng.NormFloat64())
		}
		if got, err := d.Decode(l, grid); err == nil {
			t.Fatalf("noise was read as %q", got)
		}
	}
}

func TestSegmentsThatMakeNoSense(t *testing.T) {
	for name, data := range map[string][]byte{
		"longer than the symbol": {0x4f, 0xf0},
		"no such mode":           {0xd0, 0x00},
		"no three digits":        {0x10, 0x0f, 0xff},
		"ECI of five bytes":      {0x7f, 0xff, 0xff},
	} {
		if got, err := segments(data, 1); !errors.Is(err, ErrSegments) {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	if got, err := segments([]byte{0x00, 0xec}, 1); err != nil || len(got) != 0 {
		t.Errorf("an empty symbol: %q %v", got, err)
	}
}

func FuzzSegments(f *testing.F) {
	f.Add([]byte("\x41\x26\x87\x47"), 1)
	f.Add([]byte("\x10\x20\x0c\x56\x61\x80"), 30)
	f.Fuzz(func(t *testing.T, data []byte, version int) {
		got, err := segments(data, version)
		if err == nil && len(got) > 8*len(data)+16 {
			t.Fatalf("%d bytes out of %d", len(got), len(data))
		}
	})
}

// Any word of a code with up to half its checks wrong codewords is mended, and
// any with doubtful ones as long as both fit.
func TestCorrectorMends(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		checks := 4 + rng.IntN(27)
		n := checks + 1 + rng.IntN(100)
		sound := codeword(rng, n, checks)
		block := bytes.Clone(sound)
		erased := rng.IntN(checks + 1)
		wrong := rng.IntN((checks-erased)/2 + 1)
		places := rng.Perm(n)[:erased+wrong]
		for _, i := range places[:wrong] {
			block[i] ^= byte(1 + rng.IntN(255))
		}
		for _, i := range places[wrong:] {
			block[i] = byte(rng.IntN(256))
		}
		var c corrector
		if !c.load(block, checks) && !c.mend(block, places[wrong:], 0) {
			t.Fatalf("%d wrong and %d doubtful of %d with %d checks were not mended", wrong, erased, n, checks)
		}
		if !bytes.Equal(block, sound) {
			t.Fatal("mended to something else")
		}
	}
}

// codeword is a random sound block.
func codeword(rng *rand.Rand, n, checks int) []byte {
	generator := []byte{1}
	for i := range checks {
		next := make([]byte, len(generator)+1)
		for k, g := range generator {
			next[k] ^= g
			next[k+1] ^= mul(g, exp[i])
		}
		generator = next
	}
	block := make([]byte, n)
	for i := range n - checks {
		block[i] = byte(rng.IntN(256))
	}
	rest := bytes.Clone(block)
	for i := range n - checks {
		factor := rest[i]
		for k, g := range generator {
			rest[i+k] ^= mul(g, factor)
		}
	}
	copy(block[n-checks:], rest[n-checks:])
	return block
}

// The tables against those of another implementation.
func TestEveryVersionIsLaidOutByTheStandard(t *testing.T) {
	for version := 1; version <= 40; version++ {
		want, err := decoder.Version_GetVersionForNumber(version)
		if err != nil {
			t.Fatal(err)
		}
		if got := alignmentCentres(version); !slices.Equal(got, want.GetAlignmentPatternCenters()) {
			t.Errorf("version %d: alignment patterns at %v, want %v", version, got, want.GetAlignmentPatternCenters())
		}
		for _, level := range levels {
			blocks := want.GetECBlocksForLevel(level)
			if got := divisions[version-1][level.GetBits()]; got != (division{blocks.GetNumBlocks(), blocks.GetECCodewordsPerBlock()}) {
				t.Errorf("version %d, level %s: %v", version, level, got)
			}
		}
	}
}
