package pages

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"html/template"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// request is what somebody asks for.
type request struct {
	*http.Request
	*Server
	Account  office.Account // zero where nobody is logged in
	CSRF     string         // the session's form token: each form that posts carries it as "csrf"
	Language string         // vi or en
	Page     *page          // nil for what is no page of the table
	w        http.ResponseWriter
}

// open answers whoever comes.
func (s *Server) open(answer func(*request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, h *http.Request) { s.answer(w, h, nil, answer) }
}

// inside answers those who are logged in and have the page's role.
func (s *Server) inside(p *page, answer func(*request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, h *http.Request) {
		s.answer(w, h, p, func(r *request) error {
			if err := r.enter(); err != nil {
				return err
			}
			return answer(r)
		})
	}
}

func (s *Server) answer(w http.ResponseWriter, h *http.Request, p *page, answer func(*request) error) {
	ctx, cancel := context.WithTimeout(h.Context(), answerWithin-5*time.Second)
	defer cancel()
	h.Body = http.MaxBytesReader(w, h.Body, maxBody)
	r := &request{Request: h.WithContext(ctx), Server: s, Language: chosenLanguage(h, ""), Page: p, w: w}
	defer r.survive()
	err := r.readable()
	if err == nil {
		err = answer(r)
	}
	if err != nil {
		r.fail(err)
	}
}

// readable tells whether all that was sent are letters that a database takes, and
// not more than any page asks for.
func (r *request) readable() error {
	if len(r.RequestURI) > maxAddress {
		return tooLong
	}
	err := r.ParseForm()
	if err == nil { // a form with a file
		if err = r.ParseMultipartForm(maxBody); errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	if err != nil {
		if large := new(http.MaxBytesError); errors.As(err, &large) {
			return err
		}
		return oddLetters
	}
	for _, values := range r.Form {
		for _, value := range values {
			if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				return oddLetters
			}
		}
	}
	return nil
}

// enter finds out who asks, and whether they may.
func (r *request) enter() error {
	token, err := r.Cookie(r.sessionCookie())
	if err != nil {
		return office.ErrNoSession
	}
	session, err := r.Office.Session(r.Context(), token.Value)
	if err != nil {
		return err
	}
	r.Account, r.CSRF, r.Language = session.Account, session.CSRF, chosenLanguage(r.Request, session.Account.Language)
	if !r.asks.allow(r.Account.Name, time.Now()) {
		return tooMany
	}
	if r.Method == http.MethodHead { // sends nothing, and would count as a look and as a list that was fetched
		return notFound
	}
	if r.Page != nil && r.Page.Role != "" && !r.Account.May(r.Page.Role) {
		return forbidden
	}
	if r.Method == http.MethodPost && subtle.ConstantTimeCompare([]byte(r.PostFormValue("csrf")), []byte(r.CSRF)) != 1 {
		return staleForm
	}
	return nil
}

// T is one of the two, in the visitor's language.
func (r *request) T(vietnamese, english string) string {
	return view.Column{Vietnamese: vietnamese, English: english}.In(r.Language)
}

// In is a text in the visitor's language.
func (r *request) In(c view.Column) string { return c.In(r.Language) }

// Query is one of the query's values; of a form that was posted, one of its.
func (r *request) Query(name string) string {
	if r.Method == http.MethodPost {
		return strings.TrimSpace(r.PostFormValue(name))
	}
	return strings.TrimSpace(r.URL.Query().Get(name))
}

// Day is the day that a field names; today where it is empty.
func (r *request) Day(field string) (time.Time, error) {
	text := r.Query(field)
	if text == "" {
		return r.View.Today(), nil
	}
	return view.ParseDay(text)
}

// File is the address of the page's file of what is shown.
func (r *request) File(kind string) string { return r.with(r.Page.Path+"."+kind, "after", "") }

// with is the query at a path with one value changed; empty: without it.
func (r *request) with(path, name, value string) string {
	q := url.Values{}
	for key, values := range r.URL.Query() {
		if key != name && values[0] != "" {
			q.Set(key, values[0])
		}
	}
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Offered are the pages that the account may open.
func (r *request) Offered() []group { return offered(&r.Account) }

// Path is the page's address; empty: it is no page of the table.
func (r *request) Path() string {
	if r.Page == nil {
		return ""
	}
	return r.Page.Path
}

// drawn is what a page's template draws.
type drawn struct {
	*request
	Title string
	Data  any
	Body  template.HTML // of the frame
}

// Now is when the page was drawn, in Vietnam.
func (d drawn) Now() string { return time.Now().In(vietnam).Format("15:04 02/01/2006") }

// Vietnam's time has no daylight saving: UTC+7.
var vietnam = time.FixedZone("+07", 7*60*60)

// show draws the page's template, by its name, into the frame.
func (r *request) show(name string, data any) error {
	return r.draw(http.StatusOK, name, r.In(r.Page.Title), data)
}

func (r *request) draw(code int, name, title string, data any) error {
	var body, whole bytes.Buffer
	d := drawn{request: r, Title: title, Data: data}
	if err := templates.ExecuteTemplate(&body, name, d); err != nil {
		return err
	}
	d.Body = template.HTML(body.String()) // the template escaped what is in it
	if err := templates.ExecuteTemplate(&whole, "frame", d); err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	r.w.WriteHeader(code)
	_, _ = r.w.Write(whole.Bytes()) // the browser is gone
	return nil
}

// goTo ends a POST: the browser asks for the path anew.
func (r *request) goTo(path string) error {
	http.Redirect(r.w, r.Request, path, http.StatusSeeOther)
	return nil
}

// back is where a form wants its visitor to be brought: a path of this server.
func (r *request) back() string {
	path := r.Query("next")
	// A browser takes two slashes, or a backslash, for another server.
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

// lookAt writes into the log of looks that the account is about to see the people
// on a day's list. Nothing may be read before.
func (r *request) lookAt(list string, day time.Time) error {
	return r.look(office.Look{What: office.List, Subject: list, Detail: day.Format(time.DateOnly)})
}

// look writes what the account is about to see into the log, and permits it.
func (r *request) look(l office.Look) error {
	_, err := r.Office.Look(r.Context(), r.Account, l)
	return err
}

// ShownDay is the day that the page is about.
func (r *request) ShownDay() (string, error) {
	day, err := r.Day("day")
	return day.Format(time.DateOnly), err
}

// Upper is a file's ending as people write it.
func (r *request) Upper(kind string) string { return strings.ToUpper(kind) }

// Whose tells whose people the account sees.
func (r *request) Whose() string {
	var all []string
	for _, scope := range r.Account.Scopes {
		kind, which, _ := strings.Cut(scope, ":")
		switch kind {
		case "all":
			all = append(all, r.T("toàn tỉnh", "the whole province"))
		case "commune":
			all = append(all, r.T("xã ", "commune ")+which)
		case "district":
			all = append(all, which)
		case "site":
			all = append(all, r.T("điểm ", "checkpoint ")+which)
		}
	}
	return strings.Join(all, " · ")
}

// heavily runs what takes much memory or time beside few others alone.
func (r *request) heavily(do func() error) error {
	select {
	case r.heavy <- struct{}{}:
		defer func() { <-r.heavy }()
		return do()
	case <-r.Context().Done():
		return errors.Join(tooMany, r.Context().Err())
	}
}

// from is the address that asks; of a network of IPv6 addresses the network,
// which is one household's or office's.
func (r *request) from() string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := at.Addr().Unmap()
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return network.String()
}
