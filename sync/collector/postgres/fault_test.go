package postgres_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"checkpoint/store/durable"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/postgrestest"
)

// waitStored waits until the database holds that many records.
func waitStored(t *testing.T, c *postgrestest.Cluster, database string, n int) {
	t.Helper()
	for late := time.Now().Add(3 * time.Minute); ; {
		have := postgrestest.Value[int](t, c, database, "select count(*) from checkpoint.record")
		if have >= n {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("%d records stored, waited for %d", have, n)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// The broker dies twice while records travel, with and without a memory of its
// own, with the usual queue and with one that is always full.
func TestABrokerKilledTwiceLosesNothing(t *testing.T) {
	for name, conf := range map[string][]string{
		"persistence":    {"autosave_interval 1"},
		"no persistence": {"persistence false"},
		"queue full":     {"max_queued_messages 1", "max_inflight_messages 2"},
	} {
		t.Run(name, func(t *testing.T) {
			n := 4000
			if os.Getenv("CHECKPOINT_SOAK") != "" {
				n = 20_000
			}
			s, db := fresh(t)
			broker := mosquittotest.Start(t, conf...)
			startCollector(t, receiving(broker.URL(), "a", s))
			b := newBox(t, boxID)
			b.write(n / 2)
			b.connect(broker.URL())
			waitStored(t, shared.Cluster(t), db, n/8)
			broker.Kill()
			b.write(n / 4)
			broker.Restart()
			waitStored(t, shared.Cluster(t), db, n/2)
			broker.Kill()
			broker.Restart()
			b.write(n / 4)
			b.waitMarked()
			expectAll(t, shared.Cluster(t), db, b)
		})
	}
}

// away is how long the database is away each time, while lanes go on.
func away() time.Duration {
	if os.Getenv("CHECKPOINT_SOAK") != "" {
		return 10 * time.Minute
	}
	return 2 * time.Second
}

func TestADatabaseThatIsAwayComesBackWithoutARestart(t *testing.T) {
	c := postgrestest.Start(t)
	roles(t, c)
	migrate(t, c, "checkpoint")
	s := open(t, c.URL("checkpoint"))
	broker := mosquittotest.Start(t)
	r, _ := startCollector(t, receiving(broker.URL(), "a", s))
	b := newBox(t, boxID)
	b.write(3000)
	b.connect(broker.URL())
	for range 2 {
		waitStored(t, c, "checkpoint", 1000)
		if err := c.Kill(); err != nil {
			t.Fatal(err)
		}
		b.write(1000)
		for late := time.Now().Add(time.Minute); r.Stats().Connected; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(late) {
				t.Fatal("a collector without a database says that it takes records")
			}
		}
		for end := time.Now().Add(away()); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			b.write(2)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	b.waitMarked()
	expectAll(t, c, "checkpoint", b)
	if n := postgrestest.Value[int](t, c, "checkpoint", "select count(*) from checkpoint.life where since > (select max(applied) from checkpoint.migration)"); n != 0 {
		t.Error("a crash of the database was taken for a restore")
	}
}

// Two collectors share the boxes' messages, and any of them can go.
func TestTwoCollectorsShareTheLoadAndGiveOneMark(t *testing.T) {
	s, db := fresh(t)
	other := open(t, shared.Cluster(t).URL(db))
	broker := mosquittotest.Start(t)
	a, stopA := startCollector(t, receiving(broker.URL(), "a", s))
	b, _ := startCollector(t, receiving(broker.URL(), "b", other))
	boxes := []*box{newBox(t, boxID), newBox(t, "gate-2")}
	for _, x := range boxes {
		x.write(1500)
		x.connect(broker.URL())
	}
	waitStored(t, shared.Cluster(t), db, 1500)
	if a.Stats().Records == 0 || b.Stats().Records == 0 {
		t.Errorf("the load is not shared: %+v, %+v", a.Stats(), b.Stats())
	}
	stopA()
	for _, x := range boxes {
		x.write(500)
		x.waitMarked()
	}
	expectAll(t, shared.Cluster(t), db, boxes...)
}

// dies names the broker and database of a collector that kills itself.
const dies = "COLLECTOR_TEST_DIES"

// dieBetweenCommitAndMark is a collector in a process of its own that a
// SIGKILL ends after its third commit, before it tells anybody.
func dieBetweenCommitAndMark() {
	broker, database, _ := strings.Cut(os.Getenv(dies), " ")
	s, err := postgres.Open(context.Background(), postgres.Options{URL: database})
	if err != nil {
		panic(err)
	}
	o := receiving(broker, "mortal", s)
	if os.Getenv("PHOTO") != "" {
		o.Photos = &lastWords{s}
	}
	commits := 0
	o.OnCommit = func(collector.Result) {
		if commits++; commits == 3 && o.Photos == nil {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it arrives
		}
	}
	r, err := collector.New(o)
	if err != nil {
		panic(err)
	}
	r.Run(context.Background())
}

func TestACollectorKilledBetweenCommitAndMark(t *testing.T) {
	s, db := fresh(t)
	broker := mosquittotest.Start(t)
	url := shared.Cluster(t).URL(db)
	b := newBox(t, boxID)
	b.write(3000)
	b.connect(broker.URL())
	for range 2 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), dies+"="+broker.URL()+" "+url)
		if err := child.Run(); err == nil {
			t.Fatal("the collector was not killed")
		}
	}
	before := rows(t, db, "checkpoint.record")
	if before == 0 {
		t.Fatal("the collector died before it stored anything")
	}
	r, _ := startCollector(t, receiving(broker.URL(), "b", s))
	b.waitMarked()
	expectAll(t, shared.Cluster(t), db, b)
	if st := r.Stats(); st.Conflicts > 0 || st.Rejected > 0 {
		t.Errorf("stats %+v", st)
	}
}

