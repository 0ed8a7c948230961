package pages

import (
	"errors"
	"fmt"
	"net/http"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// plainProblems are what accounts, looks and people's requests may be told.
var plainProblems = []struct {
	err  error
	text view.Column
}{
	{office.ErrReason, view.Column{Vietnamese: "Xem một người phải có lý do.", English: "A look at a person wants a reason."}},
	{office.ErrPassword, view.Column{Vietnamese: "Mật khẩu cần ít nhất 12 chữ.", English: "A password has at least 12 letters."}},
	{office.ErrExists, view.Column{Vietnamese: "Tên này đã có.", English: "There is an account of this name already."}},
	{office.ErrNoAccount, view.Column{Vietnamese: "Không có tài khoản này.", English: "There is no such account."}},
	{office.ErrAnswer, view.Column{Vietnamese: "Không có yêu cầu này, đã quá một giờ, của chính bạn, hoặc bạn chưa xem điều sẽ sửa.", English: "There is no such request, it is over an hour old, it is your own, or you have not seen what is to be corrected."}},
	{view.ErrNoRequest, view.Column{Vietnamese: "Không có yêu cầu này.", English: "There is no such request."}},
	{view.ErrNobody, view.Column{Vietnamese: "Dân số của tỉnh không có số này.", English: "The province's register does not know this number."}},
}

// ofOffice is an error of accounts, looks or people's requests in words; nil: it
// is another.
func ofOffice(err error) *problem {
	for _, p := range plainProblems {
		if errors.Is(err, p.err) {
			return &problem{http.StatusBadRequest, p.text}
		}
	}
	var needs *office.NeedsSecond
	if errors.As(err, &needs) {
		return &problem{http.StatusConflict, view.Column{
			Vietnamese: fmt.Sprintf("Người thứ hai phải duyệt yêu cầu số %d. Sau đó gửi lại trong một giờ.", needs.Request),
			English:    fmt.Sprintf("A second person has to approve request %d. Then send this again within an hour.", needs.Request),
		}}
	}
	if errors.Is(err, office.ErrAccount) {
		return &problem{http.StatusBadRequest, view.Column{Vietnamese: "Không được: " + err.Error(), English: "Not possible: " + err.Error()}}
	}
	return nil
}
