package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/postgrestest"
)

// Whoever may notes that silent checkpoints of the own scope were reminded, one or
// all of them; after three they stand on a list.
func TestRemindersAreNotedOnThePage(t *testing.T) {
	p := newProvince(t, &small)
	c := shared.Cluster(t)
	c.Exec(t, p.name, "insert into place.site (id, name, kind, commune, reminders) values ('im-lang', 'Chợ Im Lặng', 'mall', '"+p.Commune(0)+"', 1), ('o-xa', 'Bến Ở Xa', 'port', '"+p.Commune(1)+"', 0)")
	p.account("xa-0", []string{"commune:" + p.Commune(0)}, office.Sites, office.Remind)
	p.account("theo-doi", []string{"all"}, office.Sites)
	p.account("phong", []string{"all"}, office.Sites, office.Remind)
	own, reader, all := p.enters("xa-0"), p.enters("theo-doi"), p.enters("phong")
	reminders := func(site string) int {
		return postgrestest.Value[int](t, c, p.name, "select reminders from place.site where id = '"+site+"'")
	}
	notes := func(v *visitor, day int, site string) (code int, where string) {
		code, _, where = v.post("/sites/remind", url.Values{"csrf": {v.csrf()}, "day": {p.day(day)}, "site": {site}})
		return code, where
	}
	query := url.Values{"list": {"silent"}, "day": {p.day(1)}}
	if page := reader.sees("/sites", query); strings.Contains(page, "/sites/remind") {
		t.Error("an account that only reads is offered it")
	}
	if code, _ := notes(reader, 0, ""); code != http.StatusForbidden {
		t.Errorf("an account that only reads: %d", code)
	}
	if page := own.sees("/sites", query); !strings.Contains(page, "/sites/remind") || !strings.Contains(page, "Chợ Im Lặng · reminded 1<") || strings.Contains(page, "Bến Ở Xa") {
		t.Errorf("what the commune is offered:\n%s", page)
	}
	for _, site := range []string{"o-xa", p.Site(0), "nowhere"} {
		if code, _ := notes(own, 0, site); code != http.StatusBadRequest || site == "o-xa" && reminders(site) != 0 {
			t.Errorf("%s: %d", site, code)
		}
	}
	if code, where := notes(own, 0, "im-lang"); code != http.StatusSeeOther || !strings.Contains(own.sees(where, nil), "Reminders noted, checkpoints: <b>1</b>") {
		t.Errorf("one: %d to %s", code, where)
	}
	if code, where := notes(all, 0, ""); code != http.StatusSeeOther || !strings.Contains(where, "reminded=1") { // the other was reminded that day
		t.Errorf("all: %d to %s", code, where)
	}
	if code, _ := notes(all, 1, ""); code != http.StatusSeeOther || reminders("im-lang") != 3 || reminders("o-xa") != 2 {
		t.Errorf("%d and %d reminders", reminders("im-lang"), reminders("o-xa"))
	}
	notes(all, 0, "") // of a day before the last reminder
	if code, _, _ := all.post("/sites/remind", url.Values{"csrf": {all.csrf()}, "day": {"2999-01-01"}}); code != http.StatusBadRequest || reminders("im-lang") != 3 {
		t.Errorf("a day that has not come: %d, %d reminders", code, reminders("im-lang"))
	}
	query.Set("list", "ignored")
	if page := reader.sees("/sites", query); !strings.Contains(page, "Chợ Im Lặng") || strings.Contains(page, "Bến Ở Xa") {
		t.Error("the list after three reminders is another")
	}
}
