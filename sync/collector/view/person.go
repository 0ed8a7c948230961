package view

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/store/photos"
)

// ErrNoRequest: nobody asked for that.
var ErrNoRequest = Say("không có yêu cầu này", "there is no such request")

// ErrNobody: the register does not know the number.
var ErrNobody = Say("dân số của tỉnh không có số này", "the province's register does not know this number")

// PersonFile is everything that the province holds of one person (Law
// 91/2025/QH15, right of access).
type PersonFile struct {
	Number, Name, Commune string // as registered; empty where the register does not know the number
	Birth                 *time.Time
	Documents             []string   // all numbers, the register's first
	Records               []Sighting // at checkpoints, as far back as days are kept
}

// Export is what is held of the owner of a document.
func (v *View) Export(ctx context.Context, number string) (f PersonFile, err error) {
	if f.Documents, err = v.numbers(ctx, number); err != nil {
		return f, err
	}
	known, err := v.people(ctx, f.Documents[:1])
	if err != nil {
		return f, err
	}
	if r, ok := known[f.Documents[0]]; ok {
		f.Number, f.Name, f.Commune, f.Birth = f.Documents[0], r.Name, r.Commune, r.Birth
	}
	f.Records, err = v.Route(ctx, Scope{All: true}, number)
	return f, err
}

// Correction is what is to be changed in the register; nil stays as it is.
type Correction struct {
	Name, Commune *string
	Birth         *time.Time
}

// Correct changes what the register says of a person, and keeps it changed over
// the imports that follow. [ErrNobody] where the register does not know the number.
func (v *View) Correct(ctx context.Context, number string, c Correction) error {
	numbers, err := v.numbers(ctx, number)
	if err != nil {
		return err
	}
	var done bool
	err = v.Pool.QueryRow(ctx, "select people.correct($1, $2, $3, $4)", numbers[0], c.Name, c.Birth, c.Commune).Scan(&done)
	if err == nil && !done {
		return ErrNobody
	}
	return err
}

// Forget takes a person out of every record, opened and sealed, and tells how
// many there were. That somebody was there stays counted. The register itself is
// the population office's.
func (v *View) Forget(ctx context.Context, number string) (records int64, err error) {
	numbers, err := v.numbers(ctx, number)
	if err != nil {
		return 0, err
	}
	tags, err := v.tags(numbers)
	if err != nil {
		return 0, err
	}
	if err := v.forgetPhotos(ctx, number); err != nil {
		return 0, err
	}
	err = v.Pool.QueryRow(ctx, "select opened.forget_person($1)", tags).Scan(&records)
	return records, err
}

// forgetPhotos removes the photos of a person's paper forms. The database does not
// know whose they are: the records say, under the days' keys.
func (v *View) forgetPhotos(ctx context.Context, number string) error {
	way, err := v.Route(ctx, Scope{All: true}, number)
	if err != nil {
		return err
	}
	for _, s := range way {
		id, err := photos.ParseID(fields(s.Address)[checkpoint.FormPhoto])
		if err != nil || s.Format != string(checkpoint.FormatPaperForm) { // the address of a card may say anything
			continue
		}
		if _, err := v.Pool.Exec(ctx, "select checkpoint.forget_photo($1, $2)", s.Box, id[:]); err != nil {
			return err
		}
	}
	return nil
}

// Clocks are how long a request about oneself may take: Reply in working days,
// the others in days.
type Clocks struct {
	Reply    int `toml:"reply"`
	Access   int `toml:"access"`
	Correct  int `toml:"correct"`
	Restrict int `toml:"restrict"`
	Delete   int `toml:"delete"`
}

// LawClocks are those of Law 91/2025/QH15.
var LawClocks = Clocks{Reply: 2, Access: 10, Correct: 10, Restrict: 15, Delete: 20}

// RequestKind is what somebody asks about himself or herself.
type RequestKind string

// The kinds of requests.
const (
	AskAccess   RequestKind = "access"
	AskCorrect  RequestKind = "correct"
	AskRestrict RequestKind = "restrict"
	AskDelete   RequestKind = "delete"
)

// due is by when a request that came at a time must be replied to and done: the
// ends of those days in Vietnam. Saturdays and Sundays are no working days;
// holidays are not known, so that it may be due early, never late.
func (c Clocks) due(kind RequestKind, received time.Time) (reply, done time.Time, err error) {
	days, ok := map[RequestKind]int{AskAccess: c.Access, AskCorrect: c.Correct, AskRestrict: c.Restrict, AskDelete: c.Delete}[kind]
	if !ok {
		return reply, done, errors.New("a request is access, correct, restrict or delete")
	}
	received = received.In(vietnam)
	end := func(days int) time.Time {
		return time.Date(received.Year(), received.Month(), received.Day()+days+1, 0, 0, 0, 0, vietnam)
	}
	calendar := 0
	for working := 0; working < c.Reply; {
		calendar++
		if d := received.AddDate(0, 0, calendar).Weekday(); d != time.Saturday && d != time.Sunday {
			working++
		}
	}
	return end(calendar), end(days), nil
}

// Request is what somebody asked for. It names nobody: Note says where the
// letter is.
type Request struct {
	ID              int64
	Kind            RequestKind
	Received        time.Time
	ReplyBy, DoneBy time.Time
	Replied, Done   *time.Time // nil: not yet
	Account, Note   string
}

// Late tells whether a time that the law gives is over.
func (r *Request) Late(now time.Time) bool {
	return r.Replied == nil && now.After(r.ReplyBy) || r.Done == nil && now.After(r.DoneBy)
}

// Ask records a request that came at a time.
func (v *View) Ask(ctx context.Context, c Clocks, kind RequestKind, received time.Time, account, note string) (Request, error) {
	reply, done, err := c.due(kind, received)
	if err != nil {
		return Request{}, err
	}
	rows, err := v.Pool.Query(ctx, `insert into office.request (kind, received, reply_by, done_by, account, note)
		values ($1, $2, $3, $4, $5, $6) returning id, kind, received, reply_by, done_by, replied, done, account, note`,
		kind, received, reply, done, account, note)
	if err != nil {
		return Request{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Request])
}

// Replied says that a request was replied to. What was said before stays.
func (v *View) Replied(ctx context.Context, id int64) error { return v.mark(ctx, "replied", id) }

// Done says that a request was carried out, which is a reply as well.
func (v *View) Done(ctx context.Context, id int64) error {
	if err := v.mark(ctx, "replied", id); err != nil {
		return err
	}
	return v.mark(ctx, "done", id)
}

func (v *View) mark(ctx context.Context, column string, id int64) error {
	done, err := v.Pool.Exec(ctx, "update office.request set "+column+" = coalesce("+column+", now()) where id = $1", id)
	if err == nil && done.RowsAffected() == 0 {
		return ErrNoRequest
	}
	return err
}

// Requests are those that are not done, the most urgent first.
func (v *View) Requests(ctx context.Context) ([]Request, error) {
	rows, err := v.Pool.Query(ctx, `select id, kind, received, reply_by, done_by, replied, done, account, note from office.request
		where done is null order by case when replied is null then least(reply_by, done_by) else done_by end, id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Request])
}
