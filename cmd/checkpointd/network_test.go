package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/pin"
)

// everything that a browser may ask of the page, here or on the network.
var everything = []string{
	"GET /", "GET /public", "GET /events", "GET /public/events", "GET /lanes/1/answer", "POST /lanes/1/answer", "POST /lanes/1/priority",
	"POST /lanes/1/type", "POST /lanes/1/form", "POST /lanes/1/forms/1/1", "GET /forms", "GET /places",
	"GET /shift", "POST /shift", "POST /log", "POST /settings", "POST /self-test", "GET /picture",
	"GET /more", "GET /shift/sheet", "GET /log", "GET /training", "GET /settings", "POST /settings/change", "POST /lanes/1/training", "GET /lanes/1/picture/scanner",
	"POST /lanes/1/vehicle", "POST /lanes/1/vehicle/close", "GET /print/poster", "GET //events", "GET /assets/%2e%2e/events", "HEAD /", "TRACE /", "POST /pair/wait",
	"GET /devices", "GET /devices/events", "POST /devices/begin", "POST /devices/X/let-in", "POST /devices/sign-off", "GET /etc/passwd", "GET /assets/", "GET /assets/card.html", "GET /assets/../events", "PUT /", "OPTIONS /events",
}

var passed = url.Values{"turn": {"1"}, "answer": {"passed"}}

// nothing holds that a tablet reaches no data and changes nothing.
func (n *onNetwork) nothing(who string, b *tablet, change func(*http.Request)) {
	n.t.Helper()
	for _, what := range everything {
		method, path, _ := strings.Cut(what, " ")
		form := passed
		if method != http.MethodPost {
			form = nil
		}
		a := b.ask(method, path, form, change)
		n.leaks(who+": "+what, a)
		if a.code < 300 {
			n.t.Errorf("%s: %s: code %d", who, what, a.code)
		}
	}
	if !n.stillOpen() {
		n.t.Fatalf("%s: the decision is not open any more", who)
	}
}

func TestStrangersOnTheNetworkReachNothing(t *testing.T) {
	n := newOnNetwork(t)
	n.stand()
	n.nothing("an unpaired device", n.tablet(), nil)
	n.nothing("a device with cookies of its own", n.tablet(), func(r *http.Request) {
		r.Header.Set("Cookie", "__Host-device=AAAAAA.BBBB; __Host-session=CCCC")
	})

	good := n.tablet()
	good.pair("Máy bảng cổng 1")
	if a := good.get("/"); a.code != http.StatusOK || !strings.Contains(a.body, n.secrets[0]) {
		t.Fatalf("a paired device: %d\n%s", a.code, a.body)
	}
	for name, change := range map[string]func(*http.Request){
		"a form on another site": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"an old browser's":       func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") },
	} {
		if a := good.ask(http.MethodPost, "/lanes/1/answer", passed, change); a.code != http.StatusForbidden {
			t.Errorf("%s, with good cookies: %d", name, a.code)
		}
	}
	n.nothing("a name that was bound to the box's address", good, func(r *http.Request) { r.Host = "elsewhere.example" })
	n.nothing("another address", good, func(r *http.Request) { r.Host = "192.0.2.7:8443" })
	if a := good.ask(http.MethodGet, "/lanes/1/answer?turn=1&answer=passed", nil, nil); a.code != http.StatusMethodNotAllowed {
		t.Errorf("a link that answers: %d", a.code)
	}
	if a := good.post("/lanes/1/answer", url.Values{"answer": {strings.Repeat("x", 1<<20)}}); a.code != http.StatusBadRequest {
		t.Errorf("a form of a megabyte: %d", a.code)
	}
	huge := func(r *http.Request) { r.Header.Set("X-Much", strings.Repeat("x", 1<<15)) }
	if a := good.ask(http.MethodGet, "/", nil, huge); a.code != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("headers of 32 kB: %d", a.code)
	}
	if !n.stillOpen() {
		t.Error("the decision is not open any more")
	}
	if a := good.post("/lanes/1/answer", url.Values{"turn": {"1"}, "answer": {"denied"}}); a.code != http.StatusNoContent || n.stillOpen() {
		t.Errorf("the guard's own answer: %d\n%s", a.code, a.body)
	}
}

func TestThePairingCodeServesOnce(t *testing.T) {
	n := newOnNetwork(t)
	offer, err := n.daemon.client.BeginPairing(t.Context())
	n.must(err)
	form := url.Values{"code": {offer.Offer.Code}, "name": {"Máy bảng"}}
	first, thief := n.tablet(), n.tablet()
	if a := first.get("/pair?code=" + offer.Offer.Code); a.code != http.StatusOK || !strings.Contains(a.body, offer.Offer.Code) {
		t.Errorf("the form: %d", a.code)
	}
	if a := first.post("/pair", form); a.code != http.StatusSeeOther {
		t.Fatalf("the code: %d", a.code)
	}
	if a := thief.post("/pair", form); a.code != http.StatusForbidden || len(a.header["Set-Cookie"]) > 0 {
		t.Errorf("the code again: %d", a.code)
	}
	if a := first.get("/pair/wait"); a.code != http.StatusOK || !strings.Contains(a.body, "Máy bảng") {
		t.Errorf("while nobody confirmed: %d", a.code)
	}
	n.stand()
	n.nothing("a device that nobody confirmed", first, nil)
	n.nothing("one that came with a used code", thief, nil)
}

