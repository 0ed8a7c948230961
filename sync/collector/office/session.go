package office

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

// Session is somebody who is logged in.
type Session struct {
	Token   string // the browser's alone; the database has its hash
	CSRF    string // for forms; it says nothing about the token
	Account Account
}

var (
	// ErrLogIn: there is no such account, it is disabled, or the password is
	// another. Nobody is told which.
	ErrLogIn = view.Say("sai tên hoặc mật khẩu", "name or password is wrong")
	// ErrNoSession: nobody is logged in under that token, or not any more.
	ErrNoSession = errors.New("not logged in")
)

// seenEvery is how exactly the use of a session is noted.
const seenEvery = time.Minute

// LogIn opens a session for who knows an account's password. from is the address
// that the log-in came from. The error is [ErrLogIn], or a [Held] where it was not
// looked at.
func (o *Office) LogIn(ctx context.Context, name, password, from string) (Session, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if !goodName(name) || len(password) > mostBytes {
		return Session{}, ErrLogIn // nobody has such a name or password
	}
	origin := o.log.origin(originOf(from))
	text, known, err := o.secret(ctx, name, origin)
	if err != nil {
		return Session{}, err
	}
	right, err := o.gate.try(ctx, name, string(origin), known, func() bool {
		h, _ := parseHash(text)
		return h.is(password)
	})
	if err != nil {
		return Session{}, err
	}
	if !right {
		return Session{}, ErrLogIn
	}
	token := rand.Text() + rand.Text()
	if err := o.begin(ctx, name, token, origin); err != nil {
		return Session{}, err
	}
	return o.Session(ctx, token)
}

// secret is the hash of an account's password, empty where it cannot log in, and
// whether it logged in from there before.
func (o *Office) secret(ctx context.Context, name string, origin []byte) (text string, known bool, err error) {
	select {
	case o.asking <- struct{}{}:
		defer func() { <-o.asking }()
	case <-ctx.Done():
		return "", false, ctx.Err()
	}
	err = o.pool.QueryRow(ctx, `
		select case when disabled then '' else password end, exists (select from office.origin where account = name and origin = $2)
		from office.account where name = $1`, name, origin).Scan(&text, &known)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	return text, known, err
}

// begin keeps a session, notes from where, and removes sessions that are over.
func (o *Office) begin(ctx context.Context, name, token string, origin []byte) error {
	now := o.now()
	batch := &pgx.Batch{}
	batch.Queue("delete from office.session where began < $1 or seen < $2", now.Add(-o.options.Longest), now.Add(-o.options.Idle))
	batch.Queue("insert into office.session (token, account, began, seen) values ($1, $2, $3, $3)", digest(token), name, now)
	batch.Queue(`insert into office.origin (account, origin, at) values ($1, $2, $3)
		on conflict (account, origin) do update set at = excluded.at`, name, origin, now)
	batch.Queue("delete from office.origin where at < $1", now.AddDate(0, 0, -originDays))
	return o.pool.SendBatch(ctx, batch).Close()
}

// originDays is how long an account is known at a place where it was.
const originDays = 90

func digest(token string) []byte {
	d := sha256.Sum256([]byte(token))
	return d[:]
}

// formToken is what a session's forms carry.
func formToken(token string) string {
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte("checkpoint office form"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

// Session is who is logged in under a token, with roles and scope as they are
// now; [ErrNoSession] if nobody.
func (o *Office) Session(ctx context.Context, token string) (Session, error) {
	now, hash := o.now(), digest(token)
	var seen time.Time
	var name string
	err := o.pool.QueryRow(ctx, `
		select s.account, s.seen from office.session s join office.account a on a.name = s.account
		where s.token = $1 and not a.disabled and s.began >= $2 and s.seen >= $3`,
		hash, now.Add(-o.options.Longest), now.Add(-o.options.Idle)).Scan(&name, &seen)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, err
	}
	if now.Sub(seen) >= seenEvery {
		if _, err := o.pool.Exec(ctx, "update office.session set seen = $2 where token = $1", hash, now); err != nil {
			return Session{}, err
		}
	}
	a, err := o.Account(ctx, name)
	return Session{Token: token, CSRF: formToken(token), Account: a}, err
}

// LogOut ends a session. One that is over is no error.
func (o *Office) LogOut(ctx context.Context, token string) error {
	_, err := o.pool.Exec(ctx, "delete from office.session where token = $1", digest(token))
	return err
}
