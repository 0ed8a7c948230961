package uplink_test

import (
	"testing"

	"checkpoint/sync/collector"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

// What is said of snapshots goes beside the records, in both directions, also
// after a break; nonsense announces nothing.
func TestHealthIsToldAndAnnouncementsAreHeard(t *testing.T) {
	broker := mosquittotest.Start(t)
	far := observer(t, broker.URL(), "observer")
	told := listen(t, far, "checkpoint/v1/"+province+"/"+boxID+"/health")
	heard := make(chan uint64, 100)
	say := func(payload string) {
		t.Helper()
		if err := far.PublishWait(t.Context(), wire.Announcement(province), true, []byte(payload)); err != nil {
			t.Fatal(err)
		}
	}
	var before wire.Health
	expect := func(want wire.Health) {
		t.Helper()
		m := receive(t, told, "health")
		if got, err := wire.DecodeHealth(m.Payload()); err != nil || !says(got, want) {
			t.Fatalf("told %+v, %v; want %+v", got, err, want)
		} else if got.Run == 0 || got.Run == before.Run && got.Told <= before.Told {
			t.Fatalf("told %+v after %+v: nobody can tell which is newer", got, before)
		} else {
			before = got
		}
	}
	say("41")
	d := newDisk()
	d.open(1)
	line := newCable(t, broker.Addr())
	b := startBox(t, line.url(), d, tokenFile(t), func(o *uplink.Options) { o.OnAnnounced = func(n uint64) { heard <- n } })
	if n := receive(t, heard, "kept announcement"); n != 41 {
		t.Errorf("heard %d", n)
	}
	b.SetHealth(wire.Health{Snapshot: 40, Offered: 41, Held: wire.HeldForStage})
	expect(wire.Health{Snapshot: 40, Offered: 41, Held: wire.HeldForStage})
	say("no number")
	say("42")
	if n := receive(t, heard, "second announcement"); n != 42 {
		t.Errorf("heard %d", n)
	}
	line.pull()
	b.wait(t, "offline", func(s uplink.Status) bool { return !s.Connected && !s.Since.IsZero() })
	b.stop()

	b = startBox(t, broker.URL(), d, tokenFile(t)) // one that does not ask for announcements
	b.SetHealth(wire.Health{Snapshot: 42, Offered: 42})
	expect(wire.Health{Snapshot: 42, Offered: 42})
	d.write(300)
	store := collector.NewMemory()
	startCollector(t, broker.URL(), "a", store)
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: 300})
}

// says tells whether got is want, whichever word it was.
func says(got, want wire.Health) bool {
	got.Stamp(0, 0)
	return got.Equal(want)
}
