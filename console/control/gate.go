package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"checkpoint"
	"checkpoint/console/pin"
)

// Gate is what a lane does for people who look after its gate.
type Gate interface {
	Walk(ctx context.Context, step checkpoint.Walk, first bool) error
	WalkLamps(ctx context.Context, each time.Duration) error
	EndEmergency(ctx context.Context) error
	WrongPIN()
}

// Lamp is the body of POST /v1/lamps: one step of a lamp walk. The answer comes
// when the lamp is on; the first step waits until nobody is before the lane.
// An empty lane means the only one.
type Lamp struct {
	Lane  string `json:"lane"`
	Step  string `json:"step"` // as [checkpoint.ParseWalk] reads it; "all": each in turn but the relay
	First bool   `json:"first"`
}

// AllLamps is the step that stands for a whole walk.
const AllLamps = "all"

// each is how long a lamp is on in a whole walk.
const each = 2 * time.Second

// EndEmergency is the body of POST /v1/emergency/end.
type EndEmergency struct {
	Lane string `json:"lane"`
	PIN  string `json:"pin"`
}

func (s *Server) lamp(w http.ResponseWriter, r *http.Request) {
	var l Lamp
	gate, ok := s.asked(w, r, &l, func() string { return l.Lane })
	if !ok {
		return
	}
	if l.Step == AllLamps {
		answer(w, gate.WalkLamps(r.Context(), each))
		return
	}
	step, err := checkpoint.ParseWalk(l.Step)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	answer(w, gate.Walk(r.Context(), step, l.First))
}

func (s *Server) endEmergency(w http.ResponseWriter, r *http.Request) {
	var e EndEmergency
	gate, ok := s.asked(w, r, &e, func() string { return e.Lane })
	if !ok {
		return
	}
	if !s.lead(w, e.Lane, e.PIN) {
		return
	}
	answer(w, gate.EndEmergency(r.Context()))
}

// lead asks for a shift lead's PIN; a wrong one is recorded at the lane.
func (s *Server) lead(w http.ResponseWriter, lane, code string) bool {
	err := pin.ErrNone
	if s.PINs != nil {
		err = s.PINs.Check(code)
	}
	if wrong := new(pin.Wrong); errors.As(err, &wrong) {
		if gate, errGate := s.gate(lane); errGate == nil {
			gate.WrongPIN()
		}
	}
	if err != nil {
		refuse(w, http.StatusForbidden, err)
	}
	return err == nil
}

// asked reads a body and finds the gate that it is about.
func (s *Server) asked(w http.ResponseWriter, r *http.Request, into any, lane func() string) (Gate, bool) {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return nil, false
	}
	gate, err := s.gate(lane())
	if err != nil {
		refuse(w, http.StatusNotFound, err)
		return nil, false
	}
	return gate, true
}

func (s *Server) gate(name string) (Gate, error) {
	if len(s.Gates) == 0 {
		return nil, errOutOfService
	}
	if name == "" && len(s.Gates) == 1 {
		for _, g := range s.Gates {
			return g, nil
		}
	}
	if g := s.Gates[name]; g != nil {
		return g, nil
	}
	return nil, fmt.Errorf("no lane %q on this box (it has %d): name one with --lane", name, len(s.Gates))
}

// answer tells the caller that it was done, or why not.
func answer(w http.ResponseWriter, err error) {
	if err != nil {
		refuse(w, http.StatusConflict, err)
		return
	}
	reply(w, struct{}{})
}

// Lamp shows one step of a lamp walk.
func (c *Client) Lamp(ctx context.Context, l Lamp) error {
	return c.call(ctx, http.MethodPost, "/v1/lamps", l, nil)
}

// EndEmergency ends an emergency with a shift lead's PIN.
func (c *Client) EndEmergency(ctx context.Context, e EndEmergency) error {
	return c.call(ctx, http.MethodPost, "/v1/emergency/end", e, nil)
}
