package pages

import (
	"slices"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// page is one of the pages. Everything that is reached by HTTP for somebody who
// is logged in stands in a page, so that the test of who sees what reaches it, too.
type page struct {
	Path  string      // such as /arrivals
	Role  office.Role // that its visitors need; empty: none
	Title view.Column
	About view.Column // one sentence for the first page
	// Show answers GET of the path. It changes nothing but the log of looks and
	// who fetched what.
	Show func(*request) error
	// Table is everything that the page shows for the same query, as a file, and
	// what it is of, such as a day. Needed where Files are named.
	Table func(*request) (view.Table, string, error)
	Files []string // endings of the path under which Table is a file: csv, pdf; svg: Draw
	// Draw is the page's picture for the same query. Needed where svg is named.
	Draw func(*request) ([]byte, error)
	// Do answers POST of the path, a slash and the name. The form's token was
	// checked.
	Do map[string]func(*request) error
}

// group is pages that belong together: one entry of the menu.
type group struct {
	Name  view.Column
	Pages []page
}

// groups are all pages, in the order in which they are offered.
func groups() []group {
	return []group{
		{view.Column{Vietnamese: "Trang đầu", English: "First page"}, []page{homePage()}},
		{view.Column{Vietnamese: "Danh sách và báo cáo", English: "Lists and reports"}, listPages()},
		{view.Column{Vietnamese: "Từng người", English: "Single people"}, personPages()},
		{view.Column{Vietnamese: "Điểm và máy", English: "Checkpoints and boxes"}, fleetPages()},
		{view.Column{Vietnamese: "Quản trị", English: "Administration"}, accountPages()},
	}
}

// table is every page.
func table() (all []page) {
	for _, g := range groups() {
		all = append(all, g.Pages...)
	}
	return all
}

// listPages are the lists and reports of every day.
func listPages() []page {
	return []page{arrivalsPage(), dailyPage(), qualityPage(), papersPage(), correctionsPage(), receiptsPage()}
}

// personPages are about single people.
func personPages() []page {
	return []page{routePage(), contactsPage(), requestsPage(), rightsPage()}
}

// accountPages are about who may look at them, and who did.
func accountPages() []page { return []page{looksPage(), accountsPage(), passwordPage()} }

// offered are the pages that an account may open, as the menu groups them.
func offered(a *office.Account) (all []group) {
	for _, g := range groups() {
		g.Pages = slices.DeleteFunc(g.Pages, func(p page) bool { return p.Role != "" && !a.May(p.Role) })
		if len(g.Pages) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// Holds tells whether a page of that address is in the group.
func (g group) Holds(path string) bool {
	return slices.ContainsFunc(g.Pages, func(p page) bool { return p.Path == path })
}
