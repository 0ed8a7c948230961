package symbol

import (
	"errors"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// What the box shows on its screen is read by the box, and by a library that
// telephones use.
func TestWhatIsWrittenIsRead(t *testing.T) {
	var ours Decoder
	versions := map[int]bool{}
	for n := range 107 {
		text := strings.Repeat("https://192.0.2.10:8443/pair?code=", 4)[:n]
		rows, err := Write(text)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		size := len(rows)
		versions[size] = true
		grid := make([]float32, size*size)
		theirs, err := gozxing.NewSquareBitMatrix(size)
		if err != nil {
			t.Fatal(err)
		}
		for i := range grid {
			grid[i] = 1
			if rows[i/size][i%size] {
				grid[i] = -1
				theirs.Set(i%size, i/size)
			}
		}
		if n > 0 { // an empty payload is none for a lane
			if got, err := ours.Decode(LayoutOf(size), grid); err != nil || string(got) != text {
				t.Fatalf("%d bytes: read as %q, %v", n, got, err)
			}
		}
		if got, err := decoder.NewDecoder().Decode(theirs, nil); err != nil || got.GetText() != text {
			t.Fatalf("%d bytes: the library reads %v, %v", n, got, err)
		}
	}
	if len(versions) != mostWritten {
		t.Errorf("sizes %v", versions)
	}
	if _, err := Write(strings.Repeat("x", 107)); !errors.Is(err, ErrTooLong) {
		t.Errorf("107 bytes: %v", err)
	}
}
