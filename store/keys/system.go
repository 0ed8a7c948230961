package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"checkpoint/store/durable"
)

// Names of the files that [InitSystem] makes: who signs systems. They are X.509,
// and of a curve that every OpenSSL signs CMS with, because RAUC reads them.
const (
	SystemAuthorityFile = "system-ca.key" // secret: makes signers; stays in a safe
	SystemKeyringFile   = "system-ca.pem" // public: goes into the image
	SystemKeyFile       = "system.key"    // secret: signs bundles
	SystemSignerFile    = "system.pem"    // its certificate
	systemLife          = 30 * 365 * 24 * time.Hour
)

// InitSystem makes an authority and a signer of bundles in dir. It never replaces
// a file.
func InitSystem(dir, province string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make keys of the system: %w", err)
	}
	for _, name := range []string{SystemAuthorityFile, SystemKeyringFile, SystemKeyFile, SystemSignerFile} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return fmt.Errorf("make keys of the system: %s: %w", filepath.Join(dir, name), fs.ErrExist)
		}
	}
	begin := time.Now().Add(-time.Hour).UTC() // clocks of offices differ
	authority := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Checkpoint systems of " + province}, NotBefore: begin, NotAfter: begin.Add(systemLife),
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	key, err := certify(authority, authority, nil, dir, SystemAuthorityFile, SystemKeyringFile)
	if err != nil {
		return fmt.Errorf("make keys of the system: %w", err)
	}
	signer := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Checkpoint system signer of " + province}, NotBefore: begin, NotAfter: begin.Add(systemLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	if _, err := certify(signer, authority, key, dir, SystemKeyFile, SystemSignerFile); err != nil {
		return fmt.Errorf("make keys of the system: %w", err)
	}
	return nil
}

// certify makes a key and has by, or the key itself, sign its certificate.
func certify(of, parent *x509.Certificate, by *ecdsa.PrivateKey, dir, keyFile, file string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if by == nil {
		by = key
	}
	if of.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, err
	}
	raw, err := x509.CreateCertificate(rand.Reader, of, parent, key.Public(), by)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, errors.Join(
		durable.Replace(filepath.Join(dir, keyFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600),
		durable.Replace(filepath.Join(dir, file), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o644))
}
