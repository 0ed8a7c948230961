package pages_test

import (
	"bytes"
	"encoding/csv"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/pages"
	"checkpoint/sync/postgrestest"
)

// rows reads a CSV file.
func (p *province) rows(body string) [][]string {
	p.t.Helper()
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix([]byte(body), []byte("\uFEFF")))).ReadAll()
	p.check(err)
	return all
}

var (
	nextPage = regexp.MustCompile(`<a href="([^"]+)" rel="next">`)
	bodyRows = regexp.MustCompile(`(?s)<table class="list.*?</table>`)
	marks    = regexp.MustCompile(`name="says:([^"]+)"`)
)

// through reads a list page by page, and returns its rows.
func (v *visitor) through(path string, query url.Values) (rows []string, pagesRead int) {
	v.p.t.Helper()
	for where := path + "?" + query.Encode(); where != ""; pagesRead++ {
		body := v.sees(where, nil)
		for _, row := range strings.Split(bodyRows.FindString(body), "<tr>")[1:] {
			if strings.Contains(row, "<td") && !strings.Contains(row, "nothing") { // not the head
				rows = append(rows, row)
			}
		}
		where = ""
		if next := nextPage.FindStringSubmatch(body); next != nil {
			where = html.UnescapeString(next[1])
		}
	}
	return rows, pagesRead
}

// What stands on the pages of a list, one after the other, is what is in its file.
func TestAListsPagesAndItsFileAreTheSame(t *testing.T) {
	p := newProvince(t, &small)
	p.account("phong", []string{"all"}, office.Lists)
	v := p.enters("phong")
	v.saysOfAll(url.Values{"day": {p.day(1)}})
	for _, path := range []string{"/arrivals", "/quality", "/papers", "/corrections"} {
		query := url.Values{"day": {p.day(1)}}
		onPages, n := v.through(path, query)
		inFile := p.rows(v.sees(path+".csv", query))
		if len(inFile) < 3 || len(onPages) != len(inFile)-1 {
			t.Errorf("%s: %d lines on %d pages, %d in the file", path, len(onPages), n, len(inFile)-1)
		}
		if n < map[string]int{"/arrivals": 3, "/corrections": 3}[path] {
			t.Errorf("%d pages", n)
		}
	}
}

// saysOfAll says something of every line of a list.
func (v *visitor) saysOfAll(query url.Values) {
	v.p.t.Helper()
	for where := "/arrivals?" + query.Encode(); where != ""; {
		body := v.sees(where, nil)
		form := url.Values{}
		for _, line := range marks.FindAllStringSubmatch(body, -1) {
			form.Set("says:"+line[1], "resident")
		}
		v.does("/arrivals/say", form)
		where = ""
		if next := nextPage.FindStringSubmatch(body); next != nil {
			where = html.UnescapeString(next[1])
		}
	}
}

