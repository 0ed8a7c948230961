package pages_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/postgrestest"
)

var newPassword = regexp.MustCompile(`<code>(\S{19})</code>`)

// does posts a form that must end in a page or lead to one.
func (v *visitor) does(path string, form url.Values) (body, where string) {
	v.p.t.Helper()
	form.Set("csrf", v.csrf())
	code, body, where := v.post(path, form)
	if code != http.StatusOK && code != http.StatusSeeOther {
		v.p.t.Fatalf("%s: %d\n%s", path, code, body)
	}
	return body, where
}

// refused posts a form that must not be taken.
func (v *visitor) refused(path string, form url.Values) {
	v.p.t.Helper()
	form.Set("csrf", v.csrf())
	if code, _, where := v.post(path, form); code != http.StatusBadRequest && code != http.StatusForbidden {
		v.p.t.Errorf("%s %v: %d to %q", path, form, code, where)
	}
}

// entersBy is a visitor who logs in with another password.
func (p *province) entersBy(name, password string) (*visitor, bool) {
	p.t.Helper()
	v := p.visitor()
	code, _, _ := v.post("/login", url.Values{"name": {name}, "password": {password}})
	return v, code == http.StatusSeeOther
}

func TestAnAdministratorKeepsAccounts(t *testing.T) {
	p := newProvince(t, &small)
	p.account("quan-tri", []string{"all"}, office.Admin)
	v := p.enters("quan-tri")
	body, _ := v.does("/accounts/add", url.Values{"name": {"xa-1"}, "roles": {"lists", "reports"}, "scopes": {"commune:" + p.Commune(1) + "; site:" + p.Site(0)}, "language": {"en"}})
	first := newPassword.FindStringSubmatch(body)
	if first == nil {
		t.Fatalf("no first password:\n%s", body)
	}
	clerk, ok := p.entersBy("xa-1", first[1])
	if !ok {
		t.Fatal("the first password is not good")
	}
	if page := clerk.sees("/", nil); !strings.Contains(page, "/arrivals") || strings.Contains(page, "/accounts") {
		t.Errorf("the new account sees\n%s", page)
	}
	if page := v.sees("/accounts?name=xa-1", nil); !strings.Contains(page, `value="lists" checked`) || strings.Contains(page, `value="trace" checked`) || strings.Contains(page, first[1]) {
		t.Errorf("its page:\n%s", page)
	}
	v.does("/accounts/change", url.Values{"name": {"xa-1"}, "roles": {"reports"}, "scopes": {"district:" + p.District(0)}, "language": {"vi"}})
	if code, _, _ := clerk.get("/arrivals", nil); code != http.StatusForbidden {
		t.Errorf("a role that was taken away: %d", code)
	}
	body, _ = v.does("/accounts/password", url.Values{"name": {"xa-1"}})
	second := newPassword.FindStringSubmatch(body)
	if _, ok := p.entersBy("xa-1", first[1]); ok || second == nil {
		t.Error("the old password is still good")
	}
	if code, _, where := clerk.get("/daily", nil); code != http.StatusSeeOther || !strings.HasPrefix(where, "/login") {
		t.Errorf("a session of the old password: %d", code)
	}
	v.does("/accounts/disable", url.Values{"name": {"xa-1"}, "disabled": {"yes"}})
	if _, ok := p.entersBy("xa-1", second[1]); ok {
		t.Error("a disabled account logs in")
	}
	v.does("/accounts/disable", url.Values{"name": {"xa-1"}, "disabled": {"no"}})
	if _, ok := p.entersBy("xa-1", second[1]); !ok {
		t.Error("it cannot log in any more")
	}
	v.refused("/accounts/add", url.Values{"name": {"xa-1"}, "roles": {"lists"}, "scopes": {"all"}, "language": {"en"}})
	v.refused("/accounts/add", url.Values{"name": {"xa 2"}, "roles": {"lists"}, "scopes": {"all"}, "language": {"en"}})
	v.refused("/accounts/change", url.Values{"name": {"nobody"}, "roles": {"lists"}, "scopes": {"all"}, "language": {"en"}})
	v.refused("/accounts/disable", url.Values{"name": {"quan-tri"}, "disabled": {"yes"}})
	if log := v.sees("/looks", nil); strings.Count(log, "<td>quan-tri</td>") != 5 {
		t.Errorf("the log has not five changes by the administrator:\n%s", log)
	}
}

