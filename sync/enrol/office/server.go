package office

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"checkpoint/sync/enrol"
)

// Bounds of the server. A box asks less than twice a minute.
const (
	perMinute    = 60     // requests of one address
	maxAddresses = 10_000 // that are counted in a minute; more are refused
	atOnce       = 32     // requests that are worked on
	helloWithin  = 10 * time.Second
)

// Server takes the requests of boxes over HTTPS.
type Server struct {
	Office      *Office
	Certificate tls.Certificate // of profile [ForEnrol], with the authority behind it
	Life        time.Duration   // of the certificates of boxes
	Log         *slog.Logger
	Now         func() time.Time

	mu     sync.Mutex
	minute int64
	asked  map[string]int // by address, in this minute
}

// Serve answers until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	roots := x509.NewCertPool()
	roots.AddCert(s.Office.authority.cert)
	config := &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{s.Certificate},
		ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: roots, Time: s.Now,
	}
	server := &http.Server{
		Handler: s.handler(), MaxHeaderBytes: 8 << 10,
		ReadHeaderTimeout: helloWithin, ReadTimeout: 2 * helloWithin, WriteTimeout: 2 * helloWithin, IdleTimeout: helloWithin,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug), // strangers' handshakes
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(tls.NewListener(l, config)); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve boxes: %w", err)
	}
	return nil
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+enrol.EnrolPath, s.enrol)
	mux.HandleFunc("POST "+enrol.RenewPath, s.renew)
	seats := make(chan struct{}, atOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case seats <- struct{}{}:
			defer func() { <-seats }()
		default:
			answer(w, nil, enrol.Trouble)
			return
		}
		if !s.allow(addressOf(r)) {
			answer(w, nil, enrol.TooMany)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, enrol.MaxBody)
		mux.ServeHTTP(w, r)
	})
}

func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// allow counts the requests of an address in this minute.
func (s *Server) allow(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.Now().Unix() / 60; m != s.minute || s.asked == nil {
		s.minute, s.asked = m, map[string]int{}
	}
	if _, known := s.asked[address]; !known && len(s.asked) >= maxAddresses {
		return false
	}
	s.asked[address]++
	return s.asked[address] <= perMinute
}

func (s *Server) enrol(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		answer(w, nil, enrol.Malformed)
		return
	}
	grant, err := s.Office.Ask(body, addressOf(r), s.Now())
	s.note("enrolment", r, err)
	answer(w, grant, err)
}

func (s *Server) renew(w http.ResponseWriter, r *http.Request) {
	if len(r.TLS.PeerCertificates) == 0 {
		answer(w, nil, enrol.Retired)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		answer(w, nil, enrol.Malformed)
		return
	}
	grant, err := s.Office.Renew(body, r.TLS.PeerCertificates[0], s.Now(), s.Life)
	s.note("renewal", r, err)
	answer(w, grant, err)
}

func (s *Server) note(what string, r *http.Request, err error) {
	switch {
	case err == nil:
		s.Log.Info(what+" granted", "from", addressOf(r))
	case !errors.Is(err, enrol.ErrWaiting):
		s.Log.Warn(what+" not granted", "from", addressOf(r), "reason", err)
	}
}

// answer never tells a stranger more than a word.
func answer(w http.ResponseWriter, grant []byte, err error) {
	var refusal enrol.Refusal
	switch {
	case err == nil:
		w.Header().Set("Content-Type", "application/cbor")
		_, _ = w.Write(grant) // a box that is gone asks again
		return
	case errors.Is(err, enrol.ErrWaiting):
		w.WriteHeader(http.StatusAccepted)
		return
	case !errors.As(err, &refusal):
		refusal = enrol.Trouble
	}
	status := http.StatusForbidden
	switch refusal {
	case enrol.TooMany:
		status = http.StatusTooManyRequests
	case enrol.Trouble:
		status = http.StatusServiceUnavailable
	case enrol.Malformed:
		status = http.StatusBadRequest
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, string(refusal))
}
