package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/messages"
)

// Photos takes photos of paper forms. No picture comes to the page: it is sealed
// before anything but the camera has it, and the page learns its name alone.
type Photos interface {
	// Can tells whether a lane has a camera, and is not training.
	Can(lane string) bool
	// Take takes a photo of what the lane's camera sees, in the place of the last
	// one that no form has. It is on disk on return. The error may be [ErrPhotoFull].
	Take(ctx context.Context, lane string) (name string, err error)
	// Use has a photo go up with a form that is about to be recorded.
	Use(lane, name string) error
	// Drop removes a photo that no form will have.
	Drop(lane, name string) error
}

// ErrPhotoFull: the box has no room for another photo. A form goes on without.
var ErrPhotoFull = errors.New("no room for another photo")

// photoWithin is how long a guard waits for a camera that may be gone, and for
// its picture to be on disk.
const photoWithin = 5 * time.Second

// card is a lane's card with what the lane alone does not tell.
func (s *Server) card(v checkpoint.View, status control.Status, now time.Time, lang messages.Lang) card {
	c := cardOf(v, status, now, lang)
	c.Photo = s.cfg.Photos != nil && !c.Training && s.cfg.Photos.Can(v.Lane.Lane)
	return c
}

// photo takes a photo of the form that lies before the lane's camera, or drops
// the one that was taken.
func (s *Server) photo(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.asked(w, r); !ok {
		return
	}
	lane, lang := r.PathValue("lane"), langOf(r)
	if s.cfg.Photos == nil {
		http.Error(w, errNoCamera.Error(), http.StatusNotFound)
		return
	}
	if name := r.PostForm.Get("drop"); name != "" {
		_ = s.cfg.Photos.Drop(lane, name) // else gone with the next one, or the next start
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if !s.cfg.Photos.Can(lane) {
		http.Error(w, errNoCamera.Error(), http.StatusNotFound)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), photoWithin)
	defer cancel()
	name, err := s.cfg.Photos.Take(ctx, lane)
	switch {
	case errors.Is(err, ErrPhotoFull):
		http.Error(w, messages.Line(messages.PhotoFull, lang), http.StatusInsufficientStorage)
	case err != nil:
		http.Error(w, messages.Line(messages.NoPicture, lang), http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, name)
	}
}

// withPhoto joins the photo that was taken to a form. Its bytes are kept for good
// before the record names them.
func (s *Server) withPhoto(w http.ResponseWriter, r *http.Request, f *checkpoint.Form) bool {
	name := r.PostForm.Get("photo")
	if name == "" {
		return true
	}
	if s.cfg.Photos == nil || !s.cfg.Photos.Can(r.PathValue("lane")) || s.cfg.Photos.Use(r.PathValue("lane"), name) != nil {
		http.Error(w, messages.Line(messages.PhotoGone, langOf(r)), http.StatusConflict)
		return false
	}
	f.Photo = name
	return true
}
