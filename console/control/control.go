// Package control is the box's local control socket: how tools on the box ask
// for the state, answer for the guard and hear what lanes do. It is HTTP with
// JSON over a unix socket; who may open the socket may use it.
//
// It never opens a gate by itself: an answer goes through the lane like any
// other and is recorded first. It keeps no personal data.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"checkpoint"
	"checkpoint/console/access"
	"checkpoint/console/faults"
	"checkpoint/console/pin"
)

// SocketName is the socket's name below the run-time directory.
const SocketName = "control.sock"

// Answerer is a lane that takes a guard's answer, and what a guard types.
type Answerer interface {
	Answer(ctx context.Context, a checkpoint.Answer) error
	Type(ctx context.Context, t checkpoint.Typed) error
}

// Status is what the box says of itself. It holds no personal data.
type Status struct {
	Box      string       `json:"box"`
	Province string       `json:"province"`
	Site     string       `json:"site"`
	Version  string       `json:"version"`
	Fault    string       `json:"fault,omitempty"` // why the box is out of service
	Quiet    bool         `json:"quiet,omitempty"` // a technician keeps the buzzers still, but for faults and emergencies
	Lanes    []LaneStatus `json:"lanes"`
	Snapshot Snapshot     `json:"snapshot"`
	Update   *Update      `json:"update,omitempty"` // nil: data are loaded by hand
	Journal  Journal      `json:"journal"`
	Photos   *Photos      `json:"photos,omitempty"` // nil: none waits
	Link     Link         `json:"link"`
	Clock    Clock        `json:"clock"`

	Certificate *Certificate `json:"certificate,omitempty"` // nil: the box is not enrolled
	Commands    *Commands    `json:"commands,omitempty"`    // nil: nobody's are believed
	Machine     *Machine     `json:"machine,omitempty"`     // nil: nobody has looked
	Page        *Page        `json:"page,omitempty"`        // nil: the page is for the local screen alone
	Screen      *Screen      `json:"screen,omitempty"`      // nil: the board has no panel with a backlight

	// Faults are what is to be told of all that is wrong; nil: nobody has watched
	// how long it lasts. See [Status.Told].
	Faults []faults.Found `json:"faults"`
}

// Page is the guard's page on the lane's network.
type Page struct {
	URL   string `json:"url,omitempty"`   // empty: it is not open there
	Fault string `json:"fault,omitempty"` // why not
}

// Screen is the panel on the board.
type Screen struct {
	Percent int    `json:"percent"`         // of its brightness now; 0: it cannot be told
	Set     int    `json:"set,omitempty"`   // by a technician; 0: nobody did
	Fault   string `json:"fault,omitempty"` // why it cannot be set
}

// Certificate is the box's own, by which broker and office know it.
type Certificate struct {
	Until time.Time `json:"until,omitzero"`
	Fault string    `json:"fault,omitempty"` // why there is no newer one, and what to do
}

// Commands are the province's to the box.
type Commands struct {
	Newest      uint64 `json:"newest"`  // number of the newest one obeyed; 0: none yet
	Refused     uint64 `json:"refused"` // since the start
	LastRefusal string `json:"last_refusal,omitempty"`
}

// LaneStatus is one lane's state without the person before it.
type LaneStatus struct {
	// ReaderFail is why readers are not connected, by their names.
	ReaderFail map[string]string `json:"reader_faults,omitempty"`
	Cameras    []string          `json:"cameras,omitempty"` // which of the readers are

	Name     string                   `json:"name"`
	State    string                   `json:"state"`
	Verdict  string                   `json:"verdict,omitempty"`
	Reason   checkpoint.Reason        `json:"reason,omitempty"`
	Notice   checkpoint.Reason        `json:"notice,omitempty"`
	Second   time.Time                `json:"second_until,omitzero"` // until when a second paper joins
	Turn     uint64                   `json:"turn"`                  // people before the lane since its start
	Vehicle  bool                     `json:"vehicle,omitempty"`     // one stands there
	Refused  uint64                   `json:"refused_scans"`
	Readers  []checkpoint.ReaderState `json:"readers"`
	Contacts []string                 `json:"contacts,omitempty"`       // that are active: door, tamper, …
	Disagree checkpoint.Finding       `json:"gate_disagrees,omitempty"` // what lock and contacts disagree about
	GateFail string                   `json:"gate_fault,omitempty"`
	Pins     []string                 `json:"pins"` // lamps and such that are fitted
	// Today is how many of each verdict the lane gave since midnight in Vietnam;
	// after a power cut up to a minute of them is missing.
	Today map[string]uint64 `json:"today,omitempty"`
}

