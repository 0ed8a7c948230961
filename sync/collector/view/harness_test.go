package view_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/collector/view/provincetest"
	"checkpoint/sync/postgrestest"
)

var shared postgrestest.Shared

func TestMain(m *testing.M) { os.Exit(shared.Run(m)) }

// province is a database filled with an invented province, and what was filled in.
type province struct {
	*provincetest.Province
	name    string // of the database
	keys    string // directory of the days' keys
	days    []time.Time
	entries []postgres.Entry
	view    *view.View
}

// recordedDays is how many days end with yesterday.
const recordedDays = 3

// made is the province that all tests have copies of. Nobody is connected to its
// database, so that it can be copied.
var made = &province{}

// fill makes that province, once.
func fill(t testing.TB) *province {
	t.Helper()
	p := made
	if p.Province != nil {
		return p
	}
	c := shared.Cluster(t)
	world := &provincetest.Province{Seed: 1, Sites: 6, People: 3000, Communes: 12, Scans: 2400, Cases: 3}
	p.name = database(t)
	p.keys = c.Path("days") // goes with the cluster
	check(t, os.Mkdir(p.keys, 0o700))
	days, err := daykeys.Open(p.keys)
	check(t, err)
	check(t, world.Places(context.Background(), c.URL(p.name)))
	check(t, world.Register(context.Background(), c.URL(p.name)))
	conn, err := pgx.Connect(context.Background(), c.URL(p.name))
	check(t, err)
	defer conn.Close(context.Background())
	world.First = postgres.DayOf(time.Now()).AddDate(0, 0, -recordedDays)
	for n := range recordedDays {
		day := world.First.AddDate(0, 0, n)
		p.days = append(p.days, day)
		_, err := world.FillDay(context.Background(), conn, days, day)
		check(t, err)
		for site := range world.Sites {
			p.entries = append(p.entries, world.Day(day, site)...)
		}
	}
	_, err = conn.Exec(context.Background(), "analyze")
	check(t, err)
	p.Province = world
	return p
}

// changed is a copy of the test's own, to change.
func changed(t *testing.T) *province {
	t.Helper()
	c := shared.Cluster(t)
	original := fill(t)
	p := *original
	p.keys = t.TempDir()
	check(t, os.Chmod(p.keys, 0o700))
	check(t, os.CopyFS(p.keys, os.DirFS(original.keys)))
	p.name = shared.Copy(t, original.name)
	days, err := daykeys.Open(p.keys)
	check(t, err)
	p.view, err = view.Open(context.Background(), c.URLFor("checkpoint_view", p.name), days)
	check(t, err)
	t.Cleanup(p.view.Pool.Close)
	return &p
}

// database is an empty one of the program's layout.
func database(t testing.TB) string {
	t.Helper()
	c := shared.Cluster(t)
	name := shared.Database(t)
	file := c.Path("roles.sql")
	check(t, os.WriteFile(file, []byte(postgres.Roles), 0o644))
	check(t, c.Run("psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-o", os.DevNull, "-f", file))
	_, err := postgres.Migrate(context.Background(), c.URL(name))
	check(t, err)
	return name
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// dayOf is the day in Vietnam, told without the program's help.
func dayOf(at time.Time) time.Time {
	y, m, d := at.UTC().Add(7 * time.Hour).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// at names a record of a box.
type at struct {
	box string
	checkpoint.Position
}

// outcomes are the answers to each scan, in the order in which they were given.
func (p *province) outcomes() map[at][]checkpoint.Record {
	all := map[at][]checkpoint.Record{}
	for _, e := range p.entries {
		if e.Kind == checkpoint.RecordOutcome {
			all[at{e.Box, e.Refers}] = append(all[at{e.Box, e.Refers}], e.Record)
		}
	}
	return all
}

// scan tells whether a record is somebody's turn, not what followed it.
func scan(e postgres.Entry) bool { return e.Kind == checkpoint.RecordDecision && e.Refers.IsZero() }

// through tells whether a scan ended with the person let through.
func through(e postgres.Entry, answers []checkpoint.Record) bool {
	if len(answers) == 0 {
		return e.Verdict == checkpoint.Admit
	}
	return answers[len(answers)-1].Outcome == checkpoint.Passed
}

// where is the number of the site that a box stands at.
func where(e postgres.Entry) (site int) {
	_, _ = fmt.Sscanf(e.Box, "box-%d", &site)
	return site - 1
}
