package postgrestest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Shared is one cluster for all tests of a package; each gets a database of its
// own. Its zero value starts nothing until it is asked.
type Shared struct {
	once    sync.Once
	dir     string
	cluster *Cluster
	err     error
	count   atomic.Int64
}

// Run runs a package's tests and then stops the cluster: what TestMain passes
// to os.Exit.
func (s *Shared) Run(m *testing.M) int {
	code := m.Run()
	if s.cluster != nil {
		if code != 0 {
			fmt.Fprintln(os.Stderr, "end of the database's log:\n"+s.cluster.Log())
		}
		_ = s.cluster.Kill() // what ended already is gone as well
	}
	_ = os.RemoveAll(s.dir)
	return code
}

// Cluster is the shared cluster.
func (s *Shared) Cluster(t TB) *Cluster {
	t.Helper()
	s.once.Do(func() {
		if s.dir, s.err = os.MkdirTemp("", "pg"); s.err == nil {
			s.cluster, s.err = newCluster(s.dir, nil)
		}
	})
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.cluster
}

// Database makes an empty database and returns its name. It goes with the cluster.
func (s *Shared) Database(t TB) string {
	t.Helper()
	return s.Copy(t, "template1")
}

// Copy makes a database like another one, in which nobody is at that time.
func (s *Shared) Copy(t TB, of string) string {
	t.Helper()
	name := fmt.Sprintf("t%d", s.count.Add(1))
	s.Cluster(t).Exec(t, "postgres", "create database "+name+" template "+of)
	return name
}

// TB is what is needed of a [testing.TB], so that helper commands can stand in
// for a test.
type TB interface {
	Helper()
	Cleanup(func())
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
	TempDir() string
}

// Start runs a cluster of the test's own, for a test that kills it.
func Start(t TB, settings ...string) *Cluster {
	t.Helper()
	// Not the test's own directory: its parents are closed to other users, and
	// the path of a socket holds 107 bytes (unix(7)).
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return StartIn(t, dir, settings...)
}

// StartIn runs a cluster in that directory until the test ends. What an earlier
// run left there it goes on with. Settings are "name=value".
func StartIn(t TB, dir string, settings ...string) *Cluster {
	t.Helper()
	c, err := newCluster(dir, settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("end of the database's log:\n%s", c.Log())
		}
		if err := c.Kill(); err != nil {
			t.Errorf("%v", err)
		}
	})
	return c
}

// Exec runs statements as the superuser.
func (c *Cluster) Exec(t TB, database, sql string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), c.URL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// Value asks for one value as the superuser.
func Value[T any](t TB, c *Cluster, database, sql string, args ...any) (v T) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), c.URL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}