// A commune fetches its list, says what it knows of its lines, and confirms it;
// the population office and the province see that.
func TestACommuneWorksThroughItsList(t *testing.T) {
	p := newProvince(t, &small)
	p.account("xa-2", []string{"commune:" + p.Commune(2)}, office.Lists)
	p.account("phong", []string{"all"}, office.Lists)
	v := p.enters("xa-2")
	query := url.Values{"day": {p.day(1)}, "end": {"origin"}}
	page := v.sees("/arrivals", query)
	lines := marks.FindAllStringSubmatch(page, -1)
	if len(lines) < 3 {
		t.Fatalf("%d lines:\n%s", len(lines), page)
	}
	form := url.Values{"csrf": {v.csrf()}, "next": {"/arrivals?" + query.Encode()}, "says:" + lines[0][1]: {"resident"}, "says:" + lines[1][1]: {"differs"}, "says:" + lines[2][1]: {""}}
	if code, body, where := v.post("/arrivals/say", form); code != http.StatusSeeOther || where != "/arrivals?"+query.Encode() {
		t.Fatalf("say: %d to %q\n%s", code, where, body)
	}
	if page := v.sees("/arrivals", query); strings.Count(page, `value="resident" selected`) != 1 || strings.Count(page, `value="differs" selected`) != 1 {
		t.Error("what was said does not stand on the page")
	}
	if rows := p.rows(p.enters("phong").sees("/corrections.csv", url.Values{"day": {p.day(1)}})); len(rows) != 3 {
		t.Errorf("corrections: %v", rows)
	}
	confirm := url.Values{"csrf": {v.csrf()}, "day": {p.day(1)}, "end": {"origin"}}
	if code, _, _ := v.post("/arrivals/confirm", confirm); code != http.StatusBadRequest {
		t.Errorf("a list that was not fetched was confirmed: %d", code)
	}
	head, err := http.NewRequestWithContext(t.Context(), http.MethodHead, p.web.URL+"/arrivals.csv?"+query.Encode(), nil)
	if code, _, _ := v.do(head, err); code != http.StatusNotFound {
		t.Errorf("HEAD of a file: %d", code)
	}
	if code, _, _ := v.post("/arrivals/confirm", confirm); code != http.StatusBadRequest {
		t.Errorf("a list of which nothing was sent was confirmed: %d", code)
	}
	v.sees("/arrivals.csv", query)
	if code, _, _ := v.post("/arrivals/confirm", confirm); code != http.StatusSeeOther {
		t.Errorf("confirm: %d", code)
	}
	rows := p.rows(p.enters("phong").sees("/receipts.csv", url.Values{"day": {p.day(1)}}))
	if len(rows) < 2 || rows[1][0] != "phong" && rows[1][0] != "xa-2" || !strings.Contains(rows[len(rows)-1][1]+rows[1][1], "arrivals/origin") {
		t.Errorf("receipts: %v", rows)
	}
	p.account("xa-3", []string{"commune:" + p.Commune(3)}, office.Lists)
	if page := p.enters("phong").sees("/receipts", url.Values{"day": {p.day(1)}}); !strings.Contains(page, "People of the commune") || !strings.Contains(page, "(fetched none)") || strings.Contains(page, "arrivals/origin") {
		t.Errorf("receipts as people read them:\n%s", page)
	}
}

// The first page tells what awaits an account, and nothing that is for others.
func TestTheFirstPageTellsWhatWaits(t *testing.T) {
	p := newProvince(t, &small, office.Route)
	p.account("truy-vet", []string{"all"}, office.Trace, office.Approve)
	p.account("duyet", []string{"all"}, office.Approve)
	p.account("phap-che", []string{"all"}, office.Rights)
	p.account("xa-1", []string{"commune:" + p.Commune(1)}, office.Lists)
	one := p.enters("truy-vet")
	if code, _, where := one.post("/route/ask", url.Values{"csrf": {one.csrf()}, "number": {p.Case(0).Number}, "reason": {"ca 12"}}); code != http.StatusSeeOther {
		t.Fatalf("ask: %d", code)
	} else {
		one.sees(where, nil)
	}
	law := p.enters("phap-che")
	if code, _, _ := law.post("/rights/ask", url.Values{"csrf": {law.csrf()}, "kind": {"access"}, "note": {"thư số 12"}}); code != http.StatusSeeOther {
		t.Fatalf("take a request in: %d", code)
	}
	for name, want := range map[string]string{"duyet": "Looks to approve: 1", "phap-che": "Requests of people: 1, late: 0", "truy-vet": "", "xa-1": ""} {
		page := p.enters(name).sees("/", nil)
		if found := strings.Contains(page, `class="waits"`); found != (want != "") || !strings.Contains(page, want) {
			t.Errorf("%s is told:\n%s", name, page)
		}
	}
}

