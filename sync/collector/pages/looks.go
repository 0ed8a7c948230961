package pages

import (
	"strconv"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func looksPage() page {
	return page{
		Path: "/looks", Role: office.Admin,
		Title: view.Column{Vietnamese: "Nhật ký xem", English: "Log of looks"},
		About: view.Column{Vietnamese: "Ai đã xem người nào, lúc nào, vì sao; kiểm tra nhật ký có bị sửa không", English: "Who looked at whom, when and why; and whether the log is as it was written"},
		Show:  showLooks, Table: looksTable, Files: []string{"csv"},
		Do: map[string]func(*request) error{"of": askLooks},
	}
}

// looks are what the page shows.
type looks struct {
	Account string
	Days    [2]string
	Asked   question // about whom; zero: about anybody
	Checked bool
	Lines   int64 // that were checked
	Faults  []string
	Grid    grid
	Pager   pager
	Check   string // address that checks the log
}

// looksOf is the question that the query asks: a week where it names no days.
func looksOf(r *request) (q office.LooksOf, p looks, err error) {
	to, err := r.Day("to")
	if err != nil {
		return q, p, err
	}
	from := to.AddDate(0, 0, -6)
	if r.Query("from") != "" {
		if from, err = r.Day("from"); err != nil {
			return q, p, err
		}
	}
	if to.Before(from) {
		return q, p, daysTurned
	}
	p = looks{Account: r.Query("account"), Days: [2]string{from.Format(time.DateOnly), to.Format(time.DateOnly)}}
	q = office.LooksOf{Account: p.Account, From: view.Begins(from), To: view.Begins(to.AddDate(0, 0, 1))}
	if r.Query("ask") != "" {
		if p.Asked, err = r.asked(); err != nil {
			return q, p, err
		}
		q.Subject = r.Office.Subject(p.Asked.Number)
	}
	return q, p, nil
}

func showLooks(r *request) error {
	q, p, err := looksOf(r)
	if err != nil {
		return err
	}
	if q.Before, err = strconv.ParseInt("0"+r.Query("after"), 10, 64); err != nil {
		return badMark
	}
	q.Limit = pageLines + 1
	all, err := r.Office.Looks(r.Context(), q)
	if err != nil {
		return err
	}
	if q.Before > 0 {
		p.Pager.First = r.with(r.Page.Path, "after", "")
	}
	if len(all) > pageLines {
		all = all[:pageLines]
		p.Pager.Next = r.with(r.Page.Path, "after", strconv.FormatInt(all[pageLines-1].N, 10))
	}
	t := office.LookTable(all, r.Language)
	p.Grid = r.grid(t, r.In(t.Title)+", "+q.From.In(vietnam).Format("02/01/2006")+" – "+q.To.Add(-time.Second).In(vietnam).Format("02/01/2006"))
	p.Check = r.with(r.Page.Path, "check", "1")
	if r.Query("check") == "" {
		return r.show("looks", p)
	}
	return r.heavily(func() error {
		n, faults, err := r.Office.VerifyLooks(r.Context(), 1)
		if err != nil {
			return err
		}
		p.Checked, p.Lines = true, n
		for _, f := range faults {
			p.Faults = append(p.Faults, f.In(r.Language))
		}
		return r.show("looks", p)
	})
}

func looksTable(r *request) (view.Table, string, error) {
	q, p, err := looksOf(r)
	if err != nil {
		return view.Table{}, "", err
	}
	all, err := r.Office.Looks(r.Context(), q)
	return office.LookTable(all, r.Language), p.Days[0] + " – " + p.Days[1], err
}

// askLooks takes a number, and leads to who looked at its owner.
func askLooks(r *request) error {
	number, err := r.number()
	if err != nil {
		return err
	}
	name, err := r.questions.keep(question{account: r.Account.Name, Number: number}, time.Now())
	if err != nil {
		return err
	}
	from := r.View.Today().AddDate(0, 0, -365).Format(time.DateOnly)
	return r.goTo("/looks?ask=" + name + "&from=" + from)
}
