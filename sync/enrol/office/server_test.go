package office_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/store/keys"
	"checkpoint/sync/enrol"
)

// A new box speaks to the server that the claim names and to no other.
func TestServerOfSomebodyElse(t *testing.T) {
	p, thief := newProvince(t, "mau"), newProvince(t, "mau")
	thief.serve(time.Now)
	p.server = thief.server // as if the thief sat on its address
	m := machine(t)
	_, message := p.ask(m, p.invite(boxID))
	c, err := m.Claim()
	p.must(err)
	way, err := enrol.NewOffice(c, time.Now)
	p.must(err)
	var refusal enrol.Refusal
	if _, err := way.Ask(t.Context(), message); err == nil || errors.Is(err, enrol.ErrWaiting) || errors.As(err, &refusal) {
		t.Errorf("the box spoke to it: %v", err)
	}
}

func TestServerBoundsWhatStrangersDo(t *testing.T) {
	p := newProvince(t, "mau")
	at := time.Now()
	p.serve(func() time.Time { return at })
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	t.Cleanup(client.CloseIdleConnections)
	post := func(path string, size int) int {
		t.Helper()
		resp, err := client.Post(p.server+path, "", bytes.NewReader(make([]byte, size)))
		p.must(err)
		p.must(resp.Body.Close())
		return resp.StatusCode
	}
	if got := post(enrol.EnrolPath, enrol.MaxBody+1); got != http.StatusBadRequest {
		t.Errorf("a body that is too large: %d", got)
	}
	if got := post(enrol.RenewPath, 10); got != http.StatusForbidden {
		t.Errorf("a renewal without a certificate: %d", got)
	}
	if got := post("/", 0); got != http.StatusNotFound {
		t.Errorf("anything else: %d", got)
	}
	last := 0
	for range 100 {
		last = post(enrol.EnrolPath, 10)
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("a hundred requests in a minute: %d", last)
	}
}

// Whatever a power cut left of an enrolment, it goes on: each step's files are
// there in the order in which they were written, or not yet.
func TestEveryCutOfAnEnrolment(t *testing.T) {
	p := newProvince(t, "mau")
	claim := p.invite(boxID)
	m := machine(t)
	r, b := p.ask(m, claim)
	if _, err := p.Ask(b, "stick", time.Now()); !errors.Is(err, enrol.ErrWaiting) {
		t.Fatal(err)
	}
	grant := p.approve(r)
	_, err := m.Accept(grant)
	p.must(err)
	asked := []string{"enrol/claim", enrol.BoxKeyFile, keys.SealingFile, "enrol/tls.key", "enrol/request"}
	granted := []string{"enrol/grant", keys.ProvinceFile, enrol.AuthorityFile, keys.PepperFile, "clock-floor", enrol.IdentityFile, "enrol/number"}
	for n := range len(asked) + len(granted) + 1 {
		cut := machine(t)
		for _, name := range append(asked[:len(asked):len(asked)], granted...)[:n] {
			to := filepath.Join(cut.StateDir, name)
			p.must(os.MkdirAll(filepath.Dir(to), 0o700))
			p.must(os.WriteFile(to, []byte(read(t, filepath.Join(m.StateDir, name))), 0o600))
		}
		enrolled, err := cut.Resume()
		if err != nil || enrolled != (n > len(asked)) {
			t.Errorf("after %d files: enrolled %t, %v", n, enrolled, err)
		}
		if n < len(asked) {
			p.ask(cut, claim) // with keys of its own, where the old ones were not written yet
			continue
		}
		_, err = cut.Accept(grant)
		p.must(err)
		for _, name := range granted {
			if read(t, filepath.Join(cut.StateDir, name)) != read(t, filepath.Join(m.StateDir, name)) && name != "clock-floor" {
				t.Errorf("after %d files: %s differs", n, name)
			}
		}
	}
}

func TestForgedAndOldRepliesAreNotTaken(t *testing.T) {
	p, other := newProvince(t, "mau"), newProvince(t, "mau")
	m := machine(t)
	r, b := p.ask(m, p.invite(boxID))
	_, err := p.Ask(b, "stick", time.Now())
	if !errors.Is(err, enrol.ErrWaiting) {
		t.Fatal(err)
	}
	first := p.approve(r)
	second, err := p.Recert(boxID, time.Now(), time.Hour)
	p.must(err)
	foreign := machine(t)
	fr, fb := other.ask(foreign, other.invite(boxID))
	if _, err := other.Ask(fb, "stick", time.Now()); !errors.Is(err, enrol.ErrWaiting) {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		reply []byte
		want  error
	}{
		"nonsense":           {[]byte("x"), enrol.ErrNotAGrant},
		"another office's":   {other.approve(fr), enrol.ErrGrantForged},
		"changed on the way": {flipped(second), nil},
	} {
		_, err := m.Accept(c.reply)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	if exists(filepath.Join(m.StateDir, keys.PepperFile)) || exists(filepath.Join(m.StateDir, "enrol/grant")) {
		t.Error("something of a refused reply was kept")
	}
	_, err = m.Accept(second)
	p.must(err)
	if _, err := m.Accept(first); !errors.Is(err, enrol.ErrGrantOutdated) {
		t.Errorf("the older reply: %v", err)
	}
}

func flipped(b []byte) []byte {
	c := bytes.Clone(b)
	c[len(c)/2] ^= 1
	return c
}
