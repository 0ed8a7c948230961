package postgres_test

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/postgrestest"
	"checkpoint/sync/wire"
)

func TestSameRecordTwiceIsKeptOnce(t *testing.T) {
	s, db := fresh(t)
	first := commit(t, s, batch(7, 1, 2), batch(7, 2, 3)) // also within one commit
	if first.New != 3 || first.Repeated != 1 || first.Standing.Seq != 3 {
		t.Fatalf("result %+v", first)
	}
	second := commit(t, s, batch(7, 2, 3, 4))
	if second.New != 1 || second.Repeated != 2 || second.Conflicts != 0 || second.Standing.Row <= first.Standing.Row {
		t.Fatalf("result %+v after %+v", second, first)
	}
	if n := rows(t, db, "checkpoint.record"); n != 4 {
		t.Fatalf("%d records, want 4", n)
	}
}

// A card that lied about flushing gives a number away twice: both records
// happened, also when the other one is of another day or in the same commit.
func TestAnotherRecordUnderTheSameNumberIsKeptAndReported(t *testing.T) {
	s, db := fresh(t)
	other, later := batch(7, 2), batch(7, 3)
	other.Records[0].Body = []byte{9, 9}
	later.Records[0].Time = later.Records[0].Time.AddDate(0, 0, 3)
	if r := commit(t, s, batch(7, 1, 2), other); r.New != 2 || r.Conflicts != 1 {
		t.Fatalf("result %+v", r)
	}
	commit(t, s, batch(7, 3))
	if r := commit(t, s, later, other); r.Conflicts != 1 || r.Repeated != 1 || r.New != 0 {
		t.Fatalf("result %+v", r)
	}
	if r := commit(t, s, later, batch(7, 1, 2, 3)); r.Conflicts != 0 || r.Repeated != 4 {
		t.Fatalf("all of it again: %+v", r)
	}
	if n, kept := rows(t, db, "checkpoint.record"), rows(t, db, "checkpoint.conflict"); n != 3 || kept != 2 {
		t.Fatalf("%d records and %d conflicts, want 3 and 2", n, kept)
	}
}

func TestGoneSequencesFillGapsUntilTheyComeAfterAll(t *testing.T) {
	s, db := fresh(t)
	before := commit(t, s, batch(7, 1, 2, 6))
	if st := before.Standing; st.Seq != 2 || st.Top != 6 || !slices.Equal(st.Gaps, []wire.Range{wire.Span(3, 5)}) {
		t.Fatalf("standing %+v", st)
	}
	gone := batch(7)
	gone.Gone = []wire.Range{wire.Span(2, 5), wire.Span(8, wire.MaxSeq)}
	after := commit(t, s, gone)
	if st := after.Standing; after.Gone != 3+wire.MaxSeq-7 || st.Seq != 6 || !slices.Equal(st.Gaps, []wire.Range{wire.Span(7, 7)}) || st.Top != wire.MaxSeq {
		t.Fatalf("result %+v", after)
	}
	if r := commit(t, s, batch(7, 4)); r.New != 1 || r.Standing.Seq != 6 {
		t.Fatalf("result %+v", r)
	}
	if n := postgrestest.Value[int](t, shared.Cluster(t), db, "select count(*) from checkpoint.segment where gone @> 4::bigint"); n != 0 {
		t.Fatal("a record that is held is still declared gone")
	}
	st, err := s.Standing(t.Context(), collector.Segment{Box: boxID, Epoch: 8})
	if err != nil || st.Top != 0 || len(st.Restore) == 0 {
		t.Fatalf("a segment never heard of stands at %+v, %v", st, err)
	}
}

// Whatever a box writes into the readable part must not stop the others: a
// commit that fails would be tried for ever.
func TestNothingThatABoxWritesMakesACommitFail(t *testing.T) {
	s, db := fresh(t)
	odd := batch(math.MaxUint64, 1, 2, 3, 4, wire.MaxSeq)
	for i, at := range []time.Time{time.UnixMilli(math.MinInt64), time.UnixMilli(math.MaxInt64), time.Unix(0, 0), time.Now().AddDate(90, 0, 0)} {
		odd.Records[i].Time = at
	}
	odd.Records[0].Lane = "a\x00b"
	if r := commit(t, s, odd); r.New != 5 || r.Standing.Seq != 4 {
		t.Fatalf("result %+v", r)
	}
	if r := commit(t, s, odd); r.Repeated != 5 {
		t.Fatalf("result %+v", r)
	}
	if n := rows(t, db, "checkpoint.record_other"); n != 5 {
		t.Fatalf("%d records of days far off, want 5", n)
	}
}

