package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/console/access"
	"checkpoint/console/control"
	"checkpoint/console/pin"
)

// onNetwork is a box whose page tablets may see, with somebody before its lane
// whom the machine sends to the guard.
type onNetwork struct {
	*rig
	daemon  *process
	at      string // https://host:port
	print   string
	secrets []string // what the page shows of that person
}

const networkPage = "decision_inputs = [\"page\", \"control\"]\n[page]\nlisten = \"127.0.0.1:0\"\nnetwork = \"127.0.0.1:0\"\n"

func newOnNetwork(t *testing.T) *onNetwork {
	t.Helper()
	r := newReadyRig(t, settings{More: networkPage})
	n := &onNetwork{rig: r}
	n.begin()
	return n
}

// begin starts the daemon, also after it was killed.
func (n *onNetwork) begin() {
	n.t.Helper()
	n.daemon = n.start()
	n.daemon.awaitReader(true)
	n.daemon.listen()
	n.find()
}

// find learns where the daemon's page is on the network.
func (n *onNetwork) find() {
	n.t.Helper()
	n.daemon.awaitStatus("the page on the network", func(control.Status) bool {
		d, err := n.daemon.client.Devices(n.t.Context())
		n.at, n.print = d.URL, d.Fingerprint
		return err == nil && d.URL != ""
	})
}

// stand puts somebody before the lane, with a decision open.
func (n *onNetwork) stand() {
	n.t.Helper()
	card := n.province.cards["amber"]
	n.daemon.wants(n.rig, card, checkpoint.Refer, "A02")
	fields := strings.Split(card, "|")
	n.secrets = []string{fields[0], strings.ToUpper(fields[2]), fields[2]}
}

// open tells whether the decision is still open.
func (n *onNetwork) stillOpen() bool {
	n.t.Helper()
	s, err := n.daemon.status()
	n.must(err)
	return s.Lanes[0].State == checkpoint.StateWaiting.String()
}

// tablet is a browser on the network: it trusts the certificate whose
// fingerprint the box shows, keeps cookies and follows no redirect.
type tablet struct {
	n      *onNetwork
	client *http.Client
	jar    *cookiejar.Jar
}

func (n *onNetwork) tablet() *tablet { return n.tabletFrom("127.0.0.1") }

func (n *onNetwork) tabletFrom(address string) *tablet {
	n.t.Helper()
	jar, err := cookiejar.New(nil)
	n.must(err)
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	transport := &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, // nobody vouches for the box: its fingerprint is compared
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			if got := access.Fingerprint(tls.Certificate{Certificate: raw}); got != n.print {
				n.t.Errorf("the certificate is %s, the box shows %s", got, n.print)
			}
			return nil
		},
	}}
	n.t.Cleanup(transport.CloseIdleConnections)
	return &tablet{n, &http.Client{Transport: transport, Jar: jar, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, jar}
}

// answer is what the box sent.
type answer struct {
	code   int
	header http.Header
	body   string
}

func (b *tablet) ask(method, path string, form url.Values, change func(*http.Request)) answer {
	b.n.t.Helper()
	// A stream does not end: what it sends at first is enough.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, b.n.at+path, strings.NewReader(form.Encode()))
	b.n.must(err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if change != nil {
		change(r)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.n.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	a := answer{code: resp.StatusCode, header: resp.Header}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		first := make([]byte, 1<<15)
		for !strings.Contains(a.body, "event: beat") {
			k, err := resp.Body.Read(first)
			b.n.must(err)
			a.body += string(first[:k])
		}
		return a
	}
	text, err := io.ReadAll(resp.Body)
	b.n.must(err)
	a.body = string(text)
	return a
}

func (b *tablet) get(path string) answer { return b.ask(http.MethodGet, path, nil, nil) }

func (b *tablet) post(path string, form url.Values) answer {
	return b.ask(http.MethodPost, path, form, nil)
}

// pair pairs the tablet as people do, with checkpointctl's part on the socket.
func (b *tablet) pair(name string) {
	b.n.t.Helper()
	ctx := b.n.t.Context()
	offer, err := b.n.daemon.client.BeginPairing(ctx)
	b.n.must(err)
	if a := b.post("/pair", url.Values{"code": {offer.Offer.Code}, "name": {name}}); a.code != http.StatusSeeOther {
		b.n.t.Fatalf("pair: %d\n%s", a.code, a.body)
	}
	asks, err := b.n.daemon.client.Devices(ctx)
	b.n.must(err)
	b.n.must(b.n.daemon.client.ConfirmDevice(ctx, control.Confirm{ID: asks.Offer.Asks.ID, In: true}))
}

func (n *onNetwork) pinOf(role pin.Role) string {
	n.t.Helper()
	g, err := n.daemon.client.IssuePIN(n.t.Context(), control.NewPIN{Role: role, Holder: "Ca A"})
	n.must(err)
	return g.PIN
}

// leaks fails the test if an answer tells anything of the person.
func (n *onNetwork) leaks(what string, a answer) {
	n.t.Helper()
	for _, secret := range n.secrets {
		if strings.Contains(a.body, secret) {
			n.t.Errorf("%s: the answer tells %q", what, secret)
		}
	}
	if strings.Contains(a.body, "KIỂM TRA") || strings.Contains(a.body, "MỜI QUA") {
		n.t.Errorf("%s: the answer tells a verdict", what)
	}
}
