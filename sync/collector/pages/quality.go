package pages

import (
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func qualityPage() page {
	return page{
		Path: "/quality", Role: office.Lists,
		Title: view.Column{Vietnamese: "Dữ liệu cần xem lại", English: "Data to look at"},
		About: view.Column{Vietnamese: "Điều máy thấy khác với dữ liệu của tỉnh", English: "What was seen to differ from the province's data"},
		Show:  showQuality, Table: qualityTable, Files: []string{"csv"},
	}
}

// listing is what a page of one list shows.
type listing struct {
	Kind  string
	Kinds []kind // to choose from; none: there is one list
	Grid  grid
	Pager pager
}

var doubtKinds = []kind{
	{string(view.NotInData), view.NotInData.Word()}, {string(view.NotShown), view.NotShown.Word()},
	{string(view.Reissued), view.Reissued.Word()}, {string(view.NameDiffers), view.NameDiffers.Word()},
	{string(view.Asked), view.Asked.Word()},
}

func showQuality(r *request) error {
	day, err := r.Day("day")
	if err != nil {
		return err
	}
	doubt, err := chosen(doubtKinds, r.Query("list"))
	if err != nil {
		return err
	}
	after, err := parseMark(r.Query("after"))
	if err != nil {
		return err
	}
	if err := r.lookAt("quality/"+doubt.Code, day); err != nil {
		return err
	}
	all, err := r.View.Quality(r.Context(), r.Account.Scope, day, view.Doubt(doubt.Code), after, pageLines+1)
	if err != nil {
		return err
	}
	p := listing{Kind: doubt.Code, Kinds: doubtKinds}
	all, p.Pager = paged(r, all, func(s view.Sighting) view.Mark { return s.Mark })
	p.Grid = r.grid(view.QualityTable(all), r.In(doubt.Name)+", "+day.Format("02/01/2006"))
	return r.show("listing", p)
}

func qualityTable(r *request) (view.Table, string, error) {
	day, err := r.Day("day")
	if err != nil {
		return view.Table{}, "", err
	}
	doubt, err := chosen(doubtKinds, r.Query("list"))
	if err != nil {
		return view.Table{}, "", err
	}
	if err := r.lookAt("quality/"+doubt.Code, day); err != nil {
		return view.Table{}, "", err
	}
	all, err := r.View.Quality(r.Context(), r.Account.Scope, day, view.Doubt(doubt.Code), view.Mark{}, 0)
	if err != nil {
		return view.Table{}, "", err
	}
	of := day.Format(time.DateOnly) + " " + r.In(doubt.Name)
	return view.QualityTable(all), of, r.Office.Fetched(r.Context(), r.Account, "quality/"+doubt.Code, day, len(all))
}
