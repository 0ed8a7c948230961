package office_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/store/keys"
	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
)

const boxID = "cong-1"

// province is a province's office with keys of its own.
type province struct {
	*office.Office
	t      *testing.T
	keys   string
	server string // https://…; empty: none
}

func newProvince(t *testing.T, name string) *province {
	t.Helper()
	dir := t.TempDir()
	p := &province{t: t, keys: filepath.Join(dir, "keys")}
	_, err := keys.Init(p.keys, name, 1, 1)
	p.must(err)
	_, err = office.NewAuthority(p.keys, name, time.Now())
	p.must(err)
	p.Office, err = office.Open(p.keys, filepath.Join(dir, "office"))
	p.must(err)
	return p
}

func (p *province) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// serve runs the office's server until the test ends.
func (p *province) serve(now func() time.Time) {
	p.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	p.must(err)
	dir := p.t.TempDir()
	_, err = p.Issue(office.ForEnrol, "enrol", []string{"127.0.0.1"}, dir, time.Now(), time.Hour)
	p.must(err)
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "enrol.pem"), filepath.Join(dir, "enrol.key"))
	p.must(err)
	s := &office.Server{Office: p.Office, Certificate: cert, Life: office.DefaultLife, Log: slog.New(slog.DiscardHandler), Now: now}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	p.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			p.t.Error(err)
		}
	})
	p.server = "https://" + l.Addr().String()
}

func (p *province) wanted(id string) office.Box {
	return office.Box{
		ID: id, Site: "Chợ Bình Tây, cổng 1", SiteType: "market", Lanes: []office.Lane{{Name: "1", Direction: "in"}},
		Ways: office.Ways{Broker: "ssl://broker.example:8883", Server: p.server},
	}
}

// invite makes a claim as text.
func (p *province) invite(id string) string {
	p.t.Helper()
	c, err := p.Invite(p.wanted(id), time.Now(), time.Hour)
	p.must(err)
	text, err := c.Text()
	p.must(err)
	return text
}

// machine is new hardware.
func machine(t *testing.T) enrol.Machine { return enrol.Machine{StateDir: t.TempDir()} }

// ask takes the claim and makes the request.
func (p *province) ask(m enrol.Machine, claim string) (enrol.Request, []byte) {
	p.t.Helper()
	_, err := m.Take(claim, time.Now())
	p.must(err)
	r, b, err := m.Request()
	p.must(err)
	return r, b
}

// approve reads the code off the machine and approves it.
func (p *province) approve(r enrol.Request) []byte {
	p.t.Helper()
	code, err := r.Code()
	p.must(err)
	grant, err := p.Accept(r.Box, code, time.Now(), office.DefaultLife)
	p.must(err)
	return grant
}

// enrol takes a machine all the way.
func (p *province) enrol(m enrol.Machine, claim string) {
	p.t.Helper()
	r, b := p.ask(m, claim)
	if _, err := p.Ask(b, "stick", time.Now()); !errors.Is(err, enrol.ErrWaiting) {
		p.t.Fatal(err)
	}
	_, err := m.Accept(p.approve(r))
	p.must(err)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
