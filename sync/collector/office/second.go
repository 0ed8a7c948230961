package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

// ApprovedFor is how long somebody may be asked, and how long the same look is
// permitted once he or she approved it.
const ApprovedFor = time.Hour

// NeedsSecond is [ErrNeedsSecond] with the request that waits for a second person.
type NeedsSecond struct{ Request int64 }

func (n *NeedsSecond) Error() string {
	return fmt.Sprintf("%v: yêu cầu số %d / request %d", ErrNeedsSecond, n.Request, n.Request)
}
func (n *NeedsSecond) Unwrap() error { return ErrNeedsSecond }

// Second is a look that a second person has to approve.
type Second struct {
	ID       int64
	Asked    time.Time
	Account  string
	What     What
	Subject  string
	Detail   string
	Reason   string
	Answered *time.Time // nil: not yet
	By       string
	Approved bool
	Change   bool // there is something to see before it is approved: [Office.See]
	Seen     bool // the account that asks for the list saw it
}

// approved is who approved a look within the last hour. Nobody yet: it asks, once.
func (o *Office) approved(ctx context.Context, a Account, l Look, change []byte) (by string, err error) {
	now := o.now()
	var id int64
	args := pgx.NamedArgs{"account": a.Name, "what": l.What, "subject": l.Subject, "detail": l.Detail, "reason": l.Reason, "now": now, "since": now.Add(-ApprovedFor)}
	err = o.pool.QueryRow(ctx, `select id, coalesce(answered_by, '') from office.second
		where account = @account and what = @what and subject = @subject and detail = @detail
		  and case when answered is null then asked > @since else approved and answered > @since end
		order by answered desc nulls last, id desc limit 1`, args).Scan(&id, &by)
	switch {
	case err == nil && by != "":
		return by, nil
	case err == nil:
		return "", &NeedsSecond{id}
	case !errors.Is(err, pgx.ErrNoRows):
		return "", err
	case !plain(l.Subject) || !plain(l.Detail) || !plain(l.Reason):
		return "", ErrText
	}
	if err := o.forgetChanges(ctx); err != nil {
		return "", err
	}
	args["change"] = o.log.seal(change, l.Subject)
	err = o.pool.QueryRow(ctx, `insert into office.second (asked, account, what, subject, detail, reason, change)
		values (@now, @account, @what, @subject, @detail, @reason, @change) returning id`, args).Scan(&id)
	if err != nil {
		return "", err
	}
	return "", &NeedsSecond{id}
}

// ErrAnswer: there is no such request, it is over, was answered, or is of the same
// account; or it is approved by somebody who has not seen what is to be changed.
var ErrAnswer = view.Say("không có yêu cầu này, đã quá một giờ, của chính tài khoản này, hoặc chưa xem điều sẽ sửa",
	"there is no such request, it is over an hour old, it is of this very account, or what is to be corrected was not seen")

// Answer approves another's look, or does not. The account wants the role approve;
// a user of the machine cannot answer, for one person may be several of them.
func (o *Office) Answer(ctx context.Context, a Account, id int64, approve bool) error {
	if !a.May(Approve) || a.machine() {
		return ErrRole
	}
	now := o.now()
	said := "no"
	if approve {
		said = "yes"
	}
	_, err := o.write(ctx, Line{Account: a.Name, What: OfApproval, Subject: fmt.Sprintf("request %d", id), Detail: said}, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `update office.second set answered = $3, answered_by = $2, approved = $4, change = null
			where id = $1 and account <> $2 and answered is null and asked > $5 and not ($4 and change is not null and $2 <> all (seen))`,
			id, a.Name, now, approve, now.Add(-ApprovedFor))
		if err == nil && done.RowsAffected() == 0 {
			err = ErrAnswer
		}
		return err
	})
	return err
}

// Seconds are the requests that an account can answer, and its own of the last
// day, the newest first.
func (o *Office) Seconds(ctx context.Context, a Account) ([]Second, error) {
	now := o.now()
	if err := o.forgetChanges(ctx); err != nil {
		return nil, err
	}
	rows, err := o.pool.Query(ctx, `
		select id, asked, account, what, subject, detail, reason, answered, coalesce(answered_by, ''), coalesce(approved, false),
		  change is not null, @account = any (seen) from office.second
		where account = @account and asked > @day or account <> @account and @approve and answered is null and asked > @since
		order by id desc`, pgx.NamedArgs{"account": a.Name, "approve": a.May(Approve), "day": now.AddDate(0, 0, -1), "since": now.Add(-ApprovedFor)})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Second])
}