// Snapshot is the data in use; number 0: none.
type Snapshot struct {
	Number  uint64    `json:"number"`
	Policy  uint64    `json:"policy"`
	Created time.Time `json:"created,omitzero"`
	Fault   string    `json:"fault,omitempty"`
	// Ages at which the policy changes its mind, in hours: older data gets a
	// yellow banner, then no automatic green.
	FreshHours   float64 `json:"fresh_hours,omitempty"`
	NoGreenHours float64 `json:"no_green_hours,omitempty"`
}

// Update is how newer data come.
type Update struct {
	Offered uint64    `json:"offered"`        // newest snapshot that the province offers; 0: not heard yet
	Until   time.Time `json:"until,omitzero"` // when what was heard expires
	Stale   bool      `json:"stale"`          // nothing was heard for longer than the province allows
	Done    int64     `json:"done"`           // bytes of the layer on its way in
	All     int64     `json:"all"`
	Fault   string    `json:"fault,omitempty"`
	Held    *Held     `json:"held,omitempty"` // nil: what is offered is taken at once

	System     string `json:"system,omitempty"`      // version that is newer than the one that runs; empty: none is offered
	SystemHeld *Held  `json:"system_held,omitempty"` // nil: it is fetched at once
}

// Held is why the box waits with what is offered: a rollout goes by stages.
type Held struct {
	Stage     int       `json:"stage"` // from 1
	Of        int       `json:"of"`
	NotBefore time.Time `json:"not_before"`
	Paused    bool      `json:"paused"`
}

// Journal is how much waits to be sent.
type Journal struct {
	Waiting uint64 `json:"waiting"`
	Bytes   int64  `json:"bytes"`
	Full    bool   `json:"full"`
	Fault   string `json:"fault,omitempty"`
	Damaged int    `json:"damaged,omitempty"` // segments set aside; Fault says so, too
	// Oldest is when the oldest segment was begun that holds a record which waits:
	// none has waited longer. Zero: none waits.
	Oldest time.Time `json:"oldest,omitzero"`
}

// Photos are the photos of paper forms that wait to be sent.
type Photos struct {
	Waiting int       `json:"waiting"`
	Bytes   int64     `json:"bytes"`
	Oldest  time.Time `json:"oldest"`
}

// Link is the way up.
type Link struct {
	Broker    string    `json:"broker,omitempty"` // empty: none configured
	Fault     string    `json:"fault,omitempty"`  // why nothing can be sent, whoever listens
	Connected bool      `json:"connected"`
	Collector bool      `json:"collector"`
	Since     time.Time `json:"since,omitzero"`
	LastMark  time.Time `json:"last_mark,omitzero"`
	Forged    uint64    `json:"forged,omitempty"` // marks since the start that no collector signed for this box
}

// Clock is the box's time.
type Clock struct {
	Time    time.Time `json:"time"`
	Trusted bool      `json:"trusted"`
}

// Event is one change of a lane, as streamed. It does not name the rule: its
// name may tell an illness.
type Event struct {
	Lane     string              `json:"lane"`
	State    string              `json:"state"`
	Verdict  string              `json:"verdict,omitempty"`
	Reason   checkpoint.Reason   `json:"reason,omitempty"`
	Args     map[string]string   `json:"args,omitempty"`
	Differs  []string            `json:"differs,omitempty"`
	Position checkpoint.Position `json:"position,omitzero"`
	Outcome  string              `json:"outcome,omitempty"`
	Notice   checkpoint.Reason   `json:"notice,omitempty"`
	Second   time.Time           `json:"second_until,omitzero"`
	Opened   bool                `json:"opened"`
	Contacts []string            `json:"contacts,omitempty"`
}

