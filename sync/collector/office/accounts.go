package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"checkpoint/sync/collector/view"
)

var (
	// ErrRole: the account may not do that.
	ErrRole = view.Say("tài khoản này không được làm việc đó", "this account may not do that")
	// ErrNoAccount: there is none of that name.
	ErrNoAccount = view.Say("không có tài khoản này", "there is no such account")
	// ErrExists: there is one of that name already.
	ErrExists = view.Say("tài khoản này đã có", "there is such an account already")
)

// accountColumns read an account with its districts' communes as of now.
const accountColumns = `
	select a.name, a.roles, a.scopes, a.language, a.password <> '', a.disabled, a.created,
	  array(select c.code from place.commune c where c.district <> '' and 'district:' || c.district = any(a.scopes) order by 1)
	from office.account a `

func toAccount(row pgx.CollectableRow) (a Account, err error) {
	var communes []string
	err = row.Scan(&a.Name, &a.Roles, &a.Scopes, &a.Language, &a.Password, &a.Disabled, &a.Created, &communes)
	a.Scope.Communes = communes
	for _, s := range a.Scopes {
		switch kind, which, _ := splitScope(s); kind {
		case "all":
			a.Scope.All = true
		case "commune":
			a.Scope.Communes = append(a.Scope.Communes, which)
		case "site":
			a.Scope.Sites = append(a.Scope.Sites, which)
		}
	}
	return a, err
}

// Accounts are all of them, by name.
func (o *Office) Accounts(ctx context.Context) ([]Account, error) {
	rows, err := o.pool.Query(ctx, accountColumns+"order by a.name")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, toAccount)
}

// Named are the accounts with a text in their names.
func Named(all []Account, text string) []Account {
	return slices.DeleteFunc(all, func(a Account) bool { return !strings.Contains(a.Name, strings.ToLower(text)) })
}

// Account is one of them; [ErrNoAccount] if there is none of that name.
func (o *Office) Account(ctx context.Context, name string) (Account, error) {
	rows, err := o.pool.Query(ctx, accountColumns+"where a.name = $1", name)
	if err != nil {
		return Account{}, err
	}
	a, err := pgx.CollectExactlyOneRow(rows, toAccount)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, fmt.Errorf("%w: %q", ErrNoAccount, name)
	}
	return a, err
}

// AddAccount makes an account: its name, roles, scopes and language. Without a
// password it cannot log in until one is set. It stands in the log of looks, as
// every change to an account does. by wants the role admin.
func (o *Office) AddAccount(ctx context.Context, by Account, a Account, password string) error {
	if err := a.check(); err != nil {
		return err
	}
	text, err := hashOrNone(password)
	if err != nil {
		return err
	}
	err = o.change(ctx, by, a.Name, "add: "+a.what(), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "insert into office.account (name, roles, scopes, language, password) values ($1, $2, $3, $4, $5)",
			a.Name, a.Roles, a.Scopes, a.Language, text)
		return err
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23505" { // unique_violation
		return fmt.Errorf("%w: %q", ErrExists, a.Name)
	}
	return err
}

func hashOrNone(password string) (string, error) {
	if password == "" {
		return "", nil
	}
	return hashPassword(password)
}

// what are an account's rights, for the log.
func (a *Account) what() string {
	return roleNames(a.Roles) + "; " + strings.Join(a.Scopes, ";") + "; " + a.Language
}

// ChangeAccount gives an account other roles, scopes and language, from its next
// click on. by wants the role admin.
func (o *Office) ChangeAccount(ctx context.Context, by Account, a Account) error {
	if err := a.check(); err != nil {
		return err
	}
	return o.change(ctx, by, a.Name, "change: "+a.what(), func(tx pgx.Tx) error {
		return there(a.Name)(tx.Exec(ctx, "update office.account set roles = $2, scopes = $3, language = $4 where name = $1", a.Name, a.Roles, a.Scopes, a.Language))
	})
}

// SetPassword gives an account another password and ends its sessions. by wants
// the role admin, or is the account itself.
func (o *Office) SetPassword(ctx context.Context, by Account, name, password string) error {
	text, err := hashPassword(password)
	if err != nil {
		return err
	}
	if by.Name == name {
		by.Roles = append(slices.Clone(by.Roles), Admin) // of itself
	}
	return o.change(ctx, by, name, "password", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "delete from office.session where account = $1", name); err != nil {
			return err
		}
		return there(name)(tx.Exec(ctx, "update office.account set password = $2 where name = $1", name, text))
	})
}

// Disable ends an account's sessions and lets it log in no more, or lets it again.
// An account is never removed: the log names it. by wants the role admin.
func (o *Office) Disable(ctx context.Context, by Account, name string, disabled bool) error {
	detail := "disable"
	if !disabled {
		detail = "enable"
	}
	return o.change(ctx, by, name, detail, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "delete from office.session where account = $1", name); err != nil {
			return err
		}
		return there(name)(tx.Exec(ctx, "update office.account set disabled = $2 where name = $1", name, disabled))
	})
}

// change writes into the log what is done to an account, and does it.
func (o *Office) change(ctx context.Context, by Account, name, detail string, do func(pgx.Tx) error) error {
	if !by.May(Admin) {
		return ErrRole
	}
	_, err := o.write(ctx, Line{Account: by.Name, What: OfAccount, Subject: name, Detail: detail}, do)
	return err
}

// there wants a statement to have changed the account.
func there(name string) func(pgconn.CommandTag, error) error {
	return func(done pgconn.CommandTag, err error) error {
		if err == nil && done.RowsAffected() == 0 {
			err = fmt.Errorf("%w: %q", ErrNoAccount, name)
		}
		return err
	}
}
