package pages

import (
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func papersPage() page {
	return page{
		Path: "/papers", Role: office.Lists,
		Title: view.Column{Vietnamese: "Tờ khai giấy", English: "Paper forms"},
		About: view.Column{Vietnamese: "Tờ khai giấy trong ngày, cho hệ thống quốc gia", English: "A day's paper forms, for the national system"},
		Show:  paperForms.show, Table: paperForms.whole, Files: []string{"csv"},
	}
}

func correctionsPage() page {
	return page{
		Path: "/corrections", Role: office.Lists,
		Title: view.Column{Vietnamese: "Đề nghị cập nhật", English: "Corrections"},
		About: view.Column{Vietnamese: "Điều các xã ghi trên danh sách, cho cơ quan dân cư", English: "What communes said of their lines, for the population office"},
		Show:  corrections.show, Table: corrections.whole, Files: []string{"csv"},
	}
}

// dayList is a list of one day of which each page is asked for by its own question.
type dayList[T any] struct {
	name  string // as receipts and the log of looks have it
	read  func(r *request, day time.Time, after view.Mark, limit int) ([]T, error)
	mark  func(T) view.Mark
	table func([]T) view.Table
}

var paperForms = dayList[view.Form]{
	name: "papers",
	read: func(r *request, day time.Time, after view.Mark, limit int) ([]view.Form, error) {
		return r.View.Papers(r.Context(), r.Account.Scope, day, after, limit)
	},
	mark:  func(f view.Form) view.Mark { return f.Mark },
	table: view.PaperTable,
}

var corrections = dayList[view.Sighting]{
	name: "corrections",
	read: func(r *request, day time.Time, after view.Mark, limit int) ([]view.Sighting, error) {
		return r.View.Corrections(r.Context(), r.Account.Scope, day, after, limit)
	},
	mark:  func(s view.Sighting) view.Mark { return s.Mark },
	table: view.CorrectionTable,
}

// looked reads lines of the list, after they are in the log of looks.
func (l dayList[T]) looked(r *request, after view.Mark, limit int) (all []T, day time.Time, err error) {
	if day, err = r.Day("day"); err != nil {
		return nil, day, err
	}
	if err := r.lookAt(l.name, day); err != nil {
		return nil, day, err
	}
	all, err = l.read(r, day, after, limit)
	return all, day, err
}

func (l dayList[T]) show(r *request) error {
	after, err := parseMark(r.Query("after"))
	if err != nil {
		return err
	}
	all, day, err := l.looked(r, after, pageLines+1)
	if err != nil {
		return err
	}
	p := listing{}
	all, p.Pager = paged(r, all, l.mark)
	t := l.table(all)
	p.Grid = r.grid(t, r.In(t.Title)+", "+day.Format("02/01/2006"))
	return r.show("listing", p)
}

func (l dayList[T]) whole(r *request) (view.Table, string, error) {
	all, day, err := l.looked(r, view.Mark{}, 0)
	if err != nil {
		return view.Table{}, "", err
	}
	return l.table(all), day.Format(time.DateOnly), r.Office.Fetched(r.Context(), r.Account, l.name, day, len(all))
}
