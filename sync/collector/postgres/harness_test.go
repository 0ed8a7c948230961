package postgres_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/store/journal"
	"checkpoint/store/lossfs"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/postgrestest"
	"checkpoint/sync/wire"
)

const (
	province = "ha-noi"
	boxID    = "gate-1"
)

var shared postgrestest.Shared

func TestMain(m *testing.M) {
	if lossfs.Serve() {
		return
	}
	if os.Getenv(dies) != "" {
		dieBetweenCommitAndMark()
	}
	if os.Getenv(runs) != "" {
		runBox()
	}
	os.Exit(shared.Run(m))
}

// roles makes the cluster's roles, as a superuser does it by psql.
func roles(t testing.TB, c *postgrestest.Cluster) {
	t.Helper()
	file := c.Path("roles.sql")
	if err := os.WriteFile(file, []byte(postgres.Roles), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.Run("psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-o", os.DevNull, "-f", file); err != nil {
		t.Fatal(err)
	}
}

// migrated is a database of the shared cluster, ready for a store.
func migrated(t *testing.T) (name string) {
	t.Helper()
	name = shared.Database(t)
	roles(t, shared.Cluster(t))
	migrate(t, shared.Cluster(t), name)
	return name
}

func migrate(t testing.TB, c *postgrestest.Cluster, database string) {
	t.Helper()
	if _, err := postgres.Migrate(t.Context(), c.URL(database)); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, url string, adjust ...func(*postgres.Options)) *postgres.Store {
	t.Helper()
	o := postgres.Options{URL: url}
	for _, f := range adjust {
		f(&o)
	}
	s, err := postgres.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// fresh is a store on a database of its own.
func fresh(t *testing.T) (*postgres.Store, string) {
	name := migrated(t)
	return open(t, shared.Cluster(t).URL(name)), name
}

var day = time.Date(2021, 9, 22, 17, 0, 0, 0, time.UTC) // 00:00 of the 23rd in Vietnam

func sealed(seq uint64) journal.Sealed {
	return journal.Sealed{Seq: seq, Time: day.Add(time.Duration(seq) * time.Millisecond), Trusted: true, Lane: "in", Body: []byte{1, byte(seq), byte(seq >> 8)}}
}

func batch(epoch uint64, seqs ...uint64) wire.Batch {
	b := wire.Batch{Province: province, Box: boxID, Epoch: epoch, Header: []byte("header")}
	for _, n := range seqs {
		b.Records = append(b.Records, sealed(n))
	}
	return b
}

// commit wants one segment in the batches.
func commit(t *testing.T, s collector.Store, batches ...wire.Batch) collector.Result {
	t.Helper()
	r, err := s.Commit(t.Context(), batches)
	if err != nil || len(r) != 1 {
		t.Fatalf("results %+v, %v", r, err)
	}
	st, err := s.Standing(t.Context(), r[0].Segment)
	if err != nil || !equalStanding(st, r[0].Standing) {
		t.Fatalf("stands at %+v (%v), the commit said %+v", st, err, r[0].Standing)
	}
	return r[0]
}

func equalStanding(a, b collector.Standing) bool {
	same := a.Seq == b.Seq && a.Top == b.Top && a.Row == b.Row && bytes.Equal(a.Restore, b.Restore) && len(a.Gaps) == len(b.Gaps)
	for i := range a.Gaps {
		same = same && a.Gaps[i] == b.Gaps[i]
	}
	return same
}

func rows(t *testing.T, database, table string) int {
	t.Helper()
	return postgrestest.Value[int](t, shared.Cluster(t), database, "select count(*) from "+table)
}

func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func temp(t *testing.T, name string) string { return filepath.Join(t.TempDir(), name) }
