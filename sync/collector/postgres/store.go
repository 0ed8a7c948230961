package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"checkpoint/sync/collector"
)

const (
	connections = 4
	// patience bounds one commit. A server that hangs is left for a new
	// connection, and boxes are told that nobody listens.
	patience    = time.Minute
	memoPace    = 10 * time.Second
	daysAhead   = 7
	stagingName = "staging"
)

const staging = `create temporary table staging (
	day date, box text, epoch bigint, seq bigint, millis bigint, trusted boolean, lane bytea, body bytea
) on commit delete rows`

// errPutBack: the database is not the one that its restore token names.
var errPutBack = errors.New("database was put back")

// Memo keeps a few bytes over restarts of the collector; durable.Bytes is one.
type Memo interface {
	Load() ([]byte, error) // nil, nil: none yet
	Save(b []byte) error
}

// Options of a store. URL is needed.
type Options struct {
	URL  string       // postgres://…; a password comes from a file (passfile), never from here
	Memo Memo         // how far the database's log was seen written; nil: only in memory
	Log  *slog.Logger // default: nothing is logged
}

// Store is a [collector.Store]. Its methods may be called from any goroutine.
type Store struct {
	pool *pgxpool.Pool
	memo Memo
	log  *slog.Logger

	mu    sync.Mutex
	seen  seen
	saved time.Time
}

var _ collector.Store = (*Store)(nil)

// Open prepares a store; it connects when it is first used, and anew whenever
// the database went and came back. The caller closes it.
func Open(ctx context.Context, o Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	s := &Store{memo: o.Memo, log: cmp.Or(o.Log, slog.New(slog.DiscardHandler))}
	if err := s.recall(); err != nil {
		return nil, err
	}
	config.MaxConns = connections
	config.ConnConfig.ConnectTimeout = 10 * time.Second
	config.ConnConfig.RuntimeParams["application_name"] = "collectord receive"
	// A mark lets a box remove records: the commit must be on disk.
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	config.AfterConnect = s.enter
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() {
	s.pool.Close()
	s.keep(true)
}

// Ready tells whether the database answers and has this program's layout, and
// makes the partitions of the days to come.
func (s *Store) Ready(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `select checkpoint.ensure_day(t::regclass, current_date + n) from unnest(array['checkpoint.record', 'checkpoint.photo']) t, generate_series(-1, $1::int) n`, daysAhead)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// Standing implements [collector.Store].
func (s *Store) Standing(ctx context.Context, seg collector.Segment) (collector.Standing, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var st collector.Standing
	var from, to []int64
	err := s.again(ctx, func() error {
		return s.pool.QueryRow(ctx, `
			select l.token, coalesce(s.version, 0), coalesce(checkpoint.reach(s.held + s.gone), 0),
			  coalesce(upper(s.held + s.gone) - 1, 0), `+gapColumns+`
			from checkpoint.life l left join checkpoint.segment s on s.box = $1 and s.epoch = $2
			where l.origin = checkpoint.origin()`, seg.Box, int64(seg.Epoch)).
			Scan(&st.Restore, &st.Row, &st.Seq, &st.Top, &from, &to)
	})
	if err != nil {
		return st, fmt.Errorf("database: %w", err)
	}
	st.Gaps = ranges(from, to)
	return st, nil
}

// again runs f, and once more when the database turns out to have been put
// back: by then it has a new token.
func (s *Store) again(ctx context.Context, f func() error) error {
	err := f()
	if !errors.Is(err, errPutBack) && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	conn, acquired := s.pool.Acquire(ctx)
	if acquired != nil {
		return acquired
	}
	err = s.look(ctx, conn.Conn())
	conn.Release()
	if err != nil {
		return err
	}
	if err = f(); errors.Is(err, pgx.ErrNoRows) {
		err = errPutBack
	}
	return err
}
