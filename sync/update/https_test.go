package update

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint/store/snapshot"
)

// server serves a repository over TLS on 127.0.0.1, as any web server would.
func server(t testing.TB, h http.Handler) (base string, ca *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what some tests want
	s.StartTLS()
	t.Cleanup(s.Close)
	ca = x509.NewCertPool()
	ca.AddCert(s.Certificate())
	return s.URL, ca
}

func carrier(t testing.TB, h http.Handler, o HTTPSOptions) *HTTPS {
	t.Helper()
	base, ca := server(t, h)
	o.CA = ca
	c, err := NewHTTPS(base, o)
	must(t, err)
	return c
}

func TestUpdateOverHTTPS(t *testing.T) {
	s := newScene(t)
	s.o.Carrier = carrier(t, http.FileServer(http.Dir(s.dir)), HTTPSOptions{})
	s.mustUpdate()
	s.wants(2, 200, 4199)
}

// cutter breaks each connection after some bytes of a layer.
type cutter struct {
	http.Handler
	after  int64
	ranges []string
	sent   int64
	mu     sync.Mutex
}

func (c *cutter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/layers/") {
		c.Handler.ServeHTTP(w, r)
		return
	}
	c.mu.Lock()
	c.ranges = append(c.ranges, r.Header.Get("Range"))
	c.mu.Unlock()
	c.Handler.ServeHTTP(&cutWriter{w, c, c.after}, r)
}

type cutWriter struct {
	http.ResponseWriter
	c    *cutter
	left int64
}

func (w *cutWriter) Write(p []byte) (int, error) {
	if w.left <= 0 {
		panic(http.ErrAbortHandler)
	}
	n, err := w.ResponseWriter.Write(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	w.c.mu.Lock()
	w.c.sent += int64(n)
	w.c.mu.Unlock()
	return n, err
}

func TestRangesGoOnWhereTheLinkBroke(t *testing.T) {
	s := newScene(t)
	cut := &cutter{Handler: http.FileServer(http.Dir(s.dir)), after: 100_000}
	s.o.Carrier = carrier(t, cut, HTTPSOptions{})
	s.mustUpdate()
	s.wants(2, 200, 4199)
	size, err := snapshot.StreamSize(s.two.Layers[0])
	must(t, err)
	cut.mu.Lock()
	defer cut.mu.Unlock()
	if len(cut.ranges) < 3 || cut.ranges[0] != "" || cut.ranges[1] == "" {
		t.Errorf("asked for ranges %q", cut.ranges)
	}
	if cut.sent > size*5/4 {
		t.Errorf("%d bytes were sent for a layer of %d", cut.sent, size)
	}
}

// Strangers: without the province's authority, over plain HTTP, or by being
// sent elsewhere.
func TestServerMustBeTheOne(t *testing.T) {
	s := newScene(t)
	files := http.FileServer(http.Dir(s.dir))
	base, ca := server(t, files)
	stranger, err := NewHTTPS(base, HTTPSOptions{CA: x509.NewCertPool()})
	must(t, err)
	s.o.Carrier = stranger
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrLink) {
		t.Errorf("unknown authority: %v", err)
	}
	if _, err := NewHTTPS(strings.Replace(base, "https", "http", 1), HTTPSOptions{CA: ca}); err == nil {
		t.Error("plain HTTP is taken")
	}
	s.o.Carrier = carrier(t, http.RedirectHandler(base, http.StatusFound), HTTPSOptions{CA: ca})
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrLink) {
		t.Errorf("sent elsewhere: %v", err)
	}
	s.wants(1, 0)
}

func TestServerThatCannotDoWhatIsNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   error
	}{
		"no such file": {func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, fs.ErrNotExist},
		"no ranges":    {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "all of it") }, nil},
		"another range": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 0-9/10")
			w.WriteHeader(206)
		}, nil},
		"file ends before":   {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(416) }, io.ErrUnexpectedEOF},
		"broken":             {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, nil},
		"partial, not asked": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(206) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := carrier(t, http.HandlerFunc(c.answer), HTTPSOptions{})
			f, err := h.Open(t.Context(), "x", 5)
			if err == nil {
				f.Close()
				t.Fatal("opened")
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// A server that says nothing, before or after its first byte, is given up.
func TestSilentServerIsGivenUp(t *testing.T) {
	for name, first := range map[string]string{"before the answer": "", "after a byte": "x"} {
		t.Run(name, func(t *testing.T) {
			h := carrier(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if first != "" {
					io.WriteString(w, first)
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			}), HTTPSOptions{Patience: 200 * time.Millisecond})
			s := newScene(t)
			s.o.Carrier = h
			_, err := s.Update(t.Context())
			if want := map[string]error{"": ErrLink, "x": ErrSlow}[first]; !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
			s.wants(1, 0)
		})
	}
}

// drip gives a byte at a time.
type drip struct{ every time.Duration }

func (d drip) Read(p []byte) (int, error) {
	time.Sleep(d.every)
	p[0] = 'x'
	return 1, nil
}

