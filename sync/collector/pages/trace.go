package pages

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func routePage() page {
	return page{
		Path: "/route", Role: office.Trace,
		Title: view.Column{Vietnamese: "Hành trình", English: "Route"},
		About: view.Column{Vietnamese: "Một số giấy tờ đã qua những điểm nào, lúc nào; cần lý do", English: "Through which checkpoints a document came, and when; wants a reason"},
		Show:  func(r *request) error { return showTrace(r, routeTable) }, Table: routeTable, Files: []string{"csv", "pdf"},
		Do: map[string]func(*request) error{"ask": askTrace},
	}
}

func contactsPage() page {
	return page{
		Path: "/contacts", Role: office.Trace,
		Title: view.Column{Vietnamese: "Người tiếp xúc", English: "Contacts"},
		About: view.Column{Vietnamese: "Ai có mặt gần một ca bệnh, trước và sau bao nhiêu phút; cần lý do", English: "Who was near a case, some minutes before and after; wants a reason"},
		Show:  func(r *request) error { return showTrace(r, contactsTable) }, Table: contactsTable, Files: []string{"csv", "pdf"},
		Do: map[string]func(*request) error{"ask": askTrace},
	}
}

// tracing is what the two pages show.
type tracing struct {
	Asked    question // zero: nothing yet
	Contacts bool
	Days     [2]string // from, to
	Minutes  int
	Waits    int64 // request that a second person has to answer; 0: none
	Answered bool  // there is a Grid
	Grid     grid
	Pager    pager
}

// errNothingAsked: the page's form was not filled in yet, or too long ago.
var errNothingAsked = badInput("Hãy nhập số giấy tờ và lý do.", "Type a number and a reason.")

// asked is what the address says was asked.
func (r *request) asked() (question, error) {
	q, ok := r.questions.of(r.Account.Name, r.Query("ask"), time.Now())
	if !ok {
		return q, errNothingAsked
	}
	return q, nil
}

// askTrace takes the form, and leads to the answer by an address without a number.
func askTrace(r *request) error {
	q := question{account: r.Account.Name, Reason: r.Query("reason")}
	var err error
	if q.Number, err = r.number(); err != nil {
		return err
	}
	if q.Reason == "" {
		return office.ErrReason
	}
	if r.Page.Path == "/contacts" {
		if err := q.around(r); err != nil {
			return err
		}
	}
	name, err := r.questions.keep(q, time.Now())
	if err != nil {
		return err
	}
	return r.goTo(r.Page.Path + "?ask=" + name)
}

// mostLetters bounds the number of a document or plate.
const mostLetters = 32

// number is that of a document which somebody typed.
func (r *request) number() (string, error) {
	number := strings.ToUpper(strings.Join(strings.Fields(r.Query("number")), ""))
	if number == "" || len(number) > mostLetters {
		return "", badInput("Hãy nhập số giấy tờ.", "Type the number of a document.")
	}
	return number, nil
}

// around reads of which days and within which time contacts are asked for.
func (q *question) around(r *request) (err error) {
	if q.From, err = r.Day("from"); err != nil {
		return err
	}
	if q.To, err = r.Day("to"); err != nil {
		return err
	}
	minutes, err := strconv.Atoi(r.Query("minutes"))
	q.Within = time.Duration(minutes) * time.Minute
	if err != nil || minutes < 0 || q.Within > view.MostApart {
		return badInput("Số phút phải từ 0 đến 720.", "Minutes are from 0 to 720.")
	}
	if q.To.Before(q.From) {
		return daysTurned
	}
	return nil
}

var daysTurned = badInput("Ngày đầu phải trước ngày cuối.", "The first day comes before the last.")

// trace writes a look at a person into the log, and permits it or says who has to
// approve it.
func (r *request) trace(what office.What, q question, detail string) error {
	return r.look(office.Look{What: what, Subject: r.Office.Subject(q.Number), Detail: detail, Reason: q.Reason})
}

func routeTable(r *request) (view.Table, string, error) {
	q, err := r.asked()
	if err != nil {
		return view.Table{}, "", err
	}
	if err := r.trace(office.Route, q, ""); err != nil {
		return view.Table{}, "", err
	}
	way, err := r.View.Route(r.Context(), r.Account.Scope, q.Number)
	return view.RouteTable(way), office.ShortSubject(r.Office.Subject(q.Number)), err // a number has no business in a file's name
}

func contactsTable(r *request) (view.Table, string, error) {
	q, err := r.asked()
	if err != nil {
		return view.Table{}, "", err
	}
	around := office.Around(q.From, q.To, q.Within)
	if err := r.trace(office.Contacts, q, around); err != nil {
		return view.Table{}, "", err
	}
	near, err := r.View.Contacts(r.Context(), r.Account.Scope, q.Number, q.From, q.To, q.Within)
	return view.ContactTable(near), around, err
}

// showTrace shows the form, and the answer where something was asked.
func showTrace(r *request, table func(*request) (view.Table, string, error)) error {
	today := r.View.Today()
	p := tracing{Contacts: r.Page.Path == "/contacts", Days: [2]string{today.AddDate(0, 0, -7).Format(time.DateOnly), today.Format(time.DateOnly)}, Minutes: 15}
	if r.Query("ask") == "" {
		return r.show("trace", p)
	}
	var err error
	if p.Asked, err = r.asked(); err != nil {
		return err
	}
	if p.Contacts {
		p.Days = [2]string{p.Asked.From.Format(time.DateOnly), p.Asked.To.Format(time.DateOnly)}
		p.Minutes = int(p.Asked.Within / time.Minute)
	}
	after, err := fromLine(r.Query("after"))
	if err != nil {
		return err
	}
	return r.heavily(func() error {
		t, _, err := table(r)
		var needs *office.NeedsSecond
		if errors.As(err, &needs) {
			p.Waits = needs.Request
			return r.show("trace", p)
		}
		if err != nil {
			return err
		}
		p.Answered = true
		caption := fmt.Sprintf("%s, %s", r.In(t.Title), r.T(fmt.Sprintf("%d dòng", len(t.Rows)), fmt.Sprintf("%d lines", len(t.Rows))))
		t.Rows, p.Pager = r.part(t.Rows, after)
		p.Grid = r.grid(t, caption)
		return r.show("trace", p)
	})
}

// mostLines bounds the place on a list that is read whole.
const mostLines = 100_000_000

// fromLine is from which line on, counted from 0, a list that is read whole is shown.
func fromLine(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostLines {
		return 0, badMark
	}
	return n, nil
}

// part is a page of lines, and where the others are.
func (r *request) part(rows [][]string, from int) ([][]string, pager) {
	return rows[min(from, len(rows)):min(from+pageLines, len(rows))], r.pagerAt(len(rows), from)
}

// pagerAt leads from one page of so many lines to the next.
func (r *request) pagerAt(lines, from int) (p pager) {
	if from > 0 {
		p.First = r.with(r.Page.Path, "after", "")
	}
	if from+pageLines < lines {
		p.Next = r.with(r.Page.Path, "after", strconv.Itoa(from+pageLines))
	}
	return p
}
