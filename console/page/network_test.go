package page_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/console/access"
	"checkpoint/console/page"
	"checkpoint/scanner/qr/symbol"
	"checkpoint/store/durable"
)

// tablets is a page for one lane, here and on the network.
type tablets struct {
	page   *page.Server
	access *access.Access
	local  string // address of the local screen
	at     string // host:port on the network
}

func onNetwork(t *testing.T) *tablets {
	t.Helper()
	in := func(name string) durable.Bytes { return durable.Bytes(filepath.Join(t.TempDir(), name)) }
	a, err := access.New(in("devices.json"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := access.Certificate(in("page.pem"), []string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &tablets{access: a, at: l.Addr().String()}
	place := access.Place{URL: "https://" + n.at, Fingerprint: access.Fingerprint(c)}
	n.page = page.New(page.Config{Box: "hd-0412", Site: "Sở Nội vụ", Names: []string{"1"}, Status: boxStatus, Network: &page.Network{
		Access: a, Names: []string{"cong-1.lan"}, Place: func() access.Place { return place }, Draw: symbol.Write,
	}})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.page.ServeNetwork(ctx, l, c) }()
	web := httptest.NewServer(n.page.Handler())
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		web.Close()
	})
	n.local = web.URL
	return n
}

// pair gives the cookies of a device that was let in.
func (n *tablets) pair(t *testing.T, name string) string {
	t.Helper()
	device, session, err := n.access.Ask(n.access.Begin().Code, name)
	if err == nil {
		err = n.access.Confirm(n.access.Offered().Asks.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "__Host-device=" + device + "; __Host-session=" + session
}

// stream opens the page's stream as a tablet does and reads its first pieces.
// It ends with the test.
func (n *tablets) stream(t *testing.T, cookies string) (status string, rest *bufio.Reader) {
	t.Helper()
	c, err := tls.Dial("tcp", n.at, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := fmt.Fprintf(c, "GET /events HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", n.at, cookies); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReaderSize(c, 512)
	for line, err := r.ReadString('\n'); ; line, err = r.ReadString('\n') {
		if err != nil {
			t.Fatal(err)
		}
		if status == "" {
			status = strings.TrimSpace(line)
		}
		if strings.HasPrefix(line, "event: beat") || !strings.HasSuffix(status, "200 OK") {
			return status, r
		}
	}
}

// The issue allows 8 MB for 20 clients. What the clients of this test need
// themselves is counted, too.
func TestTwentyTabletsNeedLittleMemory(t *testing.T) {
	n := onNetwork(t)
	n.page.Show(screens()["amber-a03"])
	cookies := n.pair(t, "Máy bảng")
	used := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	n.stream(t, cookies) // what is made once: templates, tables of ciphers
	before := used()
	for range 20 {
		n.stream(t, cookies)
	}
	const most = 8 << 20
	if grown := used() - before; int64(grown) > most {
		t.Errorf("20 clients need %d kB, at most %d", grown>>10, most>>10)
	} else {
		t.Logf("20 clients need %d kB, theirs and the box's", grown>>10)
	}
}

// Whatever tablets open, the local screen has its streams.
func TestTabletsLeaveRoomForTheLocalScreen(t *testing.T) {
	n := onNetwork(t)
	cookies := n.pair(t, "Máy bảng")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	full := 0
	for i := range 60 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+i/20))}}
		client.Transport.(*http.Transport).DialContext = from.DialContext
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+n.at+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", cookies)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusServiceUnavailable {
			full++
		}
	}
	if full != 4 {
		t.Errorf("of 60 tablets %d were turned away, want 4", full)
	}
	answer, err := http.Get(n.local + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the local screen: %s", answer.Status)
	}
}

// A device lets no other in: the pages about devices are the local screen's.
func TestDevicesAreLetInAtTheLocalScreenAlone(t *testing.T) {
	n := onNetwork(t)
	if code := post(t, n.local+"/devices/begin", nil, nil); code != http.StatusOK {
		t.Fatalf("begin: %d", code)
	}
	offer := n.access.Offered()
	html := get(t, n.local+"/devices")
	if !strings.Contains(html, offer.Code[:4]+"-"+offer.Code[4:]) || !strings.Contains(html, `<path d="M`) || !regexp.MustCompile(`[0-9A-F:]{23}</code>`).MatchString(html) {
		t.Errorf("no code, no QR code or no fingerprint in\n%s", html)
	}
	if _, _, err := n.access.Ask(offer.Code, `<i>Máy</i>`); err != nil {
		t.Fatal(err)
	}
	html = get(t, n.local+"/devices")
	if strings.Contains(html, "<i>Máy") || !strings.Contains(html, "&lt;i&gt;Máy") || strings.Contains(html, offer.Code[:4]+"-") {
		t.Errorf("the device that asks is drawn as\n%s", html)
	}
	id := n.access.Offered().Asks.ID
	for name, change := range map[string]func(*http.Request){
		"another site": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a bound name": func(r *http.Request) { r.Host = "elsewhere.example" },
	} {
		if code := post(t, n.local+"/devices/"+id+"/let-in", nil, change); code < 400 {
			t.Errorf("%s lets a device in: %d", name, code)
		}
	}
	if code := post(t, n.local+"/devices/"+id+"/let-in", nil, nil); code != http.StatusOK || len(n.access.Devices()) != 1 {
		t.Errorf("let in: %d, %+v", code, n.access.Devices())
	}
	if html := get(t, n.local+"/"); !strings.Contains(html, `href="/devices`) {
		t.Error("the guard's page has no way to the devices")
	}
	if code := post(t, n.local+"/devices/"+id+"/remove", url.Values{}, nil); code != http.StatusOK || len(n.access.Devices()) != 0 {
		t.Errorf("removed: %d, %+v", code, n.access.Devices())
	}
	if html := get(t, n.local+"/devices/failed?lang=en"); !strings.Contains(html, "Not paired") {
		t.Errorf("a failure is not told:\n%s", html)
	}
}

// Names by which tablets may ask, and those that somebody bound to the address.
func TestHostsOnTheNetwork(t *testing.T) {
	n := onNetwork(t)
	cookies := n.pair(t, "Máy bảng")
	n.page.Show(checkpoint.View{Lane: checkpoint.LaneInfo{Lane: "1"}, State: checkpoint.StateIdle})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	for host, want := range map[string]int{
		"cong-1.lan:8443": 200, "cong-1.lan": 200, "127.0.0.1": 200, "localhost": 421, "127.0.0.2": 421, "cong-1.lan.elsewhere.example": 421, "": 200,
	} {
		r, err := http.NewRequest(http.MethodGet, "https://"+n.at+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host // empty: the address that was asked
		r.Header.Set("Cookie", cookies)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%q: %d, want %d", host, answer.StatusCode, want)
		}
	}
}
