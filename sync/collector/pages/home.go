package pages

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func homePage() page {
	return page{
		Path: "/", Title: view.Column{Vietnamese: "Trang đầu", English: "First page"},
		About: view.Column{Vietnamese: "Điều đang chờ tài khoản này", English: "What awaits this account"},
		Show:  showHome,
	}
}

// home is what awaits an account.
type home struct {
	Waits []wait
	Lists []awaited
	Map   template.HTML // of the week; empty: the account sees no sites, or nobody knows where they are
}

// wait is something that others wait for.
type wait struct{ Text, Path string }

// awaited is a list that an office fetches and confirms every day.
type awaited struct {
	Day, Name, Path string
	receipt
}

// mostAwaited bounds the lists on the first page: an account of the whole
// province takes its lists from the page of lists.
const mostAwaited = 10

func showHome(r *request) error {
	h := home{}
	if err := h.waits(r); err != nil {
		return err
	}
	if r.Account.May(office.Lists) && len(r.Account.Scope.Communes) <= mostAwaited {
		for back := range 2 {
			day := r.View.Today().AddDate(0, 0, -back)
			for _, end := range []view.End{view.Origin, view.Destination} {
				x, err := awaitedList(r, view.ArrivalsOf{End: end, Day: day})
				if err != nil {
					return err
				}
				h.Lists = append(h.Lists, x)
			}
		}
	}
	if r.Account.May(office.Sites) {
		today := r.View.Today()
		sites, err := r.View.Sites(r.Context(), r.Account.Scope, today.AddDate(0, 0, 1-week), today)
		if err != nil {
			return err
		}
		if h.Map, err = r.siteMap(sites); err != nil {
			return err
		}
	}
	return r.show("home", h)
}

// waits are looks that the account can approve, and what people asked for about
// themselves.
func (h *home) waits(r *request) error {
	if r.Account.May(office.Approve) {
		all, err := r.Office.Seconds(r.Context(), r.Account)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(s office.Second) bool { return s.Account == r.Account.Name })
		if n := len(all); n > 0 {
			h.Waits = append(h.Waits, wait{fmt.Sprintf(r.T("Chờ duyệt: %d", "Looks to approve: %d"), n), "/requests"})
		}
	}
	if r.Account.May(office.Rights) {
		all, err := r.View.Requests(r.Context())
		if err != nil {
			return err
		}
		late := 0
		for _, x := range all {
			if x.Late(time.Now()) {
				late++
			}
		}
		if n := len(all); n > 0 {
			h.Waits = append(h.Waits, wait{fmt.Sprintf(r.T("Yêu cầu của người dân: %d, trễ hạn: %d", "Requests of people: %d, late: %d"), n, late), "/rights"})
		}
	}
	return nil
}

// awaitedList is how far this account is with a list of all its communes.
func awaitedList(r *request, q view.ArrivalsOf) (awaited, error) {
	day := q.Day.Format(time.DateOnly)
	x := awaited{Day: q.Day.Format("02/01/2006"), Name: r.In(q.End.Word()), Path: "/arrivals?" + url.Values{"day": {day}, "end": {string(q.End)}}.Encode()}
	var err error
	x.receipt, err = r.receipt(q.List(), q.Day)
	return x, err
}