// restore is one way to put a database back to what it was.
type restore struct {
	running    bool // under a collector that goes on meanwhile
	save, back func(t *testing.T, c *postgrestest.Cluster)
}

func ways() map[string]restore {
	run := func(t *testing.T, c *postgrestest.Cluster, name string, args ...string) {
		t.Helper()
		if err := c.Run(name, args...); err != nil {
			t.Fatal(err)
		}
	}
	dump := func(t *testing.T, c *postgrestest.Cluster) {
		run(t, c, "pg_dump", "--format=custom", "--file", c.Path("dump"), "checkpoint")
	}
	return map[string]restore{
		"dump into a new database": {false, dump, func(t *testing.T, c *postgrestest.Cluster) {
			run(t, c, "dropdb", "--force", "checkpoint")
			run(t, c, "createdb", "checkpoint")
			run(t, c, "pg_restore", "--dbname", "checkpoint", c.Path("dump"))
		}},
		"dump in the place of the old tables": {true, dump, func(t *testing.T, c *postgrestest.Cluster) {
			c.Exec(t, "checkpoint", "drop schema checkpoint, opened, people, tally, place, fleet, office cascade")
			run(t, c, "pg_restore", "--single-transaction", "--dbname", "checkpoint", c.Path("dump"))
		}},
		"copy of the disk": {false, func(t *testing.T, c *postgrestest.Cluster) {
			stopped(t, c, "cp", "-a", c.Path("data"), c.Path("copy"))
		}, func(t *testing.T, c *postgrestest.Cluster) {
			stopped(t, c, "sh", "-c", fmt.Sprintf("rm -rf %[1]s && cp -a %[2]s %[1]s", c.Path("data"), c.Path("copy")))
		}},
	}
}

// stopped runs a command while the database does not.
func stopped(t *testing.T, c *postgrestest.Cluster, name string, args ...string) {
	t.Helper()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
}

// What was marked and is lost again comes from the boxes, which keep it for days.
func TestADatabasePutBackIsFilledAgainByTheBoxes(t *testing.T) {
	for name, way := range ways() {
		t.Run(name, func(t *testing.T) {
			c := postgrestest.Start(t)
			roles(t, c)
			migrate(t, c, "checkpoint")
			broker := mosquittotest.Start(t)
			memo := durable.Bytes(temp(t, "seen"))
			start := func() (stop func()) {
				s := open(t, c.URL("checkpoint"), func(o *postgres.Options) { o.Memo = memo })
				_, halt := startCollector(t, receiving(broker.URL(), "a", s))
				return func() { halt(); s.Close() }
			}
			stop := start()
			b := newBox(t, boxID)
			b.write(1000)
			b.connect(broker.URL())
			b.waitMarked()
			way.save(t, c)
			b.write(1500)
			b.waitMarked()
			if !way.running {
				stop()
			}
			way.back(t, c)
			if !way.running {
				start()
			}
			b.write(10)
			waitStored(t, c, "checkpoint", 2510)
			b.waitMarked()
			expectAll(t, c, "checkpoint", b)
		})
	}
}
