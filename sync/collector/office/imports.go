package office

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

// Made is an account that an import made, with its first password, which is told
// once and never again.
type Made struct{ Name, Password string }

// defaultReading are the roles of an imported account whose row names none.
var defaultReading = []Role{Reports, Sites}

// mostImported bounds a file: each new account costs a hash.
const mostImported = 5000

// ErrFile: a file of accounts is not what it should be; the error names each line.
var ErrFile = errors.New("tệp tài khoản / file of accounts")

// ImportAccounts takes in accounts that read, such as the monitoring accounts of
// districts and communes: a CSV file with a head (RFC 4180, UTF-8), columns name
// and scope, and roles (of lists, reports, sites, fleet; default reports and sites)
// and language, which may be left out. One that is there gets the new roles and
// scope and keeps its password; none goes. Nothing is changed where a row is bad:
// the error names every one. by wants the role admin.
func (o *Office) ImportAccounts(ctx context.Context, by Account, src io.Reader) (made []Made, changed int, err error) {
	if !by.May(Admin) {
		return nil, 0, ErrRole
	}
	all, err := readAccounts(src)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrFile, err)
	}
	there, err := o.Accounts(ctx)
	if err != nil {
		return nil, 0, err
	}
	var faults []error
	for _, a := range all {
		if i := slices.IndexFunc(there, func(b Account) bool { return b.Name == a.Name }); i >= 0 && !readsOnly(there[i].Roles) {
			faults = append(faults, refused("%s đã có với vai trò %s: tệp không đổi được", "%s is there with the roles %s: a file does not change it", a.Name, roleNames(there[i].Roles)))
		}
	}
	if len(faults) > 0 {
		return nil, 0, fmt.Errorf("%w: %w", ErrFile, errors.Join(faults...))
	}
	for _, a := range all {
		if slices.ContainsFunc(there, func(b Account) bool { return b.Name == a.Name }) {
			changed++
		} else {
			made = append(made, Made{a.Name, NewPassword()})
		}
	}
	hashes, err := hashAll(ctx, made)
	if err != nil {
		return nil, 0, err
	}
	detail := fmt.Sprintf("import: %d made, %d changed", len(made), changed)
	return made, changed, o.change(ctx, by, "*", detail, func(tx pgx.Tx) error { return store(ctx, tx, all, hashes) })
}

// refused is an [ErrAccount] in words.
func refused(vietnamese, english string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrAccount, view.Sayf(vietnamese, english, args...))
}

func readsOnly(roles []Role) bool {
	return !slices.ContainsFunc(roles, func(r Role) bool { return !slices.Contains(reading, r) })
}

func hashAll(ctx context.Context, made []Made) (map[string]string, error) {
	hashes := map[string]string{}
	for _, m := range made {
		text, err := hashPassword(m.Password)
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		hashes[m.Name] = text
	}
	return hashes, nil
}

func store(ctx context.Context, tx pgx.Tx, all []Account, hashes map[string]string) error {
	batch := &pgx.Batch{}
	for _, a := range all {
		batch.Queue(`insert into office.account (name, roles, scopes, language, password) values ($1, $2, $3, $4, $5)
			on conflict (name) do update set roles = excluded.roles, scopes = excluded.scopes, language = excluded.language`,
			a.Name, a.Roles, a.Scopes, a.Language, hashes[a.Name])
	}
	return tx.SendBatch(ctx, batch).Close()
}

// readAccounts reads the file and tells every bad row.
func readAccounts(src io.Reader) ([]Account, error) {
	const byteOrderMark = "\uFEFF"
	text := bufio.NewReader(src)
	if mark, _ := text.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = text.Discard(len(byteOrderMark))
	}
	in := csv.NewReader(text)
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("dòng / line 1: %w", err)
	}
	if err := checkHead(head); err != nil {
		return nil, err
	}
	var all []Account
	var faults []error
	names := map[string]bool{}
	for {
		cells, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		a := rowAccount(head, cells)
		err = a.check()
		switch {
		case err == nil && !readsOnly(a.Roles):
			err = refused("vai trò %s: tệp chỉ cho %s", "roles %s: a file gives %s alone", roleNames(a.Roles), roleNames(reading))
		case err == nil && names[a.Name]:
			err = refused("%s có hai lần", "%s is there twice", a.Name)
		case err == nil && len(all) >= mostImported:
			return nil, refused("hơn %d dòng", "more than %d rows", mostImported)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("dòng / line %d: %w", line, err))
		}
		names[a.Name] = true
		all = append(all, a)
	}
	return all, errors.Join(faults...)
}

func checkHead(head []string) error {
	var faults []error
	for i, name := range head {
		head[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains([]string{"name", "scope", "roles", "language"}, head[i]) {
			faults = append(faults, view.Sayf("dòng 1: không có cột %q", "line 1: unknown column %q", name))
		}
	}
	for _, name := range []string{"name", "scope"} {
		if !slices.Contains(head, name) {
			faults = append(faults, view.Sayf("dòng 1: thiếu cột %q", "line 1: column %q is missing", name))
		}
	}
	return errors.Join(faults...)
}

func rowAccount(head, cells []string) Account {
	row := map[string]string{}
	for i, cell := range cells {
		row[head[i]] = strings.TrimSpace(cell)
	}
	a := Account{Name: row["name"], Roles: ParseRoles(row["roles"]), Scopes: ParseScopes(row["scope"]), Language: row["language"]}
	if len(a.Roles) == 0 {
		a.Roles = defaultReading
	}
	if a.Language == "" {
		a.Language = "vi"
	}
	return a
}
