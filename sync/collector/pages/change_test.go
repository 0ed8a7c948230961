package pages_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/postgrestest"
)

var requestNumber = regexp.MustCompile(`approve request (\d+)|duyệt yêu cầu số (\d+)`)

// postsCorrection sends the form that corrects a person; the request that a second
// person has to answer, or "" where it was done.
func (v *visitor) postsCorrection(form url.Values) (request string) {
	v.p.t.Helper()
	form.Set("csrf", v.csrf())
	form.Set("reason", "thư số 12")
	code, body, _ := v.post("/rights/correct", form)
	if code == http.StatusSeeOther {
		return ""
	}
	found := requestNumber.FindStringSubmatch(body)
	if code != http.StatusConflict || found == nil {
		v.p.t.Fatalf("correct: %d\n%s", code, body)
	}
	return found[1] + found[2]
}

func (v *visitor) approves(request string) int {
	v.p.t.Helper()
	code, _, _ := v.post("/requests/approve", url.Values{"csrf": {v.csrf()}, "id": {request}})
	return code
}

// Who approves a correction sees what is written now and what shall be, within his
// or her scope, and stands in the log for it; what is approved is that and nothing
// else, and the database has no word of it.
func TestACorrectionIsSeenBeforeItIsApproved(t *testing.T) {
	p := newProvince(t, &small, office.Correct)
	person := p.Person(7)
	elsewhere := p.Commune(0)
	if person.Commune == elsewhere {
		elsewhere = p.Commune(1)
	}
	p.account("luat", []string{"all"}, office.Rights)
	p.account("gan", []string{"commune:" + person.Commune}, office.Approve)
	p.account("xa", []string{"commune:" + elsewhere}, office.Approve)
	p.account("khong", []string{"all"}, office.Lists)
	const name = "Tên Được Sửa"
	change := func(name string) url.Values { return url.Values{"number": {person.Number}, "name": {name}} }
	law, near := p.enters("luat"), p.enters("gan")
	request := law.postsCorrection(change(name))
	see := url.Values{"see": {request}}
	if code := near.approves(request); code != http.StatusBadRequest {
		t.Fatalf("approved without a look: %d", code)
	}
	for who, want := range map[string]int{"xa": http.StatusForbidden, "khong": http.StatusForbidden, "luat": http.StatusForbidden} {
		looks := p.looks()
		if code, body, _ := p.enters(who).get("/requests", see); code != want || strings.Contains(body, name) || strings.Contains(body, person.Name) || p.looks() != looks {
			t.Errorf("%s: %d, %d lines in the log\n%s", who, code, p.looks()-looks, body)
		}
	}
	looks := p.looks()
	page := near.sees("/requests", see)
	for _, want := range []string{person.Number, "<td>" + person.Name + "</td>", "<td>" + name + "</td>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	c := shared.Cluster(t)
	if said := postgrestest.Value[string](t, c, p.name, "select account || ' ' || detail || ' ' || subject from office.look order by n desc limit 1"); p.looks() != looks+1 || said != "gan sees request "+request+" "+p.office.Subject(person.Number) {
		t.Errorf("the log says %q", said)
	}
	kept := postgrestest.Value[string](t, c, p.name, "select string_agg(s::text, ' ') || (select string_agg(l::text, ' ') from office.look l) || encode(string_agg(s.change, ''), 'escape') from office.second s")
	if strings.Contains(kept, name) || strings.Contains(kept, person.Number) {
		t.Errorf("the database has it: %s", kept)
	}
	if code := near.approves(request); code != http.StatusSeeOther {
		t.Fatalf("approved: %d", code)
	}
	if n := postgrestest.Value[int](t, c, p.name, "select count(*)::int from office.second where change is not null"); n != 0 {
		t.Error("the change is kept after it was answered")
	}
	if other := law.postsCorrection(change("Tên Khác Hẳn")); other == "" || other == request {
		t.Errorf("another name was let through by that: %q", other)
	}
	if again := law.postsCorrection(change(name)); again != "" {
		t.Errorf("what was approved waits for request %s", again)
	}
	if now := postgrestest.Value[string](t, c, p.name, "select name from people.person where number = '"+person.Number+"'"); now != name {
		t.Errorf("the register says %q", now)
	}
}
