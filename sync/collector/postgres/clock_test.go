package postgres_test

import (
	"testing"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/postgrestest"
)

// A box without a battery starts in 1970, jumps when it hears the time, and may
// have been set to any year before: every record arrives, in its order.
func TestAWrongClockHoldsUpNothing(t *testing.T) {
	s, db := fresh(t)
	broker := mosquittotest.Start(t)
	startCollector(t, receiving(broker.URL(), "a", s))
	clock := time.Unix(0, 0)
	now := func() time.Time { return clock }
	b := newBox(t, boxID, func(o *journal.Options) { o.Now = now })
	b.connect(broker.URL())
	for _, at := range []time.Time{
		clock, time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC), time.Now(), time.Now().Add(-48 * time.Hour), time.Now(),
	} {
		clock = at
		b.writeAt(150, now)
	}
	b.waitMarked()
	expectAll(t, shared.Cluster(t), db, b)
	if n := postgrestest.Value[int](t, shared.Cluster(t), db, "select count(*) from checkpoint.record_other"); n != 300 {
		t.Errorf("%d records of days that no sound clock writes, want 300", n)
	}
}

// Nothing that the province lacks is removed, however long the box was away:
// marked records go after seven days, others stay.
func TestEightDaysOffline(t *testing.T) {
	s, db := fresh(t)
	broker := mosquittotest.Start(t)
	startCollector(t, receiving(broker.URL(), "a", s))
	clock := time.Now().Add(-8 * 24 * time.Hour)
	now := func() time.Time { return clock }
	b := newBox(t, boxID, func(o *journal.Options) { o.Now, o.SegmentBytes = now, 256<<10 })
	for range 8 * 24 {
		b.writeAt(40, now)
		clock = clock.Add(time.Hour)
	}
	if list, err := b.Segments(t.Context()); err != nil || len(list) < 3 {
		t.Fatalf("%d segments, %v: want several, or nothing could have been removed", len(list), err)
	}
	b.connect(broker.URL())
	b.waitMarked()
	expectAll(t, shared.Cluster(t), db, b)
	if n := postgrestest.Value[int](t, shared.Cluster(t), db, "select count(distinct day) from checkpoint.record"); n < 8 {
		t.Errorf("records of %d days", n)
	}
}

// Thirty days at 30,000 scans a day and a guard's answer to one in ten must fit
// on a card of 8 GB beside everything else: a gigabyte at most.
func TestThirtyDaysOfflineFitOnTheCard(t *testing.T) {
	const full, share = 30 * 33_000, 80 // three full segments and a bit
	b := newBox(t, boxID)
	b.write(full / share)
	need := b.Stats().Bytes * share
	if most := int64(1 << 30); need > most {
		t.Errorf("%d records need %d MB, at most %d", full, need>>20, most>>20)
	}
	t.Logf("%d records in %d segments are %d bytes: 30 days need %d MB", full/share, b.Stats().Segments, b.Stats().Bytes, need>>20)
}
