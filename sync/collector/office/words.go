package office

import (
	"strings"

	"checkpoint/sync/collector/view"
)

// Word is a look as people call it.
func (w What) Word() view.Column {
	if word, ok := acts[w]; ok {
		return word
	}
	return view.Column{Vietnamese: string(w), English: string(w)}
}

var acts = map[What]view.Column{
	List:       {Vietnamese: "Danh sách", English: "List"},
	Route:      {Vietnamese: "Hành trình", English: "Route"},
	Contacts:   {Vietnamese: "Người tiếp xúc", English: "Contacts"},
	Export:     {Vietnamese: "Trích xuất", English: "Export"},
	Correct:    {Vietnamese: "Đính chính", English: "Correction"},
	Delete:     {Vietnamese: "Xoá", English: "Deletion"},
	OfAccount:  {Vietnamese: "Tài khoản", English: "Account"},
	OfApproval: {Vietnamese: "Duyệt", English: "Approval"},
}

// Word is a role as people call it.
func (r Role) Word() view.Column { return roleWords[r] }

var roleWords = map[Role]view.Column{
	Lists:   {Vietnamese: "Danh sách người đến", English: "Lists of people"},
	Reports: {Vietnamese: "Báo cáo ngày", English: "Daily reports"},
	Trace:   {Vietnamese: "Truy vết", English: "Routes and contacts"},
	Approve: {Vietnamese: "Duyệt truy vết", English: "Second person"},
	Sites:   {Vietnamese: "Sổ điểm kiểm soát", English: "Register of sites"},
	Remind:  {Vietnamese: "Nhắc điểm kiểm soát", English: "Remind sites"},
	Fleet:   {Vietnamese: "Máy", English: "Boxes"},
	Rights:  {Vietnamese: "Quyền của người dân", English: "People's rights"},
	Admin:   {Vietnamese: "Tài khoản và nhật ký", English: "Accounts and log"},
}

// About is what a line of the log is about, in a language, "vi" or "en".
func (l Line) About(language string) string { return about(l.What, l.Subject, l.Detail, language) }

// About is what a request is about, in a language, "vi" or "en".
func (s Second) About(language string) string { return about(s.What, s.Subject, s.Detail, language) }

func about(what What, subject, detail, language string) string {
	switch what {
	case List:
		subject, detail = view.ListName(subject, language), ofFile(detail, language)
	case Contacts:
		detail = apart(detail, language)
	case Correct:
		detail = corrected(detail, language)
	case OfApproval:
		subject, detail = answered(subject, detail, language)
	case OfAccount:
		subject, detail = changed(subject, detail, language)
	}
	if detail == "" {
		return ShortSubject(subject)
	}
	return ShortSubject(subject) + " · " + detail
}

// ShortSubject is a subject as people compare it: the beginning of a keyed hash is
// enough to tell two people apart.
func ShortSubject(subject string) string {
	if len(subject) == 32 {
		return subject[:8] + "…"
	}
	return subject
}

// corrected is which fields a correction changes, in words. What its values are
// bound to says nothing to anybody.
func corrected(detail, language string) string {
	detail, _, _ = strings.Cut(detail, " #")
	fields := strings.Split(detail, ", ")
	for i, field := range fields {
		if w, ok := correctable[field]; ok {
			fields[i] = w.In(language)
		}
	}
	return strings.Join(fields, ", ")
}

// correctable are what can be corrected, as the log has it.
var correctable = map[string]view.Column{
	"name": {Vietnamese: "họ tên", English: "name"}, "birth date": {Vietnamese: "ngày sinh", English: "birth date"}, "commune": {Vietnamese: "xã", English: "commune"},
}
