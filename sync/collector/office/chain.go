package office

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
	"github.com/jackc/pgx/v5"

	"checkpoint/store/durable"
	"checkpoint/sync/collector/view"
)

// ErrKey: the directory of the log's key is missing, or others may read it.
var ErrKey = errors.New("log of looks")

// Files of the directory.
const (
	keyFile = "looks.key" // 32 random bytes
	endFile = "looks.end" // number and link of the last line that this machine wrote or saw
)

// Line is one line of the log of looks.
type Line struct {
	N       int64
	At      time.Time
	Account string // os:NAME is a user of the machine
	Second  string // who approved it; empty: nobody had to
	What    What
	Subject string // keyed hash of a number; which list; which account
	Detail  string
	Reason  string
}

// chain binds each line of the log to the one before.
type chain struct {
	dir                     string
	links, subjects, places []byte // keys
	changes, sealing        []byte
}

// end is where the log ended.
type end struct {
	n    int64
	link []byte
}

// openChain reads the key, and makes it the first time.
func openChain(dir string) (*chain, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	case !info.IsDir():
		return nil, fmt.Errorf("%w: %s is no directory", ErrKey, dir)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%w: %s is open to others (mode %04o): chmod 700 it", ErrKey, dir, info.Mode().Perm())
	}
	c := &chain{dir: dir}
	secret, err := c.secret()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	derived := func(purpose string) []byte {
		b, err := hkdf.Key(sha256.New, secret, nil, "checkpoint looks: "+purpose, 32)
		if err != nil {
			panic(err) // only a length beyond 255 digests fails
		}
		return b
	}
	c.links, c.subjects, c.places = derived("links"), derived("subjects"), derived("places")
	c.changes, c.sealing = derived("changes"), derived("sealed changes")
	return c, nil
}

func (c *chain) secret() ([]byte, error) {
	unlock, err := c.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	name := filepath.Join(c.dir, keyFile)
	secret, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(c.dir, endFile)); err == nil {
			return nil, fmt.Errorf("%s is gone: put it back from the backup of the keys", name)
		}
		secret = make([]byte, 32)
		rand.Read(secret) // never fails, crypto/rand says
		return secret, durable.Replace(name, secret, 0o600)
	}
	if err == nil && len(secret) != 32 {
		err = fmt.Errorf("%s: %d bytes, want 32", name, len(secret))
	}
	return secret, err
}

// lock keeps other processes from the directory's files.
func (c *chain) lock() (unlock func(), err error) {
	dir, err := os.Open(c.dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil {
		_ = dir.Close()
		return nil, err
	}
	return func() { _ = dir.Close() }, nil // closing lets the lock go
}

// end is where the log was seen to end; the zero end of a log that never began.
func (c *chain) end() (e end, err error) {
	text, err := os.ReadFile(filepath.Join(c.dir, endFile))
	if errors.Is(err, fs.ErrNotExist) {
		return end{link: start()}, nil
	}
	if err != nil {
		return e, err
	}
	var link string
	if _, err := fmt.Sscanf(string(text), "%d %64s\n", &e.n, &link); err != nil {
		return e, fmt.Errorf("%s: %w", endFile, err)
	}
	e.link, err = hex.DecodeString(link)
	return e, err
}

// start is what the first line is bound to.
func start() []byte { return make([]byte, sha256.Size) }

// saw keeps where the log ends now, unless it was seen longer.
func (c *chain) saw(e end) error {
	unlock, err := c.lock()
	if err != nil {
		return err
	}
	defer unlock()
	before, err := c.end()
	if err != nil || before.n >= e.n {
		return err
	}
	return durable.Replace(filepath.Join(c.dir, endFile), fmt.Appendf(nil, "%d %x\n", e.n, e.link), 0o600)
}

// link is a line's: HMAC-SHA-256 over the line and the link before it.
func (c *chain) link(l Line, before []byte) []byte {
	text, err := cbor.Marshal([]any{l.N, l.At.UnixMicro(), l.Account, l.Second, string(l.What), l.Subject, l.Detail, l.Reason, before})
	if err != nil {
		panic(err) // numbers, strings and bytes
	}
	return sum(c.links, text)
}

func (c *chain) subject(number string) string {
	return hex.EncodeToString(sum(c.subjects, []byte(number))[:16])
}

func (c *chain) origin(place string) []byte { return sum(c.places, []byte(place))[:16] }

func sum(key, text []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(text)
	return m.Sum(nil)
}

// writing is the advisory lock under which lines are written, one at a time.
const writing = 7240804

// write adds a line to the log, in one transaction with what else is to be done.
// When it returns, the line is on the database's disk and the log's end on this
// machine's.
func (o *Office) write(ctx context.Context, l Line, also func(pgx.Tx) error) (n int64, err error) {
	for _, text := range []string{l.Subject, l.Detail, l.Reason} {
		if !plain(text) {
			return 0, ErrText
		}
	}
	o.writing.Lock()
	defer o.writing.Unlock()
	l.At = o.now()
	var e end
	err = pgx.BeginFunc(ctx, o.pool, func(tx pgx.Tx) error {
		before, err := o.last(ctx, tx)
		if err != nil {
			return err
		}
		l.N = before.n + 1
		e = end{l.N, o.log.link(l, before.link)}
		if _, err := tx.Exec(ctx, `insert into office.look (n, at, account, second, what, subject, detail, reason, before, link)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, l.N, l.At, l.Account, l.Second, l.What, l.Subject, l.Detail, l.Reason, before.link, e.link); err != nil {
			return err
		}
		if also != nil {
			return also(tx)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return l.N, o.log.saw(e)
}

// last is the line to go on from, with all other writers kept out. Where the
// database has less than was seen before, the chain goes on from what was seen:
// what lacks stays a gap for good.
func (o *Office) last(ctx context.Context, tx pgx.Tx) (e end, err error) {
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", writing); err != nil {
		return e, err
	}
	seen, err := o.log.end()
	if err != nil {
		return e, err
	}
	err = tx.QueryRow(ctx, "select n, link from office.look order by n desc limit 1").Scan(&e.n, &e.link)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && e.n <= seen.n {
		return seen, nil
	}
	return e, err
}

// ErrText is a text that the log does not take.
var ErrText = view.Sayf("chữ ghi vào nhật ký: nhiều nhất %d chữ, không có chữ điều khiển", "text for the log of looks: want at most %d letters, none of them a control", longText)

const longText = 500 // letters

func plain(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= longText && !strings.ContainsFunc(text, unicode.IsControl)
}
