package pages

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func sitesPage() page {
	return page{
		Path: "/sites", Role: office.Sites,
		Title: view.Column{Vietnamese: "Điểm kiểm soát", English: "Checkpoints"},
		About: view.Column{Vietnamese: "Điểm nào có mã, điểm nào quét, báo cáo tuần", English: "Which have a code, which scan, weekly report"},
		Show:  showSites, Table: sitesTable, Draw: drawSites, Files: []string{"csv", "svg"},
		Do: map[string]func(*request) error{"remind": remindSites},
	}
}

// week is how many days a report of sites is about.
const week = 7

// sitesShown is what the page shows.
type sitesShown struct {
	Kinds []kind
	Kind  string
	Map   template.HTML // empty: nobody knows where a site is
	Grid  grid
	// Silent are those of the list that can be reminded, for whoever may note it.
	Silent   []view.Site
	Reminded string // for how many it was just noted; empty: it was not
}

// weekly is the kind of the report by commune.
const weekly = "weekly"

var siteKinds = []kind{
	{"all", view.Column{Vietnamese: "Tất cả các điểm", English: "All checkpoints"}},
	{weekly, view.Column{Vietnamese: "Báo cáo tuần theo xã", English: "Weekly report by commune"}},
	{"no-code", view.Column{Vietnamese: "Chưa có mã địa điểm", English: "No place code yet"}},
	{"not-installed", view.Column{Vietnamese: "Chưa lắp đủ máy", English: "Devices not installed"}},
	{"scanning", view.Column{Vietnamese: "Có quét trong tuần", English: "Scanned in the week"}},
	{"silent", view.Column{Vietnamese: "Không quét trong tuần", English: "Did not scan in the week"}},
	{"ignored", view.Column{Vietnamese: "Không quét sau ba lần nhắc", English: "Silent after three reminders"}},
}

// sites are those of a week that ends with a day, of a kind.
func (r *request) sites() (all []view.Site, k kind, day time.Time, err error) {
	if day, err = r.Day("day"); err != nil {
		return nil, k, day, err
	}
	if k, err = chosen(siteKinds, r.Query("list")); err != nil {
		return nil, k, day, err
	}
	all, err = r.View.Sites(r.Context(), r.Account.Scope, day.AddDate(0, 0, 1-week), day)
	switch k.Code {
	case "no-code":
		all = view.SitesWithoutCode(all)
	case "not-installed":
		all = view.SitesNotInstalled(all)
	case "scanning":
		all = view.ScanningSites(all)
	case "silent":
		all = view.SilentSites(all)
	case "ignored":
		all = view.IgnoredSites(all)
	}
	return all, k, day, err
}

func (r *request) siteTable(all []view.Site, k kind) view.Table {
	if k.Code == weekly {
		return view.WeekTable(view.Week(all), r.Language)
	}
	return view.SiteTable(all)
}

func showSites(r *request) error {
	all, k, day, err := r.sites()
	if err != nil {
		return err
	}
	p := sitesShown{Kinds: siteKinds, Kind: k.Code}
	p.Grid = r.grid(r.siteTable(all, k), r.In(k.Name)+", "+day.AddDate(0, 0, 1-week).Format("02/01")+" – "+day.Format("02/01/2006"))
	p.Grid.Summed = k.Code == weekly
	if p.Map, err = r.siteMap(all); err != nil {
		return err
	}
	if p.Reminded, err = reminded(r.Query("reminded"), len(all)); err != nil {
		return err
	}
	if r.Account.May(office.Remind) && (k.Code == "silent" || k.Code == "ignored") {
		p.Silent = view.SilentSites(all)
	}
	return r.show("sites", p)
}

// reminded is how many sites were just noted as reminded, of so many that can have
// been; empty: none.
func reminded(text string, most int) (string, error) {
	if text == "" {
		return "", nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return "", badInput("Số điểm đã nhắc không đúng. Bấm nút để ghi lời nhắc.", "No such number of checkpoints was reminded. Use the button to note it.")
	}
	return strconv.Itoa(n), nil
}

func sitesTable(r *request) (view.Table, string, error) {
	all, k, day, err := r.sites()
	return r.siteTable(all, k), day.Format(time.DateOnly) + " " + r.In(k.Name), err
}

// remindSites notes that sites were reminded: the one that the form names, or all
// that are silent. Reading the register is not enough for that.
func remindSites(r *request) error {
	if !r.Account.May(office.Remind) {
		return forbidden
	}
	all, _, day, err := r.sites()
	if err != nil {
		return err
	}
	if day.After(r.View.Today()) {
		return badInput("Ngày này chưa tới.", "This day has not come yet.")
	}
	all = view.SilentSites(all)
	if site := r.Query("site"); site != "" {
		all = slices.DeleteFunc(all, func(s view.Site) bool { return s.ID != site })
	}
	if len(all) == 0 {
		return badInput("Không có điểm nào như vậy đang im lặng.", "No such checkpoint is silent.")
	}
	n, err := r.View.Remind(r.Context(), all, day)
	if err != nil {
		return err
	}
	return r.goTo(r.Page.Path + "?" + url.Values{"list": {"silent"}, "day": {day.Format(time.DateOnly)}, "reminded": {strconv.FormatInt(n, 10)}}.Encode())
}

// siteMap draws the sites of which somebody knows where they are; nothing where
// nobody knows of any.
func (r *request) siteMap(all []view.Site) (template.HTML, error) {
	f, err := r.View.Fleet(r.Context(), r.Account.Scope, view.FleetOf{})
	if err != nil {
		return "", err
	}
	m := view.SiteMap(all, f.Lanes, r.Language)
	if len(m.Places) == 0 {
		return "", nil
	}
	return template.HTML(m.SVG()), nil // it escaped the names
}

func drawSites(r *request) ([]byte, error) {
	all, _, _, err := r.sites()
	if err != nil {
		return nil, err
	}
	picture, err := r.siteMap(all)
	if err == nil && picture == "" {
		err = badInput("Chưa biết vị trí của điểm nào: thêm vĩ độ và kinh độ vào sổ điểm.", "Nobody knows where a checkpoint is: add latitude and longitude to the register of sites.")
	}
	return []byte(picture), err
}
