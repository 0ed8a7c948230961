package page

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// Lane is what a button may ask of a lane.
type Lane interface {
	AnswerTurn(ctx context.Context, turn uint64, a checkpoint.Answer, shown checkpoint.Finding) error
	Priority(ctx context.Context) error
	WrongPIN()
	Vehicle(ctx context.Context, plate string) error
	CloseVehicle(ctx context.Context, plate string, pass bool) error
	TypeTurn(ctx context.Context, turn uint64, t checkpoint.Typed) error
	FormTurn(ctx context.Context, turn uint64, f checkpoint.Form) error
	CompleteForm(ctx context.Context, at checkpoint.Position, f checkpoint.Form) error
}

// Config wires a page.
type Config struct {
	Box, Site  string
	Names      []string  // of the lanes, in the order in which they stand side by side
	PINs       *pin.List // of shift leads
	Status     func() control.Status
	Desk       Desk   // nil: the page shows lanes alone
	ShiftEnded func() // told of each hand-over that is on disk; nil: nobody
	// Lang is in which language a page begins that was asked for in none; nil:
	// Vietnamese.
	Lang func() messages.Lang
	// Places says where numbers were registered, a line for each three digits that
	// they begin with: "code TAB name".
	Places string
	// Forms are the paper forms whose rest has yet to be copied; nil: none.
	Forms   func() []checkpoint.PendingForm
	Photos  Photos   // of paper forms; nil: none are taken
	Hosts   []string // names under which the page is asked for, beside this machine's own
	Network *Network // nil: this machine alone sees the page
}

// Server shows lanes. It is a [checkpoint.Display].
type Server struct {
	cfg Config

	testing sync.Mutex // one self-test at a time
	visit   visit      // of a technician

	mu      sync.Mutex
	lanes   map[string]Lane
	views   map[string]checkpoint.View // the last of each lane
	lessons map[string]checkpoint.View // the last of each lane that stands in for one that trains
	changed chan struct{}              // closed at each change
	streams int
}

// New makes a server.
func New(c Config) *Server {
	return &Server{cfg: c, views: map[string]checkpoint.View{}, lessons: map[string]checkpoint.View{}, changed: make(chan struct{})}
}

// Connect names the lanes that take answers; without it the page only shows.
func (s *Server) Connect(lanes map[string]Lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lanes = lanes
}

// Show implements checkpoint.Display.
func (s *Server) Show(v checkpoint.View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(v)
	close(s.changed)
	s.changed = make(chan struct{})
}

// seen is the last that was seen of a lane, or of the one that stands in for it
// while it trains: the public is told nothing of a lesson's people.
func (s *Server) seen(name string, public bool) checkpoint.View {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.views[name]
	if lesson, there := s.lessons[name]; there && !public && v.State == checkpoint.StateTraining {
		return lesson
	}
	if ok {
		return v
	}
	return checkpoint.View{Lane: checkpoint.LaneInfo{Lane: name}, State: checkpoint.StateIdle}
}

func (s *Server) change() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Bounds of what a browser may ask.
const (
	maxHeader  = 8 << 10
	maxBody    = 16 << 10 // a paper form in full
	maxStreams = 64
	readWithin = 5 * time.Second
	sendWithin = 5 * time.Second
	// ownStreams are kept for the local screen, whatever devices open.
	ownStreams = 8
)

// Handler answers a browser on this machine.
func (s *Server) Handler() http.Handler {
	mux := s.routes()
	if s.cfg.Network != nil {
		s.deviceRoutes(mux)
	}
	return guard(s.known, http.NewCrossOriginProtection().Handler(s.begins(mux)))
}

// routes are the pages of the lanes, here and on the network.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.whole("page"))
	mux.HandleFunc("GET /public", s.whole("public"))
	mux.HandleFunc("GET /events", s.stream("card"))
	mux.HandleFunc("GET /public/events", s.stream("face"))
	mux.HandleFunc("POST /lanes/{lane}/answer", s.answer)
	mux.HandleFunc("POST /lanes/{lane}/priority", s.priority)
	mux.HandleFunc("GET /print/{sheet}", sheets)
	if s.cfg.Desk != nil {
		s.deskRoutes(mux)
	}
	mux.HandleFunc("POST /lanes/{lane}/type", s.typed)
	mux.HandleFunc("GET /places", s.places)
	mux.HandleFunc("POST /lanes/{lane}/form", s.form)
	mux.HandleFunc("POST /lanes/{lane}/form/photo", s.photo)
	mux.HandleFunc("POST /lanes/{lane}/forms/{epoch}/{seq}", s.completeForm)
	mux.HandleFunc("GET /forms", s.forms)
	mux.HandleFunc("POST /lanes/{lane}/vehicle", s.vehicle)
	mux.HandleFunc("POST /lanes/{lane}/vehicle/close", s.closeVehicle)
	mux.Handle("GET /assets/", assets())
	return mux
}

// Serve answers until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadTimeout: readWithin, IdleTimeout: time.Minute, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the guard's page: %w", err)
	}
	return nil
}
