package pages

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"checkpoint/sync/collector/office"
)

// languageCookie is the language that somebody chose; without it the account's
// counts.
const languageCookie = "language"

// languages are those that there are.
var languages = []string{"vi", "en"}

// sessionCookie names the cookie with a session's token. A browser takes a name
// with this prefix for this host alone, over TLS alone (RFC 6265bis).
func (s *Server) sessionCookie() string {
	if s.Secure {
		return "__Host-session"
	}
	return "session"
}

// setCookie sets a cookie that no script and no other site gets hold of; a life
// below zero removes it, zero keeps it until the browser is closed.
func (r *request) setCookie(name, value string, life time.Duration) {
	age := int(life / time.Second)
	if life < 0 {
		age = -1
	}
	http.SetCookie(r.w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, Secure: r.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

func chosenLanguage(h *http.Request, otherwise string) string {
	if c, err := h.Cookie(languageCookie); err == nil && slices.Contains(languages, c.Value) {
		return c.Value
	}
	if slices.Contains(languages, otherwise) {
		return otherwise
	}
	return languages[0]
}

// OtherLanguage is the one that is not shown.
func (r *request) OtherLanguage() string {
	if r.Language == "en" {
		return "vi"
	}
	return "en"
}

// Here is the address of what is shown, to come back to.
func (r *request) Here() string {
	if r.Method != http.MethodGet {
		return "/"
	}
	return r.URL.RequestURI()
}

// chooseLanguage keeps the language for the browser, also before anybody logs in.
func chooseLanguage(r *request) error {
	language := r.Query("language")
	if !slices.Contains(languages, language) {
		return badInput("Không có ngôn ngữ này.", "There is no such language.")
	}
	r.setCookie(languageCookie, language, 365*24*time.Hour)
	return r.goTo(r.back())
}

// login is what the form shows.
type login struct {
	Name, Next, Wrong string
}

func loginForm(r *request) error {
	return r.draw(http.StatusOK, "login", r.T("Đăng nhập", "Log in"), login{Next: r.back()})
}

func logIn(r *request) error {
	if !r.logins.allow(r.from(), time.Now()) {
		return tooMany
	}
	form := login{Name: r.Query("name"), Next: r.back()}
	session, err := r.Office.LogIn(r.Context(), form.Name, r.PostFormValue("password"), r.from())
	held := new(office.Held)
	switch {
	case errors.As(err, &held):
		return tooMany
	case errors.Is(err, office.ErrLogIn):
		form.Wrong = r.T("Sai tên hoặc mật khẩu.", "Wrong name or password.")
		return r.draw(http.StatusUnauthorized, "login", r.T("Đăng nhập", "Log in"), form)
	case err != nil:
		return err
	}
	r.setCookie(r.sessionCookie(), session.Token, 0)
	return r.goTo(form.Next)
}

func logOut(r *request) error {
	token, err := r.Cookie(r.sessionCookie())
	if err != nil {
		return err
	}
	if err := r.Office.LogOut(r.Context(), token.Value); err != nil {
		return err
	}
	r.setCookie(r.sessionCookie(), "", -1)
	return r.goTo("/login")
}
