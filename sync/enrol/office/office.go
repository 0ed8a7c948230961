package office

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/wire"
)

// Office is the province's office at work: its keys and its register.
type Office struct {
	Register
	keysDir   string
	trust     snapshot.Trust
	key       ed25519.PrivateKey
	authority *Authority
}

// Open reads the office's keys. The pepper is read when it is needed, so that a
// new one counts at once.
func Open(keysDir, registerDir string) (*Office, error) {
	trust, err := snapshot.ReadTrust(filepath.Join(keysDir, keys.ProvinceFile))
	if err != nil {
		return nil, err
	}
	key, err := keys.ReadSigner(filepath.Join(keysDir, keys.OfficeFile))
	if err != nil {
		return nil, err
	}
	if _, known := trust.Office.Find(snapshot.KeyID(key.Public().(ed25519.PublicKey))); !known {
		return nil, fmt.Errorf("read keys: %s is not a key that %s names", keys.OfficeFile, keys.ProvinceFile)
	}
	authority, err := OpenAuthority(keysDir)
	if err != nil {
		return nil, err
	}
	return &Office{Register{registerDir}, keysDir, trust, key, authority}, nil
}

// Province is the province's id.
func (o *Office) Province() string { return o.trust.Province }

// Authority issues the certificates.
func (o *Office) Authority() *Authority { return o.authority }

// Trust is the province's public keys.
func (o *Office) Trust() snapshot.Trust { return o.trust }

// Issue makes a key and a certificate for a machine of the province that is no
// box, and writes NAME.key, NAME.pem and ca.pem into dir. Nothing is replaced.
func (o *Office) Issue(p Profile, name string, hosts []string, dir string, now time.Time, life time.Duration) (Certificate, error) {
	if err := o.issuable(p, name, hosts); err != nil {
		return Certificate{}, err
	}
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Certificate{}, fmt.Errorf("make key: %w", err)
	}
	path := filepath.Join(dir, name)
	if err := writeKey(path+".key", key); err != nil {
		return Certificate{}, err
	}
	cert, err := o.authority.issue(p, name, hosts, key.Public(), now, life)
	if err != nil {
		return Certificate{}, err
	}
	note := noteOf(cert)
	if err := o.noteService(Service{Name: name, Profile: p, Hosts: hosts, Certificates: []Certificate{note}}); err != nil {
		return note, err
	}
	// A server sends its authority along: a new box knows it by its digest only.
	chain := append(certPEM(cert.Raw), certPEM(o.authority.Certificate())...)
	return note, errors.Join(
		durable.Replace(path+".pem", chain, 0o644),
		durable.Replace(filepath.Join(dir, "ca.pem"), certPEM(o.authority.Certificate()), 0o644))
}

func (o *Office) issuable(p Profile, name string, hosts []string) error {
	if err := checkName(p, name); err != nil {
		return err
	}
	if p.server() != (len(hosts) > 0) {
		return errors.New("servers need the names or addresses under which they are reached, and clients have none")
	}
	if _, err := o.Box(name); err == nil {
		return fmt.Errorf("%w: %s is a box", ErrTaken, name)
	}
	return nil
}

// checkName keeps the names apart by which a broker knows who may do what
// (docs/broker): a collector's holds a dot, which no box's id can.
func checkName(p Profile, name string) error {
	for part := range strings.SplitSeq(name, ".") {
		if err := wire.CheckID(part); err != nil {
			return fmt.Errorf("name of the certificate: %w", err)
		}
	}
	if len(name) > 64 { // RFC 5280, ub-common-name
		return fmt.Errorf("name of the certificate: %d characters, at most 64", len(name))
	}
	if (p == ForCollector) != strings.HasPrefix(name, "collector.") {
		return fmt.Errorf("name of the certificate: %q: a collector's is collector.ID, and nobody else's", name)
	}
	return nil
}

// noteService adds what was issued to the register.
func (o *Office) noteService(s Service) error {
	return o.changeServices(func(list []Service) ([]Service, error) {
		for i := range list {
			if list[i].Name == s.Name {
				if list[i].Profile != s.Profile {
					return nil, fmt.Errorf("%w: %s is a %s", ErrTaken, s.Name, list[i].Profile)
				}
				list[i].Hosts = s.Hosts
				list[i].Certificates = append(list[i].Certificates, s.Certificates...)
				return list, nil
			}
		}
		return append(list, s), nil
	})
}

func (o *Office) changeServices(f func([]Service) ([]Service, error)) error {
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	list, err := o.Services()
	if err != nil {
		return err
	}
	if list, err = f(list); err != nil {
		return err
	}
	return o.write(filepath.Join(o.Dir, servicesFile), list)
}

// Revoke takes back every certificate of a machine that is no box.
func (o *Office) Revoke(name string, now time.Time) error {
	return o.changeServices(func(list []Service) ([]Service, error) {
		for i := range list {
			if list[i].Name == name {
				b := Box{Certificates: list[i].Certificates}
				b.revoke(now)
				return list, nil
			}
		}
		return nil, fmt.Errorf("no certificate was issued for %s; a box is retired or replaced", name)
	})
}

// CRL is the list of all certificates that are taken back and not expired, PEM.
// It is believed for 30 days: a broker that has an older one lets nobody in.
func (o *Office) CRL(now time.Time) ([]byte, error) {
	unlock, err := o.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	boxes, err := o.Boxes()
	if err != nil {
		return nil, err
	}
	services, err := o.Services()
	if err != nil {
		return nil, err
	}
	var all []Certificate
	for _, b := range boxes {
		all = append(all, b.Certificates...)
	}
	for _, s := range services {
		all = append(all, s.Certificates...)
	}
	entries, err := revoked(all, now)
	if err != nil {
		return nil, err
	}
	// Ascending, also from a register put back from a backup.
	return o.authority.crl(entries, now.Unix(), now)
}

func revoked(all []Certificate, now time.Time) (entries []x509.RevocationListEntry, err error) {
	for _, c := range all {
		if c.Revoked.IsZero() || c.Until.Before(now) {
			continue
		}
		n, ok := new(big.Int).SetString(c.Serial, 16)
		if !ok {
			return nil, fmt.Errorf("read register: serial %q is no hexadecimal number", c.Serial)
		}
		entries = append(entries, x509.RevocationListEntry{SerialNumber: n, RevocationTime: c.Revoked})
	}
	return entries, nil
}

// WriteCRL replaces the file that the broker reads.
func (o *Office) WriteCRL(path string, now time.Time) error {
	list, err := o.CRL(now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return durable.Replace(path, list, 0o644)
}

func noteOf(c *x509.Certificate) Certificate {
	return Certificate{Serial: c.SerialNumber.Text(16), From: c.NotBefore, Until: c.NotAfter}
}
