package page

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"checkpoint/console/access"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// Network is the page for devices on the lane's network.
type Network struct {
	Access *access.Access
	Names  []string // by which devices may ask for the page, beside the address they reach it at
	// Place is where devices find the page; the zero one while it is not open.
	Place func() access.Place
	// Draw makes a QR code: rows of modules, true is dark.
	Draw func(text string) ([][]bool, error)
}

// The cookies: which device it is, and who is at it in this shift. A browser
// takes a name with this prefix for this host alone, over TLS alone (RFC 6265bis).
const (
	deviceCookie  = "__Host-device"
	sessionCookie = "__Host-session"

	deviceFor  = 400 * 24 * time.Hour // the longest that browsers keep
	sessionFor = 24 * time.Hour       // the box ends it before

	// answerWithin is a device's time for an answer: a PIN is tried against up to
	// 24 hashes of 35 ms on a development machine, more on a small board, and
	// one PIN after the other.
	answerWithin = 15 * time.Second
)

// network answers a device. Who is not let in gets the forms to come in, the
// style sheet, and nothing else.
func (s *Server) network() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pair", s.pairForm)
	mux.HandleFunc("POST /pair", s.pair)
	mux.HandleFunc("GET /pair/wait", s.pairWait)
	mux.HandleFunc("GET /sign-in", s.signInForm)
	mux.HandleFunc("POST /sign-in", s.signIn)
	mux.Handle("GET /assets/", assets())
	mux.Handle("/", s.entered(s.routes()))
	return guard(s.addressed, http.NewCrossOriginProtection().Handler(s.begins(mux)))
}

type sessionKey struct{}

// sessionOf is who asks; the zero session is the local screen's.
func sessionOf(r *http.Request) access.Session {
	who, _ := r.Context().Value(sessionKey{}).(access.Session)
	return who
}

// entered lets sessions through, for as long as they last.
func (s *Server) entered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		device, session := secretsOf(r)
		who, err := s.cfg.Network.Access.Enter(device, session)
		if err != nil {
			turnAway(w, r, err)
			return
		}
		if !who.May(needed(r)) {
			http.Error(w, messages.Line(messages.MayNot, langOf(r)), http.StatusForbidden)
			return
		}
		ctx, leave := s.cfg.Network.Access.Watch(r.Context(), device, session)
		defer leave()
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, sessionKey{}, who)))
	})
}

// needed is what somebody on the network must be allowed for a request. Whatever
// changes something is a guard's, but for the technician's pages, which ask for
// a PIN themselves.
func needed(r *http.Request) pin.Act {
	switch {
	case r.Method == http.MethodGet, r.URL.Path == "/settings", r.URL.Path == "/settings/change", r.URL.Path == "/self-test":
		return pin.SignIn
	}
	return pin.Answer
}

// turnAway sends whoever opens a page to where they can come in.
func turnAway(w http.ResponseWriter, r *http.Request, err error) {
	where := "/pair"
	if errors.Is(err, access.ErrSignedOff) {
		where = "/sign-in"
	}
	if r.Method == http.MethodGet && (r.URL.Path == "/" || r.URL.Path == "/public") {
		goTo(w, r, where)
		return
	}
	http.Error(w, err.Error(), http.StatusUnauthorized)
}

// goTo sends the browser to another page in its language.
func goTo(w http.ResponseWriter, r *http.Request, where string) {
	http.Redirect(w, r, where+"?lang="+string(langOf(r)), http.StatusSeeOther)
}

func secretsOf(r *http.Request) (device, session string) {
	if c, err := r.Cookie(deviceCookie); err == nil {
		device = c.Value
	}
	if c, err := r.Cookie(sessionCookie); err == nil {
		session = c.Value
	}
	return device, session
}

func setSecret(w http.ResponseWriter, name, secret string, last time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: secret, Path: "/", MaxAge: int(last / time.Second),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// ServeNetwork answers devices over TLS until ctx ends. A server of its own: what
// strangers do to it does not reach the one of the local screen.
func (s *Server) ServeNetwork(ctx context.Context, l net.Listener, c tls.Certificate) error {
	var only http.Protocols
	only.SetHTTP1(true) // a stream and a few buttons: HTTP/2 would bring nothing but more to attack
	server := &http.Server{
		Handler: s.network(), Protocols: &only,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS13},
		ReadHeaderTimeout: readWithin, ReadTimeout: readWithin, WriteTimeout: answerWithin, IdleTimeout: 30 * time.Second, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    log.New(io.Discard, "", 0), // whoever can reach the port could fill the log
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.ServeTLS(bound(l), "", ""); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the page on the network: %w", err)
	}
	return nil
}
