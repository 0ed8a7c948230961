package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/postgrestest"
)

// shadows is what a role that may make temporary tables can put in the way of
// names in a function that runs as the owner: PostgreSQL looks for types and
// tables among temporary ones first, unless the function says otherwise.
const shadows = `
	create function pg_temp.take(t pg_catalog.text) returns boolean language plpgsql as $$
	begin
	  execute 'grant usage on schema people to checkpoint_receive';
	  execute 'grant select on people.person to checkpoint_receive';
	  return true;
	end $$;
	create domain pg_temp.text as pg_catalog.text check (pg_temp.take(value));
	create temporary view pg_class as
	  select oid, relname, relnamespace from pg_catalog.pg_class where pg_temp.take('')`

func TestARoleCannotBecomeTheOwner(t *testing.T) {
	db := migrated(t)
	c := shared.Cluster(t)
	conn, err := pgx.Connect(t.Context(), c.URLFor("checkpoint_receive", db))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.PgConn().Exec(t.Context(), shadows).ReadAll(); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "select checkpoint.ensure_day('checkpoint.record', current_date + 3)"); err != nil {
		t.Errorf("a shadow keeps the day's table from being made: %v", err)
	}
	if _, err := conn.Exec(t.Context(), "select from people.person"); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("the receiver gave itself the register of people: %v", err)
	}
	open := postgrestest.Value[int](t, c, db, `select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where prosecdef and n.nspname !~ '^pg_' and 'search_path=pg_catalog, pg_temp' <> all(coalesce(proconfig, '{}'))`)
	if open > 0 {
		t.Errorf("%d functions that run as the owner look at temporary tables first", open)
	}
}
