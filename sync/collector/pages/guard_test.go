package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/pages"
)

// Whoever is not logged in gets the form to do so from every page, file and
// button, and nothing else.
func TestStrangersGetTheLogInAlone(t *testing.T) {
	p := newProvince(t, &small)
	v := p.visitor()
	for _, r := range pages.Routes() {
		for _, path := range append([]string{r.Path}, r.Files...) {
			if code, body, where := v.get(path, url.Values{"day": {p.day(0)}}); code != http.StatusSeeOther || !strings.HasPrefix(where, "/login") || strings.Contains(body, "<table") {
				t.Errorf("%s: %d to %q\n%s", path, code, where, body)
			}
		}
		for _, path := range r.Do {
			if code, _, where := v.post(path, url.Values{"csrf": {""}}); code != http.StatusSeeOther || where != "/login" {
				t.Errorf("%s: %d to %q", path, code, where)
			}
		}
	}
	p.account("xa-1", []string{"commune:" + p.Commune(1)}, office.Lists)
	if code, body, _ := v.post("/login", url.Values{"name": {"xa-1"}, "password": {"không phải mật khẩu"}}); code != http.StatusUnauthorized || !strings.Contains(body, "Sai tên hoặc mật khẩu") {
		t.Errorf("a wrong password: %d\n%s", code, body)
	}
}

// A link to a page brings its visitor back there, and to no other server.
func TestLoggingInLeadsBackToThePage(t *testing.T) {
	p := newProvince(t, &small)
	p.account("xa-1", []string{"commune:" + p.Commune(1)}, office.Lists)
	for next, want := range map[string]string{
		"/arrivals?day=2026-11-21": "/arrivals?day=2026-11-21", "https://evil.example/": "/", "//evil.example/": "/", `/\evil.example`: "/", "": "/", "evil": "/",
	} {
		if code, _, where := p.visitor().post("/login", url.Values{"name": {"xa-1"}, "password": {password}, "next": {next}}); code != http.StatusSeeOther || where != want {
			t.Errorf("%q: %d to %q, want %q", next, code, where, want)
		}
	}
	v := p.enters("xa-1")
	csrf := v.csrf()
	if code, _, where := v.post("/logout", url.Values{"csrf": {csrf}}); code != http.StatusSeeOther || where != "/login" {
		t.Errorf("log out: %d to %q", code, where)
	}
	if code, _, where := v.get("/arrivals", nil); code != http.StatusSeeOther || !strings.HasPrefix(where, "/login") {
		t.Errorf("after that: %d to %q", code, where)
	}
}

// No button works without the session's own token, nor from another site's page.
func TestFormsOfOthersDoNothing(t *testing.T) {
	p := newProvince(t, &small)
	p.account("phong", []string{"all"}, office.AllRoles()...)
	v := p.enters("phong")
	csrf := v.csrf()
	for _, r := range pages.Routes() {
		for _, path := range append(r.Do, "/logout") {
			for _, token := range []string{"", "x", csrf + "x"} {
				if code, _, _ := v.post(path, url.Values{"csrf": {token}}); code != http.StatusForbidden {
					t.Errorf("%s with the token %q: %d", path, token, code)
				}
			}
			for _, name := range []string{"Origin", "Sec-Fetch-Site"} {
				q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.web.URL+path, strings.NewReader("csrf="+csrf))
				p.check(err)
				q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				q.Header.Set(name, map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}[name])
				if code, _, _ := v.do(q, nil); code != http.StatusForbidden {
					t.Errorf("%s from another site (%s): %d", path, name, code)
				}
			}
			if code, _, _ := v.get(path, nil); code != http.StatusNotFound && code != http.StatusMethodNotAllowed {
				t.Errorf("%s by GET: %d", path, code)
			}
		}
	}
	v.sees("/", nil) // still logged in
}

// Every answer forbids scripts, frames and keeping; another name is turned away.
func TestAnswersAreGuarded(t *testing.T) {
	p := newProvince(t, &small)
	p.account("phong", []string{"all"}, office.AllRoles()...)
	v := p.enters("phong")
	paths := []string{"/login", "/nowhere", "/arrivals?day=x"}
	for _, r := range pages.Routes() {
		paths = append(append(paths, r.Path), r.Files...)
	}
	for _, path := range paths {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.web.URL+path, nil)
		p.check(err)
		answer, err := v.client.Do(q)
		p.check(err)
		answer.Body.Close()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
		} {
			if got := answer.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
		if policy := answer.Header.Get("Content-Security-Policy"); strings.Contains(policy, "script") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: scripts are let in: %s", path, policy)
		}
	}
	for host, want := range map[string]int{"chot.example": http.StatusOK, "CHOT.example:8443": http.StatusOK, "evil.example": http.StatusMisdirectedRequest, "[::1]:80": http.StatusOK, "10.0.0.1": http.StatusMisdirectedRequest} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.web.URL+"/login", nil)
		p.check(err)
		q.Host = host
		if code, _, _ := v.do(q, nil); code != want {
			t.Errorf("asked as %s: %d, want %d", host, code, want)
		}
	}
}

// Whoever asks without end is told to wait; others are answered.
func TestOneAccountCannotTakeAll(t *testing.T) {
	p := newProvince(t, &small)
	p.account("xa-1", []string{"commune:" + p.Commune(1)}, office.Lists)
	p.account("xa-2", []string{"commune:" + p.Commune(2)}, office.Lists)
	one, other := p.enters("xa-1"), p.enters("xa-2")
	pages.Limit(p.server, 3)
	for range 3 {
		one.sees("/", nil)
	}
	for _, path := range []string{"/", "/arrivals", "/arrivals.csv"} {
		if code, body, _ := one.get(path, nil); code != http.StatusTooManyRequests || strings.Contains(body, "<table") {
			t.Errorf("%s: %d", path, code)
		}
	}
	other.sees("/arrivals", nil)
	for n := range 5 {
		if code, _, _ := p.visitor().post("/login", url.Values{"name": {"xa-1"}, "password": {"x"}}); (code == http.StatusTooManyRequests) != (n >= 3) {
			t.Errorf("log-in %d of an address: %d", n+1, code)
		}
	}
	other.sees("/", nil)
}

// So many at once, then one in each interval; and a crowd of others keeps nobody
// out for good.
func TestLimiterCountsEachForItself(t *testing.T) {
	start := time.Now()
	l := pages.NewLimiter(time.Second, 5)
	ask := func(who string, after time.Duration) bool { return pages.Allow(l, who, start.Add(after)) }
	for range 5 {
		if !ask("a", 0) {
			t.Fatal("held up within what is allowed at once")
		}
	}
	if ask("a", 0) || ask("a", 900*time.Millisecond) {
		t.Error("not held up")
	}
	if !ask("b", 0) {
		t.Error("another is held up")
	}
	if !ask("a", time.Second) || ask("a", time.Second) {
		t.Error("after a second there is one more, and no more than that")
	}
	for i := range 60_000 {
		pages.Allow(l, strings.Repeat("x", 1+i%7)+time.Duration(i).String(), start)
	}
	if !ask("a", time.Minute) || !ask("new", time.Minute) {
		t.Error("so many strangers keep others out for good")
	}
}
