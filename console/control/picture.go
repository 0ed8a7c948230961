package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"checkpoint"
)

// Camera shows what a lane's camera sees now: a JPEG of at most 640 pixels a side,
// and where to move the code in it. Nothing is encoded unless it is called.
type Camera interface {
	Picture(ctx context.Context) (jpeg []byte, d checkpoint.Distance, err error)
}

// CameraName is a camera of a lane.
type CameraName struct{ Lane, Reader string }

// distanceHeader tells where to move the code, beside the picture.
const distanceHeader = "Checkpoint-Distance"

// pictureWithin is how long a caller waits for a camera that may be gone.
const pictureWithin = 2 * time.Second

// picture answers with one picture. It is made for this caller and kept nowhere.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	camera, err := s.camera(CameraName{r.FormValue("lane"), r.FormValue("reader")})
	if err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pictureWithin)
	defer cancel()
	jpeg, distance, err := camera.Picture(ctx)
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set(distanceHeader, string(distance))
	_, _ = w.Write(jpeg) // the caller is gone
}

// camera finds the one that is named; an empty lane or reader means the only one.
func (s *Server) camera(name CameraName) (found Camera, err error) {
	for is, c := range s.Cameras {
		if (name.Lane != "" && name.Lane != is.Lane) || (name.Reader != "" && name.Reader != is.Reader) {
			continue
		}
		if found != nil {
			return nil, errors.New("there are several such cameras: name lane and reader")
		}
		found = c
	}
	if found == nil {
		return nil, fmt.Errorf("no camera %q of lane %q on this box (it has %d)", name.Reader, name.Lane, len(s.Cameras))
	}
	return found, nil
}

// Picture asks for what a camera sees now.
func (c *Client) Picture(ctx context.Context, name CameraName) (jpeg []byte, d checkpoint.Distance, err error) {
	query := url.Values{"lane": {name.Lane}, "reader": {name.Reader}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://box/v1/picture?"+query.Encode(), nil)
	if err != nil {
		return nil, "", err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, "", fmt.Errorf("ask the daemon: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, "", fmt.Errorf("ask the daemon: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, "", refusal(resp, body)
	}
	return body, checkpoint.Distance(resp.Header.Get(distanceHeader)), nil
}
