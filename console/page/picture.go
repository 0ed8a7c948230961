package page

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"checkpoint/console/control"
	"checkpoint/console/messages"
)

// Camera is a lane's camera.
type Camera struct {
	Lane, Reader string
	Of           control.Camera
}

// pictureWithin is how long a browser waits for a camera that may be gone.
const pictureWithin = 2 * time.Second

// picture is the page with the live picture of the first camera, or of the one
// that is named.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	type view struct{ Name, Source string }
	var all []view
	for _, c := range s.cfg.Desk.Cameras() {
		all = append(all, view{c.Lane + " · " + c.Reader, "/lanes/" + url.PathEscape(c.Lane) + "/picture/" + url.PathEscape(c.Reader)})
	}
	s.draw(w, "picture", struct {
		desk
		Views []view
	}{s.desk(r, messages.Picture), all})
}

// frame is what a camera sees now. It is made for this browser and kept nowhere,
// there as well as here.
func (s *Server) frame(w http.ResponseWriter, r *http.Request) {
	lang := langOf(r)
	for _, c := range s.cfg.Desk.Cameras() {
		if c.Lane != r.PathValue("lane") || c.Reader != r.PathValue("reader") {
			continue
		}
		ctx, cancel := context.WithTimeout(r.Context(), pictureWithin)
		defer cancel()
		jpeg, distance, err := c.Of.Picture(ctx)
		if err != nil || len(jpeg) == 0 {
			http.Error(w, messages.Line(messages.NoPicture, lang), http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		w.Header().Set("Checkpoint-Say", url.PathEscape(cmp.Or(messages.Distance(distance, lang), messages.Line(messages.HoldStill, lang))))
		_, _ = w.Write(jpeg) // the browser is gone
		return
	}
	http.Error(w, errNoCamera.Error(), http.StatusNotFound)
}

var errNoCamera = errors.New("no such camera on this box")
