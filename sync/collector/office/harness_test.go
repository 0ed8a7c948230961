package office

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/postgrestest"
)

var shared postgrestest.Shared

func TestMain(m *testing.M) { os.Exit(shared.Run(m)) }

// clock is the time as the tests want it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bureau is an office with a database and a clock of its own.
type bureau struct {
	*Office
	clock *clock
	name  string // of the database
}

// root may do everything with accounts.
var root = MachineUser("root")

const good = "đúng mật khẩu này"

func newBureau(t *testing.T, o Options) *bureau {
	t.Helper()
	c := shared.Cluster(t)
	b := &bureau{clock: &clock{at: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}}
	pattern := migrated(t)
	copies++
	b.name = fmt.Sprintf("%s_%d", pattern, copies)
	c.Exec(t, "postgres", "create database "+b.name+" template "+pattern)
	var err error
	o.Now = b.clock.now
	if o.Dir == "" {
		o.Dir = t.TempDir()
		must(t, os.Chmod(o.Dir, 0o700))
	}
	b.Office, err = Open(context.Background(), c.URLFor("checkpoint_view", b.name), o)
	must(t, err)
	t.Cleanup(b.Close)
	return b
}

// pattern is the database that all tests have copies of; nobody is connected to it.
var (
	pattern string
	copies  int
)

func migrated(t *testing.T) string {
	t.Helper()
	if pattern != "" {
		return pattern
	}
	c := shared.Cluster(t)
	name := shared.Database(t)
	roles := c.Path("roles.sql")
	must(t, os.WriteFile(roles, []byte(postgres.Roles), 0o644))
	must(t, c.Run("psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-o", os.DevNull, "-f", roles))
	_, err := postgres.Migrate(t.Context(), c.URL(name))
	must(t, err)
	pattern = name
	return name
}

// account makes one that may do something, with the password above.
func (b *bureau) account(t *testing.T, name string, roles ...Role) Account {
	t.Helper()
	must(t, b.AddAccount(t.Context(), root, Account{Name: name, Roles: roles, Scopes: []string{"all"}, Language: "vi"}, good))
	a, err := b.Account(t.Context(), name)
	must(t, err)
	return a
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
