package main

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"checkpoint/sync/mosquittotest"
)

// servedPages is the pages' process behind TLS, and a browser before it.
type servedPages struct {
	*headOffice
	base      string
	client    *http.Client
	authority *mosquittotest.Authority
	cert, key string
	health    string          // address of its page of health
	log       strings.Builder // of the process; to be read when it has ended
	stop      func()
}

func servePages(t *testing.T) *servedPages {
	t.Helper()
	o := &servedPages{headOffice: newHeadOffice(t), authority: mosquittotest.NewAuthority(t)}
	_, o.cert, o.key = o.authority.Files("pages")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	o.check(err)
	o.base, o.health = "https://"+l.Addr().String(), free(t)
	o.check(l.Close())
	text, err := os.ReadFile(o.config)
	o.check(err)
	text = append(text, "[pages]\nname = \"Tỉnh Mẫu\"\nlisten = \""+l.Addr().String()+"\"\nhosts = [\"chot.example\"]\ncertificate = \""+o.cert+"\"\nkey = \""+o.key+"\"\nhealth = \""+o.health+"\"\n"...)
	o.check(os.WriteFile(o.config, text, 0o644))
	jar, err := cookiejar.New(nil)
	o.check(err)
	o.client = &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: o.authority.Client("browser")},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	cmd := collectord("serve", "--config", o.config)
	cmd.Stdout, cmd.Stderr = &o.log, &o.log
	o.check(cmd.Start())
	ended := false
	o.stop = func() {
		if ended {
			return
		}
		ended = true
		o.client.CloseIdleConnections()
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("collectord serve: %v\n%s", err, o.log.String())
		}
	}
	t.Cleanup(o.stop)
	for end := time.Now().Add(time.Minute); ; {
		if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
			o.check(c.Close())
			return o
		}
		if time.Now().After(end) {
			t.Fatal("collectord serve does not listen")
		}
		time.Sleep(10 * time.Millisecond) // another process: nothing to wait on but its port
	}
}

// ask sends a request; change may change it first.
func (o *servedPages) ask(method, path string, form url.Values, change func(*http.Request)) (*http.Response, string) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.base+path, strings.NewReader(form.Encode()))
	o.check(err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if change != nil {
		change(r)
	}
	answer, err := o.client.Do(r)
	o.check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	o.check(err)
	return answer, string(body)
}

var firstPassword = regexp.MustCompile(`\b[a-z2-7]{4}(-[a-z2-7]{4}){3}\b`)

// A clerk logs in over TLS with the first password that the office was told, and
// sees the own commune's people; whoever comes by another name, from another
// site's page or without end is turned away.
func TestThePagesAreServed(t *testing.T) {
	o := servePages(t)
	password := firstPassword.FindString(o.run("", "account", "add", "xa-1", "--roles", "lists", "--scope", "commune:"+o.Commune(1)))
	entry, _ := o.ask(http.MethodPost, "/login", url.Values{"name": {"xa-1"}, "password": {password}}, nil)
	if entry.StatusCode != http.StatusSeeOther || entry.Header.Get("Location") != "/" {
		t.Fatalf("log in: %s", entry.Status)
	}
	cookie := entry.Header.Get("Set-Cookie")
	for _, part := range []string{"__Host-session=", "Path=/", "HttpOnly", "Secure", "SameSite=Strict"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the session's cookie lacks %s: %s", part, cookie)
		}
	}
	page, body := o.ask(http.MethodGet, "/arrivals?day="+o.day(1), nil, nil)
	if page.StatusCode != http.StatusOK || !strings.Contains(body, `name="says:`) {
		t.Fatalf("arrivals: %s\n%s", page.Status, body)
	}
	for name, want := range map[string]string{"Strict-Transport-Security": "max-age=", "Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "X-Frame-Options": "DENY"} {
		if got := page.Header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if strange, _ := o.ask(http.MethodGet, "/login", nil, func(r *http.Request) { r.Host = "evil.example" }); strange.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("by another name: %s", strange.Status)
	}
	csrf := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(body)[1]
	for what, change := range map[string]func(*http.Request){
		"another site's page": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another origin":      func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
	} {
		if refused, _ := o.ask(http.MethodPost, "/logout", url.Values{"csrf": {csrf}}, change); refused.StatusCode != http.StatusForbidden {
			t.Errorf("a form of %s: %s", what, refused.Status)
		}
	}
	if refused, _ := o.ask(http.MethodPost, "/arrivals/say", url.Values{"csrf": {"x"}}, nil); refused.StatusCode != http.StatusForbidden {
		t.Errorf("a form without its token: %s", refused.Status)
	}
	if large, _ := o.ask(http.MethodPost, "/arrivals/say", url.Values{"csrf": {strings.Repeat("x", 2<<20)}}, nil); large.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 2 MB: %s", large.Status)
	}
	o.stop()
	for _, secret := range []string{password, o.Case(0).Number, csrf} {
		if strings.Contains(o.log.String(), secret) {
			t.Errorf("the log says %q", secret)
		}
	}
}

