package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/store/keys"
	"checkpoint/store/publish"
	"checkpoint/store/stages"
	"checkpoint/sync/collector"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/rollout"
	"checkpoint/sync/wire"
)

// A hint over the broker makes the box look long before it would by itself, and
// the province sees what became of it.
func TestAnnouncedSnapshotIsTakenAtOnceAndToldOf(t *testing.T) {
	repo := newRepository(t)
	repo.publish(1)
	broker := mosquittotest.Start(t)
	r := newRig(t, settings{Broker: broker.URL(), More: repo.lines})
	r.plug()
	d := r.start()
	d.listen()
	d.awaitStatus("the first snapshot", func(s control.Status) bool { return s.Snapshot.Number == 1 && s.Link.Connected })
	repo.publish(2)
	province := rollout.Broker{URL: broker.URL(), Province: "mau"}
	r.must(province.Announce(t.Context(), 2))
	// By itself it would look after half a minute at the earliest.
	d.awaitStatus("the announced snapshot", func(s control.Status) bool { return s.Snapshot.Number == 2 })

	fleet, err := rollout.NewFleet(nil)
	r.must(err)
	go province.Listen(t.Context(), fleet, slog.New(slog.DiscardHandler), func(error) {})
	now := publish.Rollout{Province: "mau", Snapshot: 2}
	for late := time.Now().Add(patience); !fleet.Report(now, time.Now()).Complete(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("the province does not hear of it: %+v", fleet.Report(now, time.Now()))
		}
	}
}

// Records up and snapshots down do not wait for each other.
func TestBrokerAndServerFailApart(t *testing.T) {
	t.Run("the broker is dead, snapshots come", func(t *testing.T) {
		repo := newRepository(t)
		repo.publish(1)
		dead, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
		repo.must(err)
		t.Cleanup(func() { dead.Close() })
		r := newRig(t, settings{Broker: "tcp://" + dead.Addr().String(), More: repo.lines})
		r.plug()
		d := r.start()
		d.listen()
		d.awaitStatus("the snapshot", func(s control.Status) bool { return s.Snapshot.Number == 1 && !s.Link.Connected })
	})
	t.Run("the server is dead, records go", func(t *testing.T) {
		broker := mosquittotest.Start(t)
		dead, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { dead.Close() })
		r := newReadyRig(t, settings{Broker: broker.URL(), More: "[update]\nurl = \"https://" + dead.Addr().String() + "\"\ninterval_minutes = 1\n"})
		r.collect(broker.URL())
		d := r.start()
		d.listen()
		d.admits(r, r.province.green[0])
		d.awaitStatus("the record with the province", func(s control.Status) bool { return s.Journal.Waiting == 0 && !s.Link.LastMark.IsZero() })
	})
}

// A box that has data waits for its stage, and says so.
func TestBoxWaitsForItsStage(t *testing.T) {
	repo := newRepository(t)
	repo.publish(1)
	dir := filepath.Join(t.TempDir(), "planned")
	repo.must(os.CopyFS(dir, os.DirFS(repo.p.snapshot(2))))
	plan, err := stages.New(2, stages.Options{Canaries: []string{"another-box"}, Shares: []int{stages.Everybody}, Begin: time.Now(), Wait: time.Hour})
	repo.must(err)
	repo.must(publish.SetPlan(dir, plan))
	repo.sign(dir)
	_, err = repo.repo.Publish(dir, repo.online)
	repo.must(err)
	r := newReadyRig(t, settings{More: repo.lines})
	r.unplug()
	d := r.start()
	d.listen()
	s := d.awaitStatus("the hold", func(s control.Status) bool { return s.Update != nil && s.Update.Held != nil })
	if h := s.Update.Held; h.Stage != 2 || h.Of != 2 || h.Paused || !h.NotBefore.Equal(plan.Last()) || s.Update.Offered != 2 || s.Snapshot.Number != 1 {
		t.Errorf("%+v, %+v", s.Update, h)
	}
	fresh := newRig(t, settings{More: repo.lines})
	f := fresh.start()
	f.listen()
	f.awaitStatus("the newest on a box without data", func(s control.Status) bool { return s.Snapshot.Number == 2 })
}

func TestHealthIsToldWhenItMatters(t *testing.T) {
	at := time.Now()
	base := wire.Health{Snapshot: 1, Decided: 10}
	if !(toldHealth{}).due(base, at) {
		t.Error("nothing was told yet")
	}
	told := toldHealth{base, at}
	more, held := base, base
	more.Decided, held.Held = 11, wire.HeldForStage
	for _, c := range []struct {
		health wire.Health
		after  time.Duration
		due    bool
	}{{base, time.Hour, false}, {more, countsEvery - 1, false}, {more, countsEvery, true}, {held, 0, true}} {
		if got := told.due(c.health, at.Add(c.after)); got != c.due {
			t.Errorf("%+v after %s: due %t", c.health, c.after, got)
		}
	}
}

// Counted are people decided about with the snapshot in use: no repeats, no
// faults, no guard's answers.
func TestDecisionsAreCountedBySnapshot(t *testing.T) {
	var r records
	for _, c := range []checkpoint.Record{
		{Kind: checkpoint.RecordDecision, Snapshot: 1, Verdict: checkpoint.Refuse},
		{Kind: checkpoint.RecordDecision, Snapshot: 2, Verdict: checkpoint.Admit},
		{Kind: checkpoint.RecordDecision, Snapshot: 2, Verdict: checkpoint.Refuse},
		{Kind: checkpoint.RecordDecision, Snapshot: 2, Verdict: checkpoint.Repeat},
		{Kind: checkpoint.RecordDecision, Snapshot: 2, Verdict: checkpoint.Fault},
		{Kind: checkpoint.RecordDecision, Verdict: checkpoint.Refer},
		{Kind: checkpoint.RecordOutcome, Snapshot: 2, Verdict: checkpoint.Refuse},
	} {
		r.count(c)
	}
	if got := r.counts(); got != (tally{2, 2, 1}) {
		t.Errorf("%+v", got)
	}
}

// collect runs the province's collector until the test ends.
func (r *rig) collect(broker string) {
	r.t.Helper()
	key, err := keys.ReadSigner(r.province.keys(keys.CollectorFile))
	r.must(err)
	c, err := collector.New(collector.Options{Broker: broker, Province: "mau", ID: "thu", Key: key, Store: collector.NewMemory()})
	r.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx) }()
	r.t.Cleanup(func() { cancel(); <-ended })
}
