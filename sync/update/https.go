package update

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// HTTPSOptions of a carrier.
type HTTPSOptions struct {
	// CA is who vouches for the server; nil: the system's authorities. It is
	// not what makes a snapshot good, but it keeps strangers from slowing us.
	CA *x509.CertPool
	// Now judges the server's certificate: the machine's own clock may be at 1970.
	// Nil: that one.
	Now func() time.Time
	// Limit is the most that is read, in bytes a second; 0: no limit.
	Limit int64
	// Patience is how long a server may be silent, and over how long Least is
	// measured; 0: 30 s.
	Patience time.Duration
	// Least is the slowest link that is one, in bytes a second; 0: 256.
	Least int64
}

const (
	defaultPatience = 30 * time.Second
	defaultLeast    = 256
)

// HTTPS carries from a web server, with range requests.
type HTTPS struct {
	base   string
	o      HTTPSOptions
	client *http.Client
}

// NewHTTPS returns a carrier for the repository at base.
func NewHTTPS(base string, o HTTPSOptions) (*HTTPS, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("update server %q: want https://HOST/PATH", base)
	}
	set(&o.Patience, defaultPatience)
	set(&o.Least, defaultLeast)
	return &HTTPS{strings.TrimSuffix(base, "/"), o, &http.Client{
		// Who redirects is not the server that the box was told to ask.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: o.Patience}).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: o.CA, Time: o.Now},
			TLSHandshakeTimeout:    o.Patience,
			ResponseHeaderTimeout:  o.Patience,
			IdleConnTimeout:        o.Patience,
			DisableCompression:     true, // bytes are counted
			MaxIdleConns:           1,
			MaxResponseHeaderBytes: 16 << 10,
		},
	}}, nil
}

// Open implements Carrier.
func (h *HTTPS) Open(ctx context.Context, name string, from int64) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	body, err := h.open(ctx, name, from)
	if err != nil {
		cancel()
		return nil, err
	}
	patient := &patient{r: body, cancel: cancel, patience: h.o.Patience, least: h.o.Least}
	return &carried{&paced{ctx: ctx, r: patient, rate: h.o.Limit}, body, cancel}, nil
}

func (h *HTTPS) open(ctx context.Context, name string, from int64) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base+"/"+name, nil)
	if err != nil {
		return nil, err
	}
	if from > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	response, err := h.client.Do(request)
	if err != nil {
		return nil, err
	}
	if err := answered(response, from); err != nil {
		return nil, errors.Join(err, response.Body.Close())
	}
	return response.Body, nil
}

// answered checks that the body is what was asked for.
func answered(r *http.Response, from int64) error {
	switch {
	case r.StatusCode == http.StatusNotFound:
		return fs.ErrNotExist
	case r.StatusCode == http.StatusOK && from == 0:
		return nil
	case r.StatusCode == http.StatusPartialContent && strings.HasPrefix(r.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", from)):
		return nil
	case r.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return fmt.Errorf("%w: the file ends before byte %d", io.ErrUnexpectedEOF, from)
	case r.StatusCode == http.StatusOK:
		return errors.New("server does not do range requests")
	}
	return fmt.Errorf("server says %s", r.Status)
}

// carried frees the request with the body.
type carried struct {
	io.Reader
	body   io.Closer
	cancel context.CancelFunc
}

func (c *carried) Close() error {
	c.cancel()
	return c.body.Close()
}

// patient gives up on a link that is silent for its patience, or drips slower
// than least over it. Only the time spent waiting for the link counts.
type patient struct {
	r        io.Reader
	cancel   context.CancelFunc
	patience time.Duration
	least    int64

	waited time.Duration // since got began to count
	got    int64
}

func (p *patient) Read(b []byte) (int, error) {
	begun := time.Now()
	silence := time.AfterFunc(p.patience, p.cancel)
	n, err := p.r.Read(b)
	if !silence.Stop() {
		return n, fmt.Errorf("%w: silent for %s", ErrSlow, p.patience)
	}
	p.waited += time.Since(begun)
	p.got += int64(n)
	if p.waited < p.patience {
		return n, err
	}
	if rate := float64(p.got) / p.waited.Seconds(); rate < float64(p.least) {
		return n, fmt.Errorf("%w: %.0f bytes a second", ErrSlow, rate)
	}
	p.waited, p.got = 0, 0
	return n, err
}

// paced holds reading down to rate bytes a second; 0: as fast as it goes.
type paced struct {
	ctx  context.Context
	r    io.Reader
	rate int64
}

func (p *paced) Read(b []byte) (int, error) {
	if p.rate <= 0 {
		return p.r.Read(b)
	}
	b = b[:min(int64(len(b)), max(p.rate/4, 1))]
	n, err := p.r.Read(b)
	if n > 0 && !sleep(p.ctx, time.Duration(n)*time.Second/time.Duration(p.rate)) {
		return n, p.ctx.Err()
	}
	return n, err
}
