package enrol

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"checkpoint/sync/internal/link"
)

// ErrWaiting: the office has the request, and nobody has approved it yet.
var ErrWaiting = errors.New("the office has not approved the request yet")

const answerWithin = 20 * time.Second

// Office is the way to the office's server.
type Office struct {
	url  string
	http *http.Client
}

// NewOffice is the server that a claim names. It is known by the province's
// authority, whose digest is in the claim; now judges its certificate.
func NewOffice(c Claim, now func() time.Time) (*Office, error) {
	if c.Server == "" {
		return nil, errors.New("the claim names no server")
	}
	return newOffice(c.Server, &tls.Config{
		MinVersion: tls.VersionTLS13,
		// The authority is known by its digest only; VerifyConnection does all of it.
		InsecureSkipVerify: true,
		VerifyConnection:   func(s tls.ConnectionState) error { return verifyServer(s, c.Authority, now()) },
	}), nil
}

// RenewalOffice is the server for a box that has its certificate.
func RenewalOffice(url string, config *tls.Config) *Office { return newOffice(url, config) }

func newOffice(url string, config *tls.Config) *Office {
	return &Office{url, &http.Client{
		Timeout:       answerWithin,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func verifyServer(s tls.ConnectionState, authority []byte, now time.Time) error {
	roots, found := x509.NewCertPool(), false
	for _, c := range s.PeerCertificates {
		if sum := sha256.Sum256(c.Raw); bytes.Equal(sum[:], authority) {
			roots.AddCert(c)
			found = true
		}
	}
	if !found {
		return errors.New("the server is not of the province's authority")
	}
	_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: s.ServerName, Roots: roots, CurrentTime: now})
	return err
}

// Ask sends a request and returns the grant, [ErrWaiting], a [Refusal] or why
// the office was not reached. The same request may be sent any number of times.
func (o *Office) Ask(ctx context.Context, request []byte) ([]byte, error) {
	return o.post(ctx, EnrolPath, request)
}

// Renew sends a renewal and returns the grant.
func (o *Office) Renew(ctx context.Context, renewal []byte) ([]byte, error) {
	return o.post(ctx, RenewPath, renewal)
}

func (o *Office) post(ctx context.Context, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := o.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the office: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("ask the office: %w", err)
	case resp.StatusCode == http.StatusOK:
		return answer, nil
	case resp.StatusCode == http.StatusAccepted:
		return nil, ErrWaiting
	}
	switch r := Refusal(answer); r {
	case UnknownClaim, ExpiredClaim, UsedClaim, Unproven, Retired, TooMany, Malformed:
		return nil, r
	}
	return nil, fmt.Errorf("ask the office: %w (%s)", Trouble, resp.Status)
}

// AskUntil asks until there is a grant or a refusal that stays one, with ever
// longer waits of random length. told hears why there is none yet.
func (o *Office) AskUntil(ctx context.Context, request []byte, told func(error)) ([]byte, error) {
	wait := link.Backoff{Min: 2 * time.Second, Max: time.Minute}
	for {
		grant, err := o.Ask(ctx, request)
		var r Refusal
		switch {
		case err == nil:
			return grant, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.As(err, &r) && !r.Passing():
			return nil, err
		}
		told(err)
		wait.Wait(ctx, 0)
	}
}
