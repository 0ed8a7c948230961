package page

import (
	"errors"
	"net/http"

	"checkpoint/console/access"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// entry is a form by which a device comes in.
type entry struct {
	words
	Site, Trouble string
	Code, Name    string
	ID            string // of a device that waits, to be compared at the box
}

func (s *Server) entry(w http.ResponseWriter, r *http.Request, template string, code int, e entry) {
	e.words, e.Site = words{langOf(r)}, s.cfg.Site
	html, err := render(template, e)
	if err != nil {
		http.Error(w, "the page cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(html) // the browser is gone
}

// pairForm asks for the device's name. The code stands in the address that the
// QR code holds; looking at the form does not use it up.
func (s *Server) pairForm(w http.ResponseWriter, r *http.Request) {
	e := entry{Code: r.URL.Query().Get("code")}
	if r.URL.Query().Has("over") {
		e.Trouble = messages.Line(messages.PairOver, langOf(r))
	}
	s.entry(w, r, "pair", http.StatusOK, e)
}

// pair uses up the code. What the device gets is worth something once it
// was confirmed at the box.
func (s *Server) pair(w http.ResponseWriter, r *http.Request) {
	if !read(w, r) {
		return
	}
	e := entry{Code: r.PostForm.Get("code"), Name: r.PostForm.Get("name")}
	device, session, err := s.cfg.Network.Access.Ask(e.Code, e.Name)
	if err != nil {
		line := messages.PairWrongCode
		if errors.Is(err, access.ErrName) {
			line = messages.PairBadName
		}
		e.Trouble = messages.Line(line, langOf(r))
		s.entry(w, r, "pair", http.StatusForbidden, e)
		return
	}
	setSecret(w, deviceCookie, device, deviceFor)
	setSecret(w, sessionCookie, session, sessionFor)
	goTo(w, r, "/pair/wait")
}

// pairWait is looked at again and again until somebody at the box has answered.
func (s *Server) pairWait(w http.ResponseWriter, r *http.Request) {
	device, session := secretsOf(r)
	if asks, waits := s.cfg.Network.Access.Waits(device); waits {
		s.entry(w, r, "wait", http.StatusOK, entry{Name: asks.Name, ID: asks.ID})
		return
	}
	if _, err := s.cfg.Network.Access.Enter(device, session); err != nil {
		http.Redirect(w, r, "/pair?over&lang="+string(langOf(r)), http.StatusSeeOther)
		return
	}
	goTo(w, r, "/")
}

func (s *Server) signInForm(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.signedOff(w, r); ok {
		s.entry(w, r, "sign-in", http.StatusOK, entry{})
	}
}

// signIn begins a session of whoever's PIN it is. A wrong one is recorded, and
// holds up this device alone.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	who, ok := s.signedOff(w, r)
	if !ok || !read(w, r) {
		return
	}
	role, err := pin.Role(""), pin.ErrNone
	if s.cfg.PINs != nil {
		role, err = s.cfg.PINs.Allow(who.Device, r.PostForm.Get("pin"), pin.SignIn)
	}
	if err != nil {
		s.wrongPIN(err)
		s.entry(w, r, "sign-in", http.StatusForbidden, entry{Trouble: refusal(err, messages.NoPINIssued, langOf(r))})
		return
	}
	device, _ := secretsOf(r)
	session, err := s.cfg.Network.Access.SignIn(device, role)
	if err != nil {
		http.Error(w, messages.Line(messages.PairFailed, langOf(r)), http.StatusServiceUnavailable)
		return
	}
	setSecret(w, sessionCookie, session, sessionFor)
	goTo(w, r, "/")
}

// signedOff sends away who is no paired device: a stranger tries no PIN.
func (s *Server) signedOff(w http.ResponseWriter, r *http.Request) (access.Session, bool) {
	who, err := s.cfg.Network.Access.Enter(secretsOf(r))
	if errors.Is(err, access.ErrStranger) {
		goTo(w, r, "/pair")
		return who, false
	}
	return who, true
}

// wrongPIN records a wrong PIN that was given for no lane, at the first.
func (s *Server) wrongPIN(err error) {
	s.mu.Lock()
	lane := s.lanes[s.cfg.Names[0]]
	s.mu.Unlock()
	if wrong := new(pin.Wrong); lane != nil && errors.As(err, &wrong) {
		lane.WrongPIN()
	}
}
