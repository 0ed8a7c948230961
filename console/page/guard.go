package page

import (
	"net"
	"net/http"
	"slices"
)

// policy lets nothing in that does not come from the box itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guard turns away who asks under another name (DNS rebinding), and tells
// browsers what the page never needs.
func guard(known func(*http.Request) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !known(r) {
			http.Error(w, "ask for this page by the box's own name or address", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// known tells whether this machine is asked for by a name of its own.
func (s *Server) known(r *http.Request) bool {
	name := hostname(r)
	ip := net.ParseIP(name)
	return name == "localhost" || slices.Contains(s.cfg.Hosts, name) || ip != nil && ip.IsLoopback()
}

// addressed tells the same on the network: by a name that was configured, or
// by the very address at which the connection came in. A name can be bound to
// any address, an address cannot.
func (s *Server) addressed(r *http.Request) bool {
	name := hostname(r)
	if slices.Contains(s.cfg.Network.Names, name) {
		return true
	}
	at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	ip := net.ParseIP(name)
	return ok && ip != nil && ip.Equal(at.IP)
}

func hostname(r *http.Request) string {
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		return name
	}
	return r.Host
}
