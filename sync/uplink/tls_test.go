package uplink_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint/sync/collector"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
)

// authority is a certificate authority for one test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t}
	a.cert, a.key = a.issue("province", nil, nil)
	return a
}

func (a *authority) issue(name string, parent *x509.Certificate, signer crypto.Signer) (*x509.Certificate, crypto.Signer) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: parent == nil,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	c, err = x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return c, key
}

func (a *authority) client(name string) *tls.Config {
	cert, key := a.issue(name, a.cert, a.key)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
}

// broker writes the broker's files and returns its configuration lines.
func (a *authority) broker() []string {
	a.t.Helper()
	cert, key := a.issue("broker", a.cert, a.key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	dir := a.t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			a.t.Fatal(err)
		}
		return path
	}
	return []string{
		"cafile " + write("ca.pem", "CERTIFICATE", a.cert.Raw),
		"certfile " + write("cert.pem", "CERTIFICATE", cert.Raw),
		"keyfile " + write("key.pem", "PRIVATE KEY", der),
		"require_certificate true",
	}
}

func TestRecordsTravelOverMutualTLS(t *testing.T) {
	province := newAuthority(t)
	broker := mosquittotest.Start(t, province.broker()...)
	url := strings.Replace(broker.URL(), "tcp://", "ssl://", 1)
	store := collector.NewMemory()
	r, err := collector.New(collector.Options{
		Broker: url, Province: "ha-noi", ID: "a", Key: key(1), Store: store, TLS: province.client("a"),
	})
	if err != nil {
		t.Fatal(err)
	}
	background(t, r.Run)
	d := newDisk()
	d.open(1)
	d.write(250)

	_, err = link.Dial(t.Context(), link.Options{
		Broker: url, TLS: newAuthority(t).client(boxID), ClientID: boxID, Will: "w", WillWord: "lost",
	})
	if err == nil {
		t.Error("a box with a certificate of another authority was let in")
	}
	startBox(t, url, d, tokenFile(t), func(o *uplink.Options) { o.TLS = province.client(boxID) })
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: 250})
}