// A neighbour reads the code off the screen as well, is faster and calls itself
// what the tablet would: the codes to compare tell them apart.
func TestANeighbourWhoIsFasterIsSeen(t *testing.T) {
	n := newOnNetwork(t)
	tablet, neighbour := n.tablet(), n.tablet()
	offer, err := n.daemon.client.BeginPairing(t.Context())
	n.must(err)
	form := url.Values{"code": {offer.Offer.Code}, "name": {"Máy bảng"}}
	if a := neighbour.post("/pair", form); a.code != http.StatusSeeOther {
		t.Fatalf("the neighbour: %d", a.code)
	}
	late := tablet.post("/pair", form)
	now, err := n.daemon.client.Devices(t.Context())
	n.must(err)
	box := now.Offer.Asks.ID
	if !strings.Contains(late.body, "máy khác đã nhanh hơn") || strings.Contains(late.body, box) {
		t.Errorf("the tablet in the hand shows\n%s", late.body)
	}
	if a := neighbour.get("/pair/wait"); !strings.Contains(a.body, box) {
		t.Errorf("the box has %s, the neighbour shows\n%s", box, a.body)
	}
	n.must(n.daemon.client.ConfirmDevice(t.Context(), control.Confirm{ID: box}))
	n.stand()
	n.nothing("the neighbour who was turned away", neighbour, nil)
	tablet.pair("Máy bảng")
	if a := tablet.get("/"); a.code != http.StatusOK {
		t.Errorf("the tablet with a new code: %d", a.code)
	}
}

func TestAStolenCookieIsWorthNothingAfterTheHandOver(t *testing.T) {
	n := newOnNetwork(t)
	good := n.tablet()
	good.pair("Máy bảng")
	home, err := url.Parse(n.at)
	n.must(err)
	thief := n.tablet()
	thief.jar.SetCookies(home, good.jar.Cookies(home))
	stream := n.listenAs(good)
	n.must(n.daemon.client.SignOff(t.Context()))
	if said, err := io.ReadAll(stream); err != nil || !strings.HasSuffix(string(said), "event: over\ndata: over\n\n") {
		t.Errorf("the stream of the session that ended: %v, %q", err, said[max(0, len(said)-100):])
	}
	n.stand()
	n.nothing("the cookies after the hand-over", thief, nil)
	guard := n.pinOf(pin.Guard)
	if a := good.post("/sign-in", url.Values{"pin": {guard}}); a.code != http.StatusSeeOther || a.header.Get("Location") != "/?lang=vi" {
		t.Fatalf("the next guard: %d to %s\n%s", a.code, a.header.Get("Location"), a.body)
	}
	if a := good.get("/"); a.code != http.StatusOK {
		t.Errorf("the next guard's page: %d", a.code)
	}
	n.nothing("the cookies after somebody signed in", thief, nil)

	// A power cut changes none of this.
	n.daemon.kill()
	n.begin()
	home, err = url.Parse(n.at)
	n.must(err)
	good.jar.SetCookies(home, good.jar.Cookies(home))
	if a := good.get("/"); a.code != http.StatusOK {
		t.Errorf("the guard's page after the restart: %d", a.code)
	}
	d, err := n.daemon.client.Devices(t.Context())
	n.must(err)
	n.must(n.daemon.client.RevokeDevice(t.Context(), d.Devices[0].ID))
	n.stand()
	n.nothing("a revoked device", good, nil)
}

// listenAs opens the page's stream, which the caller reads.
func (n *onNetwork) listenAs(b *tablet) io.Reader {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	n.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.at+"/events", nil)
	n.must(err)
	resp, err := b.client.Do(r)
	n.must(err)
	n.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		n.t.Fatalf("the stream: %d", resp.StatusCode)
	}
	return resp.Body
}

