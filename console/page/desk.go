package page

import (
	"context"
	"errors"
	"net/http"
	"time"

	"checkpoint"
	"checkpoint/console/daylog"
	"checkpoint/console/doctor"
	"checkpoint/console/live"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
	"checkpoint/console/shift"
)

// Desk is what people on duty ask of the box beside its lanes. Everything that
// returns nil is on disk.
type Desk interface {
	// Shift is the shift that goes on, and the one before it.
	Shift() (now, last shift.Sheet)
	HandOver(ctx context.Context, from, to string) error
	// Look records that somebody looks, and then gives what there is.
	Look(ctx context.Context, q daylog.Query) (found []daylog.Entry, all int, err error)
	Train(ctx context.Context, lane string) error
	EndTraining(ctx context.Context, lane string) error
	// Sample shows the next sample person to a lane that trains.
	Sample(lane string)
	// Settings are the configuration as a technician reads it, line by line.
	Settings() []Setting
	// Live are the settings that are changed on the page, and what this box has of
	// them.
	Live() (live.Settings, Adjustable)
	// Change records that they are changed before it changes anything. The error is
	// [live.ErrNotKept] of a change that holds until the next start.
	Change(ctx context.Context, to live.Settings) error
	// Test looks at the whole box; it takes a few seconds.
	Test(ctx context.Context) []doctor.Row
	// Cameras are the lanes' cameras.
	Cameras() []Camera
}

func (s *Server) deskRoutes(mux *http.ServeMux) {
	with := func(page func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { page(w, r, "") }
	}
	mux.HandleFunc("GET /more", s.more)
	mux.HandleFunc("GET /shift", with(s.shift))
	mux.HandleFunc("GET /shift/sheet", s.sheet)
	mux.HandleFunc("POST /shift", s.handOver)
	mux.HandleFunc("GET /log", with(s.log))
	mux.HandleFunc("POST /log", s.look)
	mux.HandleFunc("GET /training", with(s.training))
	mux.HandleFunc("POST /lanes/{lane}/training", s.train)
	mux.HandleFunc("GET /settings", with(s.settings))
	mux.HandleFunc("POST /settings", s.setting)
	mux.HandleFunc("POST /settings/change", s.alter)
	mux.HandleFunc("GET /self-test", s.selfTest)
	mux.HandleFunc("POST /self-test", s.tested)
	mux.HandleFunc("GET /picture", s.picture)
	mux.HandleFunc("GET /lanes/{lane}/picture/{reader}", s.frame)
}

// desk is what all pages beside the lanes have in common.
type desk struct {
	words
	Site, Time, Title, Path string
	Lanes                   []string
	Strip                   strip
	Keys                    []string
}

func (s *Server) desk(r *http.Request, title messages.LineID) desk {
	lang, now := langOf(r), time.Now()
	return desk{
		words: words{lang}, Site: s.cfg.Site, Time: now.In(messages.Zone).Format("15:04"), Title: messages.Line(title, lang), Path: r.URL.Path,
		Lanes: s.cfg.Names, Strip: stripOf(s.cfg.Status(), now, lang), Keys: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"},
	}
}

// draw answers with a whole page.
func (s *Server) draw(w http.ResponseWriter, name string, data any) {
	html, err := render(name, data)
	if err != nil {
		http.Error(w, "the page cannot be drawn", http.StatusInternalServerError)
		return
	}
	send(w, html)
}

// tile is a way to another page.
type tile struct{ Path, Icon, Text string }

func (s *Server) more(w http.ResponseWriter, r *http.Request) {
	lang := langOf(r)
	line := func(id messages.LineID) string { return messages.Line(id, lang) }
	tiles := []tile{
		{"/shift", "hand-over", messages.Button(messages.HandOver, lang)},
		{"/log", "find", line(messages.LookUp)},
		{"/training", "lesson", line(messages.Training)},
		{"/self-test", "wrench", messages.Button(messages.SelfTest, lang)},
		{"/settings", "data", line(messages.Settings)},
	}
	if len(s.cfg.Desk.Cameras()) > 0 {
		tiles = append(tiles, tile{"/picture", "camera", line(messages.Picture)})
	}
	s.draw(w, "more", struct {
		desk
		Tiles []tile
	}{s.desk(r, messages.More), tiles})
}

// wrong is why a PIN is not taken for an act; empty: it is.
func (s *Server) wrong(r *http.Request, lane Lane, to pin.Act) string {
	err := pin.ErrNone
	if s.cfg.PINs != nil {
		_, err = s.cfg.PINs.Allow(sessionOf(r).Device, r.PostForm.Get("pin"), to)
	}
	if err == nil {
		return ""
	}
	if wrong := new(pin.Wrong); errors.As(err, &wrong) {
		lane.WrongPIN()
	}
	none := messages.NoPIN
	if to == pin.Maintain {
		none = messages.NoTechnician
	}
	return refusal(err, none, langOf(r))
}

// first is the lane at which is recorded what is about no lane of its own.
func (s *Server) first() Lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.cfg.Names) == 0 {
		return nil
	}
	return s.lanes[s.cfg.Names[0]]
}

// duty reads a form that is about no lane; false: the page takes no answers.
func (s *Server) duty(w http.ResponseWriter, r *http.Request) (Lane, bool) {
	if !read(w, r) {
		return nil, false
	}
	lane := s.first()
	if lane == nil {
		http.Error(w, "this page takes no answers", http.StatusNotFound)
		return nil, false
	}
	return lane, true
}

// failed is what to say of something that was not done.
func (s *Server) failed(err error, lang messages.Lang) string {
	if errors.Is(err, checkpoint.ErrBusy) {
		return messages.Line(messages.TrainBusy, lang)
	}
	return sentence(messages.Reason(checkpoint.CannotRecord, nil, lang))
}
