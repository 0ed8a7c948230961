package pages

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"checkpoint/store/stages"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// Config wires the pages.
type Config struct {
	Province string // as people write it: Tỉnh Hải Dương
	View     *view.View
	Office   *office.Office
	// Hosts are the names by which browsers ask, without a port. This machine's own
	// (localhost and loopback addresses) are always answered.
	Hosts []string
	// FaultTitle is a box's fault in words, by its code; nil: codes are shown.
	FaultTitle func(code string) view.Column
	// Plan reads the plan of the rollout that is on its way; nil, or none: there are
	// no stages.
	Plan func() (*stages.Plan, error)
	// Secure: browsers come over TLS. Cookies are then sent over nothing else.
	Secure bool
	Clocks view.Clocks  // of requests about oneself; zero: those of the law
	Log    *slog.Logger // says nothing about people
}

// Server answers browsers. It is safe for concurrent use.
type Server struct {
	Config
	pages     []page
	questions *questions    // about single people, while they are answered
	logins    *limiter      // by address
	asks      *limiter      // by account
	heavy     chan struct{} // one for each answer under way that may be long
	answers   answers
	mux       *http.ServeMux
}

// Bounds of what one browser may ask.
const (
	maxHeader    = 32 << 10
	maxAddress   = 8 << 10 // of a page with its query, in bytes; what is longer, up to maxHeader, hears so
	maxBody      = 1 << 20 // a file of accounts
	readWithin   = 20 * time.Second
	answerWithin = time.Minute
	heavyAtOnce  = 4

	// Of an address that many share: the office itself holds up who guesses, and
	// lets those in who were there before. This bounds what reaches it.
	loginEvery, loginsAtOnce = 50 * time.Millisecond, 200
	askEvery, asksAtOnce     = 100 * time.Millisecond, 60
)

// New makes a server of all pages.
func New(c Config) *Server {
	if c.Clocks == (view.Clocks{}) {
		c.Clocks = view.LawClocks
	}
	s := &Server{
		Config: c, pages: table(), questions: newQuestions(),
		logins: newLimiter(loginEvery, loginsAtOnce), asks: newLimiter(askEvery, asksAtOnce),
		heavy: make(chan struct{}, heavyAtOnce), answers: answers{routes: map[string]*Answered{}}, mux: http.NewServeMux(),
	}
	s.mux.Handle("GET /assets/", assets())
	s.mux.HandleFunc("GET /login", s.open(loginForm))
	s.mux.HandleFunc("POST /login", s.open(logIn))
	s.mux.HandleFunc("POST /language", s.open(chooseLanguage))
	s.mux.HandleFunc("POST /logout", s.inside(nil, logOut))
	for i := range s.pages {
		s.add(&s.pages[i])
	}
	s.mux.HandleFunc("/", s.inside(nil, func(*request) error { return notFound }))
	return s
}

// add answers a page, its files and what can be done on it.
func (s *Server) add(p *page) {
	path := p.Path
	if path == "/" {
		path = "/{$}"
	}
	s.mux.HandleFunc("GET "+path, s.inside(p, p.Show))
	for _, kind := range p.Files {
		send := func(r *request) error { return r.tableFile(kind) }
		if kind == "svg" {
			send = (*request).pictureFile
		}
		s.mux.HandleFunc("GET "+p.Path+"."+kind, s.inside(p, send))
	}
	for name, do := range p.Do {
		s.mux.HandleFunc("POST "+p.Path+"/"+name, s.inside(p, do))
	}
}

// Handler answers browsers that ask by one of the known names.
func (s *Server) Handler() http.Handler {
	return s.counted(s.guard(http.NewCrossOriginProtection().Handler(s.mux)))
}

// Serve answers until ctx ends. certificate is asked for at each connection, so
// that a renewed one is taken; nil: no TLS, for this machine alone.
func (s *Server) Serve(ctx context.Context, l net.Listener, certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: readWithin, ReadTimeout: readWithin, WriteTimeout: answerWithin, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: maxHeader, BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog: log.New(io.Discard, "", 0), // whoever can reach the port could fill the log; what breaks is logged by survive
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	var err error
	if certificate == nil {
		err = server.Serve(l)
	} else {
		server.TLSConfig = &tls.Config{GetCertificate: certificate, MinVersion: tls.VersionTLS12}
		err = server.ServeTLS(l, "", "")
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the province's pages: %w", err)
	}
	return nil
}
