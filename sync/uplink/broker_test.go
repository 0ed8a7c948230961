package uplink_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"checkpoint/store/durable"
	"checkpoint/store/journal"
	"checkpoint/sync/collector"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

func tokenFile(t *testing.T) durable.Bytes {
	return durable.Bytes(filepath.Join(t.TempDir(), "restore-token"))
}

// 20,000 records, two crashes of the broker and one of the box.
func TestNothingIsLostWhenBrokerAndBoxCrash(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := watch(collector.NewMemory())
	r, _ := startCollector(t, broker.URL(), "a", store)
	tokens := tokenFile(t)

	d := newDisk()
	d.open(11)
	d.write(8000)
	d.open(22)
	d.write(4000)
	line := newCable(t, broker.Addr())
	b := startBox(t, line.url(), d, tokens)

	store.waitFor(t, 3000)
	broker.Kill()
	d.write(2500)
	broker.Restart()

	store.waitFor(t, 10_000)
	line.pull() // no goodbye
	b.stop()
	d = d.reopen()
	d.open(33)
	d.write(500)
	startBox(t, broker.URL(), d, tokens)

	store.waitFor(t, 14_500)
	for range 50 {
		d.write(50)
	}
	store.waitFor(t, 15_500)
	broker.Kill()
	d.write(2500)
	broker.Restart()

	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{11: 8000, 22: 6500, 33: 5500})
	if s := r.Stats(); s.Conflicts+s.Rejected+s.Gone > 0 {
		t.Errorf("collector counts %+v", s)
	}
}

func TestNothingIsSentWhileNoCollectorIsPresent(t *testing.T) {
	broker := mosquittotest.Start(t)
	o := observer(t, broker.URL(), "observer")
	records := listen(t, o, wire.AllRecords(province))
	infos := listen(t, o, "checkpoint/v1/"+province+"/"+boxID+"/info")

	d := newDisk()
	d.open(1)
	d.write(300)
	b := startBox(t, broker.URL(), d, tokenFile(t))
	b.wait(t, "connected", connected)
	receive(t, infos, "info")
	// The box answers a change of its info from the same loop that sends
	// records: when it arrives, a batch sent before would have arrived too.
	for n := range uint64(3) {
		d.write(200)
		b.SetInfo(wire.Info{Software: "test", Snapshot: n + 1})
		receive(t, infos, "changed info")
	}
	if len(records) > 0 || b.Status().CollectorPresent {
		t.Fatalf("%d batches sent to nobody, status %+v", len(records), b.Status())
	}

	store := collector.NewMemory()
	_, stop := startCollector(t, broker.URL(), "a", store)
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: 900})
	if len(records) == 0 {
		t.Fatal("the observer does not see batches, so it proved nothing")
	}
	stop()
	b.wait(t, "without a collector", func(s uplink.Status) bool { return s.Connected && !s.CollectorPresent })
}

func TestAnotherCollectorTakesOverTheSameStore(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := watch(collector.NewMemory())
	line := newCable(t, broker.Addr())
	startCollector(t, line.url(), "a", store)
	d := newDisk()
	d.open(1)
	d.write(6000)
	startBox(t, broker.URL(), d, tokenFile(t))

	store.waitFor(t, 2000)
	line.pull()
	startCollector(t, broker.URL(), "b", store)
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: 6000})
	if d.lowered > 0 {
		t.Error("marks were lowered although the store is the same")
	}
}

func TestACollectorWhoseStoreFailsComesBack(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := watch(collector.NewMemory())
	store.before = func(n int, _ wire.Batch) (bool, error) {
		if n == 3 || n == 4 {
			return false, errors.New("disk full")
		}
		return false, nil
	}
	startCollector(t, broker.URL(), "a", store)
	d := newDisk()
	d.open(1)
	d.write(3000)
	startBox(t, broker.URL(), d, tokenFile(t))
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: 3000})
}

// The third batch of ten gets lost between broker and store.
func TestOnlyTheLostBatchIsSentAgain(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := watch(collector.NewMemory())
	store.before = func(n int, _ wire.Batch) (bool, error) { return n == 3, nil }
	r, _ := startCollector(t, broker.URL(), "a", store)
	d := newDisk()
	d.open(1)
	d.write(1000)
	startBox(t, broker.URL(), d, tokenFile(t), func(o *uplink.Options) { o.ResendAfter = time.Hour })
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: 1000})

	lost := store.batches[2].Records
	again := slices.IndexFunc(store.batches[3:], func(b wire.Batch) bool { return b.Records[0].Seq == lost[0].Seq && len(b.Records) == len(lost) })
	if len(store.batches) != 11 || again < 0 {
		t.Errorf("%d batches, the lost one again: %d", len(store.batches), again)
	}
	if s := r.Stats(); s.Repeated > 0 {
		t.Errorf("%d records sent twice", s.Repeated)
	}
}

func TestUnreadableRecordsAreDeclaredAndDoNotHoldUpTheRest(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := collector.NewMemory()
	r, _ := startCollector(t, broker.URL(), "a", store)
	d := newDisk()
	d.open(1)
	d.write(450)
	d.gone[1] = [2]uint64{140, 149}
	d.open(2)
	d.write(300)
	d.gone[2] = [2]uint64{201, 300} // the tail
	d.open(3)
	d.write(50)
	b := startBox(t, broker.URL(), d, tokenFile(t))
	d.waitMarked(t)
	if s := r.Stats(); s.Records != 690 || s.Gone != 110 || b.Status().Gone != 110 {
		t.Errorf("collector %+v, box %+v", s, b.Status())
	}
}

func TestStateWords(t *testing.T) {
	broker := mosquittotest.Start(t)
	states := listen(t, observer(t, broker.URL(), "observer"), "checkpoint/v1/"+province+"/"+boxID+"/state")
	expect := func(want ...wire.State) {
		t.Helper()
		for _, w := range want {
			if got := wire.State(receive(t, states, "state").Payload()); got != w {
				t.Fatalf("state %q, want %q", got, w)
			}
		}
	}
	d := newDisk()
	d.open(1)
	line := newCable(t, broker.Addr())
	b := startBox(t, line.url(), d, tokenFile(t))
	expect(wire.Init, wire.Ready)
	line.pull()
	expect(wire.Lost)
	b.wait(t, "offline", func(s uplink.Status) bool { return !s.Connected && !s.Since.IsZero() })
	b.stop()

	b = startBox(t, broker.URL(), d, tokenFile(t))
	expect(wire.Init, wire.Ready)
	b.stop()
	expect(wire.Disconnected)
}

func TestAClosedJournalEndsTheUplink(t *testing.T) {
	broker := mosquittotest.Start(t)
	u, err := uplink.New(uplink.Options{
		Broker: broker.URL(), Province: province, Box: boxID, Outbox: closedJournal{newDisk()}, Tokens: tokenFile(t),
		Collectors: startBoxKeys(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Run(t.Context()); !errors.Is(err, journal.ErrClosed) {
		t.Fatalf("run: %v", err)
	}
}
