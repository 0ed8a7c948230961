package office

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Whatever the log's lines say, people read it in their own language.
func TestTheLogIsReadInTwoLanguages(t *testing.T) {
	person := strings.Repeat("0a1b2c3d", 4)
	for _, c := range []struct {
		line    Line
		vi, en  string
		written string // of what the log has, what nobody should have to read
	}{
		{Line{What: List, Subject: "arrivals/origin/Huyện 1/10507", Detail: "2026-11-21"}, "Người của xã · Huyện 1 · 10507 · 2026-11-21", "People of the commune · Huyện 1 · 10507 · 2026-11-21", "arrivals"},
		{Line{What: List, Subject: "quality/name", Detail: "file 2026-11-21"}, "Khác tên · tệp 2026-11-21", "Name differs · file 2026-11-21", "quality"},
		{Line{What: List, Subject: "later/list", Detail: "2026-11-21"}, "later/list · 2026-11-21", "later/list · 2026-11-21", "?"},
		{Line{What: Route, Subject: person}, "0a1b2c3d…", "0a1b2c3d…", person},
		{Line{What: Contacts, Subject: person, Detail: Around(time.Unix(0, 0).UTC(), time.Unix(90_000, 0).UTC(), 90*time.Minute)}, "0a1b2c3d… · 1970-01-01 – 1970-01-02 ±90 phút", "0a1b2c3d… · 1970-01-01 – 1970-01-02 ±90 min", "30m"},
		{Line{What: Correct, Subject: person, Detail: "name, birth date #abc"}, "0a1b2c3d… · họ tên, ngày sinh", "0a1b2c3d… · name, birth date", "#"},
		{Line{What: OfApproval, Subject: "request 7", Detail: "yes"}, "yêu cầu số 7 · đã duyệt", "request 7 · approved", "yes"},
		{Line{What: OfApproval, Subject: "request 8", Detail: "no"}, "yêu cầu số 8 · không duyệt", "request 8 · refused", " no"},
		{Line{What: OfApproval, Subject: person, Detail: "sees request 7"}, "0a1b2c3d… · xem điều sẽ sửa, yêu cầu số 7", "0a1b2c3d… · saw what is to be corrected, request 7", "sees"},
		{Line{What: OfAccount, Subject: "an", Detail: "add: lists; all; vi"}, "an · thêm: lists; all; vi", "an · added: lists; all; vi", "?"},
		{Line{What: OfAccount, Subject: "an", Detail: "disable"}, "an · khoá", "an · disabled", "?"},
		{Line{What: OfAccount, Subject: "*", Detail: "import: 2 made, 1 changed"}, "từ tệp · nhập: 2 mới, 1 đổi", "from a file · imported: 2 made, 1 changed", "*"},
	} {
		for language, want := range map[string]string{"vi": c.vi, "en": c.en} {
			if have := c.line.About(language); have != want || strings.Contains(have, c.written) {
				t.Errorf("%s: %q, want %q", language, have, want)
			}
		}
	}
	for _, w := range []What{List, Route, Contacts, Export, Correct, Delete, OfAccount, OfApproval} {
		if word := w.Word(); word.Vietnamese == string(w) || word.English == string(w) {
			t.Errorf("%s has no words", w)
		}
	}
	for _, r := range AllRoles() {
		if word := r.Word(); word.Vietnamese == "" || word.English == "" {
			t.Errorf("%s has no words", r)
		}
	}
	for _, f := range []Fault{{3, 3, Missing}, {3, 5, Changed}, {3, 3, Replaced}, {3, 5, CutOff}} {
		if vi, en := f.In("vi"), f.In("en"); !strings.HasPrefix(vi, "Dòng 3") || !strings.HasPrefix(en, "Line") || strings.HasSuffix(vi, ": ") || strings.HasSuffix(en, ": ") ||
			(f.Last == 5) != strings.Contains(vi, "5") || strings.Contains(fmt.Sprint(vi, en), "%") {
			t.Errorf("%v: %q, %q", f, vi, en)
		}
	}
}
