package office_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// From the claim to a box that has all it needs, over the office's server, on a
// machine whose clock is at 1970.
func TestEnrolmentOverTheNetwork(t *testing.T) {
	p := newProvince(t, "mau")
	p.serve(time.Now)
	m := machine(t)
	r, message := p.ask(m, p.invite(boxID))
	c, err := m.Claim()
	p.must(err)
	start := time.Unix(0, 0)
	way, err := enrol.NewOffice(c, func() time.Time { return c.At(start) })
	p.must(err)
	for range 2 { // the same request again changes nothing
		if _, err := way.Ask(t.Context(), message); !errors.Is(err, enrol.ErrWaiting) {
			t.Fatalf("before approval: %v", err)
		}
	}
	p.approve(r)
	grant, err := way.Ask(t.Context(), message)
	p.must(err)
	_, err = m.Accept(grant)
	p.must(err)

	state := func(name string) string { return filepath.Join(m.StateDir, name) }
	if read(t, state(keys.PepperFile)) != read(t, filepath.Join(p.keys, keys.PepperFile)) {
		t.Error("the box has another pepper than the province")
	}
	trust, err := snapshot.ReadTrust(state(keys.ProvinceFile))
	if err != nil || !keys.SameProvince(trust, p.Trust()) {
		t.Errorf("province.json: %v", err)
	}
	for _, secret := range []string{keys.PepperFile, keys.SealingFile, enrol.BoxKeyFile, enrol.IdentityFile, "enrol/tls.key", "enrol/claim"} {
		info, err := os.Stat(state(secret))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", secret, info.Mode(), err)
		}
	}
	if floor := read(t, state("clock-floor")); !strings.HasPrefix(floor, time.Now().UTC().Format("2006-01-")) {
		t.Errorf("the clock's floor is %s", floor)
	}
	if cert, err := enrol.ReadIdentity(state(enrol.IdentityFile)); err != nil || cert.Leaf.Subject.CommonName != boxID {
		t.Errorf("identity: %v", err)
	}
	b, err := p.Box(boxID)
	if err != nil || b.State != office.Approved || !bytes.Equal(b.Key, r.Key) || len(b.Certificates) != 1 {
		t.Errorf("register: %+v, %v", b, err)
	}
}

