// Package certificates reads the files with which a command proves itself to
// the province's broker, and by which it knows it.
package certificates

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"
)

// Client is TLS 1.3 with the broker's authority and a certificate of one's own,
// all PEM files.
func Client(ca, cert, key string) (*tls.Config, error) {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("read broker's authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("read broker's authority: no certificate in " + ca)
	}
	pair, err := own(cert, key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool, Certificates: []tls.Certificate{*pair}}, nil
}

func own(cert, key string) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("read own certificate: %w", err)
	}
	return &pair, nil
}

// Renewable is [Client] that reads its own certificate anew for each
// connection, so that a renewed one needs no restart. now judges the broker's:
// the clock of a box may be at 1970.
func Renewable(ca, cert, key string, now func() time.Time) (*tls.Config, error) {
	c, err := Client(ca, cert, key)
	if err != nil {
		return nil, err
	}
	c.Certificates, c.Time = nil, now
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own(cert, key) }
	return c, nil
}
