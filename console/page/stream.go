package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"checkpoint/console/access"
	"checkpoint/console/messages"
)

// beat is how often a page hears that the daemon lives. A page that hears
// nothing for two seconds covers its verdicts.
const beat = time.Second

// stream sends each piece of the page anew when it changes (server-sent events,
// the HTML standard's chapter 9.2): one event, one element that replaces the one
// of the same id.
func (s *Server) stream(piece string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.follow(w, r, func(o *onlooker, now time.Time) error { return o.lanes(piece, now) })
	}
}

// follow keeps a page up to date: at each change and each second look draws what
// is new.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, look func(*onlooker, time.Time) error) {
	if !s.enter(r) {
		http.Error(w, "too many pages are open on this box", http.StatusServiceUnavailable)
		return
	}
	defer s.leave()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	o := &onlooker{server: s, lang: langOf(r), flush: http.NewResponseController(w), to: w, has: map[string][]byte{}}
	_ = o.flush.SetReadDeadline(time.Time{}) // it sends nothing more
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		changed := s.change() // before looking, so that nothing falls between
		now := time.Now()
		_ = o.flush.SetWriteDeadline(now.Add(sendWithin))
		if look(o, now) != nil || o.beat(now) != nil {
			return
		}
		select {
		case <-r.Context().Done():
			if errors.Is(context.Cause(r.Context()), access.ErrSignedOff) {
				_, _ = fmt.Fprint(w, "event: over\ndata: over\n\n") // the browser may be gone
			}
			return
		case <-changed:
		case <-t.C:
		}
	}
}

func (s *Server) enter(r *http.Request) bool {
	most := maxStreams
	if sessionOf(r) != (access.Session{}) {
		most -= ownStreams
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams >= most {
		return false
	}
	s.streams++
	return true
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams--
}

// onlooker is one open page. It always gets the newest view; what it was too
// slow for is left out.
type onlooker struct {
	server *Server
	lang   messages.Lang
	to     http.ResponseWriter
	flush  *http.ResponseController
	has    map[string][]byte // pieces as it has them
}

// lanes draws each lane by a template, and the strip of the guard's page.
func (o *onlooker) lanes(piece string, now time.Time) error {
	status := o.server.cfg.Status()
	for _, name := range o.server.cfg.Names {
		if err := o.draw(piece, name, o.server.card(o.server.seen(name, piece == "face"), status, now, o.lang)); err != nil {
			return err
		}
	}
	if piece != "card" {
		return nil
	}
	return o.draw("strip", "", stripOf(status, now, o.lang))
}

// beat tells the page that the daemon lives.
func (o *onlooker) beat(now time.Time) error {
	if _, err := fmt.Fprintf(o.to, "event: beat\ndata: %s\n\n", now.In(messages.Zone).Format("15:04")); err != nil {
		return err
	}
	return o.flush.Flush()
}

// draw sends a piece if it is not what the page has: the day's counts and the
// data's age change with nobody before the lane.
func (o *onlooker) draw(template, lane string, data any) error {
	html, err := render(template, data)
	if err != nil || bytes.Equal(html, o.has[lane]) {
		return err
	}
	o.has[lane] = html
	return o.send(html)
}

func (o *onlooker) send(html []byte) error {
	var event bytes.Buffer
	event.WriteString("event: piece\n")
	for line := range bytes.Lines(bytes.TrimSpace(html)) {
		event.WriteString("data: ")
		event.Write(bytes.TrimRight(line, "\n"))
		event.WriteByte('\n')
	}
	event.WriteByte('\n')
	_, err := o.to.Write(event.Bytes())
	return err
}
