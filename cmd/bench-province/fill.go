package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"checkpoint/cmd/internal/stand"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/postgrestest"
)

// filled is the province's database, and what to ask of it.
type filled struct {
	view        *view.View
	first, last time.Time
}

// settings are what docs/collector.md advises for a machine of 8 GB, scaled down.
var settings = []string{"shared_buffers=512MB", "max_wal_size=4GB", "effective_cache_size=2GB", "work_mem=32MB", "maintenance_work_mem=256MB",
	"random_page_cost=1.1", "synchronous_commit=off"}

// fillers is how many days are written at once.
const fillers = 2

// fill makes the month, or takes the one that an earlier run kept.
func (b *bench) fill(ctx context.Context, s *stand.Stand) (*filled, error) {
	dir := b.keep
	if dir == "" {
		dir = s.TempDir()
	}
	days, c, err := b.start(s, dir)
	if err != nil {
		return nil, err
	}
	b.url = c.URL("checkpoint")
	done, err := b.recall(dir)
	if err == nil && done == nil {
		done, err = b.month(ctx, c, days, dir)
	} else if err == nil { // by a program that may have had another layout
		_, err = postgres.Migrate(ctx, b.url)
	}
	if err != nil {
		return nil, err
	}
	b.table.Add("register taken in", "–", done.Register, fmt.Sprintf("%d people", b.province.People))
	b.table.Add("month written, sealed and tallied", "–", done.Month,
		fmt.Sprintf("%d records of %d days, %d checkpoints; the database is %s then", done.Records, b.days, b.province.Sites, done.Size))
	f := &filled{first: done.First, last: done.First.AddDate(0, 0, b.days-1)}
	// Boxes say how they are now, whenever the month was written.
	if err := b.fleet().Fleet(ctx, b.url, time.Now()); err != nil {
		return nil, err
	}
	if f.view, err = view.Open(ctx, c.URLFor("checkpoint_view", "checkpoint"), days); err != nil {
		return nil, err
	}
	s.Cleanup(f.view.Pool.Close)
	return f, nil
}

// start starts the database of a directory, and opens the keys of its days.
func (b *bench) start(s *stand.Stand, dir string) (*daykeys.Keys, *postgrestest.Cluster, error) {
	keys := filepath.Join(dir, "keys")
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return nil, nil, err
	}
	// PostgreSQL runs as a user of its own, who passes through here.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, nil, err
	}
	days, err := daykeys.Open(keys)
	if err != nil {
		return nil, nil, err
	}
	return days, postgrestest.StartIn(s, filepath.Join(dir, "cluster"), settings...), nil
}

// month writes a month that ended yesterday, and then that it is whole.
func (b *bench) month(ctx context.Context, c *postgrestest.Cluster, days *daykeys.Keys, dir string) (*kept, error) {
	if err := b.room(); err != nil {
		return nil, err
	}
	if err := os.WriteFile(c.Path("roles.sql"), []byte(postgres.Roles), 0o644); err != nil {
		return nil, err
	}
	if err := c.Run("psql", "--quiet", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-o", os.DevNull, "-f", c.Path("roles.sql")); err != nil {
		return nil, err
	}
	if _, err := postgres.Migrate(ctx, b.url); err != nil {
		return nil, err
	}
	done := b.asked()
	done.First = postgres.DayOf(time.Now()).AddDate(0, 0, -b.days)
	began := time.Now()
	if err := b.fleet().Places(ctx, b.url); err != nil {
		return nil, err
	}
	fmt.Fprintf(b.io.Err, "taking in the register of %d people\n", b.province.People)
	if err := b.province.Register(ctx, b.url); err != nil {
		return nil, err
	}
	done.Register = seconds(time.Since(began))
	fmt.Fprintf(b.io.Err, "register of %d people taken in, %s\n", b.province.People, done.Register)
	if err := b.records(ctx, days, done); err != nil {
		return nil, err
	}
	return done, done.write(dir)
}

// records writes all days.
func (b *bench) records(ctx context.Context, keys *daykeys.Keys, done *kept) error {
	owner, err := pgxpool.New(ctx, b.url)
	if err != nil {
		return err
	}
	defer owner.Close()
	began := time.Now()
	if done.Records, err = b.allDays(ctx, owner, keys, done.First); err != nil {
		return err
	}
	if err := b.correct(ctx, keys, done.First); err != nil {
		return err
	}
	fmt.Fprintln(b.io.Err, "vacuum analyze")
	if _, err := owner.Exec(ctx, "vacuum analyze"); err != nil {
		return err
	}
	done.Month = seconds(time.Since(began))
	return owner.QueryRow(ctx, "select pg_size_pretty(pg_database_size(current_database()))").Scan(&done.Size)
}

// allDays writes the days side by side.
func (b *bench) allDays(ctx context.Context, owner *pgxpool.Pool, keys *daykeys.Keys, first time.Time) (int, error) {
	ctx, stop := context.WithCancel(ctx) // what fails on one day ends the others
	defer stop()
	began := time.Now()
	todo := make(chan time.Time)
	var mu sync.Mutex
	var failed error
	records, done := 0, 0
	var wg sync.WaitGroup
	for range fillers {
		wg.Go(func() {
			for day := range todo {
				n, err := 0, b.enough()
				if err == nil {
					n, err = b.day(ctx, owner, keys, day)
				}
				mu.Lock()
				records, done = records+n, done+1
				if err != nil && failed == nil {
					failed = err
					stop()
				}
				fmt.Fprintf(b.io.Err, "%s: %d records, %d of %d days, %s so far, about %s left\n", day.Format(time.DateOnly), n, done, b.days,
					time.Since(began).Round(time.Second), left(done, b.days, time.Since(began)))
				mu.Unlock()
			}
		})
	}
	for n := range b.days {
		todo <- first.AddDate(0, 0, n)
	}
	close(todo)
	wg.Wait()
	return records, failed
}

func (b *bench) day(ctx context.Context, owner *pgxpool.Pool, keys *daykeys.Keys, day time.Time) (n int, err error) {
	err = owner.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		n, err = b.province.FillDay(ctx, conn.Conn(), keys, day)
		return err
	})
	return n, err
}
