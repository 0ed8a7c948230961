package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/store/keys"
)

// What could not be had at the start is named, and used once it is there,
// without a restart.

func TestKeysThatComeLateAreUsed(t *testing.T) {
	t.Parallel() // takes 5 s of waiting
	r := newReadyRig(t, settings{})
	r.must(os.Rename(r.state(keys.ProvinceFile), r.path("kept")))
	d := r.start()
	d.listen()
	s, err := d.status()
	if err != nil || !strings.Contains(s.Fault, "read province keys") || !strings.Contains(s.Journal.Fault, "no province keys") {
		t.Errorf("fault %q, journal %q, %v", s.Fault, s.Journal.Fault, err)
	}
	r.must(os.Rename(r.path("kept"), r.state(keys.ProvinceFile)))
	s = d.awaitStatus("the keys to be used", func(s control.Status) bool { return s.Fault == "" && s.Snapshot.Number == 1 })
	if s.Journal.Fault != "" {
		t.Errorf("journal %q", s.Journal.Fault)
	}
	d.admits(r, r.province.green[0])
}

// A loader that tells the daemon need not wait for its next look.
func TestReloadTriesTheKeysAgain(t *testing.T) {
	r := newReadyRig(t, settings{})
	r.must(os.Chmod(r.state(keys.PepperFile), 0o644))
	d := r.start()
	r.must(os.Chmod(r.state(keys.PepperFile), 0o600))
	told, err := d.client.Reload(t.Context())
	if err != nil || told.Number != 1 || told.Fault != "" {
		t.Errorf("after the repair: %+v, %v", told, err)
	}
}

func TestJournalThatWasLockedIsUsedOnceItIsFree(t *testing.T) {
	t.Parallel() // takes 5 s of waiting
	r := newReadyRig(t, settings{Broker: "tcp://" + nobody(t)})
	r.must(os.MkdirAll(r.state("journal"), 0o700))
	other, err := os.Open(r.state("journal"))
	r.must(err)
	defer other.Close()
	r.must(unix.Flock(int(other.Fd()), unix.LOCK_EX))
	d := r.start()
	d.listen()
	r.scan(r.province.green[0])
	s := d.awaitStatus("a good card that cannot be recorded", func(s control.Status) bool { return s.Lanes[0].Reason == checkpoint.CannotRecord })
	if !strings.Contains(s.Journal.Fault, "in use by another process") || s.Link.Fault == "" {
		t.Errorf("journal %q, link %q", s.Journal.Fault, s.Link.Fault)
	}
	r.must(unix.Flock(int(other.Fd()), unix.LOCK_UN))
	d.awaitStatus("the journal and the uplink to be used", func(s control.Status) bool {
		return s.Fault == "" && s.Journal.Fault == "" && s.Link.Fault == ""
	})
	d.admits(r, r.province.green[1])
	d.kill()
	if list := r.province.read(t, r.settings.State); len(list) == 0 || list[len(list)-1].Number != numberOf(r.province.green[1]) {
		t.Errorf("%d records, the last not of the person who was let in", len(list))
	}
}

func TestCertificateThatComesLateIsUsed(t *testing.T) {
	t.Parallel() // takes 5 s of waiting
	r := newReadyRig(t, settings{})
	r.settings.Broker = fmt.Sprintf("ssl://%s\"\nca = %q\ncert = %q\nkey = %q\n#", nobody(t), r.path("box.pem"), r.path("box.pem"), r.path("box.key"))
	d := r.start()
	if s, err := d.status(); err != nil || !strings.Contains(s.Link.Fault, "box.pem") {
		t.Errorf("link %q, %v", s.Link.Fault, err)
	}
	r.must(certify(r.path("box.pem"), r.path("box.key")))
	d.awaitStatus("the certificate to be used", func(s control.Status) bool { return s.Link.Fault == "" })
	if !strings.Contains(d.log.String(), "uplink there now") {
		t.Errorf("the log does not tell of the recovery:\n%s", d.log.String())
	}
}

// nobody is an address where nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// certify makes a certificate that signs itself; the certificate is there last.
func certify(cert, key string) error {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &k.PublicKey, k)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	return errors.Join(err,
		os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
		os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public}), 0o600))
}