func TestGuessingPINsFromATablet(t *testing.T) {
	n := newOnNetwork(t)
	stranger, good := n.tablet(), n.tablet()
	code := n.pinOf(pin.Technician)
	if a := stranger.post("/sign-in", url.Values{"pin": {code}}); a.code != http.StatusSeeOther || a.header.Get("Location") != "/pair?lang=vi" {
		t.Errorf("a stranger with a good PIN: %d to %s", a.code, a.header.Get("Location"))
	}
	good.pair("Máy bảng")
	n.must(n.daemon.client.SignOff(t.Context()))
	wrong := "000000"
	if code == wrong {
		wrong = "111111"
	}
	for i := range 6 {
		a := good.post("/sign-in", url.Values{"pin": {wrong}})
		if a.code != http.StatusForbidden || i >= 4 && !strings.Contains(a.body, "giây") {
			t.Errorf("wrong PIN %d: %d\n%s", i+1, a.code, a.body)
		}
	}
	if a := good.post("/sign-in", url.Values{"pin": {code}}); a.code != http.StatusForbidden {
		t.Errorf("the right PIN during the wait: %d", a.code)
	}
	other := n.tablet()
	other.pair("Máy bảng khác")
	n.must(n.daemon.client.SignOff(t.Context()))
	if a := other.post("/sign-in", url.Values{"pin": {code}}); a.code != http.StatusSeeOther {
		t.Errorf("the right PIN on another tablet: %d", a.code)
	}
	n.stand()
	for _, path := range []string{"/lanes/1/answer", "/lanes/1/priority", "/shift"} {
		if a := other.post(path, passed); a.code != http.StatusForbidden || !n.stillOpen() {
			t.Errorf("a technician at %s: %d", path, a.code)
		}
	}
}

// The lane, the local screen and a tablet at another address go on while one
// address holds 500 connections that say nothing.
func TestSlowConnectionsCostTheLaneNothing(t *testing.T) {
	n := newOnNetwork(t)
	good := n.tabletFrom("127.0.0.2")
	good.pair("Máy bảng")
	address := strings.TrimPrefix(n.at, "https://")
	stop := make(chan struct{})
	attack := make(chan struct{})
	slow := func() net.Conn {
		c, err := net.Dial("tcp", address)
		n.must(err)
		return c
	}
	var held []net.Conn
	for range 500 {
		held = append(held, slow())
	}
	go func() { // who is cut comes again
		defer close(attack)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if c, err := net.Dial("tcp", address); err == nil {
				_, _ = c.Read(make([]byte, 1)) // until it is cut
				c.Close()
			}
		}
	}()
	local := n.daemon.page()
	for _, payload := range n.province.green[:3] {
		n.daemon.admits(n.rig, payload)
		resp, err := http.Get(local + "/")
		n.must(err)
		resp.Body.Close()
		if a := good.get("/"); a.code != http.StatusOK || resp.StatusCode != http.StatusOK {
			t.Errorf("the tablet's page %d, the local one %d", a.code, resp.StatusCode)
		}
	}
	close(stop)
	for _, c := range held {
		c.Close()
	}
	<-attack
}

// What OWASP ZAP's baseline scan looks for in headers and cookies.
func TestBrowsersOnTheNetworkAreToldToTrustTheBoxAlone(t *testing.T) {
	n := newOnNetwork(t)
	b := n.tablet()
	for range 2 { // as a stranger, then paired
		for _, path := range []string{"/", "/public", "/pair", "/pair/wait", "/sign-in", "/events", "/nothing", "/assets/page.js", "/assets/devices.css"} {
			h := b.get(path).header
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Permissions-Policy": "camera=()", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp",
				"Cross-Origin-Resource-Policy": "same-origin",
			} {
				if !strings.Contains(h.Get(name), want) {
					t.Errorf("%s: %s: %q", path, name, h.Get(name))
				}
			}
			if policy := h.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || !strings.Contains(policy, "frame-ancestors 'none'") {
				t.Errorf("%s: policy %s", path, policy)
			}
			if !strings.HasPrefix(path, "/assets/") && h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %s", path, h.Get("Cache-Control"))
			}
			for _, told := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin"} {
				if h.Get(told) != "" {
					t.Errorf("%s: %s: %s", path, told, h.Get(told))
				}
			}
			if kind := h.Get("Content-Type"); strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "charset=utf-8") {
				t.Errorf("%s: %s", path, kind)
			}
		}
		b.pair("Máy bảng")
	}
	offer, err := n.daemon.client.BeginPairing(t.Context())
	n.must(err)
	cookies := b.post("/pair", url.Values{"code": {offer.Offer.Code}, "name": {"Máy bảng"}}).header["Set-Cookie"]
	if len(cookies) != 2 {
		t.Fatalf("cookies %q", cookies)
	}
	for _, c := range cookies {
		if !strings.HasPrefix(c, "__Host-") || !strings.Contains(c, "; Path=/;") || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "Secure") || !strings.Contains(c, "SameSite=Strict") || strings.Contains(c, "Domain") {
			t.Errorf("cookie %s", c)
		}
	}
}

func TestTheNetworkHasTLSAlone(t *testing.T) {
	n := newOnNetwork(t)
	address := strings.TrimPrefix(n.at, "https://")
	resp, err := http.Get("http://" + address + "/pair")
	n.must(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("without TLS: %d", resp.StatusCode)
	}
	if c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}); err == nil {
		c.Close()
		t.Error("TLS 1.2 is spoken")
	}
	if e := n.daemon.show(n.rig, n.province.green[0]); e.Verdict != checkpoint.Admit.String() {
		t.Errorf("the lane: %s", e.Verdict)
	}
}
