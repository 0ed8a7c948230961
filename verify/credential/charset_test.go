package credential

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/traditionalchinese"

	"checkpoint"
)

var names = []string{
	"Nguyễn Văn An", "Trần Thị Bình", "Lê Thị Thuỷ Tiên", "Phạm Đình Đức", "Hoàng Hải Đăng", "Huỳnh Ngọc Ánh",
	"Đỗ Thị Mai", "Bùi Huy Hiển", "Nông Trần Huỳnh", "Trương Ngọc Hải", "Vũ Ngọc Hân", "Lý Quốc Bảo", "Ý Nhi",
}

// wrongSets are how decoders misread UTF-8 that comes without an ECI.
func wrongSets() map[string]encoding.Encoding {
	return map[string]encoding.Encoding{
		"cp1252": charmap.Windows1252, "latin1": charmap.ISO8859_1,
		"cp932": japanese.ShiftJIS, "big5": traditionalchinese.Big5,
	}
}

// What the wrong set could represent comes back letter by letter.
func TestRereadRestoresWholeText(t *testing.T) {
	atLeast := map[string]int{"cp1252": 6, "latin1": len(names), "cp932": 6, "big5": 1}
	for set, decoder := range wrongSets() {
		whole := 0
		for _, name := range names {
			garbled := misread(t, name, decoder)
			if strings.Contains(garbled, "\uFFFD") {
				continue
			}
			whole++
			p := Read([]byte(garbled), today)
			if p.Content != name || p.Text != checkpoint.TextRecovered {
				t.Errorf("%s: %q from %q came back as %q, %q", set, name, garbled, p.Content, p.Text)
			}
		}
		if whole < atLeast[set] {
			t.Errorf("%s: only %d names could be tried", set, whole)
		}
	}
}

// What it could not represent is marked, and a name with a gap never matched.
func TestRereadMarksLoss(t *testing.T) {
	for set, decoder := range wrongSets() {
		for _, name := range names {
			garbled := misread(t, "001090000011||"+name+"|15081990|Nam|Số 7, Hà Nội|10052021", decoder)
			for _, payload := range []string{garbled, strings.ReplaceAll(garbled, "\uFFFD", "")} {
				c := Parse([]byte(payload), today)
				if c.Personal() && c.FullName != name && (c.NameFold != "" || c.Text == "" && !c.Has(checkpoint.WarnNonVietnameseText)) {
					t.Errorf("%s: %q passes as %q, text %q", set, name, c.FullName, c.Text)
				}
			}
		}
	}
}

func misread(t *testing.T, s string, set encoding.Encoding) string {
	t.Helper()
	garbled, err := set.NewDecoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return garbled
}

func TestRereadLeavesGoodTextAlone(t *testing.T) {
	for _, name := range append(names, "Lê Hà", "Cà Mau", "Âu Cơ", "São Tomé", "阮文安", "ヤマダ", "A � B", "½ ×") {
		if fixed, _, _ := rereadUTF8(name); fixed != "" {
			t.Errorf("%q became %q", name, fixed)
		}
	}
}
