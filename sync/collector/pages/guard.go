package pages

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// policy lets nothing in that does not come from this server, and no script.
const policy = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guard turns away who asks under another name (DNS rebinding), and tells
// browsers what the pages never need.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !s.known(r.Host) {
			http.Error(w, "ask for these pages by their own name", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// known tells whether these pages are asked for by a name of theirs.
func (s *Server) known(host string) bool {
	return ThisMachine(host) || slices.Contains(s.Hosts, withoutPort(host))
}

// ThisMachine tells whether a request's Host is what only this machine is called
// by: a page that is for it alone is not to be read by another site's page whose
// name leads here (DNS rebinding).
func ThisMachine(host string) bool {
	name := withoutPort(host)
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

func withoutPort(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}
