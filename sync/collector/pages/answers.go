package pages

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// AnswerBounds are the kinds of times that answers take: each up to its bound.
func AnswerBounds() []time.Duration {
	return []time.Duration{30 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 20 * time.Second}
}

// Answered is what was answered to one kind of question since the server began. It
// is about nobody: neither account nor query is in it.
type Answered struct {
	Route  string         // such as "GET /arrivals"; "/" is what is no page
	Codes  map[int]uint64 // by the status code's hundreds: 200, 300, 400, 500
	Within []uint64       // how many took at most so long, by AnswerBounds
	All    uint64
	Took   time.Duration // all together
}

// answers counts what was answered.
type answers struct {
	mu     sync.Mutex
	routes map[string]*Answered
}

func (a *answers) add(route string, code int, took time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	bounds := AnswerBounds()
	x := a.routes[route]
	if x == nil {
		x = &Answered{Route: route, Codes: map[int]uint64{}, Within: make([]uint64, len(bounds))}
		a.routes[route] = x
	}
	x.All++
	x.Took += took
	x.Codes[code/100*100]++
	for i, bound := range bounds {
		if took <= bound {
			x.Within[i]++
		}
	}
}

// Answers are what was answered so far, in the order of routes.
func (s *Server) Answers() (all []Answered) {
	s.answers.mu.Lock()
	defer s.answers.mu.Unlock()
	for _, x := range s.answers.routes {
		one := Answered{x.Route, map[int]uint64{}, slices.Clone(x.Within), x.All, x.Took}
		for code, n := range x.Codes {
			one.Codes[code] = n
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Answered) int { return cmp.Compare(a.Route, b.Route) })
	return all
}

// counted has what is answered counted under the address that the server knows,
// never one that a browser made up.
func (s *Server) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, route := s.mux.Handler(r)
		if strings.HasPrefix(route, "GET /assets/") {
			next.ServeHTTP(w, r)
			return
		}
		seen := &codeSeen{ResponseWriter: w, code: http.StatusOK}
		begun := time.Now()
		next.ServeHTTP(seen, r)
		s.answers.add(cmp.Or(route, "/"), seen.code, time.Since(begun))
	})
}

// codeSeen remembers the status code.
type codeSeen struct {
	http.ResponseWriter
	code int
}

func (w *codeSeen) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}
