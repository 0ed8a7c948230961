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
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/control"
	"checkpoint/console/faults"
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
	later, waiting, lanes := base, base, base
	later.At, waiting.Waiting, lanes.Lanes = 1, 7, []wire.Lane{{Name: "1"}}
	more, held, opened := base, base, base
	more.Decided, held.Held, opened.Opened = 11, wire.HeldForStage, true
	for _, c := range []struct {
		health wire.Health
		after  time.Duration
		due    bool
	}{{base, aliveEvery - 1, false}, {base, aliveEvery, true}, {later, countsEvery, false}, {waiting, countsEvery - 1, false}, {waiting, countsEvery, true}, {lanes, 0, true}, {more, countsEvery - 1, false}, {more, countsEvery, true}, {held, 0, true}, {opened, 0, true}} {
		if got := told.due(c.health, at.Add(c.after)); got != c.due {
			t.Errorf("%+v after %s: due %t", c.health, c.after, got)
		}
	}
}

// The province hears of a cover that is off, by whichever lane's contact.
func TestHealthTellsOfAnOpenedBox(t *testing.T) {
	b := &box{hub: control.NewHub(), holder: snapshots.NewHolder(nil), lanes: []*lane{{config: config.Lane{Name: "1"}}, {config: config.Lane{Name: "2"}}}}
	for _, active := range [][]checkpoint.Contact{{checkpoint.ContactDoor}, {checkpoint.ContactDoor, checkpoint.ContactTamper}, nil} {
		b.hub.Show(checkpoint.View{Lane: checkpoint.LaneInfo{Lane: "2"}, Contacts: active})
		if got, want := b.health().Opened, len(active) == 2; got != want {
			t.Errorf("contacts %v: opened %t", active, got)
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

// The province hears of the worst fault, once it is told on the box, too.
func TestHealthTellsTheWorstFault(t *testing.T) {
	s := control.Status{Box: "b1", Clock: control.Clock{Trusted: true}, Lanes: []control.LaneStatus{{Name: "1", GateFail: "no line"}}}
	if got := worst(s.Told()); got != string(faults.NoSnapshot) {
		t.Errorf("without data and gate: %q", got)
	}
	s.Faults = []faults.Found{}
	if got := worst(s.Told()); got != "" {
		t.Errorf("before anything is told: %q", got)
	}
}

// What a lane is told to be does not change with the people before it, and a
// fault of the box is one of all its lanes.
func TestHealthTellsOfLanes(t *testing.T) {
	lane := func(state checkpoint.State) []control.LaneStatus {
		return []control.LaneStatus{{Name: "1", State: state.String()}, {Name: "2", State: checkpoint.StateIdle.String()}}
	}
	scanner := faults.Found{Code: faults.ScannerGone, Where: "1/scanner"}
	for name, c := range map[string]struct {
		status control.Status
		want   []wire.LaneState
		fault  string // of the first lane
		box    int    // faults of the box itself
	}{
		"idle":           {control.Status{Lanes: lane(checkpoint.StateIdle)}, []wire.LaneState{wire.LaneReady, wire.LaneReady}, "", 0},
		"somebody waits": {control.Status{Lanes: lane(checkpoint.StateWaiting)}, []wire.LaneState{wire.LaneReady, wire.LaneReady}, "", 0},
		"training":       {control.Status{Lanes: lane(checkpoint.StateTraining)}, []wire.LaneState{wire.LaneTraining, wire.LaneReady}, "", 0},
		"fire":           {control.Status{Fault: "no keys", Lanes: lane(checkpoint.StateEmergency)}, []wire.LaneState{wire.LaneEmergency, wire.LaneOutOfService}, "", 0},
		"no scanner":     {control.Status{Lanes: lane(checkpoint.StateIdle), Faults: []faults.Found{scanner}}, []wire.LaneState{wire.LaneFaulty, wire.LaneReady}, "SCANNER_GONE", 0},
		"no data": {control.Status{Lanes: lane(checkpoint.StateIdle), Faults: []faults.Found{{Code: faults.NoSnapshot}, scanner}},
			[]wire.LaneState{wire.LaneFaulty, wire.LaneFaulty}, "SCANNER_GONE", 1},
	} {
		if c.status.Faults == nil {
			c.status.Faults = []faults.Found{}
		}
		c.status.Journal.Waiting = 7
		h := withLanes(wire.Health{}, c.status, time.Unix(1_700_000_000, 0))
		if len(h.Lanes) != 2 || h.Lanes[0].State != c.want[0] || h.Lanes[1].State != c.want[1] || h.Lanes[0].Fault != c.fault || len(h.Faults) != c.box {
			t.Errorf("%s: %+v", name, h)
		}
		if h.Waiting != 7 || h.HandedOver != 1_700_000_000 {
			t.Errorf("%s: %d waiting, handed over %d", name, h.Waiting, h.HandedOver)
		}
	}
}

// words is what a collector hears of boxes.
type words chan collector.Word

func (w words) Keep(_ context.Context, _ string, said []collector.Word) error {
	for _, word := range said {
		w <- word
	}
	return nil
}

// The real daemon's word holds what the province's fleet page shows.
func TestTheProvinceHearsOfEachLane(t *testing.T) {
	broker := mosquittotest.Start(t)
	r := newReadyRig(t, settings{Broker: broker.URL()})
	key, err := keys.ReadSigner(r.province.keys(keys.CollectorFile))
	r.must(err)
	heard := make(words, 1000)
	c, err := collector.New(collector.Options{Broker: broker.URL(), Province: "mau", ID: "thu", Key: key, Store: collector.NewMemory(), Fleet: heard})
	r.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	d := r.start()
	d.listen()
	for late := time.After(patience); ; {
		select {
		case w := <-heard:
			h := w.Health
			if h == nil || len(h.Lanes) == 0 || h.Snapshot != 1 {
				continue
			}
			if len(h.Lanes) != 1 || h.Lanes[0].Name != "1" || h.SnapshotOf == 0 || h.HandedOver == 0 || h.Run == 0 || time.Since(time.Unix(h.At, 0)) > time.Hour {
				t.Fatalf("heard %+v", *h)
			}
			return
		case <-late:
			t.Fatal("nothing was heard of the lanes")
		}
	}
}
