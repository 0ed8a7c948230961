package pages_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/pages"
	"checkpoint/sync/collector/view"
)

// An account never sees anybody of whom its scope has nothing: on no page, in no
// file, after no form, whatever it asks for. Every route of the table is asked, so
// that a new page is tried, too. And whoever is shown stands in the log of looks.
func TestNobodySeesAnotherCommunesPeople(t *testing.T) {
	p := newProvince(t, &small)
	seen := newCensus(p)
	p.account("thu", []string{"all"}, office.AllRoles()...)
	v := p.enters("thu")
	dice := rand.New(rand.NewPCG(9, 9))
	shown := map[string]int{}
	for n := range 9 {
		a := p.someAccount(dice)
		if n == 0 {
			a.Scopes, a.Roles = []string{"all"}, office.AllRoles()
		}
		p.check(p.office.ChangeAccount(t.Context(), p.admin, a))
		a, err := p.office.Account(t.Context(), "thu")
		p.check(err)
		csrf := v.csrf()
		for _, r := range p.routes(dice) {
			looks := p.looks()
			code, body, _ := v.ask(r, csrf)
			people := seen.in(strings.ReplaceAll(body, `value="`+r.fields.Get("number")+`"`, "")) // which the form keeps
			for _, person := range people {
				if !seen.within(person, a.Scope) {
					t.Errorf("%v, asking for %s, saw %s", a.Scopes, r, person)
				}
			}
			if len(people) > 0 && p.looks() == looks {
				t.Errorf("%s showed people and stands in no log", r)
			}
			if code >= 500 || code == http.StatusNotFound && !r.post || code == http.StatusTooManyRequests && r.path != "/password/change" { // which is guessed at
				t.Fatalf("%s: %d\n%s", r, code, body)
			}
			if needed := r.role; needed != "" && !a.May(needed) && code != http.StatusForbidden {
				t.Errorf("%s: %d for an account without the role %s", r, code, needed)
			}
			shown[r.path] += len(people)
		}
	}
	for _, path := range []string{"/arrivals", "/arrivals.csv", "/quality", "/quality.csv", "/papers", "/papers.csv", "/route/ask", "/contacts/ask", "/rights/export"} {
		if shown[path] == 0 {
			t.Errorf("%s showed nobody to anybody: the test saw nothing", path)
		}
	}
}

// someAccount is the account with other roles and another scope.
func (p *province) someAccount(dice *rand.Rand) office.Account {
	a := office.Account{Name: "thu", Language: "en"}
	for range 1 + dice.IntN(3) {
		if dice.IntN(3) == 0 {
			a.Scopes = append(a.Scopes, "site:"+p.Site(dice.IntN(p.Sites)))
		} else {
			a.Scopes = append(a.Scopes, "commune:"+p.Commune(dice.IntN(p.Communes)))
		}
	}
	for _, r := range office.AllRoles() {
		if r != office.Rights && r != office.Admin && dice.IntN(5) > 0 { // those two are about everybody
			a.Roles = append(a.Roles, r)
		}
	}
	if len(a.Roles) == 0 {
		a.Roles = []office.Role{office.Lists}
	}
	return a
}

// route is one question of a browser.
type route struct {
	path   string
	page   string
	files  []string // of the page
	post   bool
	role   office.Role
	fields url.Values
}

func (r route) String() string { return r.path + " " + r.fields.Encode() }

func (v *visitor) ask(r route, csrf string) (code int, body, where string) {
	v.p.t.Helper()
	if !r.post {
		return v.get(r.path, r.fields)
	}
	form := url.Values{"csrf": {csrf}}
	for name, values := range r.fields {
		form[name] = values
	}
	if code, body, where = v.post(r.path, form); code != http.StatusSeeOther || !strings.HasPrefix(where, "/") {
		return code, body, where
	}
	code, body, _ = v.get(where, nil)
	page, query, _ := strings.Cut(where, "?")
	for _, path := range r.files { // of what was asked by the form
		_, text, _ := v.get(strings.Replace(path, r.page, page, 1)+"?"+query, nil)
		body += text
	}
	return code, body, where
}

