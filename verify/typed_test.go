package verify_test

import (
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/scanner"
	"checkpoint/scanner/readertest"
)

const lettersDamaged = "refer A13 letters-damaged [TEXT_DAMAGED] []"

// typedNames lose all kinds of letters; without them some still look like names.
var typedNames = []string{"Nguyễn Văn An", "Nguyễn Hoàng Yên", "Lê Mai Anh", "Hoài An", "Đỗ Thị Ước", "Y Kô Êban", "Hà Lê Tú"}

// typedScan is what a lane gets of a payload typed by a scanner in keyboard mode.
func typedScan(t *testing.T, e readertest.Encoding, payload string) (scan checkpoint.Scan) {
	t.Helper()
	k := scanner.NewKeyboard(scanner.AnyEnd, func(s checkpoint.Scan) { scan = s })
	k.Feed(new(readertest.Kernel).Events(e.Type(payload, readertest.Enter)), time.Now())
	return scan
}

// TestTypedCardsAreGreenOrSayThatLettersAreDamaged: whatever a scanner does to
// the letters of somebody in order, the guard is never told that a name differs.
func TestTypedCardsAreGreenOrSayThatLettersAreDamaged(t *testing.T) {
	var lives []life
	for i, name := range typedNames {
		l := person(i)
		l.FullName = name
		lives = append(lives, l)
	}
	desk := newProvince(t, source(lives)).desk(today(), sixHours)
	for _, e := range readertest.Encodings() {
		for _, l := range lives {
			// The second address leaves nothing but the name to tell by.
			for _, address := range []string{"Số 7, Phúc Xá, Ba Đình, Hà Nội", "A Roi, Quang Nam"} {
				payload := strings.Replace(l.card().String(), "Số 7, Phúc Xá, Ba Đình, Hà Nội", address, 1)
				got := words(desk.scan(t, typedScan(t, e, payload)))
				if got != lettersDamaged && (!e.Whole || got != green) {
					t.Errorf("%s, %s: %s", e.Name, payload, got)
				}
				// Where a letter above U+00FF shows what the numbers mean, the text is right.
				if e.Whole && strings.Contains(payload, "ộ") && got != green {
					t.Errorf("%s, %s: %s, want green", e.Name, payload, got)
				}
			}
		}
	}
}

func TestTypedCardsOfOthers(t *testing.T) {
	l := person(0)
	desk := newProvince(t, source([]life{l})).desk(today(), sixHours)
	bytes := readertest.Encodings()[0]
	plain, other, ascii := l.card(), l.card(), l.card()
	plain.name = "NGUYEN VAN AN"
	other.name = "Trần Văn Bình"
	ascii.name = "Tran Van Binh"
	for _, c := range []struct{ name, payload, want string }{
		{"card printed without diacritics", plain.String(), green},
		{"another name that came whole", other.String(), "refer A03 details-differ [NAME_DIFFERS] [full_name]"},
		{"another name in ASCII, perhaps what is left of one", ascii.String(), lettersDamaged},
		{"typed on another layout", strings.ReplaceAll(l.card().String(), "|", "~"), lettersDamaged},
	} {
		if got := words(desk.scan(t, typedScan(t, bytes, c.payload))); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	// Over a serial line nothing is lost without a trace.
	if got := words(desk.show(t, ascii.String())); !strings.Contains(got, "NAME_DIFFERS") {
		t.Errorf("not typed: %s, want the name to differ", got)
	}
}
