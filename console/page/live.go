package page

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"checkpoint/console/access"
	"checkpoint/console/live"
	"checkpoint/console/messages"
)

// Adjustable is what of the settings this box has.
type Adjustable struct {
	Sound      bool // a buzzer is fitted
	Brightness int  // of the screen now, in percent; 0: it cannot be set
}

// visit is a technician at the settings: whoever gave the PIN changes them for
// as long as that page is used, from where the PIN was typed.
type visit struct {
	mu     sync.Mutex
	secret string // in the page's form; empty: nobody is there
	who    access.Session
	until  time.Time
}

// visitFor is how long a visit lasts that changes nothing, as the page does.
const visitFor = 5 * time.Minute

// begin lets somebody in, in the place of whoever was there before.
func (v *visit) begin(who access.Session) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secret, v.who, v.until = rand.Text(), who, time.Now().Add(visitFor)
	return v.secret
}

// goesOn tells whether a form is that of the visit, which then lasts anew.
func (v *visit) goesOn(secret string, who access.Session) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.secret == "" || v.who != who || time.Now().After(v.until) || subtle.ConstantTimeCompare([]byte(secret), []byte(v.secret)) != 1 {
		return false
	}
	v.until = time.Now().Add(visitFor)
	return true
}

// choice is a setting that is changed on the page.
type choice struct {
	Name, Label string
	Options     []option
}

type option struct {
	Value, Text string
	Now         bool
}

// choices are those that this box has.
func choices(now live.Settings, has Adjustable, lang messages.Lang) (all []choice) {
	line := func(id messages.LineID) string { return messages.Line(id, lang) }
	if has.Sound {
		all = append(all, choice{"sound", line(messages.SoundLabel), []option{
			{"on", line(messages.SoundOn), !now.Quiet}, {"off", line(messages.SoundOff), now.Quiet},
		}})
	}
	all = append(all, choice{"language", line(messages.BeginsIn), []option{
		{"vi", messages.Line(messages.OtherLang, messages.English), !now.English}, {"en", messages.Line(messages.OtherLang, messages.Vietnamese), now.English},
	}})
	if has.Brightness > 0 {
		c := choice{Name: "brightness", Label: line(messages.Brightness)}
		for percent := live.Dimmest; percent <= 100; percent += 25 {
			n := strconv.Itoa(percent)
			c.Options = append(c.Options, option{n, n + " %", has.Brightness > percent-13 && has.Brightness <= percent+12})
		}
		all = append(all, c)
	}
	return all
}

// changed is what a button of the settings makes of them; false: no such button.
func changed(s live.Settings, name, value string) (live.Settings, bool) {
	switch name + " " + value {
	case "sound on", "sound off":
		s.Quiet = value == "off"
	case "language vi", "language en":
		s.English = value == "en"
	default:
		percent, err := strconv.Atoi(value)
		if name != "brightness" || err != nil || percent == 0 {
			return s, false
		}
		s.Brightness = percent
	}
	return s, s.Valid() == nil
}

// alter changes one setting. What the configuration says it leaves alone.
func (s *Server) alter(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.duty(w, r); !ok {
		return
	}
	if !s.visit.goesOn(r.PostForm.Get("visit"), sessionOf(r)) {
		s.settings(w, r, "")
		return
	}
	to, _ := s.cfg.Desk.Live()
	known := false
	for _, name := range []string{"sound", "language", "brightness"} {
		if value := r.PostForm.Get(name); value != "" {
			to, known = changed(to, name, value)
			break
		}
	}
	if !known {
		http.Error(w, "no such setting", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	said := ""
	switch err := s.cfg.Desk.Change(ctx, to); {
	case errors.Is(err, live.ErrNotKept):
		said = messages.Line(messages.NotKept, langOf(r))
	case err != nil:
		said = s.failed(err, langOf(r))
	}
	s.inForce(w, r, r.PostForm.Get("visit"), said)
}

// inForce shows the settings and the configuration to a visit.
func (s *Server) inForce(w http.ResponseWriter, r *http.Request, visit, said string) {
	now, has := s.cfg.Desk.Live()
	s.draw(w, "settings", settingsPage{
		desk: s.desk(r, messages.Settings), All: s.cfg.Desk.Settings(), Choices: choices(now, has, langOf(r)), Visit: visit, Said: said,
	})
}
