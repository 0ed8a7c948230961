package pages

import (
	"fmt"
	"strconv"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func requestsPage() page {
	return page{
		Path: "/requests", Role: office.Approve,
		Title: view.Column{Vietnamese: "Chờ duyệt", English: "Second person"},
		About: view.Column{Vietnamese: "Yêu cầu truy vết cần người thứ hai duyệt", English: "Looks at a person that a second person has to approve"},
		Show:  showRequests, Table: requestsTable, Files: []string{"csv"},
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
		w := waiting{ID: s.ID, At: view.Moment(&s.Asked), Account: s.Account, What: r.In(s.What.Word()), About: s.About(r.Language), Reason: s.Reason, Mine: s.Account == r.Account.Name,
			See: s.Change, Approvable: !s.Change || s.Seen || s.ID == p.See}
		if s.Answered != nil || w.Mine {
			w.Answer = s.Answer(r.Language)
		}
		p.Rows = append(p.Rows, w)
	}
	return r.show("requests", p)
}

// requestsTable is the requests of the page as a file.
func requestsTable(r *request) (view.Table, string, error) {
	all, err := r.Office.Seconds(r.Context(), r.Account)
	return office.SecondTable(all, r.Language), r.View.Today().Format(time.DateOnly), err
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