func TestNoSecretOfTheBoxOrTheProvinceIsOnTheWay(t *testing.T) {
	p := newProvince(t, "mau")
	m := machine(t)
	claim := p.invite(boxID)
	r, message := p.ask(m, claim)
	_, err := p.Ask(message, "stick", time.Now())
	if !errors.Is(err, enrol.ErrWaiting) {
		t.Fatal(err)
	}
	grant := p.approve(r)
	pepper, err := snapshot.ReadPepper(filepath.Join(p.keys, keys.PepperFile))
	p.must(err)
	c, err := m.Claim()
	p.must(err)
	signer, err := keys.ReadSigner(filepath.Join(m.StateDir, enrol.BoxKeyFile))
	p.must(err)
	for name, secret := range map[string][]byte{"pepper": pepper[:], "token": c.Token, "box's key": signer.Seed()} {
		if bytes.Contains(message, secret) || bytes.Contains(grant, secret) {
			t.Errorf("the %s can be read on the way", name)
		}
	}
	if other := machine(t); true {
		p.ask(other, claim)
		if _, err := other.Accept(grant); !errors.Is(err, enrol.ErrGrantNotOurs) {
			t.Errorf("another machine took the reply: %v", err)
		}
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	now := time.Now()
	p := newProvince(t, "mau")
	claim := p.invite(boxID)
	m := machine(t)
	r, message := p.ask(m, claim)

	thief := machine(t)
	p.ask(thief, p.other(boxID))
	expect := func(what string, err error, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	_, err := p.Ask([]byte("nonsense"), "x", now)
	expect("nonsense", err, enrol.Malformed)
	_, foreign, err := thief.Request()
	p.must(err)
	_, err = p.Ask(foreign, "x", now)
	expect("a claim of another province", err, enrol.UnknownClaim)
	_, err = p.Ask(message, "x", now.Add(2*time.Hour))
	expect("too late", err, enrol.ExpiredClaim)
	_, err = p.Ask(message, "x", now)
	expect("in time", err, enrol.ErrWaiting)
	_, err = p.Ask(message, "x", now.Add(2*time.Hour))
	expect("the same later", err, enrol.ErrWaiting)
	second := machine(t)
	_, other := p.ask(second, claim)
	_, err = p.Ask(other, "x", now)
	expect("the claim a second time", err, enrol.UsedClaim)

	_, err = p.Accept(boxID, "0000-0000-0000-0000", now, time.Hour)
	expect("a wrong code", err, office.ErrCode)
	p.approve(r)
	_, err = p.Accept(boxID, "0000-0000-0000-0000", now, time.Hour)
	expect("twice", err, office.ErrState)
	_, err = p.Ask(other, "x", now)
	expect("the claim after approval", err, enrol.UsedClaim)
	p.must(p.Retire(boxID, now))
	for _, message := range [][]byte{message, other} {
		_, err = p.Ask(message, "x", now)
		expect("after retirement", err, enrol.Retired)
	}
	_, err = p.Recert(boxID, now, time.Hour)
	expect("a certificate for a retired box", err, office.ErrState)
	_, err = p.Invite(p.wanted(boxID), now, time.Hour)
	expect("its name again", err, office.ErrState)
}

// other is a claim for that box of another province.
func (p *province) other(id string) string { return newProvince(p.t, "khac").invite(id) }

func TestReplacedMachineLosesEverything(t *testing.T) {
	now := time.Now()
	p := newProvince(t, "mau")
	old := machine(t)
	p.enrol(old, p.invite(boxID))
	before, err := p.Box(boxID)
	p.must(err)
	c, err := p.Replace(boxID, now, time.Hour)
	p.must(err)
	text, err := c.Text()
	p.must(err)
	if c.Site != before.Site || len(c.Lanes) != 1 || c.Lanes[0].Name != "1" {
		t.Errorf("the claim is for another place: %+v", c)
	}
	fresh := machine(t)
	p.enrol(fresh, text)
	after, err := p.Box(boxID)
	p.must(err)
	if len(after.Former) != 1 || !bytes.Equal(after.Former[0].Key, before.Key) || bytes.Equal(after.Key, before.Key) || len(after.History) <= len(before.History) {
		t.Errorf("register: %+v", after)
	}
	if after.Certificates[0].Revoked.IsZero() || !after.Certificates[1].Revoked.IsZero() {
		t.Errorf("certificates: %+v", after.Certificates)
	}
	renewing, err := old.Renew()
	p.must(err)
	if _, err := p.Renew(renewing.Message, identity(t, old).Leaf, now, time.Hour); !errors.Is(err, enrol.Retired) {
		t.Errorf("the machine that was replaced renews: %v", err)
	}
	_, message, err := old.Request()
	p.must(err)
	if _, err := p.Ask(message, "x", now); !errors.Is(err, enrol.UnknownClaim) {
		t.Errorf("the machine that was replaced asks: %v", err)
	}
}

func identity(t *testing.T, m enrol.Machine) tls.Certificate {
	t.Helper()
	c, err := enrol.ReadIdentity(filepath.Join(m.StateDir, enrol.IdentityFile))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A renewal brings a new certificate of a new key, and a new pepper if there is
// one; the old pepper stays for the data of before.
func TestRenewal(t *testing.T) {
	p := newProvince(t, "mau")
	p.serve(time.Now)
	m := machine(t)
	p.enrol(m, p.invite(boxID))
	first, old := identity(t, m), read(t, filepath.Join(m.StateDir, keys.PepperFile))
	p.must(os.WriteFile(filepath.Join(p.keys, keys.PepperFile), []byte(strings.Repeat("ab", 32)+"\n"), 0o600))
	renew := func(with tls.Certificate) error {
		r, err := m.Renew()
		p.must(err)
		way := enrol.RenewalOffice(p.server, &tls.Config{RootCAs: roots(t, m), Certificates: []tls.Certificate{with}})
		b, err := way.Renew(t.Context(), r.Message)
		if err != nil {
			return err
		}
		_, err = r.Accept(b)
		return err
	}
	p.must(renew(first))
	second := identity(t, m)
	if second.Leaf.Equal(first.Leaf) || bytes.Equal(second.Leaf.RawSubjectPublicKeyInfo, first.Leaf.RawSubjectPublicKeyInfo) {
		t.Error("the certificate or its key is the old one")
	}
	if got := read(t, filepath.Join(m.StateDir, keys.PepperFile)); got != strings.Repeat("ab", 32)+"\n" {
		t.Error("the box has no new pepper")
	}
	if read(t, filepath.Join(m.StateDir, keys.BeforeFile)) != old {
		t.Error("the box has lost the pepper of its data")
	}
	p.must(renew(second))
	if enrolled, err := m.Resume(); err != nil || !enrolled {
		t.Errorf("after a renewal: %t, %v", enrolled, err)
	}
	// Somebody else's certificate renews nothing of this box.
	other := machine(t)
	p.enrol(other, p.invite("cong-2"))
	if err := renew(identity(t, other)); !errors.Is(err, enrol.Retired) {
		t.Errorf("with the certificate of another box: %v", err)
	}
	for range 20 {
		if err := renew(identity(t, m)); errors.Is(err, enrol.TooMany) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if b, err := p.Box(boxID); err != nil || len(b.Certificates) > 12 {
		t.Errorf("%d certificates in a day, %v", len(b.Certificates), err)
	}
	p.must(p.Retire(boxID, time.Now()))
	if err := renew(second); !errors.Is(err, enrol.Retired) {
		t.Errorf("a retired box: %v", err)
	}
	if b, err := p.Box(boxID); err != nil || b.Grant != nil {
		t.Errorf("the office keeps a grant for a retired box: %v", err)
	}
}

// A machine whose certificate has expired gets one by hand, for the same
// request.
func TestCertificateByHand(t *testing.T) {
	p := newProvince(t, "mau")
	m := machine(t)
	p.enrol(m, p.invite(boxID))
	before := identity(t, m)
	grant, err := p.Recert(boxID, time.Now(), 2*office.DefaultLife)
	p.must(err)
	old, err := p.Box(boxID)
	p.must(err)
	if _, err = m.Accept(grant); err != nil {
		t.Fatal(err)
	}
	if identity(t, m).Leaf.Equal(before.Leaf) || len(old.Certificates) != 2 {
		t.Error("no new certificate")
	}
	p.must(p.Retire(boxID, time.Now()))
}
