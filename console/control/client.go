package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
)

// Client talks to a daemon's control socket.
type Client struct{ http *http.Client }

// Refusal is the daemon's own word that it does not do what was asked.
type Refusal struct{ Why string }

func (r *Refusal) Error() string { return r.Why }

// NewClient is a client of the daemon whose run-time directory is dir. Nothing
// is opened before the first call.
func NewClient(dir string) *Client {
	path := filepath.Join(dir, SocketName)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Client{&http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// Status asks for the box's state.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.call(ctx, http.MethodGet, "/v1/status", nil, &s)
}

// Decide gives the guard's answer; it returns once the answer is on disk.
func (c *Client) Decide(ctx context.Context, d Decide) error {
	return c.call(ctx, http.MethodPost, "/v1/decide", d, nil)
}

// Type looks a typed number up; it returns once the lane has taken it.
func (c *Client) Type(ctx context.Context, t Type) error {
	return c.call(ctx, http.MethodPost, "/v1/type", t, nil)
}

// Reload makes the daemon look for a new snapshot.
func (c *Client) Reload(ctx context.Context) (s Snapshot, err error) {
	return s, c.call(ctx, http.MethodPost, "/v1/snapshot/reload", nil, &s)
}

// Claim waits until one of the box's readers reads the claim of a new box.
func (c *Client) Claim(ctx context.Context) (text string, err error) {
	var a Claim
	err = c.call(ctx, http.MethodGet, "/v1/claim", nil, &a)
	return a.Text, err
}

// Events listens to the lanes. ready is closed once the daemon sends; then each
// event is handed to see until it returns false or ctx ends.
func (c *Client) Events(ctx context.Context, ready chan<- struct{}, see func(Event) bool) error {
	return listen(ctx, c, "/v1/events", ready, see)
}

// Codes listens to what readers deliver, likewise.
func (c *Client) Codes(ctx context.Context, ready chan<- struct{}, see func(Code) bool) error {
	return listen(ctx, c, "/v1/codes", ready, see)
}

func listen[T any](ctx context.Context, c *Client, path string, ready chan<- struct{}, see func(T) bool) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://box"+path, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask the daemon: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // the status says enough
		return refusal(resp, text)
	}
	close(ready)
	d := json.NewDecoder(resp.Body)
	for {
		var v T
		if err := d.Decode(&v); err != nil {
			return fmt.Errorf("listen to the daemon: %w", err)
		}
		if !see(v) {
			return nil
		}
	}
}

func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://box"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask the daemon: %w", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("ask the daemon: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return refusal(resp, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// refusal is the daemon's word why not.
func refusal(resp *http.Response, body []byte) error {
	var f failure
	if json.Unmarshal(body, &f) != nil || f.Error == "" {
		f.Error = resp.Status
	}
	return &Refusal{f.Error}
}
