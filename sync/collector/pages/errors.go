package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/jackc/pgx/v5/pgconn"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// problem is an answer that is no page: what went wrong and what to do, in words.
type problem struct {
	code int
	text view.Column
}

// Error implements error.
func (p *problem) Error() string { return p.text.English }

// The problems that any page can have.
var (
	notFound    = &problem{http.StatusNotFound, view.Column{Vietnamese: "Không có trang này.", English: "There is no such page."}}
	forbidden   = &problem{http.StatusForbidden, view.Column{Vietnamese: "Tài khoản này không được mở trang này.", English: "This account may not open this page."}}
	outside     = &problem{http.StatusForbidden, view.Column{Vietnamese: "Ngoài phạm vi của tài khoản này.", English: "Outside of what this account may see."}}
	staleForm   = &problem{http.StatusForbidden, view.Column{Vietnamese: "Biểu mẫu đã cũ. Mở lại trang rồi gửi lại.", English: "The form is too old. Open the page again and send it again."}}
	oddLetters  = &problem{http.StatusBadRequest, view.Column{Vietnamese: "Có chữ không dùng được.", English: "Some letters cannot be used."}}
	tooLong     = &problem{http.StatusRequestURITooLong, view.Column{Vietnamese: "Địa chỉ trang quá dài.", English: "The page's address is too long."}}
	tooMany     = &problem{http.StatusTooManyRequests, view.Column{Vietnamese: "Quá nhiều yêu cầu. Chờ một phút.", English: "Too many requests. Wait a minute."}}
	unavailable = &problem{http.StatusServiceUnavailable, view.Column{Vietnamese: "Máy chủ chưa trả lời được. Thử lại sau ít phút.", English: "The server cannot answer now. Try again in some minutes."}}
)

// badInput is a problem of what somebody typed.
func badInput(vietnamese, english string) error {
	return &problem{http.StatusBadRequest, view.Column{Vietnamese: vietnamese, English: english}}
}

// fail answers with what went wrong.
func (r *request) fail(err error) {
	if errors.Is(err, office.ErrNoSession) {
		r.sendToLogin()
		return
	}
	var p *problem
	large := new(http.MaxBytesError)
	switch {
	case errors.As(err, &p):
	case errors.Is(err, view.ErrScope):
		p = outside
	case errors.Is(err, office.ErrRole):
		p = forbidden
	case errors.Is(err, office.ErrText):
		p = oddLetters
	case ofOffice(err) != nil:
		p = ofOffice(err)
	case errors.As(err, &large):
		p = &problem{http.StatusRequestEntityTooLarge, view.Column{Vietnamese: "Tệp quá lớn.", English: "The file is too large."}}
	case errors.Is(err, context.Canceled):
		return // nobody is there to read it
	default:
		r.Log.Error("page", "path", r.Path(), "error", quiet(err))
		p = unavailable
	}
	if p.code == http.StatusTooManyRequests {
		r.w.Header().Set("Retry-After", "60")
	}
	if err := r.draw(p.code, "problem", r.T("Không mở được", "Not possible"), r.In(p.text)); err != nil {
		r.Log.Error("page", "path", r.Path(), "error", quiet(err))
	}
}

// sendToLogin has who is not logged in do so. Whoever opens a page comes back to it.
func (r *request) sendToLogin() {
	where := "/login"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		if back := where + "?next=" + url.QueryEscape(r.URL.RequestURI()); len(back) <= maxAddress {
			where = back
		}
	}
	http.Redirect(r.w, r.Request, where, http.StatusSeeOther)
}

// quiet is an error without what somebody typed: a database repeats values in its
// words, its code says enough.
func quiet(err error) string {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return "SQLSTATE " + p.Code
	}
	return err.Error()
}
