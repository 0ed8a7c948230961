package pages

import (
	"errors"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func passwordPage() page {
	return page{
		Path:  "/password",
		Title: view.Column{Vietnamese: "Mật khẩu", English: "Password"},
		About: view.Column{Vietnamese: "Đổi mật khẩu của mình", English: "Change one's own password"},
		Show:  func(r *request) error { return r.show("password", nil) },
		Do:    map[string]func(*request) error{"change": changePassword},
	}
}

// changePassword gives the account another password. Its other sessions end.
func changePassword(r *request) error {
	present, next := r.PostFormValue("password"), r.PostFormValue("next-password")
	if present == "" || next == "" {
		return badInput("Hãy gõ cả hai mật khẩu.", "Type both passwords.")
	}
	if next != r.PostFormValue("again") {
		return badInput("Hai lần gõ mật khẩu mới khác nhau.", "The new password was typed in two ways.")
	}
	before, err := r.Office.LogIn(r.Context(), r.Account.Name, present, r.from())
	held := new(office.Held)
	switch {
	case errors.As(err, &held):
		return tooMany
	case errors.Is(err, office.ErrLogIn):
		return badInput("Mật khẩu hiện nay không đúng.", "The present password is another.")
	case err != nil:
		return err
	}
	if err := r.Office.SetPassword(r.Context(), before.Account, r.Account.Name, next); err != nil {
		return errors.Join(err, r.Office.LogOut(r.Context(), before.Token))
	}
	session, err := r.Office.LogIn(r.Context(), r.Account.Name, next, r.from())
	if err != nil {
		return err
	}
	r.setCookie(r.sessionCookie(), session.Token, 0)
	return r.goTo("/")
}
