package office

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"checkpoint/sync/collector/view"
)

func TestADistrictIsItsCommunes(t *testing.T) {
	b := newBureau(t, Options{})
	b.tamper(t, `insert into place.commune (code, name, district) values ('1', 'Một', 'Huyện 1'), ('2', 'Hai', 'Huyện 1'), ('3', 'Ba', 'Huyện 2'), ('4', 'Bốn', '')`)
	must(t, b.AddAccount(t.Context(), root, Account{Name: "huyen-1", Roles: []Role{Sites}, Scopes: []string{"district:Huyện 1", "commune:9", "site:chot-1"}, Language: "vi"}, ""))
	a := must1(b.Account(t.Context(), "huyen-1"))
	slices.Sort(a.Scope.Communes)
	if a.Scope.All || !slices.Equal(a.Scope.Communes, []string{"1", "2", "9"}) || !slices.Equal(a.Scope.Sites, []string{"chot-1"}) {
		t.Errorf("%+v", a.Scope)
	}
	b.tamper(t, "update place.commune set district = 'Huyện 1' where code = '3'")
	if a := must1(b.Account(t.Context(), "huyen-1")); len(a.Scope.Communes) != 4 {
		t.Errorf("a commune that came to the district: %+v", a.Scope)
	}
}

func TestWhatIsNoAccount(t *testing.T) {
	b := newBureau(t, Options{})
	fine := Account{Name: "a", Roles: []Role{Lists}, Scopes: []string{"commune:1"}, Language: "vi"}
	for name, change := range map[string]func(*Account){
		"no name":            func(a *Account) { a.Name = "" },
		"a name with spaces": func(a *Account) { a.Name = "xã một" },
		"a machine's user":   func(a *Account) { a.Name = "os:root" },
		"a role":             func(a *Account) { a.Roles = []Role{"everything"} },
		"no role":            func(a *Account) { a.Roles = nil },
		"no scope":           func(a *Account) { a.Scopes = nil },
		"a scope":            func(a *Account) { a.Scopes = []string{"commune:"} },
		"a language":         func(a *Account) { a.Language = "fr" },
		"rights of a part":   func(a *Account) { a.Roles = []Role{Rights} },
		"admin of a part":    func(a *Account) { a.Roles = []Role{Admin} },
	} {
		a := fine
		change(&a)
		if err := b.AddAccount(t.Context(), root, a, good); !errors.Is(err, ErrAccount) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.AddAccount(t.Context(), root, fine, "ngắn quá"); !errors.Is(err, ErrPassword) {
		t.Errorf("a short password: %v", err)
	}
	must(t, b.AddAccount(t.Context(), root, fine, good))
	if err := b.AddAccount(t.Context(), root, fine, good); !errors.Is(err, ErrExists) {
		t.Errorf("twice: %v", err)
	}
	if err := b.SetPassword(t.Context(), root, "b", good); !errors.Is(err, ErrNoAccount) {
		t.Errorf("nobody's password: %v", err)
	}
	if all := must1(b.Accounts(t.Context())); len(all) != 1 || !all[0].Password || !all[0].Scope.All == false {
		t.Errorf("%+v", all)
	}
}

func TestOnlyAnAdministratorChangesAccounts(t *testing.T) {
	b := newBureau(t, Options{})
	a := b.account(t, "a", Lists, Reports, Trace, Approve, Sites, Fleet, Rights)
	for name, err := range map[string]error{
		"adds":     b.AddAccount(t.Context(), a, Account{Name: "b", Roles: []Role{Admin}, Scopes: []string{"all"}, Language: "vi"}, good),
		"changes":  b.ChangeAccount(t.Context(), a, Account{Name: "a", Roles: []Role{Admin}, Scopes: []string{"all"}, Language: "vi"}),
		"disables": b.Disable(t.Context(), a, "a", false),
		"password": b.SetPassword(t.Context(), a, "os:root", good),
	} {
		if !errors.Is(err, ErrRole) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := b.ImportAccounts(t.Context(), a, strings.NewReader("name,scope\nx,all\n")); !errors.Is(err, ErrRole) {
		t.Errorf("imports: %v", err)
	}
	must(t, b.SetPassword(t.Context(), a, "a", good+"2")) // its own
	lines := must1(b.Looks(t.Context(), LooksOf{Subject: "a"}))
	if len(lines) != 2 || lines[0].Detail != "password" || lines[0].Account != "a" || !strings.HasPrefix(lines[1].Detail, "add: lists reports") {
		t.Errorf("the log: %+v", lines)
	}
}

func TestMonitoringAccountsComeFromAFile(t *testing.T) {
	b := newBureau(t, Options{})
	b.account(t, "chi-huy", Trace)
	file := "\uFEFFname,scope,roles\r\nxa-1,commune:10501,\r\nxa-2,commune:10502;site:chot-9,lists sites\r\n"
	made, changed, err := b.ImportAccounts(t.Context(), root, strings.NewReader(file))
	must(t, err)
	if len(made) != 2 || changed != 0 || made[0].Password == made[1].Password {
		t.Fatalf("%+v, %d", made, changed)
	}
	s := must1(b.LogIn(t.Context(), "xa-2", made[1].Password, here))
	if want := (view.Scope{Communes: []string{"10502"}, Sites: []string{"chot-9"}}); !slices.Equal(s.Account.Scope.Communes, want.Communes) || !slices.Equal(s.Account.Scope.Sites, want.Sites) || s.Account.Scope.All {
		t.Errorf("%+v", s.Account.Scope)
	}
	if a := must1(b.Account(t.Context(), "xa-1")); !a.May(Sites) || !a.May(Reports) || a.May(Lists) {
		t.Errorf("%+v", a.Roles)
	}
	made, changed, err = b.ImportAccounts(t.Context(), root, strings.NewReader("scope,name\ncommune:10599,xa-2\n"))
	if err != nil || len(made) != 0 || changed != 1 {
		t.Fatalf("%+v, %d, %v", made, changed, err)
	}
	s = must1(b.Session(t.Context(), s.Token))
	if !slices.Equal(s.Account.Scope.Communes, []string{"10599"}) {
		t.Errorf("moved: %+v", s.Account.Scope)
	}
}

func TestABadFileChangesNothing(t *testing.T) {
	b := newBureau(t, Options{})
	b.account(t, "chi-huy", Trace)
	file := "name,scope,roles\nxa-1,commune:10501,\nxa-1,commune:10502,\nxa-3,nowhere,\nxa-4,all,trace\nXã 5,all,\nchi-huy,all,\n"
	_, _, err := b.ImportAccounts(t.Context(), root, strings.NewReader(file))
	for _, want := range []string{"line 3: ", "line 4: ", "line 5: ", "line 6: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q: %v", want, err)
		}
	}
	if _, _, err := b.ImportAccounts(t.Context(), root, strings.NewReader("name,scope\nxa-1,all\nchi-huy,all\n")); !errors.Is(err, ErrAccount) {
		t.Errorf("a file changes who follows people: %v", err)
	}
	for _, file := range []string{"", "name\nx\n", "name,scope,colour\nx,all,red\n", "name,scope\nx\n"} {
		if _, _, err := b.ImportAccounts(t.Context(), root, strings.NewReader(file)); err == nil {
			t.Errorf("%q was taken", file)
		}
	}
	if all := must1(b.Accounts(t.Context())); len(all) != 1 {
		t.Errorf("%d accounts", len(all))
	}
}

func TestAPasswordsHashIsTheUsualForm(t *testing.T) {
	text := must1(hashPassword(good))
	h, ok := parseHash(text)
	if !ok || !strings.HasPrefix(text, "$argon2id$v=19$m=19456,t=2,p=1$") || !h.is(good) || h.is(good+" ") {
		t.Errorf("%s", text)
	}
	for _, bad := range []string{"", "x", text + "x", strings.Replace(text, "t=2", "t=0", 1), strings.Replace(text, "m=19456", "m=99999999", 1), strings.Replace(text, "v=19", "v=16", 1)} {
		if h, ok := parseHash(bad); ok || h.is(good) {
			t.Errorf("%q is somebody's", bad)
		}
	}
	if _, err := hashPassword(strings.Repeat("x", mostBytes+1)); !errors.Is(err, ErrPassword) {
		t.Error("a password without end")
	}
	if p := NewPassword(); len(p) != 19 || NewPassword() == p {
		t.Errorf("%q", p)
	}
}
