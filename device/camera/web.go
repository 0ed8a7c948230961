//go:build linux

package camera

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// web is a camera on the network that gives a JPEG, asked for again and again, or
// a stream of them (multipart/x-mixed-replace).
type web struct {
	client *http.Client
	url    string
	shown  string // the address without what may be secret
	login  *login // nil: none
	every  time.Duration
	newest *newest
	stop   context.CancelFunc
	ended  chan struct{}
}

// waitWeb is how long one step may take: connecting, the first line of the answer.
const waitWeb = 5 * time.Second

func openWeb(c Config) (*web, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, errors.New("open camera: the url cannot be read")
	}
	w := &web{url: c.URL, shown: u.Scheme + "://" + u.Host + u.Path, every: time.Second / time.Duration(c.FPS), newest: newNewest(), ended: make(chan struct{})}
	if c.Credential != "" {
		if w.login, err = readLogin(c.Credential); err != nil {
			return nil, fmt.Errorf("open camera: %w", err)
		}
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		text, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, fmt.Errorf("open camera: %w", err)
		}
		if secure.RootCAs = x509.NewCertPool(); !secure.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("open camera: %s holds no certificate", c.CA)
		}
	}
	w.client = &http.Client{
		Transport: &http.Transport{
			DialContext: (&net.Dialer{Timeout: waitWeb}).DialContext, TLSClientConfig: secure, TLSHandshakeTimeout: waitWeb,
			ResponseHeaderTimeout: waitWeb, MaxResponseHeaderBytes: 64 << 10, DisableCompression: true,
		},
		// A camera has no business elsewhere, and nobody else gets its password.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go w.run(ctx)
	return w, nil
}

func (w *web) next() (*raw, error) {
	p, err := w.newest.take()
	if p == nil {
		return nil, err
	}
	return &raw{data: p, format: MJPEG}, nil
}

func (w *web) close() error {
	w.stop()
	<-w.ended
	w.client.CloseIdleConnections()
	return nil
}

func (w *web) run(ctx context.Context) {
	defer close(w.ended)
	var buf []byte
	for {
		started := time.Now()
		err := w.fetch(ctx, &buf)
		if err != nil {
			w.newest.fail(fmt.Errorf("camera %s: %w", w.shown, err))
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(started.Add(w.every))):
		}
	}
}

// fetch asks once: for one picture, or for a stream until it ends.
func (w *web) fetch(ctx context.Context, buf *[]byte) error {
	resp, err := w.get(ctx)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil && kind == "" {
		return errors.New("the answer does not say what it is")
	}
	switch kind {
	case "multipart/x-mixed-replace":
		return w.stream(resp.Body, buf)
	case "image/jpeg", "image/jpg":
		*buf, err = readPicture(resp.Body, *buf)
		if err != nil {
			return err
		}
		*buf = w.newest.put(*buf)
		return nil
	}
	return fmt.Errorf("the answer is %.60q: want image/jpeg or multipart/x-mixed-replace; name the address of its picture or MJPEG stream", kind)
}

// stream takes pictures until the camera ends.
func (w *web) stream(body io.Reader, buf *[]byte) error {
	parts := &parts{in: bufio.NewReaderSize(body, 32<<10)}
	for {
		p, err := parts.next(*buf)
		if err != nil {
			return err
		}
		*buf = w.newest.put(p)
	}
}

// get asks for the address, and once more with the credential if it must.
func (w *web) get(ctx context.Context) (*http.Response, error) {
	for try := 0; ; try++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url, nil)
		if err != nil {
			return nil, errors.New("the url cannot be read")
		}
		if w.login != nil {
			w.login.sign(req)
		}
		resp, err := w.client.Do(req)
		if err != nil {
			return nil, bare(err)
		}
		switch {
		case resp.StatusCode == http.StatusOK:
			return resp, nil
		case resp.StatusCode == http.StatusUnauthorized && w.login != nil && try == 0 && w.login.challenged(resp.Header.Values("WWW-Authenticate")):
			resp.Body.Close()
			continue
		}
		resp.Body.Close()
		return nil, refused(resp.StatusCode)
	}
}

func refused(code int) error {
	switch {
	case code == http.StatusUnauthorized:
		return errors.New("it wants another user and password: name a file with user:password as credential")
	case code >= 300 && code < 400:
		return fmt.Errorf("it sends us elsewhere (%d): name the address of the picture itself", code)
	}
	return fmt.Errorf("it answers %d %s", code, http.StatusText(code))
}

// bare leaves the address out of an error: its query may hold a password.
func bare(err error) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

var errLarge = fmt.Errorf("a picture of more than %d bytes: set the camera to 1280 × 720, or to a lower quality", mostBytes)

// readPicture reads all there is into a buffer.
func readPicture(r io.Reader, buf []byte) ([]byte, error) {
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, make([]byte, max(64<<10, len(buf)/2))...)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > mostBytes:
			return buf, errLarge
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, bare(err)
		}
	}
}

// readLogin reads a file with the one line user:password.
func readLogin(path string) (*login, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	user, password, ok := strings.Cut(strings.TrimRight(string(text), "\r\n"), ":")
	if !ok || user == "" || strings.ContainsAny(password+user, "\r\n") {
		return nil, fmt.Errorf("%s: want one line user:password", path)
	}
	return &login{user: user, password: password}, nil
}