func TestHundredsOfAccountsComeFromAFile(t *testing.T) {
	p := newProvince(t, &small)
	p.account("quan-tri", []string{"all"}, office.Admin)
	v := p.enters("quan-tri")
	var rows strings.Builder
	rows.WriteString("name,scope\n")
	const all = 60
	for i := range all {
		fmt.Fprintf(&rows, "xa-%03d,commune:%s\n", i, p.Commune(i%p.Communes))
	}
	upload := func(text string) (int, string) {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		p.check(form.WriteField("csrf", v.csrf()))
		part, err := form.CreateFormFile("file", "xa.csv")
		p.check(err)
		_, err = part.Write([]byte(text))
		p.check(err)
		p.check(form.Close())
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.web.URL+"/accounts/import", &b)
		if err == nil {
			r.Header.Set("Content-Type", form.FormDataContentType())
		}
		code, body, _ := v.do(r, err)
		return code, body
	}
	code, body := upload(rows.String())
	passwords := regexp.MustCompile(`(?m)^(xa-\d+),(\S{19})$`).FindAllStringSubmatch(body, -1)
	if code != http.StatusOK || len(passwords) != all {
		t.Fatalf("%d, %d passwords", code, len(passwords))
	}
	if _, ok := p.entersBy(passwords[7][1], passwords[7][2]); !ok {
		t.Error("a first password is not good")
	}
	if code, body := upload("name,scope,roles\nxa-1,all,trace\nxa-2,nowhere,\n"); code != http.StatusBadRequest || !strings.Contains(body, "line 2") || !strings.Contains(body, "line 3") {
		t.Errorf("a bad file: %d\n%s", code, body)
	}
	first := v.sees("/accounts", nil)
	next := regexp.MustCompile(`href="(/accounts\?after=50)" rel="next"`).FindStringSubmatch(first)
	if next == nil || !strings.Contains(first, "61 accounts") || !strings.Contains(v.sees("/accounts?after=50", nil), "xa-059") {
		t.Error("the second page of accounts is not found")
	}
	if page := v.sees("/accounts?find=xa-01", nil); !strings.Contains(page, "10 accounts") {
		t.Errorf("found by name:\n%s", page)
	}
}

func TestTheLogIsReadAndChecked(t *testing.T) {
	p := newProvince(t, &small)
	p.account("quan-tri", []string{"all"}, office.Admin, office.Trace, office.Lists)
	v := p.enters("quan-tri")
	v.sees(v.asks("/route", p.Case(0).Number, nil), nil)
	for range 60 {
		_, err := p.office.Look(t.Context(), p.admin, office.Look{What: office.List, Subject: "arrivals/origin"})
		p.check(err)
	}
	if page := v.sees("/looks?account=quan-tri", nil); !strings.Contains(page, "ca 12") || strings.Contains(page, "People of the commune") || strings.Contains(page, p.Case(0).Number) {
		t.Errorf("of one account:\n%s", page)
	}
	if page := v.sees("/looks", nil); !strings.Contains(page, "rel=\"next\"") {
		t.Error("62 lines on one page")
	}
	if file := v.sees("/looks.csv", nil); strings.Count(file, "\r\n") != 1+62 {
		t.Errorf("%d lines in the file", strings.Count(file, "\r\n"))
	}
	code, _, where := v.post("/looks/of", url.Values{"csrf": {v.csrf()}, "number": {p.Case(0).Number}})
	if page := v.sees(where, nil); code != http.StatusSeeOther || strings.Contains(where, p.Case(0).Number) || !strings.Contains(page, "ca 12") || strings.Contains(page, "People of the commune") {
		t.Errorf("who looked at a person: %d\n%s", code, page)
	}
	if page := v.sees("/looks?check=1", nil); !strings.Contains(page, "As it was written") {
		t.Errorf("checked:\n%s", page)
	}
	shared.Cluster(t).Exec(t, p.name, "delete from office.look where n = 3; delete from office.look where n > 60")
	if page := v.sees("/looks?check=1", nil); !strings.Contains(page, "Line 3: missing") || !strings.Contains(page, "cut off the end") {
		t.Errorf("after lines were removed:\n%s", page)
	}
}

