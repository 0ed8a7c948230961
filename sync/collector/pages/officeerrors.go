package pages

import (
	"errors"
	"fmt"
	"net/http"
	"unicode"
	"unicode/utf8"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// told are what accounts, looks, places and people's requests may be told, in the
// words that those errors have.
var told = []error{
	office.ErrReason, office.ErrPassword, office.ErrExists, office.ErrNoAccount, office.ErrNotFetched, office.ErrAnswer, office.ErrAccount,
	view.ErrNoRequest, view.ErrNobody, view.ErrDay, view.ErrBirth, view.ErrPlace,
}

// ofOffice is an error of accounts, looks, places or people's requests in words;
// nil: it is another.
func ofOffice(err error) *problem {
	var needs *office.NeedsSecond
	if errors.As(err, &needs) {
		return &problem{http.StatusConflict, view.Column{
			Vietnamese: fmt.Sprintf("Người thứ hai phải duyệt yêu cầu số %d. Sau đó gửi lại trong một giờ.", needs.Request),
			English:    fmt.Sprintf("A second person has to approve request %d. Then send this again within an hour.", needs.Request),
		}}
	}
	for _, known := range told {
		if errors.Is(err, known) {
			return &problem{http.StatusBadRequest, view.Column{Vietnamese: sentence(view.Words(err, "vi")), English: sentence(view.Words(err, "en"))}}
		}
	}
	return nil
}

// sentence is words as a page says them.
func sentence(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:] + "."
}