// The pages' process tells people and Prometheus how it fares, of nobody, and to
// this machine alone; what is told stands in the guide.
func TestThePagesTellHowTheyFare(t *testing.T) {
	o := servePages(t)
	o.ask(http.MethodGet, "/login", nil, nil)
	o.ask(http.MethodGet, "/arrivals?commune=nobody", nil, nil)
	o.ask(http.MethodGet, "/arrivals?commune=nobody", nil, nil)
	o.ask(http.MethodGet, "/made-up-by-a-browser", nil, nil)
	out, err := collectord("health", "--receive", "", "--open", "", "--pages", o.health).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "đang phục vụ / serving") || !strings.Contains(string(out), "answered 4 ") {
		t.Errorf("health says %s, %v", out, err)
	}
	rebound, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+o.health+"/metrics", nil)
	o.check(err)
	rebound.Host = "evil.example:9643"
	turned, err := http.DefaultClient.Do(rebound)
	o.check(err)
	o.check(turned.Body.Close())
	if turned.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("health, asked for by another site's name: %s", turned.Status)
	}
	text := scraped(t, o.health)
	wellFormed(t, text)
	for _, want := range []string{
		"pages_connected 1", `pages_answers_total{route="GET /arrivals",code="300"} 2`, `pages_answers_total{route="GET /login",code="200"} 1`, `pages_answers_total{route="/",code="300"} 1`,
		`pages_answer_duration_seconds_count{route="GET /arrivals"} 2`, `pages_answer_duration_seconds_bucket{route="GET /arrivals",le="+Inf"} 2`,
	} {
		if !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("no line %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "nobody") || strings.Contains(text, "made-up") {
		t.Errorf("what was asked for is told:\n%s", text)
	}
	guide, err := os.ReadFile("../../docs/collector.md")
	o.check(err)
	for _, name := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(string(guide), "`"+name[1]) {
			t.Errorf("the guide does not tell of %s", name[1])
		}
	}
	for _, name := range dashboardNames(t) {
		if strings.HasPrefix(name, "pages_") && !strings.Contains(text, "\n"+name) {
			t.Errorf("the dashboard asks for %s, which the pages do not print", name)
		}
	}
}

// A certificate that is renewed is the next connection's.
func TestARenewedCertificateNeedsNoRestart(t *testing.T) {
	o := servePages(t)
	shown := func() string {
		c, err := tls.Dial("tcp", strings.TrimPrefix(o.base, "https://"), o.authority.Client("browser"))
		o.check(err)
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	before := shown()
	if again := shown(); again != before {
		t.Fatalf("serial %s, then %s", before, again)
	}
	o.authority.Files("pages") // writes over the files
	if after := shown(); after == before {
		t.Error("the old certificate is still shown")
	}
}
