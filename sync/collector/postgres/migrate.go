package postgres

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Roles is what a superuser runs once for a cluster, with psql.
//
//go:embed roles.sql
var Roles string

//go:embed grants.sql
var grants string

// migrating is the advisory lock under which one process migrates at a time.
const migrating = 7240800

// ErrNoRoles: the cluster lacks the roles that [Roles] makes.
var ErrNoRoles = errors.New("the database's roles are missing")

// ErrSchema: the database's layout is not this program's.
var ErrSchema = errors.New("database layout does not fit this program")

type migration struct {
	version int
	name    string
	sql     string
	digest  [sha256.Size]byte
}

func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, name := range names { // sorted
		text, err := fs.ReadFile(migrationFiles, name)
		if err != nil {
			return nil, err
		}
		base := strings.TrimPrefix(name, "migrations/")
		version, err := strconv.Atoi(base[:4])
		if err != nil || version != len(all)+1 {
			return nil, fmt.Errorf("migration %s: not number %d", base, len(all)+1)
		}
		all = append(all, migration{version, base, string(text), sha256.Sum256(text)})
	}
	return all, nil
}

// Migrate brings a database to this program's layout, in order, each step in a
// transaction of its own, and sets who may do what. It returns the names of the
// steps it took. Several may run at once: one works, the others wait.
func Migrate(ctx context.Context, url string) (done []string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) // also lets the lock go
	all, err := migrations()
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", migrating); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	have, err := applied(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if err := fits(all, have); err != nil {
		return nil, err
	}
	for _, m := range all[len(have):] {
		if err := m.apply(ctx, conn); err != nil {
			return done, fmt.Errorf("migrate: %s: %w", m.name, err)
		}
		done = append(done, m.name)
	}
	return done, allow(ctx, conn)
}

// applied lists the digests of the steps taken, by version.
func applied(ctx context.Context, conn *pgx.Conn) ([][]byte, error) {
	_, err := conn.PgConn().Exec(ctx, `create schema if not exists checkpoint;
		create table if not exists checkpoint.migration (
		  version int primary key, name text not null, digest bytea not null, applied timestamptz not null default now())`).ReadAll()
	if err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, "select digest from checkpoint.migration order by version")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[[]byte])
}

func fits(all []migration, have [][]byte) error {
	if len(have) > len(all) {
		return fmt.Errorf("%w: it is at step %d, this program knows %d", ErrSchema, len(have), len(all))
	}
	for i, digest := range have {
		if string(digest) != string(all[i].digest[:]) {
			return fmt.Errorf("%w: step %s was made by another program", ErrSchema, all[i].name)
		}
	}
	return nil
}

func (m migration) apply(ctx context.Context, conn *pgx.Conn) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := conn.PgConn().Exec(ctx, m.sql).ReadAll(); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "insert into checkpoint.migration (version, name, digest) values ($1, $2, $3)", m.version, m.name, m.digest[:])
		return err
	})
}

// allow applies the grants as one transaction: at no moment may a role do more
// or less than before or after.
func allow(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.PgConn().Exec(ctx, grants).ReadAll()
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "42704" { // undefined_object
		return fmt.Errorf("%w: %s", ErrNoRoles, refused.Message)
	}
	if err != nil {
		return fmt.Errorf("migrate: grants: %w", err)
	}
	return nil
}

// NewLife gives the database a new restore token, for somebody who put an older
// state back in a way that it cannot notice by itself. Boxes then send again
// whatever is missing.
func NewLife(ctx context.Context, url string) error {
	_, err := ask(ctx, url, "select 0 from checkpoint.new_life()")
	return err
}

// OpenAgain has the opener try the records that failed once more.
func OpenAgain(ctx context.Context, url string) (records int, err error) {
	return ask(ctx, url, "select opened.again()")
}

func ask(ctx context.Context, url, sql string) (n int, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := conn.QueryRow(ctx, sql).Scan(&n); err != nil {
		return 0, fmt.Errorf("database: %w", err)
	}
	return n, nil
}

// checkSchema wants the database at this program's layout.
func checkSchema(ctx context.Context, conn *pgx.Conn) error {
	all, err := migrations()
	if err != nil {
		return err
	}
	rows, err := conn.Query(ctx, "select digest from checkpoint.migration order by version")
	if err != nil {
		return err
	}
	have, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == "42P01" || refused.Code == "3F000") { // undefined_table, invalid_schema_name
		return fmt.Errorf("%w: it is empty", ErrSchema)
	}
	if err != nil {
		return err
	}
	if len(have) < len(all) {
		return fmt.Errorf("%w: it is at step %d of %d", ErrSchema, len(have), len(all))
	}
	return fits(all, have)
}
