package pages

import (
	"maps"
	"slices"
	"time"

	"checkpoint/sync/collector/office"
)

// Route is what tests reach of a page: everything that its table names.
type Route struct {
	Path  string
	Role  office.Role
	Files []string // whole paths
	Do    []string // whole paths
}

// Routes are those of all pages.
func Routes() (all []Route) {
	for _, p := range table() {
		r := Route{Path: p.Path, Role: p.Role}
		for _, kind := range p.Files {
			r.Files = append(r.Files, p.Path+"."+kind)
		}
		for _, name := range slices.Sorted(maps.Keys(p.Do)) {
			r.Do = append(r.Do, p.Path+"/"+name)
		}
		all = append(all, r)
	}
	return all
}

// NewLimiter and Allow are the limiter's.
var NewLimiter = newLimiter

// Limiter is a limiter.
type Limiter = limiter

// Allow is limiter.allow.
var Allow = (*limiter).allow

// Unhurried has a server take questions as fast as tests ask them.
func Unhurried(s *Server) { s.asks = newLimiter(time.Nanosecond, 1<<20) }

// Limit has a server take so many questions of an account, and of log-ins of an
// address, and no more within an hour.
func Limit(s *Server, n int) { s.asks, s.logins = newLimiter(time.Hour, n), newLimiter(time.Hour, n) }

// Break adds an address whose code panics.
func Break(s *Server, path string, with any) {
	s.mux.HandleFunc("GET "+path, s.inside(nil, func(*request) error { panic(with) }))
}

// Said is what a cell of codes is called.
var Said = said
