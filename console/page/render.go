package page

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"time"

	"checkpoint/console/access"
	"checkpoint/console/messages"
)

//go:embed assets
var files embed.FS

var templates = template.Must(template.ParseFS(files, "assets/*.html"))

func render(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	err := templates.ExecuteTemplate(&out, name, data)
	return out.Bytes(), err
}

// words is what templates ask the catalogue for.
type words struct{ Lang messages.Lang }

func (w words) Text(id messages.LineID) string     { return messages.Line(id, w.Lang) }
func (w words) Button(id messages.ButtonID) string { return messages.Button(id, w.Lang) }

// whole is a page as the browser first gets it; the stream keeps it up to date.
type whole struct {
	words
	Site  string
	Time  string
	Cards []card
	Strip strip
	Keys  []string // of the number pad
	Desk  bool     // there is more than the lanes
	Pairs bool     // devices can be paired from here
}

func (s *Server) whole(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		lang, now, status := langOf(r), time.Now(), s.cfg.Status()
		p := whole{
			words: words{lang}, Site: s.cfg.Site, Time: now.In(messages.Zone).Format("15:04"), Strip: stripOf(status, now, lang),
			Keys:  []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"},
			Pairs: s.cfg.Network != nil && sessionOf(r) == (access.Session{}),
			Desk:  s.cfg.Desk != nil,
		}
		for _, lane := range s.cfg.Names {
			p.Cards = append(p.Cards, s.card(s.seen(lane, name == "public"), status, now, lang))
		}
		html, err := render(name, p)
		if err != nil {
			http.Error(w, "the page cannot be drawn", http.StatusInternalServerError)
			return
		}
		send(w, html)
	}
}

func send(w http.ResponseWriter, html []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(html) // the browser is gone
}

type langKey struct{}

// begins notes in which language a page begins that is asked for in none.
func (s *Server) begins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.cfg.Lang != nil {
			r = r.WithContext(context.WithValue(r.Context(), langKey{}, s.cfg.Lang()))
		}
		next.ServeHTTP(w, r)
	})
}

// langOf is the language that a request asks for, or the box's own.
func langOf(r *http.Request) messages.Lang {
	switch asked := messages.Lang(r.URL.Query().Get("lang")); asked {
	case messages.Vietnamese, messages.English:
		return asked
	}
	if lang, _ := r.Context().Value(langKey{}).(messages.Lang); lang == messages.English {
		return lang
	}
	return messages.Vietnamese
}

// assets are the same for the life of the binary. What a browser asks for is
// served, neither the templates beside it nor a list.
func assets() http.Handler {
	dir, err := fs.Sub(files, "assets")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	server := http.StripPrefix("/assets/", http.FileServerFS(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains([]string{".css", ".js", ".svg", ".woff2", ".txt"}, path.Ext(r.URL.Path)) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "max-age=3600")
		server.ServeHTTP(w, r)
	})
}
