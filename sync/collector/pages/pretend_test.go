package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/postgrestest"
)

// What there is not, and what is not an account's, is never answered as if nobody
// had come there.
func TestNoAnswerPretends(t *testing.T) {
	p := newProvince(t, &small)
	p.account("phong", []string{"all"}, office.AllRoles()...)
	p.account("xa-1", []string{"commune:" + p.Commune(1)}, office.Lists, office.Reports)
	p.account("chot-1", []string{"site:" + p.Site(0)}, office.Lists, office.Reports)
	all, own, site := p.enters("phong"), p.enters("xa-1"), p.enters("chot-1")
	at := p.SiteCommune(0)
	foreign := p.Commune(2)
	if at == foreign {
		foreign = p.Commune(3)
	}
	receipts := func() int {
		return postgrestest.Value[int](t, shared.Cluster(t), p.name, "select count(*) from office.receipt")
	}
	for _, c := range []struct {
		v    *visitor
		path string
		want int
	}{
		{all, "/sites?reminded=-5", 400}, {all, "/sites?reminded=x", 400}, {all, "/sites?list=silent&reminded=999999", 400}, {all, "/sites?reminded=0", 200},
		{all, "/daily?site=zz", 400}, {all, "/daily.csv?site=zz", 400}, {all, "/daily.pdf?site=zz", 400}, {all, "/daily.svg?site=zz", 400}, {all, "/daily?site=" + p.Site(0), 200},
		{site, "/daily?site=" + p.Site(0), 200}, {site, "/daily?site=" + p.Site(1), 403}, {site, "/daily.svg?site=" + p.Site(1), 403},
		{all, "/arrivals?district=zz", 400}, {all, "/arrivals.csv?district=zz", 400}, {all, "/arrivals.csv?district=" + url.QueryEscape(p.District(0)), 200},
		{own, "/arrivals.csv?commune=" + p.Commune(2), 403}, {own, "/arrivals?end=destination&commune=" + p.Commune(2), 403},
		{own, "/arrivals.csv?end=destination&commune=" + p.Commune(2), 403}, {own, "/arrivals.csv?end=destination&commune=nowhere", 403},
		{own, "/arrivals.csv?end=destination&district=zz", 403}, {own, "/arrivals.csv?end=destination&commune=" + p.Commune(1), 200},
		{site, "/arrivals.csv?end=destination&commune=" + at, 200}, {site, "/arrivals.csv?end=destination&commune=" + foreign, 403}, {site, "/arrivals.csv?commune=" + at, 403},
		{all, "/looks?account=nobody", 400}, {all, "/looks.csv?account=nobody", 400}, {all, "/looks?account=xa-1", 200},
		{all, "/looks?from=2026-11-22&to=2026-11-20", 400}, {all, "/receipts?day=0001-01-01", 400},
	} {
		before := receipts()
		code, body, _ := c.v.get(c.path, nil)
		if code != c.want || code != http.StatusOK && !strings.Contains(body, `class="trouble"`) {
			t.Errorf("%s: %d, want %d\n%s", c.path, code, c.want, body)
		}
		if code != http.StatusOK && receipts() != before {
			t.Errorf("%s: refused, and a receipt", c.path)
		}
	}
	if code, body, _ := all.post("/rights/correct", url.Values{"csrf": {all.csrf()}, "number": {p.Case(0).Number}, "reason": {"thư"}, "birth": {"0001-01-01"}}); code != http.StatusBadRequest || !strings.Contains(body, "from 1900") {
		t.Errorf("a birth date of the year 1: %d\n%s", code, body)
	}
}
