package pages

import (
	"fmt"
	"strconv"
	"strings"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func requestsPage() page {
	return page{
		Path: "/requests", Role: office.Approve,
		Title: view.Column{Vietnamese: "Chờ duyệt", English: "Second person"},
		About: view.Column{Vietnamese: "Yêu cầu truy vết cần người thứ hai duyệt", English: "Looks at a person that a second person has to approve"},
		Show:  showRequests,
		Do: map[string]func(*request) error{
			"approve": func(r *request) error { return answerRequest(r, true) },
			"refuse":  func(r *request) error { return answerRequest(r, false) },
		},
	}
}

// waiting is a look that waits for a second person, or was answered.
type waiting struct {
	ID                       int64
	At, Account, What, About string
	Reason, Answer           string
	Mine                     bool // this account's own: others answer
	See                      bool // what it changes has to be seen first
	Approvable               bool
}

// requestsShown is what the page shows.
type requestsShown struct {
	Rows   []waiting
	See    int64 // the request of which the change is shown; 0: none
	Change grid
}

func showRequests(r *request) error {
	all, err := r.Office.Seconds(r.Context(), r.Account)
	if err != nil {
		return err
	}
	p := requestsShown{}
	if r.Query("see") != "" {
		if err := r.seeChange(&p); err != nil {
			return err
		}
	}
	for _, s := range all {
		w := waiting{ID: s.ID, At: moment(&s.Asked), Account: s.Account, What: r.In(act(s.What)), About: about(s.Subject, r.detail(s.What, s.Detail)), Reason: s.Reason, Mine: s.Account == r.Account.Name,
			See: s.Change, Approvable: !s.Change || s.Seen || s.ID == p.See}
		switch {
		case s.Answered == nil && w.Mine:
			w.Answer = r.T("chờ", "waits")
		case s.Answered != nil && s.Approved:
			w.Answer = r.T("đã duyệt: ", "approved by ") + s.By
		case s.Answered != nil:
			w.Answer = r.T("không duyệt: ", "refused by ") + s.By
		}
		p.Rows = append(p.Rows, w)
	}
	return r.show("requests", p)
}

// seeChange shows what a correction would change, and writes that it was seen.
func (r *request) seeChange(p *requestsShown) error {
	id, err := strconv.ParseInt(r.Query("see"), 10, 64)
	if err != nil {
		return office.ErrAnswer
	}
	change, err := r.Office.See(r.Context(), r.Account, id, r.View)
	if err != nil {
		return err
	}
	t, err := r.View.ChangeTable(r.Context(), change, r.Language)
	p.See, p.Change = id, r.grid(t, fmt.Sprintf(r.T("Điều sẽ sửa, yêu cầu số %d", "What is to be corrected, request %d"), id))
	return err
}

// about is what a look is about, as the log has it: the beginning of a keyed hash
// is enough to tell two people apart.
func about(subject, detail string) string {
	if len(subject) == 32 {
		subject = subject[:8] + "…"
	}
	if detail == "" {
		return subject
	}
	return subject + " · " + detail
}

// detail is what of a person a look is about, in words. What a correction's values
// are bound to says nothing to anybody.
func (r *request) detail(what office.What, detail string) string {
	if what != office.Correct {
		return detail
	}
	detail, _, _ = strings.Cut(detail, " #")
	fields := strings.Split(detail, ", ")
	for i, field := range fields {
		if w, ok := correctable[field]; ok {
			fields[i] = r.In(w)
		}
	}
	return strings.Join(fields, ", ")
}

// correctable are what can be corrected, as the log has it.
var correctable = map[string]view.Column{
	"name": {Vietnamese: "họ tên", English: "name"}, "birth date": {Vietnamese: "ngày sinh", English: "birth date"}, "commune": {Vietnamese: "xã", English: "commune"},
}

func answerRequest(r *request, approve bool) error {
	id, err := strconv.ParseInt(r.Query("id"), 10, 64)
	if err != nil {
		return office.ErrAnswer
	}
	if err := r.Office.Answer(r.Context(), r.Account, id, approve); err != nil {
		return err
	}
	return r.goTo(r.Page.Path)
}

// act is a look in words.
func act(what office.What) view.Column {
	if w, ok := acts[what]; ok {
		return w
	}
	return view.Column{Vietnamese: string(what), English: string(what)}
}

var acts = map[office.What]view.Column{
	office.List:       {Vietnamese: "Danh sách", English: "List"},
	office.Route:      {Vietnamese: "Hành trình", English: "Route"},
	office.Contacts:   {Vietnamese: "Người tiếp xúc", English: "Contacts"},
	office.Export:     {Vietnamese: "Trích xuất", English: "Export"},
	office.Correct:    {Vietnamese: "Đính chính", English: "Correction"},
	office.Delete:     {Vietnamese: "Xoá", English: "Deletion"},
	office.OfAccount:  {Vietnamese: "Tài khoản", English: "Account"},
	office.OfApproval: {Vietnamese: "Duyệt", English: "Approval"},
}
