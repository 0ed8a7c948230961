package page

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"checkpoint/console/access"
	"checkpoint/console/messages"
)

// deviceRoutes are the local screen's pages about devices. The network has none
// of them: a device lets no other in.
func (s *Server) deviceRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /devices", s.devices)
	mux.HandleFunc("GET /devices/events", func(w http.ResponseWriter, r *http.Request) {
		s.follow(w, r, func(o *onlooker, now time.Time) error { return o.devices(now) })
	})
	change := func(pattern string, do func(a *access.Access, r *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if !read(w, r) {
				return
			}
			where := "/devices"
			if do(s.cfg.Network.Access, r) != nil {
				where = "/devices/failed"
			}
			goTo(w, r, where)
		})
	}
	mux.HandleFunc("GET /devices/failed", s.devices)
	change("POST /devices/begin", func(a *access.Access, _ *http.Request) error { a.Begin(); return nil })
	change("POST /devices/sign-off", func(a *access.Access, _ *http.Request) error { return a.EndShift() })
	change("POST /devices/{id}/let-in", func(a *access.Access, r *http.Request) error { return a.Confirm(r.PathValue("id"), true) })
	change("POST /devices/{id}/turn-away", func(a *access.Access, r *http.Request) error { return a.Confirm(r.PathValue("id"), false) })
	change("POST /devices/{id}/remove", func(a *access.Access, r *http.Request) error { return a.Revoke(r.PathValue("id")) })
}

// offered is a pairing as the local screen shows it.
type offered struct {
	words
	access.Place
	Open          bool // a pairing can begin
	Address, Code string
	Seconds       int
	Guessed       bool
	Size          int    // of the QR code with its margin, in modules
	Path          string // its dark modules, as SVG draws them
}

// asked is the device that asks, if one does.
type asked struct {
	words
	*access.Device
}

// paired are the devices that are let in.
type paired struct {
	words
	Print   []string // the certificate's fingerprint, in lines
	Devices []device
}

type device struct {
	ID, Name, Role, Since string
}

// devicePage is the whole page.
type devicePage struct {
	words
	Site, Time, Trouble string
	Offer               offered
	Asks                asked
	Paired              paired
}

func (s *Server) devices(w http.ResponseWriter, r *http.Request) {
	l, now := langOf(r), time.Now()
	p := devicePage{words: words{l}, Site: s.cfg.Site, Time: now.In(messages.Zone).Format("15:04")}
	if r.URL.Path == "/devices/failed" {
		p.Trouble = messages.Line(messages.PairFailed, l)
	}
	p.Offer, p.Asks, p.Paired = s.pairing(l, now)
	html, err := render("devices", p)
	if err != nil {
		http.Error(w, "the page cannot be drawn", http.StatusInternalServerError)
		return
	}
	send(w, html)
}

// devices draws what is new of the three parts of the page.
func (o *onlooker) devices(now time.Time) error {
	offer, asks, paired := o.server.pairing(o.lang, now)
	for name, data := range map[string]any{"offer": offer, "asks": asks, "paired": paired} {
		if err := o.draw(name, name, data); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) pairing(l messages.Lang, now time.Time) (o offered, a asked, p paired) {
	n := s.cfg.Network
	o, a, p = offered{words: words{l}, Place: n.Place()}, asked{words: words{l}}, paired{words: words{l}}
	for pairs := range slices.Chunk(strings.FieldsFunc(o.Fingerprint, func(r rune) bool { return r == ':' }), 8) {
		p.Print = append(p.Print, strings.Join(pairs, ":"))
	}
	offer := n.Access.Offered()
	o.Open = o.URL != "" && (offer == nil || offer.Guessed)
	if offer != nil {
		o.Guessed, a.Device = offer.Guessed, offer.Asks
		o.Seconds = int(offer.Until.Sub(now)/time.Second) + 1
		if offer.Code != "" && o.URL != "" {
			o.show(n, offer.Code)
		}
	}
	for _, d := range n.Access.Devices() {
		role := messages.Line(messages.SignedOff, l)
		if d.Role != "" {
			role = messages.Role(d.Role, l)
		}
		p.Devices = append(p.Devices, device{d.ID, d.Name, role, d.Since.In(messages.Zone).Format("02/01/2006")})
	}
	return o, a, p
}

// show puts the code into words, and into a QR code if it can be drawn.
func (o *offered) show(n *Network, code string) {
	o.Address, o.Code = o.URL+"/pair", code[:4]+"-"+code[4:]
	rows, err := n.Draw(o.Address + "?code=" + code)
	if err != nil {
		return // a name too long for a code: the address is there to be typed
	}
	const margin = 4
	o.Size = len(rows) + 2*margin
	var path bytes.Buffer
	for y, row := range rows {
		for x, dark := range row {
			if dark {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+margin, y+margin)
			}
		}
	}
	o.Path = path.String()
}
