package fold

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Golden folds: digests of these are in signed snapshots, so a change here is a
// change of format.
func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"":                      "",
		"Nguyễn Văn An":         "NGUYEN VAN AN",
		"NGUYỄN VĂN AN":         "NGUYEN VAN AN",
		"nguyễn văn an":         "NGUYEN VAN AN",
		"Đặng Thị Ðào":          "DANG THI DAO",
		"đỗ ðức":                "DO DUC",
		"Lê Thị Thuỷ":           "LE THI THUY",
		"Lê Thị Thủy":           "LE THI THUY",
		"Trương Ngọc Hải":       "TRUONG NGOC HAI",
		"  Lý \t Quốc\u00a0Bảo": "LY QUOC BAO",
		"H'Hen Niê":             "HHEN NIE",
		"H’Hen Niê":             "HHEN NIE",
		"HʼHen Niê":             "HHEN NIE",
		"H' Hen Niê":            "H HEN NIE",
		"Y Bih Niê":             "Y BIH NIE",
		"Rơ Châm Tŭk":           "RO CHAM TUK",
		"阮文安":                   "阮文安",
	} {
		if got := Name(name); got != want {
			t.Errorf("%q folds to %q, want %q", name, got, want)
		}
	}
}

func TestSpellingsStayDifferent(t *testing.T) {
	for _, pair := range [][2]string{
		{"Ngô Thị Mỹ Linh", "Ngô Thị Mĩ Linh"}, {"Phan Sỹ", "Phan Sĩ"}, {"Nguyễn An", "Nguyễn Ân Đ"},
		{"Lê Thị Mai", "Lê Mai Thị"}, {"Vân Anh", "VânAnh"},
	} {
		if Name(pair[0]) == Name(pair[1]) {
			t.Errorf("%q and %q fold alike", pair[0], pair[1])
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"Đặng Thị Ðào", "Trương", "H’Hen", "\xff", "ǰ ŉ ß", "ﬁ\u0345"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := Name(s)
		if !utf8.ValidString(s) {
			return // what is not text only has to be survived
		}
		if Name(norm.NFC.String(s)) != folded || Name(norm.NFD.String(s)) != folded {
			t.Errorf("%q: composed and decomposed forms fold differently", s)
		}
		if again := Name(folded); again != folded {
			t.Errorf("%q folds to %q, and that to %q", s, folded, again)
		}
		for _, r := range folded {
			if unicode.Is(unicode.Mn, r) {
				t.Errorf("%q keeps the mark %U", folded, r)
			}
		}
	})
}
