package pages

import (
	"html/template"
	"strings"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func dailyPage() page {
	return page{
		Path: "/daily", Role: office.Reports,
		Title: view.Column{Vietnamese: "Báo cáo ngày", English: "Daily report"},
		About: view.Column{Vietnamese: "Số người vào và ra, kết quả, thời gian chờ", English: "People in and out, verdicts, waiting"},
		Show:  showDaily, Table: dailyTable, Draw: drawDaily, Files: []string{"csv", "pdf", "svg"},
	}
}

// daily is what the page shows.
type daily struct {
	Ask   view.DailyOf
	By    string
	Kinds []kind
	Sites []view.Site
	Plot  template.HTML
	Grid  grid
}

// kind is one of several lists or reports to choose from.
type kind struct {
	Code string
	Name view.Column
}

var dailyKinds = []kind{
	{string(view.BySite), view.Column{Vietnamese: "Theo điểm kiểm soát", English: "By checkpoint"}},
	{string(view.ByLane), view.Column{Vietnamese: "Theo làn", English: "By lane"}},
	{string(view.ByHour), view.Column{Vietnamese: "Theo giờ", English: "By hour"}},
	{string(view.ByCommune), view.Column{Vietnamese: "Theo xã của người đi", English: "By the people's commune"}},
}

// chosen is the kind that the query names; the first where it names none.
func chosen(kinds []kind, code string) (kind, error) {
	for _, k := range kinds {
		if code == "" || k.Code == code {
			return k, nil
		}
	}
	return kind{}, badInput("Không có danh sách này.", "There is no such list.")
}

func dailyOf(r *request) (q view.DailyOf, by kind, err error) {
	if by, err = chosen(dailyKinds, r.Query("by")); err != nil {
		return q, by, err
	}
	q = view.DailyOf{Scope: r.Account.Scope, By: view.By(by.Code), Site: r.Query("site")}
	q.Day, err = r.Day("day")
	return q, by, err
}

func showDaily(r *request) error {
	q, by, err := dailyOf(r)
	if err != nil {
		return err
	}
	lines, err := r.View.Daily(r.Context(), q)
	if err != nil {
		return err
	}
	p := daily{Ask: q, By: by.Code, Kinds: dailyKinds}
	if p.Sites, err = r.View.Sites(r.Context(), q.Scope, q.Day, q.Day); err != nil {
		return err
	}
	plot, err := r.hoursPlot(q)
	if err != nil {
		return err
	}
	p.Plot = template.HTML(plot) // it escaped what it was given
	p.Grid = r.grid(view.DailyTable(lines, q.By, r.Language), r.In(by.Name)+", "+q.Day.Format("02/01/2006"))
	p.Grid.Summed = true
	return r.show("daily", p)
}

func dailyTable(r *request) (view.Table, string, error) {
	q, by, err := dailyOf(r)
	if err != nil {
		return view.Table{}, "", err
	}
	lines, err := r.View.Daily(r.Context(), q)
	of := strings.TrimSpace(q.Day.Format(time.DateOnly) + " " + r.In(by.Name) + " " + q.Site)
	return view.DailyTable(lines, q.By, r.Language), of, err
}

// hoursPlot draws a day's people by hour.
func (r *request) hoursPlot(q view.DailyOf) ([]byte, error) {
	q.By = view.ByHour
	lines, err := r.View.Daily(r.Context(), q)
	return view.HoursPlot(lines, r.Language).SVG(), err
}

func drawDaily(r *request) ([]byte, error) {
	q, _, err := dailyOf(r)
	if err != nil {
		return nil, err
	}
	return r.hoursPlot(q)
}
