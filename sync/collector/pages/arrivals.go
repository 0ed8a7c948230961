package pages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func arrivalsPage() page {
	return page{
		Path: "/arrivals", Role: office.Lists,
		Title: view.Column{Vietnamese: "Người đến", English: "Arrivals"},
		About: view.Column{Vietnamese: "Danh sách theo xã của người đi, hoặc xã họ vào", English: "Lists by the people's commune, or by the commune that they went into"},
		Show:  showArrivals, Table: arrivalsTable, Files: []string{"csv"},
		Do: map[string]func(*request) error{"say": sayOfArrivals, "confirm": confirmArrivals},
	}
}

// arrivals are what the page shows.
type arrivals struct {
	Ask       view.ArrivalsOf
	End       string
	Communes  []view.Commune
	Districts []string
	Grid      grid
	Lines     []line // one for each row
	Sayings   []saying
	Pager     pager
	Receipt   receipt // this account's
}

// line is what an office may say of a row.
type line struct{ Mark, Says, About string }

type saying struct {
	Code string
	Name view.Column
}

// arrivalsOf is the question that the query asks.
func arrivalsOf(r *request) (q view.ArrivalsOf, err error) {
	q = view.ArrivalsOf{Scope: r.Account.Scope, End: view.End(r.Query("end")), Commune: r.Query("commune"), District: r.Query("district")}
	if q.End == "" {
		q.End = view.Origin
	}
	if q.End != view.Origin && q.End != view.Destination {
		return q, badInput("Chọn nơi đi hoặc nơi đến.", "Choose where people come from, or where they go.")
	}
	q.Day, err = r.Day("day")
	return q, err
}

func showArrivals(r *request) error {
	q, err := arrivalsOf(r)
	if err != nil {
		return err
	}
	if q.After, err = parseMark(r.Query("after")); err != nil {
		return err
	}
	q.Limit = pageLines + 1
	p := arrivals{Ask: q, End: string(q.End)}
	if p.Communes, err = r.View.Communes(r.Context(), q.Scope); err != nil {
		return err
	}
	p.Districts = districts(p.Communes)
	if err := r.lookAt(q.List(), q.Day); err != nil {
		return err
	}
	all, err := r.View.Arrivals(r.Context(), q)
	if err != nil {
		return err
	}
	all, p.Pager = paged(r, all, func(s view.Sighting) view.Mark { return s.Mark })
	t := view.ArrivalTable(all)
	for i := range t.Rows { // what the commune says is chosen in the form
		t.Rows[i] = t.Rows[i][:len(t.Columns)-1]
	}
	t.Columns = t.Columns[:len(t.Columns)-1]
	p.Grid = r.grid(t, r.In(t.Title)+", "+q.Day.Format("02/01/2006"))
	for _, s := range all {
		p.Lines = append(p.Lines, line{written(s.Mark), s.Says, s.Name})
	}
	for _, code := range view.Sayings() {
		p.Sayings = append(p.Sayings, saying{code, words[code]})
	}
	if p.Receipt, err = r.receipt(q.List(), q.Day); err != nil {
		return err
	}
	return r.show("arrivals", p)
}

// arrivalsTable is the whole list; who asks for it has fetched it.
func arrivalsTable(r *request) (view.Table, string, error) {
	q, err := arrivalsOf(r)
	if err != nil {
		return view.Table{}, "", err
	}
	if err := r.lookAt(q.List(), q.Day); err != nil {
		return view.Table{}, "", err
	}
	all, err := r.View.Arrivals(r.Context(), q)
	if err != nil {
		return view.Table{}, "", err
	}
	of := strings.TrimSpace(q.Day.Format(time.DateOnly) + " " + q.District + " " + q.Commune)
	return view.ArrivalTable(all), of, r.Office.Fetched(r.Context(), r.Account, q.List(), q.Day, len(all))
}

// sayOfArrivals takes what an office says of the lines of a page; of those only
// whose word changed.
func sayOfArrivals(r *request) error {
	for name, values := range r.PostForm {
		mark, found := strings.CutPrefix(name, "says:")
		if !found || values[0] == "" || values[0] == r.PostForm.Get("said:"+mark) {
			continue
		}
		m, err := parseMark(mark)
		if err != nil {
			return err
		}
		if !slices.Contains(view.Sayings(), values[0]) {
			return badInput("Chọn một trong các mục của danh sách.", "Choose one of the words that the list offers.")
		}
		if err := r.View.Say(r.Context(), r.Account.Scope, m, r.Account.Name, values[0]); err != nil {
			return fmt.Errorf("say of a line: %w", err)
		}
	}
	return r.goTo(r.back())
}

// confirmArrivals notes that an office has worked through a list that it fetched.
func confirmArrivals(r *request) error {
	q, err := arrivalsOf(r)
	if err != nil {
		return err
	}
	if err := r.Office.Confirmed(r.Context(), r.Account, q.List(), q.Day); err != nil {
		return err
	}
	return r.goTo(r.back())
}

// districts are the names of those communes' districts, each once.
func districts(all []view.Commune) (names []string) {
	seen := map[string]bool{"": true}
	for _, c := range all {
		if !seen[c.District] {
			seen[c.District] = true
			names = append(names, c.District)
		}
	}
	return names
}
