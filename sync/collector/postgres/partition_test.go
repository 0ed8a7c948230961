package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/postgrestest"
)

// Two collectors meet the first record of a day at the same moment: one makes its
// table, the other waits and finds it.
func TestTwoMakeTheTableOfADay(t *testing.T) {
	_, db := fresh(t)
	c := shared.Cluster(t)
	connect := func() *pgx.Conn {
		conn, err := pgx.Connect(t.Context(), c.URL(db))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close(context.Background()) })
		return conn
	}
	const day = "select checkpoint.ensure_day('opened.scan', current_date - 100)"
	tx, err := connect().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), day); err != nil {
		t.Fatal(err)
	}
	second := connect()
	done := make(chan error, 1)
	go func() {
		_, err := second.Exec(t.Context(), day)
		done <- err
	}()
	for postgrestest.Value[int](t, c, db, "select count(*) from pg_locks where locktype = 'advisory' and not granted") == 0 {
		time.Sleep(5 * time.Millisecond) // another process: nothing to wait on
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the second: %v", err)
	}
}
