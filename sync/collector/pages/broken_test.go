package pages_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/pages"
)

// shelf keeps what a server logs.
type shelf struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *shelf) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *shelf) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// A page whose code breaks says so in words, and the log says where: never what was
// asked for, nor what broke where that may be somebody's.
func TestAPageThatBreaksSaysSo(t *testing.T) {
	p := newProvince(t, &small)
	var log shelf
	p.server.Log = slog.New(slog.NewTextHandler(&log, nil))
	pages.Break(p.server, "/broken", "Nguyễn Văn An 001090000011")
	p.account("phong", []string{"all"}, office.Reports)
	v := p.enters("phong")
	code, body, _ := v.get("/broken?number=001090000011", nil)
	if code != http.StatusInternalServerError || !strings.Contains(body, "Tell the province&#39;s IT office") || !strings.Contains(body, "<nav") {
		t.Errorf("%d\n%s", code, body)
	}
	if said := log.String(); !strings.Contains(said, "page broke") || !strings.Contains(said, "export_test.go:") || strings.Contains(said, "001090000011") || strings.Contains(said, "Nguy") {
		t.Errorf("the log: %s", said)
	}
	counted := false
	for _, a := range p.server.Answers() {
		counted = counted || a.Route == "GET /broken" && a.Codes[500] == 1
	}
	if !counted {
		t.Errorf("counted: %+v", p.server.Answers())
	}
	v.sees("/daily", nil) // the others go on
}

// serves has the province's pages served as the program serves them.
func (p *province) serves() {
	p.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	p.check(err)
	ctx, cancel := context.WithCancel(p.t.Context())
	done := make(chan error, 1)
	go func() { done <- p.server.Serve(ctx, l, nil) }()
	p.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("served until %v", err)
		}
	})
	p.web = &httptest.Server{URL: "http://" + l.Addr().String()}
}

// An address that is longer than any page's is answered in words, also where
// somebody is logged in; what is longer than a header may be, by its number.
func TestALongAddressIsAnswered(t *testing.T) {
	p := newProvince(t, &small)
	p.serves()
	p.account("phong", []string{"all"}, office.Reports)
	v := p.enters("phong")
	for length, want := range map[int]int{8000: http.StatusOK, 10_000: http.StatusRequestURITooLong, 20_000: http.StatusRequestURITooLong, 60_000: http.StatusRequestHeaderFieldsTooLarge} {
		code, body, _ := v.get("/daily?x="+strings.Repeat("a", length), nil)
		if code != want || code == http.StatusRequestURITooLong && !strings.Contains(body, "address is too long") && !strings.Contains(body, "quá dài") {
			t.Errorf("%d bytes: %d\n%.600s", length, code, body)
		}
	}
	stranger := p.visitor()
	for _, length := range []int{1000, 8000} {
		code, _, where := stranger.get("/daily?x="+strings.Repeat("'", length), nil)
		if code != http.StatusSeeOther {
			t.Fatalf("%d bytes: %d", length, code)
		}
		stranger.sees(where, nil)
	}
}
