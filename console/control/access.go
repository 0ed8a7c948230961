package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"checkpoint/console/access"
	"checkpoint/console/pin"
)

// Devices are those that see the page from the lane's network, and how another
// one comes in.
type Devices struct {
	URL         string          `json:"url,omitempty"` // empty: it is not open yet
	Fingerprint string          `json:"fingerprint,omitempty"`
	Offer       *access.Offer   `json:"offer,omitempty"` // nil: no pairing is under way
	Devices     []access.Device `json:"devices"`
}

// Confirm is the body of POST /v1/devices/confirm.
type Confirm struct {
	ID string `json:"id"`
	In bool   `json:"in"`
}

// NewPIN is the body of POST /v1/pins.
type NewPIN struct {
	Role   pin.Role `json:"role"`
	Holder string   `json:"holder"`
}

// GivenPIN is the answer: the only time that the PIN is told.
type GivenPIN struct {
	pin.Issued
	PIN string `json:"pin"`
}

// byID is the body of what is done to one device or PIN.
type byID struct {
	ID string `json:"id"`
}

var (
	errNoNetwork = errors.New("the page is not on the network: page.network in the configuration")
	errNotOpen   = errors.New("the page is not open on the network yet: the daemon's log says why")
)

func (s *Server) accessRoutes(mux *http.ServeMux) {
	device := func(pattern string, do func(*http.Request, *json.Decoder) (any, error)) {
		mux.HandleFunc(pattern, s.outcome(func(r *http.Request, body *json.Decoder) (any, error) {
			if s.Access == nil {
				return nil, errNoNetwork
			}
			return do(r, body)
		}))
	}
	device("GET /v1/devices", func(*http.Request, *json.Decoder) (any, error) { return s.devices(), nil })
	device("POST /v1/devices/begin", func(*http.Request, *json.Decoder) (any, error) {
		if s.Place().URL == "" {
			return nil, errNotOpen
		}
		s.Access.Begin()
		return s.devices(), nil
	})
	device("POST /v1/devices/confirm", func(_ *http.Request, body *json.Decoder) (any, error) {
		var c Confirm
		if err := body.Decode(&c); err != nil {
			return nil, err
		}
		return struct{}{}, s.Access.Confirm(c.ID, c.In)
	})
	device("POST /v1/devices/revoke", one(func(id string) error { return s.Access.Revoke(id) }))
	device("POST /v1/devices/sign-off", func(*http.Request, *json.Decoder) (any, error) { return struct{}{}, s.Access.EndShift() })
	s.pinRoutes(mux)
}

func (s *Server) pinRoutes(mux *http.ServeMux) {
	pins := func(pattern string, do func(*http.Request, *json.Decoder) (any, error)) {
		mux.HandleFunc(pattern, s.outcome(func(r *http.Request, body *json.Decoder) (any, error) {
			if s.PINs == nil {
				return nil, errOutOfService
			}
			return do(r, body)
		}))
	}
	pins("GET /v1/pins", func(*http.Request, *json.Decoder) (any, error) { return s.PINs.Issued(), nil })
	pins("POST /v1/pins", func(_ *http.Request, body *json.Decoder) (any, error) {
		var n NewPIN
		if err := body.Decode(&n); err != nil {
			return nil, err
		}
		code, issued, err := s.PINs.Issue(n.Role, n.Holder, time.Now())
		return GivenPIN{issued, code}, err
	})
	pins("POST /v1/pins/revoke", one(func(id string) error { return s.PINs.Revoke(id) }))
}

func (s *Server) devices() Devices {
	p := s.Place()
	return Devices{URL: p.URL, Fingerprint: p.Fingerprint, Offer: s.Access.Offered(), Devices: s.Access.Devices()}
}

// outcome answers with what do gives, or with why not.
func (s *Server) outcome(do func(*http.Request, *json.Decoder) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := do(r, json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)))
		if err != nil {
			refuse(w, http.StatusConflict, err)
			return
		}
		reply(w, v)
	}
}

func one(do func(id string) error) func(*http.Request, *json.Decoder) (any, error) {
	return func(_ *http.Request, body *json.Decoder) (any, error) {
		var b byID
		if err := body.Decode(&b); err != nil {
			return nil, err
		}
		return struct{}{}, do(b.ID)
	}
}

// Devices lists the devices, and the pairing under way.
func (c *Client) Devices(ctx context.Context) (d Devices, err error) {
	return d, c.call(ctx, http.MethodGet, "/v1/devices", nil, &d)
}

// BeginPairing offers a code to a new device.
func (c *Client) BeginPairing(ctx context.Context) (d Devices, err error) {
	return d, c.call(ctx, http.MethodPost, "/v1/devices/begin", nil, &d)
}

// ConfirmDevice lets the device in that asks, or turns it away.
func (c *Client) ConfirmDevice(ctx context.Context, in Confirm) error {
	return c.call(ctx, http.MethodPost, "/v1/devices/confirm", in, nil)
}

// RevokeDevice forgets a device.
func (c *Client) RevokeDevice(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodPost, "/v1/devices/revoke", byID{id}, nil)
}

// SignOff ends the sessions of all devices, as a hand-over does.
func (c *Client) SignOff(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/v1/devices/sign-off", nil, nil)
}

// PINs lists the issued ones, without the PINs.
func (c *Client) PINs(ctx context.Context) (all []pin.Issued, err error) {
	return all, c.call(ctx, http.MethodGet, "/v1/pins", nil, &all)
}

// IssuePIN makes one.
func (c *Client) IssuePIN(ctx context.Context, n NewPIN) (g GivenPIN, err error) {
	return g, c.call(ctx, http.MethodPost, "/v1/pins", n, &g)
}

// RevokePIN makes one worth nothing.
func (c *Client) RevokePIN(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodPost, "/v1/pins/revoke", byID{id}, nil)
}