// What another account says under a mark of another commune's line is refused, and
// written nowhere.
func TestNobodySaysAnythingOfOthersLines(t *testing.T) {
	p := newProvince(t, &small)
	p.account("phong", []string{"all"}, office.Lists)
	p.account("diem", []string{"site:" + p.Site(0)}, office.Lists)
	lines := marks.FindAllStringSubmatch(p.enters("phong").sees("/arrivals", url.Values{"day": {p.day(1)}, "end": {"destination"}, "commune": {p.SiteCommune(3)}}), -1)
	if len(lines) == 0 {
		t.Fatal("nobody went there")
	}
	v := p.enters("diem")
	for _, line := range []string{lines[0][1], "1.2.3.box-0001", "nothing"} {
		if code, _, _ := v.post("/arrivals/say", url.Values{"csrf": {v.csrf()}, "says:" + line: {"unknown"}}); code != http.StatusForbidden && code != http.StatusBadRequest {
			t.Errorf("%s: %d", line, code)
		}
	}
	own := marks.FindStringSubmatch(v.sees("/arrivals", url.Values{"day": {p.day(1)}, "end": {"destination"}}))
	if own == nil {
		t.Fatal("nobody went to the account's own site")
	}
	if code, body, _ := v.post("/arrivals/say", url.Values{"csrf": {v.csrf()}, "says:" + own[1]: {"anything"}}); code != http.StatusBadRequest {
		t.Errorf("a word that is not offered: %d\n%s", code, body)
	}
	if n := postgrestest.Value[int](t, shared.Cluster(t), p.name, "select count(*)::int from office.correction"); n != 0 {
		t.Errorf("%d corrections were written", n)
	}
}

// The daily report counts the same on the page and in its files.
func TestDailyReportIsAPageAndFiles(t *testing.T) {
	p := newProvince(t, &small)
	p.account("phong", []string{"all"}, office.Reports)
	v := p.enters("phong")
	for _, by := range []string{"site", "lane", "hour", "commune"} {
		query := url.Values{"day": {p.day(0)}, "by": {by}}
		page, rows := v.sees("/daily", query), p.rows(v.sees("/daily.csv", query))
		if len(rows) < 4 || strings.Count(bodyRows.FindString(page), "<tr>") != len(rows) {
			t.Errorf("by %s: %d rows in the file", by, len(rows))
		}
		if sum := rows[len(rows)-1]; !strings.Contains(page, `<td class="number">`+sum[3]+"</td>") {
			t.Errorf("by %s: the page lacks the sum %s", by, sum[3])
		}
		if pdf := v.sees("/daily.pdf", query); !strings.HasPrefix(pdf, "%PDF-") {
			t.Errorf("by %s: the PDF begins %q", by, pdf[:min(10, len(pdf))])
		}
	}
}

// What cannot be is said in words, and not by a fault of the server.
func TestOddQuestionsAreAnswered(t *testing.T) {
	p := newProvince(t, &small)
	p.account("xa-1", []string{"commune:" + p.Commune(1)}, office.Lists, office.Reports)
	v := p.enters("xa-1")
	for path, want := range map[string]int{
		"/arrivals?day=gestern": http.StatusBadRequest, "/arrivals?end=x": http.StatusBadRequest, "/arrivals?after=1.2": http.StatusBadRequest,
		"/arrivals?district=%00": http.StatusBadRequest, "/arrivals.csv?district=a%0Ab": http.StatusBadRequest,
		"/daily?by=x": http.StatusBadRequest, "/quality?list=x": http.StatusBadRequest, "/papers?after=x": http.StatusBadRequest,
		"/arrivals?commune=" + p.Commune(2): http.StatusForbidden, "/arrivals.csv?commune=" + p.Commune(2): http.StatusForbidden,
		"/arrivals.pdf": http.StatusNotFound, "/arrivals/": http.StatusNotFound, "/assets/": http.StatusNotFound, "/daily?site=%27%3B--": http.StatusBadRequest, "/papers?day=0001-01-01": http.StatusBadRequest,
	} {
		if code, body, _ := v.get(path, nil); code != want {
			t.Errorf("%s: %d, want %d\n%s", path, code, want, body)
		}
	}
}

// Codes are words where people read them.
func TestCodesAreSaidInWords(t *testing.T) {
	for cell, want := range map[string][2]string{
		"refer, passed": {"Kiểm tra, cho qua", "Check, let pass"}, "not read": {"Chưa đọc", "Not read"}, "": {"", ""},
		"NAME_DIFFERS CARD_REISSUED": {"khác tên, thẻ đã cấp lại", "name differs, card re-issued"}, "LATER_CODE": {"LATER_CODE", "LATER_CODE"}, "mall": {"Chợ, siêu thị", "Market, mall"}, "khu công nghiệp": {"khu công nghiệp", "khu công nghiệp"},
	} {
		if got := pages.Said(cell); got.Vietnamese != want[0] || got.English != want[1] {
			t.Errorf("%q is said as %q, %q", cell, got.Vietnamese, got.English)
		}
	}
}