func TestAnotherHeaderForASegmentIsRefused(t *testing.T) {
	s, db := fresh(t)
	commit(t, s, batch(7, 1))
	forged := batch(7, 2, 3)
	forged.Header = []byte("forged")
	r := commit(t, s, forged, batch(7, 2))
	if r.Refused != 1 || r.New != 1 || r.Standing.Seq != 2 {
		t.Fatalf("result %+v", r)
	}
	if n := rows(t, db, "checkpoint.record"); n != 2 {
		t.Fatalf("%d records, want 2", n)
	}
}

func TestEachDayHasItsPartitionAheadAndOnDemand(t *testing.T) {
	s, db := fresh(t)
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	count := func(day time.Time) int {
		name := "checkpoint.record_" + postgres.DayOf(day).Format("20060102")
		return postgrestest.Value[int](t, shared.Cluster(t), db, "select case when to_regclass($1) is null then -1 else 0 end", name)
	}
	now := time.Now()
	if count(now) < 0 || count(now.AddDate(0, 0, 5)) < 0 {
		t.Fatal("no partitions for the days to come")
	}
	old := now.AddDate(0, 0, -30)
	if count(old) >= 0 {
		t.Fatal("partition of a day that no record is of")
	}
	b := batch(7, 1)
	b.Records[0].Time = old
	commit(t, s, b)
	if count(old) < 0 || rows(t, db, "checkpoint.record_other") != 0 {
		t.Fatal("the record's day has no partition")
	}
}

// A record of a day far off moves when its day comes near.
func TestADayThatComesNearTakesItsRecordsAlong(t *testing.T) {
	s, db := fresh(t)
	commit(t, s, batch(7, 1))
	c := shared.Cluster(t)
	c.Exec(t, db, "update checkpoint.record_other set day = current_date + 3")
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, b := rows(t, db, "checkpoint.record"), rows(t, db, "checkpoint.record_other"); a != 1 || b != 0 {
		t.Fatalf("%d records, %d of them of days far off", a, b)
	}
}

// Several collectors, the same segments in another order, overlapping records.
func TestCollectorsAtOnceNeitherDoubleNorBlockEachOther(t *testing.T) {
	a, db := fresh(t)
	b := open(t, shared.Cluster(t).URL(db))
	const segments, each = 5, 200
	var work sync.WaitGroup
	for i, s := range []*postgres.Store{a, b, a, b} {
		work.Go(func() {
			for n := uint64(1); n <= each; n += 10 {
				var group []wire.Batch
				for e := range uint64(segments) {
					epoch := e + 1
					if i%2 == 1 {
						epoch = segments - e
					}
					group = append(group, batch(epoch, n, n+1, n+2, n+3, n+4, n+5, n+6, n+7, n+8, n+9))
				}
				if _, err := s.Commit(t.Context(), group); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	if n := rows(t, db, "checkpoint.record"); n != segments*each {
		t.Fatalf("%d records, want %d", n, segments*each)
	}
	for e := range uint64(segments) {
		if st, err := a.Standing(t.Context(), collector.Segment{Box: boxID, Epoch: e + 1}); err != nil || st.Seq != each || st.Row != 4*each/10 {
			t.Errorf("segment stands at %+v, %v", st, err)
		}
	}
}

// What marks are computed from must say of each number what the tables say.
func TestWhatIsHeldIsWhatIsThere(t *testing.T) {
	s, db := fresh(t)
	commit(t, s, batch(7, 1, 2, 9), batch(7, 4))
	commit(t, s, batch(7, 3, 4, 5))
	wrong := postgrestest.Value[int](t, shared.Cluster(t), db, `
		select count(*) from checkpoint.segment s where held <>
		  (select range_agg(int8range(seq, seq + 1)) from checkpoint.record r where r.box = s.box and r.epoch = s.epoch)`)
	if wrong != 0 {
		t.Fatalf("%d segments hold other records than the table", wrong)
	}
}