func TestAPersonsRequestIsCarriedOut(t *testing.T) {
	p := newProvince(t, &small)
	p.account("bao-ve-du-lieu", []string{"all"}, office.Rights, office.Trace)
	v := p.enters("bao-ve-du-lieu")
	number := p.Case(0).Number
	v.does("/rights/ask", url.Values{"kind": {"delete"}, "note": {"thư số 12"}})
	if page := v.sees("/rights", nil); !strings.Contains(page, "thư số 12") || !strings.Contains(page, "Deletion") {
		t.Errorf("taken in:\n%s", page)
	}
	if file := v.sees("/rights.csv", nil); strings.Count(file, "\r\n") != 2 {
		t.Errorf("the file:\n%s", file)
	}
	v.does("/rights/replied", url.Values{"id": {"1"}})
	whose := func() url.Values { return url.Values{"number": {number}, "reason": {"thư số 12"}} }
	correct := whose()
	correct.Set("name", "Tên Đã Sửa")
	v.does("/rights/correct", correct)
	body, _ := v.does("/rights/export", whose())
	var file view.PersonFile
	p.check(json.Unmarshal([]byte(body), &file))
	if file.Number != number || file.Name != "Tên Đã Sửa" || len(file.Records) < 5 {
		t.Errorf("exported: %+v", file)
	}
	v.refused("/rights/delete", whose()) // not ticked
	v.refused("/rights/correct", whose())
	v.refused("/rights/export", url.Values{"number": {number}})
	v.refused("/rights/done", url.Values{"id": {"99"}})
	sure := whose()
	sure.Set("sure", "yes")
	v.does("/rights/delete", sure)
	if file := v.sees(fileOf(v.asks("/route", number, nil), "csv"), nil); strings.Count(file, "\r\n") != 1 {
		t.Errorf("after it was deleted the way is\n%s", file)
	}
	v.does("/rights/done", url.Values{"id": {"1"}})
	if page := v.sees("/rights", nil); strings.Contains(page, "thư số 12") {
		t.Errorf("done, and still there:\n%s", page)
	}
	want := "account correct export delete route"
	if log := postgrestest.Value[string](t, shared.Cluster(t), p.name, "select string_agg(what, ' ' order by n) from office.look"); log != want {
		t.Errorf("the log has %q, want %q", log, want)
	}
}

func TestOnesOwnPassword(t *testing.T) {
	p := newProvince(t, &small)
	p.account("an", []string{"all"}, office.Reports)
	v, other := p.enters("an"), p.enters("an")
	const next = "mật khẩu mới của tôi"
	change := func(present, next, again string) url.Values {
		return url.Values{"password": {present}, "next-password": {next}, "again": {again}}
	}
	v.refused("/password/change", change(password, next, next+"x"))
	v.refused("/password/change", change(password, "ngắn", "ngắn"))
	v.refused("/password/change", change("sai rồi nhé bạn", next, next))
	v.does("/password/change", change(password, next, next))
	v.sees("/daily", nil)
	if code, _, _ := other.get("/daily", nil); code != http.StatusSeeOther {
		t.Errorf("the other session goes on: %d", code)
	}
	if _, ok := p.entersBy("an", next); !ok {
		t.Error("the new password is not good")
	}
}
