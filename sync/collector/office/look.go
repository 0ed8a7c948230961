package office

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

// What is looked at or done.
type What string

// What stands in the log.
const (
	List       What = "list"     // people on a list, page or file; wants no reason
	Route      What = "route"    // where a person was
	Contacts   What = "contacts" // who was near a person
	Export     What = "export"   // all that is held of a person, by law
	Correct    What = "correct"  // a person's data are changed, by law
	Delete     What = "delete"   // a person is taken out, by law
	OfAccount  What = "account"  // an account is made or changed
	OfApproval What = "approval" // a second person answers
)

// needs is the role for each look that somebody may ask for.
var needs = map[What]Role{List: Lists, Route: Trace, Contacts: Trace, Export: Rights, Correct: Rights, Delete: Rights}

// Watched are the looks for which a second person can be demanded: those that
// want a reason.
func Watched() []What { return []What{Route, Contacts, Export, Correct, Delete} }

// Look is what somebody wants to look at.
type Look struct {
	What    What
	Subject string // of a person: [Office.Subject] of the number, never the number; of a list: its name
	Detail  string // days and minutes, such as [Around]; names nobody
	Reason  string // why; names nobody
	// Change is what a second person has to see before he or she approves: the
	// person and the new values. It stands nowhere but sealed, and an approval is for
	// these very values. Nil: there is nothing beside Detail.
	Change *view.Change
}

// Permit is that a look stands in the log: now it may be read.
type Permit struct{ N int64 }

var (
	// ErrReason: a look at a person wants a reason.
	ErrReason = view.Say("xem một người phải có lý do", "a look at a person wants a reason")
	// ErrNeedsSecond: another account has to approve it first; errors.As
	// [NeedsSecond] for the request.
	ErrNeedsSecond = view.Say("người thứ hai phải duyệt", "a second person has to approve this")
)

// Around is the detail of a look for contacts, the same wherever it is asked for: an
// approval is for that.
func Around(from, to time.Time, within time.Duration) string {
	apart := within.String()
	if strings.HasSuffix(apart, "m0s") {
		apart = strings.TrimSuffix(apart, "0s")
	}
	return fmt.Sprintf("%s – %s ±%s", from.Format(time.DateOnly), to.Format(time.DateOnly), apart)
}

// Subject stands for a document number in the log, the same each time. Who has
// the log's key can tell whether a line is about a number, and nobody else.
func (o *Office) Subject(number string) string {
	return o.log.subject(strings.ToUpper(strings.TrimSpace(number)))
}

// Look writes a look into the log and permits it. Nothing may be read before.
// [ErrRole], [ErrReason], [ErrText], or a [NeedsSecond] where somebody else has to
// approve it first: then the same look is permitted for [ApprovedFor] after that.
func (o *Office) Look(ctx context.Context, a Account, l Look) (Permit, error) {
	role, ok := needs[l.What]
	if !ok || !a.May(role) {
		return Permit{}, ErrRole
	}
	l.Reason = strings.TrimSpace(l.Reason)
	if l.Reason == "" && l.What != List {
		return Permit{}, ErrReason
	}
	second := ""
	if slices.Contains(o.options.TwoPerson, l.What) {
		var err error
		var change []byte
		if l.Change != nil {
			if change, err = l.Change.Encode(); err != nil {
				return Permit{}, err
			}
			l.Detail += o.log.mark(change)
		}
		if second, err = o.approved(ctx, a, l, change); err != nil {
			return Permit{}, err
		}
	}
	n, err := o.write(ctx, Line{Account: a.Name, Second: second, What: l.What, Subject: l.Subject, Detail: l.Detail, Reason: l.Reason}, nil)
	return Permit{n}, err
}

// LooksOf asks for lines of the log. Zero fields ask for all.
type LooksOf struct {
	Account, Subject string
	From, To         time.Time // To is not in it any more
	Before           int64     // the last line of the page before
	Limit            int
}

// Looks are lines of the log, the newest first. [ErrNoAccount] where they are asked
// of an account that is none and never was in the log: an empty list would say that
// it looked at nobody.
func (o *Office) Looks(ctx context.Context, q LooksOf) ([]Line, error) {
	args := pgx.NamedArgs{"account": q.Account, "subject": q.Subject, "before": q.Before, "from": orNull(q.From), "to": orNull(q.To), "limit": nil}
	if q.Limit > 0 {
		args["limit"] = q.Limit
	}
	rows, err := o.pool.Query(ctx, `select n, at, account, second, what, subject, detail, reason from office.look
		where (@account = '' or account = @account) and (@subject = '' or subject = @subject) and (@before::bigint = 0 or n < @before::bigint)
		  and (@from::timestamptz is null or at >= @from) and (@to::timestamptz is null or at < @to)
		order by n desc limit @limit`, args)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Line])
	if err != nil || len(all) > 0 || q.Account == "" {
		return all, err
	}
	var known bool
	err = o.pool.QueryRow(ctx, `select exists (select from office.account where name = $1) or exists (select from office.look where account = $1)`, q.Account).Scan(&known)
	if err == nil && !known {
		err = fmt.Errorf("%w: %q", ErrNoAccount, q.Account)
	}
	return nil, err
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
