package office

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

// Receipt is that an account fetched a day's list, and confirmed that it has it.
type Receipt struct {
	Account   string
	List      string     // such as arrivals/origin/10507; empty: the account fetched none
	Fetched   *time.Time // the last time; nil: never
	Times     int
	Rows      int // of the last time
	Confirmed *time.Time
}

// ErrNotFetched: what was not fetched cannot be confirmed.
var ErrNotFetched = view.Say("hãy tải tệp của danh sách trước khi xác nhận", "get the list's file before you confirm it")

// Fetched notes that an account got a day's list as a file of so many rows. It is
// a look at those people, and stands in the log as one: call it before the file is
// sent. The account wants the role lists.
func (o *Office) Fetched(ctx context.Context, a Account, list string, day time.Time, rows int) error {
	if !a.May(Lists) {
		return ErrRole
	}
	l := Line{Account: a.Name, What: List, Subject: list, Detail: "file " + day.Format(time.DateOnly)}
	_, err := o.write(ctx, l, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into office.receipt as r (list, day, account, fetched, times, rows) values ($1, $2, $3, $4, 1, $5)
			on conflict (day, list, account) do update set fetched = excluded.fetched, times = r.times + 1, rows = excluded.rows`,
			list, day, a.Name, o.now(), rows)
		return err
	})
	return err
}

// Confirmed notes that an account says it has a day's list. [ErrNotFetched].
func (o *Office) Confirmed(ctx context.Context, a Account, list string, day time.Time) error {
	done, err := o.pool.Exec(ctx, "update office.receipt set confirmed = $4 where list = $1 and day = $2 and account = $3", list, day, a.Name, o.now())
	if err == nil && done.RowsAffected() == 0 {
		return ErrNotFetched
	}
	return err
}

// Receipts are who fetched and confirmed which list of a day, and which accounts
// for lists fetched none: of all accounts for one of the whole province, of its own
// for any other.
func (o *Office) Receipts(ctx context.Context, a Account, day time.Time) ([]Receipt, error) {
	rows, err := o.pool.Query(ctx, `
		select account, list, fetched, times, rows, confirmed from office.receipt where day = @day and (@all or account = @name)
		union all
		select name, '', null, 0, 0, null from office.account a
		where 'lists' = any(a.roles) and not a.disabled and (@all or name = @name)
		  and not exists (select from office.receipt r where r.day = @day and r.account = a.name)
		order by 1, 2`, pgx.NamedArgs{"day": day, "all": a.Scope.All, "name": a.Name})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Receipt])
}
