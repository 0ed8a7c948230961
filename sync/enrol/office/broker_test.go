package office_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/mosquittotest"
)

func roots(t *testing.T, m enrol.Machine) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(read(t, filepath.Join(m.StateDir, enrol.AuthorityFile)))) {
		t.Fatal("no authority")
	}
	return pool
}

// connect tries a machine's certificate at the broker.
func connect(t *testing.T, b *mosquittotest.Broker, m enrol.Machine) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, err := link.Dial(ctx, link.Options{
		Broker: b.SecureURL(), ClientID: boxID,
		TLS: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots(t, m), Certificates: []tls.Certificate{identity(t, m)}},
	})
	if err != nil {
		return err
	}
	defer c.Leave("")
	return c.Subscribe(ctx, "checkpoint/v1/mau/"+boxID+"/mark", func(link.Message) {})
}

// The real broker takes the profiles as they are, knows a box by its
// certificate's name, and turns away who is on the revocation list.
func TestMosquittoTakesTheCertificates(t *testing.T) {
	p := newProvince(t, "mau")
	dir := t.TempDir()
	_, err := p.Issue(office.ForBroker, "broker", []string{"127.0.0.1", "localhost"}, dir, time.Now(), time.Hour)
	p.must(err)
	crl, acl := filepath.Join(dir, "crl.pem"), filepath.Join(dir, "acl")
	p.must(p.WriteCRL(crl, time.Now()))
	p.must(os.WriteFile(acl, []byte("pattern readwrite checkpoint/v1/mau/%u/#\n"), 0o644))
	broker := mosquittotest.Start(t, mosquittotest.TLS(filepath.Join(dir, "ca.pem"), filepath.Join(dir, "broker.pem"), filepath.Join(dir, "broker.key"),
		"crlfile "+crl, "use_identity_as_username true", "acl_file "+acl)...)

	m := machine(t)
	p.enrol(m, p.invite(boxID))
	if err := connect(t, broker, m); err != nil {
		t.Fatalf("an approved box: %v", err)
	}
	stranger := newProvince(t, "khac")
	other := machine(t)
	stranger.enrol(other, stranger.invite(boxID))
	p.must(os.WriteFile(filepath.Join(other.StateDir, enrol.AuthorityFile), []byte(read(t, filepath.Join(m.StateDir, enrol.AuthorityFile))), 0o644))
	if err := connect(t, broker, other); err == nil {
		t.Error("a box of another province was let in")
	}
	// A server's certificate is no client's.
	serverAsClient := identityOf(t, dir, "broker")
	if _, err := serverAsClient.Leaf.Verify(x509.VerifyOptions{Roots: roots(t, m), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err == nil {
		t.Error("the broker's certificate serves as a client's")
	}
	p.must(p.Retire(boxID, time.Now()))
	p.must(p.WriteCRL(crl, time.Now()))
	broker.Restart()
	if err := connect(t, broker, m); err == nil {
		t.Error("a retired box was let in")
	}
}

func identityOf(t *testing.T, dir, name string) tls.Certificate {
	t.Helper()
	c, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAuthorityVouchesForMachinesOnly(t *testing.T) {
	p := newProvince(t, "mau")
	cert, err := x509.ParseCertificate(p.Authority().Certificate())
	p.must(err)
	if !cert.IsCA || !cert.MaxPathLenZero || cert.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign {
		t.Errorf("authority: %+v", cert)
	}
	if _, err := office.NewAuthority(p.keys, "mau", time.Now()); err == nil {
		t.Error("a second authority was made over the first")
	}
	dir := t.TempDir()
	for _, c := range []struct {
		profile office.Profile
		name    string
		hosts   []string
	}{{office.ForBroker, "broker", nil}, {office.ForCollector, "collector", []string{"host"}}, {office.ForOffice, "Tên", nil}, {office.ForCollector, "thu-thap", nil}, {office.ForOffice, "collector.x", nil}} {
		if _, err := p.Issue(c.profile, c.name, c.hosts, dir, time.Now(), time.Hour); err == nil {
			t.Errorf("%+v was issued", c)
		}
	}
	_, err = p.Issue(office.ForCollector, "collector.thu-thap", nil, dir, time.Now(), time.Hour)
	p.must(err)
	_, err = p.Issue(office.ForOffice, "van-phong", nil, dir, time.Now(), time.Hour)
	p.must(err)
	for _, id := range []string{"collector", "office", "van-phong"} {
		if _, err := p.Invite(p.wanted(id), time.Now(), time.Hour); !errors.Is(err, office.ErrTaken) {
			t.Errorf("a box was invited as %s: %v", id, err)
		}
	}
	p.invite(boxID)
	if _, err := p.Issue(office.ForOffice, boxID, nil, dir, time.Now(), time.Hour); !errors.Is(err, office.ErrTaken) {
		t.Errorf("an office has the name of a box: %v", err)
	}
}
