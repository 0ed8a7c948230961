package office

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/store/system"
)

// AuthorityDir is where the authority lies below the directory of the
// province's keys, so that keys backup takes it along.
const AuthorityDir = "ca"

const (
	authorityCert = "ca.pem"
	authorityKey  = "ca.key"

	authorityLife = 20 * 365 * 24 * time.Hour // a new authority means every box by hand
	crlLife       = 30 * 24 * time.Hour

	// early allows for clocks that are behind.
	early = time.Hour
)

// Authority issues the certificates of a province's machines.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// NewAuthority makes the authority of a province below its directory of keys.
// It refuses to make another one.
func NewAuthority(keysDir, province string, now time.Time) (*Authority, error) {
	dir := filepath.Join(keysDir, AuthorityDir)
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, authorityCert)); err == nil {
		return nil, fmt.Errorf("make authority: %s has one already; a new one would make every certificate of it useless", dir)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	number, err := serial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: number, Subject: pkix.Name{CommonName: "checkpoint " + province},
		NotBefore: now.Add(-early), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, // it vouches for machines, never for other authorities
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	// The key first: the certificate says that there is an authority.
	if err := writeKey(filepath.Join(dir, authorityKey), key); err != nil {
		return nil, err
	}
	if err := durable.Replace(filepath.Join(dir, authorityCert), certPEM(der), 0o644); err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	return OpenAuthority(keysDir)
}

// OpenAuthority reads the authority below a directory of keys.
func OpenAuthority(keysDir string) (*Authority, error) {
	if err := keys.CheckDir(keysDir); err != nil {
		return nil, err
	}
	dir := filepath.Join(keysDir, AuthorityDir)
	der, err := readPEM(filepath.Join(dir, authorityCert), "CERTIFICATE")
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	path := filepath.Join(dir, authorityKey)
	info, err := os.Stat(path)
	if err == nil && system.ForOthers(info) != 0 {
		err = fmt.Errorf("%s is readable by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	if err == nil {
		der, err = readPEM(path, "PRIVATE KEY")
	}
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("read authority: its key is not that of its certificate")
	}
	return &Authority{cert, key}, nil
}

// Certificate is the authority's own, DER.
func (a *Authority) Certificate() []byte { return a.cert.Raw }

// Digest is what a claim knows the authority by.
func (a *Authority) Digest() []byte {
	sum := sha256.Sum256(a.cert.Raw)
	return sum[:]
}

// Profile is what a certificate is for.
type Profile string

// The profiles.
const (
	ForBroker    Profile = "broker"    // the MQTT broker
	ForWeb       Profile = "web"       // the web server of the snapshots
	ForEnrol     Profile = "enrol"     // the office's server, see [Server]
	ForCollector Profile = "collector" // a collector, as a client of the broker
	ForOffice    Profile = "office"    // announces snapshots and sends commands, likewise
	ForBox       Profile = "box"       // a box, as a client of broker and office
)

func (p Profile) server() bool { return p == ForBroker || p == ForWeb || p == ForEnrol }

// issue makes a certificate. hosts are names or addresses of a server.
func (a *Authority) issue(p Profile, name string, hosts []string, key crypto.PublicKey, now time.Time, life time.Duration) (*x509.Certificate, error) {
	number, err := serial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: number, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-early), NotAfter: now.Add(life),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if template.NotAfter.After(a.cert.NotAfter) {
		template.NotAfter = a.cert.NotAfter
	}
	if p.server() {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		for _, h := range hosts {
			if ip := net.ParseIP(h); ip != nil {
				template.IPAddresses = append(template.IPAddresses, ip)
			} else {
				template.DNSNames = append(template.DNSNames, h)
			}
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// crl is the list of certificates that are taken back, PEM.
func (a *Authority) crl(revoked []x509.RevocationListEntry, number int64, now time.Time) ([]byte, error) {
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(number), ThisUpdate: now.Add(-early), NextUpdate: now.Add(crlLife), RevokedCertificateEntries: revoked,
	}, a.cert, a.key)
	if err != nil {
		return nil, fmt.Errorf("make revocation list: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), nil
}

// serial is 127 random bits: RFC 5280 wants at most 20 bytes, positive.
func serial() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	return n.Add(n, big.NewInt(1)), nil
}

func certPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// writeKey makes a new secret file and never replaces one.
func writeKey(path string, key *ecdsa.PrivateKey) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("write key: %s: %w", path, fs.ErrExist)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	return durable.Replace(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func readPEM(path, kind string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s: no PEM of a %s", path, kind)
	}
	return block.Bytes, nil
}
