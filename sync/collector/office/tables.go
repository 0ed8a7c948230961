package office

import (
	"strconv"
	"strings"

	"checkpoint/sync/collector/view"
)

// ReceiptTable is receipts as they are shown, in a language, "vi" or "en".
func ReceiptTable(all []Receipt, language string) view.Table {
	t := view.Table{Title: view.Column{Vietnamese: "Ai đã nhận danh sách", English: "Receipts of lists"}, Columns: []view.Column{
		{Vietnamese: "Tài khoản", English: "Account"}, {Vietnamese: "Danh sách", English: "List"}, {Vietnamese: "Tải lần cuối", English: "Last fetched"},
		{Vietnamese: "Số lần", English: "Times"}, {Vietnamese: "Số dòng", English: "Lines"}, {Vietnamese: "Xác nhận", English: "Confirmed"},
	}}
	for _, x := range all {
		if x.List == "" {
			x.List = view.Column{Vietnamese: "(chưa tải danh sách nào)", English: "(fetched none)"}.In(language)
		}
		t.Rows = append(t.Rows, []string{x.Account, x.List, view.Moment(x.Fetched), strconv.Itoa(x.Times), strconv.Itoa(x.Rows), view.Moment(x.Confirmed)})
	}
	return t
}

// LookTable is lines of the log of looks as they are shown, in a language, "vi" or
// "en".
func LookTable(all []Line, language string) view.Table {
	t := view.Table{Title: view.Column{Vietnamese: "Nhật ký xem", English: "Log of looks"}, Columns: []view.Column{
		{Vietnamese: "Dòng", English: "Line"}, {Vietnamese: "Lúc", English: "At"}, {Vietnamese: "Tài khoản", English: "Account"},
		{Vietnamese: "Người duyệt", English: "Approved by"}, {Vietnamese: "Việc", English: "Act"}, {Vietnamese: "Về", English: "About"}, {Vietnamese: "Lý do", English: "Reason"},
	}}
	for _, l := range all {
		t.Rows = append(t.Rows, []string{strconv.FormatInt(l.N, 10), view.Moment(&l.At), l.Account, l.Second, l.What.Word().In(language), l.About(language), l.Reason})
	}
	return t
}

// SecondTable is requests for a second person as they are shown, in a language,
// "vi" or "en".
func SecondTable(all []Second, language string) view.Table {
	t := view.Table{Title: view.Column{Vietnamese: "Yêu cầu chờ duyệt", English: "Requests for a second person"}, Columns: []view.Column{
		{Vietnamese: "Số", English: "Number"}, {Vietnamese: "Lúc", English: "At"}, {Vietnamese: "Tài khoản", English: "Account"},
		{Vietnamese: "Việc", English: "Look"}, {Vietnamese: "Về", English: "About"}, {Vietnamese: "Lý do", English: "Reason"}, {Vietnamese: "Trả lời", English: "Answer"},
	}}
	for _, s := range all {
		t.Rows = append(t.Rows, []string{strconv.FormatInt(s.ID, 10), view.Moment(&s.Asked), s.Account, s.What.Word().In(language), s.About(language), s.Reason, s.Answer(language)})
	}
	return t
}

// Answer is how a request stands, in a language, "vi" or "en".
func (s Second) Answer(language string) string {
	switch {
	case s.Answered == nil:
		return view.Column{Vietnamese: "chờ", English: "waits"}.In(language)
	case s.Approved:
		return view.Column{Vietnamese: "đã duyệt: ", English: "approved by "}.In(language) + s.By
	}
	return view.Column{Vietnamese: "không duyệt: ", English: "refused by "}.In(language) + s.By
}

// AccountTable is accounts as they are shown, in a language, "vi" or "en".
func AccountTable(all []Account, language string) view.Table {
	t := view.Table{Title: view.Column{Vietnamese: "Tài khoản", English: "Accounts"}, Columns: []view.Column{
		{Vietnamese: "Tên", English: "Name"}, {Vietnamese: "Vai trò", English: "Roles"}, {Vietnamese: "Phạm vi", English: "Scope"},
		{Vietnamese: "Ngôn ngữ", English: "Language"}, {Vietnamese: "Tạo lúc", English: "Created"}, {Vietnamese: "Trạng thái", English: "State"},
	}}
	for _, a := range all {
		t.Rows = append(t.Rows, []string{a.Name, a.RoleWords(language), strings.Join(a.Scopes, "; "), a.Language, view.Moment(&a.Created), a.State(language)})
	}
	return t
}

// RoleWords are an account's roles in words, in a language, "vi" or "en".
func (a *Account) RoleWords(language string) string {
	var words []string
	for _, r := range a.Roles {
		words = append(words, r.Word().In(language))
	}
	return strings.Join(words, " · ")
}

// State is why an account cannot log in, in a language, "vi" or "en"; empty: it can.
func (a *Account) State(language string) string {
	switch {
	case a.Disabled:
		return view.Column{Vietnamese: "đã khoá", English: "disabled"}.In(language)
	case !a.Password:
		return view.Column{Vietnamese: "chưa có mật khẩu", English: "no password"}.In(language)
	}
	return ""
}
