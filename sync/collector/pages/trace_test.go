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
	"checkpoint/sync/postgrestest"
)

// asks sends a page's form about a person, and is led to the answer's address.
func (v *visitor) asks(path, number string, more url.Values) (where string) {
	v.p.t.Helper()
	form := url.Values{"csrf": {v.csrf()}, "number": {number}, "reason": {"ca 12"}, "from": {v.p.day(0)}, "to": {v.p.day(1)}, "minutes": {"20"}}
	for name, values := range more {
		form[name] = values
	}
	code, body, where := v.post(path+"/ask", form)
	if code != http.StatusSeeOther || !strings.HasPrefix(where, path+"?ask=") {
		v.p.t.Fatalf("%s: %d to %q\n%s", path, code, where, body)
	}
	return where
}

// fileOf is the address of the file of what an address shows.
func fileOf(where, kind string) string { return strings.Replace(where, "?", "."+kind+"?", 1) }

func TestATracerFollowsAPerson(t *testing.T) {
	p := newProvince(t, &small)
	p.account("truy-vet", []string{"all"}, office.Trace)
	p.account("khac", []string{"all"}, office.Trace)
	v := p.enters("truy-vet")
	number := p.Case(0).Number
	for _, path := range []string{"/route", "/contacts"} {
		where := v.asks(path, number, nil)
		if strings.Contains(where, number) {
			t.Errorf("the number stands in the address %s", where)
		}
		looks := p.looks()
		page := v.sees(where, nil)
		file := v.sees(fileOf(where, "csv"), nil)
		if p.looks() != looks+2 {
			t.Errorf("%s: %d lines in the log for a page and a file", path, p.looks()-looks)
		}
		if pdf := v.sees(fileOf(where, "pdf"), nil); !strings.HasPrefix(pdf, "%PDF-") {
			t.Errorf("%s: no PDF", path)
		}
		lines := strings.Count(file, "\r\n") - 1
		if lines < 3 || !strings.Contains(page, fmt.Sprintf("%d lines", lines)) {
			t.Errorf("%s: %d lines in the file, and not so many on the page", path, lines)
		}
		if code, body, _ := p.enters("khac").get(where, nil); code != http.StatusBadRequest || strings.Contains(body, number) {
			t.Errorf("%s: another account reads the answer: %d", path, code)
		}
	}
	log := postgrestest.Value[string](t, shared.Cluster(t), p.name, "select string_agg(l::text, ' ') from office.look l")
	if strings.Contains(log, number) || !strings.Contains(log, "±20m") || !strings.Contains(log, p.office.Subject(number)) {
		t.Errorf("the log: %s", log)
	}
	for name, form := range map[string]url.Values{
		"no reason": {"reason": {" "}}, "no number": {"number": {""}}, "a number without end": {"number": {strings.Repeat("1", 99)}},
		"days": {"from": {p.day(1)}, "to": {p.day(0)}}, "minutes": {"minutes": {"721"}}, "no minutes": {"minutes": {"x"}},
	} {
		all := url.Values{"csrf": {v.csrf()}, "number": {number}, "reason": {"ca 12"}, "from": {p.day(0)}, "to": {p.day(1)}, "minutes": {"20"}}
		for key, values := range form {
			all[key] = values
		}
		if code, _, where := v.post("/contacts/ask", all); code != http.StatusBadRequest {
			t.Errorf("%s: %d to %s", name, code, where)
		}
	}
}

// Whatever a tracer of some communes asks for, pages and files show people of
// those alone.
func TestATracerSeesTheOwnScopeAlone(t *testing.T) {
	p := newProvince(t, &small)
	seen := newCensus(p)
	p.account("thu", []string{"all"}, office.Trace)
	v := p.enters("thu")
	dice := rand.New(rand.NewPCG(4, 4))
	shown := map[string]int{}
	for n := range 8 {
		a := p.someAccount(dice)
		a.Roles = []office.Role{office.Trace}
		if n == 0 {
			a.Scopes = []string{"all"}
		}
		p.check(p.office.ChangeAccount(t.Context(), p.admin, a))
		a, err := p.office.Account(t.Context(), "thu")
		p.check(err)
		for _, path := range []string{"/route", "/contacts"} {
			number := p.Case(n % 2).Number
			where := v.asks(path, number, nil)
			for _, address := range []string{where, fileOf(where, "csv")} {
				people := seen.in(v.sees(address, nil))
				if address == where { // the form has what was asked for
					people = slices.DeleteFunc(people, func(x string) bool { return x == seen.person(number) })
				}
				for _, person := range people {
					if !seen.within(person, a.Scope) {
						t.Errorf("%v saw %s on %s", a.Scopes, person, address)
					}
				}
				shown[path] += len(people)
			}
		}
	}
	if shown["/route"] == 0 || shown["/contacts"] < 20 {
		t.Errorf("%v: the test saw nothing", shown)
	}
}

func TestTwoPeopleTraceTogether(t *testing.T) {
	p := newProvince(t, &small, office.Route)
	p.account("an", []string{"all"}, office.Trace, office.Approve)
	p.account("binh", []string{"all"}, office.Approve)
	an, binh := p.enters("an"), p.enters("binh")
	number := p.Case(0).Number
	where := an.asks("/route", number, nil)
	page := an.sees(where, nil)
	request := regexp.MustCompile(`approve request (\d+)`).FindStringSubmatch(page)
	if request == nil || strings.Contains(page, "<table") {
		t.Fatalf("before it is approved:\n%s", page)
	}
	if code, _, _ := an.get(fileOf(where, "csv"), nil); code != http.StatusConflict {
		t.Errorf("the file before that: %d", code)
	}
	answer := func(v *visitor, act string) int {
		code, _, _ := v.post("/requests/"+act, url.Values{"csrf": {v.csrf()}, "id": {request[1]}})
		return code
	}
	if code := answer(an, "approve"); code != http.StatusBadRequest {
		t.Errorf("who asks approves: %d", code)
	}
	if list := binh.sees("/requests", nil); !strings.Contains(list, "ca 12") || strings.Contains(list, number) {
		t.Errorf("the second person sees\n%s", list)
	}
	if code := answer(binh, "approve"); code != http.StatusSeeOther {
		t.Fatalf("approved: %d", code)
	}
	if page := an.sees(where, nil); !strings.Contains(page, "<table") || !strings.Contains(page, number) {
		t.Errorf("after it:\n%s", page)
	}
	if list := an.sees("/requests", nil); !strings.Contains(list, "approved by binh") {
		t.Errorf("who asked sees\n%s", list)
	}
	an.sees(fileOf(where, "csv"), nil)
	if code := answer(binh, "refuse"); code != http.StatusBadRequest {
		t.Errorf("answered twice: %d", code)
	}
}