// A server that drips just fast enough never to be silent is found out too; a
// slow link that is one is not.
func TestSlowDripIsFoundOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		r := &patient{r: drip{time.Second}, cancel: func() {}, patience: 30 * time.Second, least: 256}
		_, err := io.ReadAll(r)
		if took := time.Since(begun); !errors.Is(err, ErrSlow) || took > time.Minute {
			t.Errorf("drip: %v after %s", err, took)
		}
		r = &patient{r: io.LimitReader(drip{2 * time.Millisecond}, 100_000), cancel: func() {}, patience: 30 * time.Second, least: 256}
		if b, err := io.ReadAll(r); err != nil || len(b) != 100_000 {
			t.Errorf("a link of 500 bytes a second: %d bytes, %v", len(b), err)
		}
	})
}

// Our own brake is not the link's slowness.
func TestRateIsHeldAndIsNotTakenForASlowLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		p := &patient{r: bytes.NewReader(make([]byte, 100_000)), cancel: func() {}, patience: 30 * time.Second, least: 256}
		b, err := io.ReadAll(&paced{ctx: t.Context(), r: p, rate: 100})
		if took := time.Since(begun); err != nil || len(b) != 100_000 || took < 999*time.Second || took > 1010*time.Second {
			t.Errorf("%d bytes in %s, %v; want 1000 s", len(b), took, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		if _, err := io.ReadAll(&paced{ctx: ctx, r: bytes.NewReader(make([]byte, 100_000)), rate: 100}); !errors.Is(err, context.Canceled) {
			t.Errorf("ended: %v", err)
		}
	})
}

// asking counts the looks of a client whose link is down.
type asking struct{ looks atomic.Int64 }

func (a *asking) Open(context.Context, string, int64) (io.ReadCloser, error) {
	a.looks.Add(1)
	return nil, &net.OpError{Op: "dial", Err: errors.New("no route to host")}
}

func TestRunLooksAtRandomAndSoonAfterAHint(t *testing.T) {
	p := newProvince(t, "mau")
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := &asking{}
		b := p.box(dir, a)
		b.o.Interval, b.o.Spread, b.o.Log = 100*time.Minute, time.Minute, New(Options{}).o.Log
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- b.Run(ctx) }()
		synctest.Wait()
		if n := a.looks.Load(); n != 0 {
			t.Errorf("%d looks at the very start, with 499 other boxes", n)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := a.looks.Load(); n < 1 || n > 4 {
			t.Errorf("%d looks in the first minute", n)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := a.looks.Load(); n < 10 || n > 60 { // 100 min on average, sooner after failures
			t.Errorf("%d looks in a day", n)
		}
		before := a.looks.Load()
		b.Hint(7)
		b.Hint(7)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := a.looks.Load() - before; n < 1 || n > 4 {
			t.Errorf("%d looks in the minute after a hint", n)
		}
		before = a.looks.Load()
		b.Hint(7) // what is known already moves nobody
		time.Sleep(time.Second)
		synctest.Wait()
		if n := a.looks.Load() - before; n > 1 {
			t.Errorf("%d looks after an old hint", n)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// What the box is told to hold the download down to is what the server sees.
func TestLimitHoldsOverHTTPS(t *testing.T) {
	const rate = 40_000
	h := carrier(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, rate/2)) }), HTTPSOptions{Limit: rate})
	f, err := h.Open(t.Context(), "x", 0)
	must(t, err)
	defer f.Close()
	begun := time.Now()
	b, err := io.ReadAll(f)
	if took := time.Since(begun); err != nil || len(b) != rate/2 || took < 450*time.Millisecond {
		t.Errorf("%d bytes in %s, %v; want half a second", len(b), took, err)
	}
}

// A server that drips is given up over HTTPS as well, however long it goes on.
func TestDrippingServerIsGivenUp(t *testing.T) {
	h := carrier(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	}), HTTPSOptions{Patience: 500 * time.Millisecond, Least: 10_000})
	s := newScene(t)
	s.o.Carrier = h
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrSlow) {
		t.Errorf("drip: %v", err)
	}
	s.wants(1, 0)
}

// The server's certificate holds for a month of 2021. A box that knows by signed
// words that it is then takes it, whatever the machine's clock says; one that
// knows better does not.
func TestServersCertificateIsJudgedBySignedTime(t *testing.T) {
	september := time.Date(2021, 9, 1, 0, 0, 0, 0, time.UTC)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	sheet := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: september, NotAfter: september.AddDate(0, 1, 0), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, sheet, sheet, key.Public(), key)
	must(t, err)
	s := newScene(t)
	web := httptest.NewUnstartedServer(http.FileServer(http.Dir(s.dir)))
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	web.StartTLS()
	t.Cleanup(web.Close)
	ca := x509.NewCertPool()
	ca.AddCert(web.Certificate())
	for _, c := range []struct {
		now   time.Time
		taken bool
	}{{september.AddDate(0, 0, 14), true}, {september.AddDate(0, 2, 0), false}} {
		carrier, err := NewHTTPS(web.URL, HTTPSOptions{CA: ca, Now: func() time.Time { return c.now }})
		must(t, err)
		body, err := carrier.Open(t.Context(), "nothing", 0)
		if body != nil {
			body.Close()
		}
		if taken := errors.Is(err, fs.ErrNotExist); taken != c.taken { // the server was asked, and has no such file
			t.Errorf("in %s: taken %v, %v", c.now.Format(time.DateOnly), taken, err)
		}
	}
}