// changesPeople are the buttons after which the test would know people no more.
var changesPeople = []string{"/rights/correct", "/rights/delete"}

// routes are all that there are, each with fields that any page may have: within
// the scope and outside of it.
func (p *province) routes(dice *rand.Rand) (all []route) {
	for _, page := range pages.Routes() {
		for range 2 {
			for _, path := range append([]string{page.Path}, page.Files...) {
				fields := p.fields(dice)
				fields.Del("number") // no page takes one in its address, where it would stay
				all = append(all, route{path: path, role: page.Role, fields: fields})
			}
			for _, path := range page.Do {
				if !slices.Contains(changesPeople, path) {
					all = append(all, route{path: path, page: page.Path, files: page.Files, post: true, role: page.Role, fields: p.fields(dice)})
				}
			}
		}
	}
	return all
}

// fields are values for everything that pages ask for.
func (p *province) fields(dice *rand.Rand) url.Values {
	one := func(all ...string) []string { return []string{all[dice.IntN(len(all))]} }
	e := p.entries[dice.IntN(len(p.entries))]
	for e.Number == "" {
		e = p.entries[dice.IntN(len(p.entries))]
	}
	mark := fmt.Sprintf("%d.%d.%d.%s", e.Time.UnixMicro(), int64(e.At.Epoch), e.At.Seq, e.Box)
	return url.Values{
		"day": one(p.day(0), p.day(1)), "from": {p.day(0)}, "to": {p.day(1)},
		"end": one("origin", "destination"), "by": one("site", "lane", "hour", "commune"), "list": one("not-in-data", "vaccinated", "reissued", "name"),
		"commune":  one("", "", p.Commune(dice.IntN(p.Communes))),
		"district": one("", "", p.District(0)),
		"site":     one("", p.Site(dice.IntN(p.Sites))),
		"number":   one(p.Case(0).Number, p.Case(1).Number, e.Number), "reason": {"điều tra dịch tễ"}, "within": one("15", "30"), "minutes": one("15", "30"),
		"says:" + mark: one(view.Sayings()...),
	}
}

// census knows everybody in the province, and where each has been.
type census struct {
	p     *province
	homes map[string]string   // person: commune, empty where the register has not the person
	been  map[string][]string // person: sites
}

func newCensus(p *province) *census {
	c := &census{p, map[string]string{}, map[string][]string{}}
	for i := range p.People {
		x := p.Person(i)
		c.homes[x.Number] = x.Commune
	}
	site := map[string]string{}
	for i := range p.Sites {
		site[p.Box(i)] = p.Site(i)
	}
	for _, e := range p.entries {
		if e.Number == "" {
			continue
		}
		person := c.person(e.Number)
		c.homes[person] += "" // also of whom the register has not
		c.been[person] = append(c.been[person], site[e.Box])
	}
	return c
}

// person is the register's number of whose a number is.
func (c *census) person(number string) string {
	if person, _ := c.p.Whose(number); person != "" {
		return person
	}
	return number
}

var numbers = regexp.MustCompile(`\b(\d{12}|\d{9})\b`)

// in are the people whose numbers stand in a text.
func (c *census) in(body string) (people []string) {
	for _, number := range numbers.FindAllString(body, -1) {
		person := c.person(number)
		if _, real := c.homes[person]; real && !slices.Contains(people, person) {
			people = append(people, person)
		}
	}
	return people
}

// within tells whether somebody is of a scope: registered in a commune, or
// scanned at a site there or at one of the sites.
func (c *census) within(person string, s view.Scope) bool {
	if s.All || slices.Contains(s.Communes, c.homes[person]) && c.homes[person] != "" {
		return true
	}
	return slices.ContainsFunc(c.been[person], func(site string) bool {
		var n int
		_, err := fmt.Sscanf(site, "chot-%d", &n)
		c.p.check(err)
		return slices.Contains(s.Sites, site) || slices.Contains(s.Communes, c.p.SiteCommune(n-1))
	})
}
