package office

import (
	"fmt"
	"strings"
	"time"

	"checkpoint/sync/collector/view"
)

// ofFile is the day of a list, and whether it was fetched as a file.
func ofFile(detail, language string) string {
	day, file := strings.CutPrefix(detail, "file ")
	if file {
		return view.Column{Vietnamese: "tệp ", English: "file "}.In(language) + day
	}
	return day
}

// apart is days and minutes of a look for contacts: an m alone is read as metres.
func apart(detail, language string) string {
	days, within, found := strings.Cut(detail, "±")
	d, err := time.ParseDuration(within)
	if !found || err != nil || d%time.Minute != 0 {
		return detail
	}
	return fmt.Sprintf("%s±%d %s", days, d/time.Minute, view.Column{Vietnamese: "phút", English: "min"}.In(language))
}

// answered is which request a second person saw or answered, and how.
func answered(subject, detail, language string) (string, string) {
	number, ok := strings.CutPrefix(subject, "request ")
	if !ok { // of a person: what was seen before it was approved
		if number, ok = strings.CutPrefix(detail, "sees request "); ok {
			detail = view.Column{Vietnamese: "xem điều sẽ sửa, yêu cầu số ", English: "saw what is to be corrected, request "}.In(language) + number
		}
		return subject, detail
	}
	word := map[string]view.Column{"yes": {Vietnamese: "đã duyệt", English: "approved"}, "no": {Vietnamese: "không duyệt", English: "refused"}}[detail]
	return view.Column{Vietnamese: "yêu cầu số ", English: "request "}.In(language) + number, word.In(language)
}

// changed is what was done to which account.
func changed(subject, detail, language string) (string, string) {
	if subject == "*" {
		subject = view.Column{Vietnamese: "từ tệp", English: "from a file"}.In(language)
	}
	verb, rest, more := strings.Cut(detail, ": ")
	word, ok := accountActs[verb]
	switch {
	case !ok:
		return subject, detail
	case !more:
		return subject, word.In(language)
	case verb == "import":
		rest = madeAndChanged(rest, language)
	}
	return subject, word.In(language) + ": " + rest
}

func madeAndChanged(rest, language string) string {
	var made, others int
	if _, err := fmt.Sscanf(rest, "%d made, %d changed", &made, &others); err != nil {
		return rest
	}
	return fmt.Sprintf(view.Column{Vietnamese: "%d mới, %d đổi", English: "%d made, %d changed"}.In(language), made, others)
}

// accountActs are what can be done to an account, as the log has it.
var accountActs = map[string]view.Column{
	"add": {Vietnamese: "thêm", English: "added"}, "change": {Vietnamese: "đổi", English: "changed"}, "import": {Vietnamese: "nhập", English: "imported"},
	"password": {Vietnamese: "đặt mật khẩu mới", English: "new password"}, "disable": {Vietnamese: "khoá", English: "disabled"}, "enable": {Vietnamese: "mở lại", English: "enabled"},
}
