package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"checkpoint/store/stages"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view/provincetest"
	"checkpoint/sync/postgrestest"
)

// plan is of a rollout whose canary is the second box, and which is half done.
func (p *province) plan() (*stages.Plan, error) {
	plan, err := stages.New(provincetest.Newest, stages.Options{Canaries: []string{p.Box(1)}, Shares: []int{stages.Everybody}, Begin: time.Now().Add(-time.Hour), Wait: 2 * time.Hour})
	return &plan, err
}

func get(query string) url.Values {
	values, _ := url.ParseQuery(query)
	return values
}

// rowsOf counts the lanes in a page of the fleet.
func rowsOf(page string) int { return strings.Count(page, `<td class="state">`) }

// The page tells each lane's state by sign and word, and finds those that need a look.
func TestTheFleetPageFindsWhatNeedsALook(t *testing.T) {
	p := newProvince(t, &large)
	p.account("it", []string{"all"}, office.Fleet)
	v := p.enters("it")
	page := v.sees("/fleet", nil)
	if n := rowsOf(page); n != 2*p.Sites {
		t.Errorf("%d lanes, want %d", n, 2*p.Sites)
	}
	for _, want := range []string{"OFFLINE", "FAULT", "▲ 55 hours", "▲ 31 hours", "Scanner unplugged", "▲ 1\u202f204", "▲ ≤ 48 hours"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Count(page, "<span>v1.4.0</span>")+strings.Count(page, "<span>v1.3.2</span>") != 2*p.Sites || !strings.Contains(page, "<option>v1.3.2</option>") {
		t.Error("the page does not show the versions, or does not have them to choose")
	}
	if strings.Contains(page, "No receiver listens") {
		t.Error("a receiver was heard a moment ago")
	}
	for query, want := range map[string]int{"software=v1.3.2": 6, "software=v1.3.2&need=any": 0, "software=v0": 0, "need=any": 5, "need=silent": 2, "need=fault": 1, "need=old-data": 4, "state=faulty": 1, "search=" + p.Box(7): 2, "search=nowhere": 0, "after=22": 2} {
		if n := rowsOf(v.sees("/fleet", get(query))); n != want {
			t.Errorf("%s: %d lanes, want %d", query, n, want)
		}
	}
	for _, query := range []string{"need=x", "state=x", "after=-1", "after=x"} {
		if code, _, _ := v.get("/fleet", get(query)); code != http.StatusBadRequest {
			t.Errorf("%s: %d", query, code)
		}
	}
	if file := v.sees("/fleet.csv", get("need=any")); strings.Count(file, "\r\n") != 6 {
		t.Errorf("the file has %d lines, want 6", strings.Count(file, "\r\n"))
	}
	shared.Cluster(t).Exec(t, p.name, "update fleet.listener set at = now() - interval '10 minutes'")
	if page := v.sees("/fleet", nil); !strings.Contains(page, "No receiver listens") {
		t.Error("the page does not say that nobody listens to the boxes")
	}
}

// A commune's account sees the boxes and sites of its commune, on page, map and file.
func TestAnAccountSeesItsOwnBoxesAndSites(t *testing.T) {
	p := newProvince(t, &large)
	p.account("xa-3", []string{"commune:" + p.SiteCommune(3)}, office.Fleet, office.Sites)
	v := p.enters("xa-3")
	for _, path := range []string{"/fleet", "/fleet.csv", "/rollout", "/rollout.csv", "/sites", "/sites.csv"} {
		page := v.sees(path, nil)
		for i := range p.Sites {
			if seen, may := strings.Contains(page, p.SiteName(i)+"<") || strings.Contains(page, p.SiteName(i)+" <") || strings.Contains(page, p.SiteName(i)+",") || strings.Contains(page, p.SiteName(i)+":"), p.SiteCommune(i) == p.SiteCommune(3); seen != may {
				t.Errorf("%s: sees %s: %t, may: %t", path, p.SiteName(i), seen, may)
			}
		}
	}
}

func TestTheRolloutPageShowsStages(t *testing.T) {
	p := newProvince(t, &large)
	p.account("it", []string{"all"}, office.Fleet)
	page := p.enters("it").sees("/rollout", nil)
	for _, want := range []string{">319<", "has it", "does not have it yet", "waits for its stage", "offline, without it", "315 · "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// The register tells which sites have a code, which scan, and counts a commune's week.
func TestTheSitesPageShowsTheWeek(t *testing.T) {
	p := newProvince(t, &large)
	shared.Cluster(t).Exec(t, p.name, "insert into place.site (id, name, kind, commune, reminders, asked, approved) values ('im-lang', 'Chợ Im Lặng', 'mall', '"+p.Commune(0)+"', 3, 2, 2)")
	p.account("van-phong", []string{"all"}, office.Sites, office.Reports)
	v := p.enters("van-phong")
	for query, want := range map[string]bool{"list=all": true, "list=silent": true, "list=ignored": true, "list=no-code": true, "list=not-installed": true, "list=scanning": false} {
		page := v.sees("/sites", get(query+"&day="+p.day(1)))
		if strings.Contains(page, "Chợ Im Lặng") != want {
			t.Errorf("%s: lists the silent site: %t", query, !want)
		}
	}
	if code, _, _ := v.get("/sites", get("list=x")); code != http.StatusBadRequest {
		t.Errorf("an unknown list: %d", code)
	}
	week := v.sees("/sites", get("list=weekly&day="+p.day(1)))
	scans := postgrestest.Value[int](t, shared.Cluster(t), p.name, "select sum(n)::int from tally.hour where what in ('admit', 'refer', 'refuse', 'repeat', 'not read', 'fault')")
	if file := v.sees("/sites.csv", get("list=weekly&day="+p.day(1))); !strings.Contains(week, "Three reminders") || !strings.Contains(file, ",Sum,") || scans == 0 {
		t.Errorf("the week's file:\n%s", file)
	}
	for path, title := range map[string]string{"/sites.svg": "Map of checkpoints", "/daily.svg": "People by hour"} {
		if picture := v.sees(path, get("day="+p.day(1))); !strings.HasPrefix(picture, "<svg ") || !strings.Contains(picture, title) {
			t.Errorf("%s is %.200s", path, picture)
		}
	}
	if code, _, _ := v.get("/sites.svg", get("list=ignored&day="+p.day(1))); code != http.StatusBadRequest { // its place is not known
		t.Errorf("a map of nothing: %d", code)
	}
	if home := v.sees("/", nil); !strings.Contains(home, `<title id="map-title">Map of checkpoints</title>`) || !strings.Contains(home, `href="/sites.svg"`) {
		t.Error("the first page has no map")
	}
	if page := v.sees("/sites", get("day="+p.day(1))); !strings.Contains(page, `<title id="map-title">Map of checkpoints</title>`) || strings.Count(page, "</title></g>") != 0 && !strings.Contains(page, p.SiteName(0)+": ") {
		t.Error("the page has no map")
	}
	if page := v.sees("/daily", get("day="+p.day(1))); !strings.Contains(page, "Busiest: in at ") {
		t.Error("the day has no plot")
	}
}