// Server answers on the socket.
type Server struct {
	Lanes  map[string]Answerer // empty: nobody can answer
	Gates  map[string]Gate     // empty: the box is out of service
	PINs   *pin.List           // nil: there are none
	Access *access.Access      // of devices; nil: the page is not on the network
	Place  func() access.Place // where they find it
	Status func() Status
	Hub    *Hub
	// Metrics answers GET /metrics.
	Metrics http.Handler
	Codes   *Codes // what readers deliver, masked; nil: the box is out of service
	// Cameras are the live pictures of lanes, by lane and reader.
	Cameras map[CameraName]Camera
	// Claims are codes that invite this box into a province, as its readers read
	// them while somebody waits; nil: there are no readers.
	Claims <-chan string
	// Reload looks for a new snapshot and tells which one is in use; nil: the box
	// is out of service.
	Reload func() (Snapshot, error)
}

// Listen makes the socket in dir, in the place of one left by a daemon that
// died. Two daemons at once: the second is refused.
func Listen(dir string) (net.Listener, error) {
	path := filepath.Join(dir, SocketName)
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		c.Close()
		return nil, fmt.Errorf("control socket %s: another daemon answers on it", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		l.Close()
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return l, nil
}

// Serve answers until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Status()) })
	mux.HandleFunc("POST /v1/decide", s.decide)
	mux.HandleFunc("POST /v1/type", s.typed)
	mux.HandleFunc("POST /v1/lamps", s.lamp)
	mux.HandleFunc("POST /v1/emergency/end", s.endEmergency)
	mux.HandleFunc("POST /v1/snapshot/reload", s.reload)
	mux.HandleFunc("GET /v1/events", s.events)
	mux.HandleFunc("GET /v1/picture", s.picture)
	mux.HandleFunc("GET /v1/claim", s.claim)
	s.accessRoutes(mux)
	mux.HandleFunc("GET /v1/codes", s.codes)
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.Metrics)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("control socket: %w", err)
	}
	return nil
}

// Decide is the body of POST /v1/decide. An empty lane means the only one.
type Decide struct {
	Lane   string `json:"lane"`
	Answer string `json:"answer"`
	PIN    string `json:"pin,omitempty"` // of a shift lead, for an override
}

var errOutOfService = errors.New("the box is out of service: see its status")

const maxBody = 4 << 10

func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	var d Decide
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&d); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	answer, err := checkpoint.ParseAnswer(d.Answer)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	lane, err := s.lane(d.Lane)
	if err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	if answer == checkpoint.AnswerOverride && !s.lead(w, d.Lane, d.PIN) {
		return
	}
	if err := lane.Answer(r.Context(), answer); err != nil {
		refuse(w, http.StatusConflict, err)
		return
	}
	reply(w, struct{}{})
}

func (s *Server) lane(name string) (Answerer, error) {
	switch {
	case len(s.Lanes) == 0 && s.Reload == nil:
		return nil, errOutOfService
	case len(s.Lanes) == 0:
		return nil, errors.New("this box takes no answers: its decision_inputs are empty")
	}
	if name == "" && len(s.Lanes) == 1 {
		for _, l := range s.Lanes {
			return l, nil
		}
	}
	if l := s.Lanes[name]; l != nil {
		return l, nil
	}
	return nil, fmt.Errorf("no lane %q on this box (it has %d): name one with --lane", name, len(s.Lanes))
}

func (s *Server) reload(w http.ResponseWriter, _ *http.Request) {
	if s.Reload == nil {
		refuse(w, http.StatusConflict, errOutOfService)
		return
	}
	snap, err := s.Reload()
	if err != nil {
		snap.Fault = err.Error()
	}
	reply(w, snap)
}

// Claim is the answer of GET /v1/claim.
type Claim struct {
	Text string `json:"text"`
}

// claim waits for a claim as long as the caller does.
func (s *Server) claim(w http.ResponseWriter, r *http.Request) {
	if s.Claims == nil {
		refuse(w, http.StatusConflict, errOutOfService)
		return
	}
	select {
	case <-r.Context().Done():
	case text := <-s.Claims:
		reply(w, Claim{text})
	}
}

// events streams one JSON object a line until the caller goes.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	events, cancel := s.Hub.Subscribe()
	defer cancel()
	stream(w, r, events)
}

func stream[T any](w http.ResponseWriter, r *http.Request, all <-chan T) {
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	_ = flush.Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case v := <-all:
			if json.NewEncoder(w).Encode(v) != nil || flush.Flush() != nil {
				return
			}
		}
	}
}

type failure struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, code int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(failure{err.Error()}) // the caller is gone
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the caller is gone
}
