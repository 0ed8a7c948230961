package pages

import (
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func accountsPage() page {
	return page{
		Path: "/accounts", Role: office.Admin,
		Title: view.Column{Vietnamese: "Tài khoản", English: "Accounts"},
		About: view.Column{Vietnamese: "Ai được mở trang nào, thấy người của xã nào", English: "Who may open which pages, and sees whose people"},
		Show:  showAccounts, Table: accountsTable, Files: []string{"csv"},
		Do: map[string]func(*request) error{
			"add": addAccount, "change": changeAccount, "password": setPassword, "disable": disableAccount, "import": importAccounts,
		},
	}
}

// accounts are what the page shows.
type accounts struct {
	Chosen   *office.Account // nil: none
	Language string          // of a new account, or the chosen one's
	Roles    []roleBox
	Scopes   string
	For      string // whose password was just set
	Password string // shown once
	Rows     []accountRow
	Caption  string
	Name     string // searched for
	Pager    pager
}

// accountRow is an account on the list.
type accountRow struct{ Name, Link, Roles, Scopes, Created, State string }

// roleBox is a role to tick.
type roleBox struct {
	Code    office.Role
	Name    string
	Checked bool
}

func showAccounts(r *request) error { return drawAccounts(r, "", "") }

// drawAccounts draws the page, with a password that was just made.
func drawAccounts(r *request, whose, password string) error {
	all, err := r.Office.Accounts(r.Context())
	if err != nil {
		return err
	}
	p := accounts{Language: "vi", For: whose, Password: password, Name: r.Query("find")}
	if name := r.Query("name"); name != "" {
		if i := slices.IndexFunc(all, func(a office.Account) bool { return a.Name == name }); i >= 0 {
			p.Chosen, p.Language, p.Scopes = &all[i], all[i].Language, strings.Join(all[i].Scopes, "; ")
		}
	}
	for _, role := range office.AllRoles() {
		p.Roles = append(p.Roles, roleBox{role, r.In(role.Word()), p.Chosen != nil && p.Chosen.May(role)})
	}
	all = office.Named(all, p.Name)
	p.Caption = r.T(strconv.Itoa(len(all))+" tài khoản", strconv.Itoa(len(all))+" accounts")
	from, err := fromLine(r.Query("after"))
	if err != nil {
		return err
	}
	p.Pager = r.pagerAt(len(all), from)
	for _, a := range all[min(from, len(all)):min(from+pageLines, len(all))] {
		p.Rows = append(p.Rows, accountRow{a.Name, "/accounts?" + url.Values{"name": {a.Name}}.Encode() + "#account", a.RoleWords(r.Language), strings.Join(a.Scopes, "; "),
			view.Moment(&a.Created), a.State(r.Language)})
	}
	return r.show("accounts", p)
}

func accountsTable(r *request) (view.Table, string, error) {
	all, err := r.Office.Accounts(r.Context())
	all = office.Named(all, r.Query("find"))
	return office.AccountTable(all, r.Language), r.View.Today().Format(time.DateOnly), err
}

// account is what a form says of one.
func (r *request) account() office.Account {
	a := office.Account{Name: strings.ToLower(r.Query("name")), Scopes: office.ParseScopes(r.Query("scopes")), Language: r.Query("language")}
	for _, role := range r.PostForm["roles"] { // parsed for the form's token
		a.Roles = append(a.Roles, office.Role(role))
	}
	return a
}

func addAccount(r *request) error {
	a, password := r.account(), office.NewPassword()
	if err := r.Office.AddAccount(r.Context(), r.Account, a, password); err != nil {
		return err
	}
	return drawAccounts(r, a.Name, password)
}

func changeAccount(r *request) error {
	a := r.account()
	if err := r.Office.ChangeAccount(r.Context(), r.Account, a); err != nil {
		return err
	}
	return r.goTo("/accounts?" + url.Values{"name": {a.Name}}.Encode())
}

func setPassword(r *request) error {
	name, password := r.Query("name"), office.NewPassword()
	if err := r.Office.SetPassword(r.Context(), r.Account, name, password); err != nil {
		return err
	}
	if name == r.Account.Name { // its own session ended with that
		session, err := r.Office.LogIn(r.Context(), name, password, r.from())
		if err != nil {
			return err
		}
		r.setCookie(r.sessionCookie(), session.Token, 0)
		r.CSRF = session.CSRF
	}
	return drawAccounts(r, name, password)
}

func disableAccount(r *request) error {
	name := r.Query("name")
	if name == r.Account.Name {
		return badInput("Không tự khoá mình được.", "Nobody disables the account that he or she is logged in with.")
	}
	if err := r.Office.Disable(r.Context(), r.Account, name, r.Query("disabled") == "yes"); err != nil {
		return err
	}
	return r.goTo("/accounts?" + url.Values{"name": {name}}.Encode())
}

// importAccounts takes a file in and answers with the first passwords as a file,
// once.
func importAccounts(r *request) error {
	file, _, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return badInput("Hãy chọn tệp CSV.", "Choose a CSV file.")
	}
	if err != nil {
		return err
	}
	defer file.Close()
	return r.heavily(func() error {
		made, _, err := r.Office.ImportAccounts(r.Context(), r.Account, file)
		if err != nil {
			return r.badFile(err)
		}
		return r.file(r.T("mật khẩu đầu", "first passwords")+".csv", func(w io.Writer) error {
			out := csv.NewWriter(w)
			if err := out.Write([]string{"name", "password"}); err != nil {
				return err
			}
			for _, m := range made {
				if err := out.Write([]string{m.Name, m.Password}); err != nil {
					return err
				}
			}
			out.Flush()
			return out.Error()
		})
	})
}

// badFile tells what is wrong with a file of accounts; the database's errors stay
// what they are.
func (r *request) badFile(err error) error {
	if errors.Is(err, office.ErrFile) {
		return badInput("Không có gì thay đổi. "+err.Error(), "Nothing was changed. "+err.Error())
	}
	return err
}
