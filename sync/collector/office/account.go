package office

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"checkpoint/sync/collector/view"
)

// Role is what somebody may do.
type Role string

// The roles.
const (
	Lists   Role = "lists"   // people who arrived, data quality, paper forms, corrections, and say of a line
	Reports Role = "reports" // daily counts
	Trace   Role = "trace"   // routes and contacts
	Approve Role = "approve" // the second person for those
	Sites   Role = "sites"   // the register of sites
	Remind  Role = "remind"  // and notes that a site was reminded
	Fleet   Role = "fleet"   // boxes and rollouts
	Rights  Role = "rights"  // what people ask for about themselves by law
	Admin   Role = "admin"   // accounts, the log of looks
)

// AllRoles are all there are.
func AllRoles() []Role {
	return []Role{Lists, Reports, Trace, Approve, Sites, Remind, Fleet, Rights, Admin}
}

// reading are the roles of accounts that come from a file by the hundred: none
// follows a person.
var reading = []Role{Lists, Reports, Sites, Fleet}

// Account is one person's, or one office's.
type Account struct {
	Name     string     // letters a–z, digits, and . _ - within
	Roles    []Role     // what it may do
	Scopes   []string   // as given: all, commune:CODE, district:NAME, site:ID
	Scope    view.Scope // the same with districts as their communes: whose people it may see
	Language string     // vi or en
	Password bool       // one is set
	Disabled bool
	Created  time.Time
}

// May tells whether it has a role.
func (a *Account) May(r Role) bool { return slices.Contains(a.Roles, r) }

// machinePrefix begins the name of a user of the machine, which no account has.
const machinePrefix = "os:"

// MachineUser is who runs a command on the province's machine: whoever may read
// the database itself sees everything, and is in the log under that name.
func MachineUser(name string) Account {
	return Account{Name: machinePrefix + name, Roles: AllRoles(), Scopes: []string{"all"}, Scope: view.Scope{All: true}, Language: "vi"}
}

// machine tells whether it is a user of the machine: one person may be several.
func (a *Account) machine() bool { return strings.HasPrefix(a.Name, machinePrefix) }

// longName bounds a name, in bytes.
const longName = 64

// ErrAccount: what an account is to be is not right; the error says what.
var ErrAccount = errors.New("tài khoản / account")

// check tells what is wrong with an account that is to be kept.
func (a *Account) check() error {
	var faults []error
	fault := func(vietnamese, english string, args ...any) {
		faults = append(faults, view.Sayf(vietnamese, english, args...))
	}
	if !goodName(a.Name) {
		fault("tên %q: phải có 1 đến %d chữ a–z, số 0–9, và . _ - ở giữa", "name %q: want 1 to %d of a–z, 0–9 and . _ - within", a.Name, longName)
	}
	if len(a.Roles) == 0 {
		fault("chưa có vai trò: chọn trong %s", "no role: want some of %s", roleNames(AllRoles()))
	}
	for _, r := range a.Roles {
		if !slices.Contains(AllRoles(), r) {
			fault("vai trò %q: phải là %s", "role %q: want %s", r, roleNames(AllRoles()))
		}
	}
	if len(a.Scopes) == 0 {
		fault("chưa có phạm vi: phải là all, commune:MÃ, district:TÊN hoặc site:MÃ", "no scope: want all, commune:CODE, district:NAME or site:ID")
	}
	for _, s := range a.Scopes {
		if _, _, ok := splitScope(s); !ok {
			fault("phạm vi %q: phải là all, commune:MÃ, district:TÊN hoặc site:MÃ", "scope %q: want all, commune:CODE, district:NAME or site:ID", s)
		}
	}
	if all := slices.Contains(a.Scopes, "all"); !all && (a.May(Rights) || a.May(Admin)) {
		fault("vai trò rights và admin là về mọi người: phải có phạm vi all", "roles rights and admin are about everybody: want the scope all")
	}
	if a.Language != "vi" && a.Language != "en" {
		fault("ngôn ngữ %q: phải là vi hoặc en", "language %q: want vi or en", a.Language)
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrAccount, errors.Join(faults...))
}

func goodName(name string) bool {
	return name != "" && len(name) <= longName && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == "" && !strings.ContainsRune("._-", rune(name[0]))
}

func roleNames(all []Role) string {
	var names []string
	for _, r := range all {
		names = append(names, string(r))
	}
	return strings.Join(names, " ")
}

// splitScope is a scope's kind and which: "all" alone has neither.
func splitScope(s string) (kind, which string, ok bool) {
	if s == "all" {
		return "all", "", true
	}
	kind, which, found := strings.Cut(s, ":")
	return kind, which, found && which != "" && slices.Contains([]string{"commune", "district", "site"}, kind)
}

// ParseScopes reads scopes from a cell or a form: between semicolons, for a
// district's name may have spaces.
func ParseScopes(text string) (all []string) {
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// ParseRoles reads roles that are separated by spaces, commas or semicolons.
func ParseRoles(text string) (all []Role) {
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;\t", r) }) {
		all = append(all, Role(name))
	}
	return all
}
