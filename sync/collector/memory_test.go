package collector_test

import (
	"slices"
	"testing"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/collector"
	"checkpoint/sync/wire"
)

func batch(epoch uint64, seqs ...uint64) wire.Batch {
	b := wire.Batch{Province: "ha-noi", Box: "gate-1", Epoch: epoch, Header: []byte("header")}
	for _, n := range seqs {
		b.Records = append(b.Records, journal.Sealed{Seq: n, Time: time.UnixMilli(int64(n)).UTC(), Lane: "in", Body: []byte{1, byte(n)}})
	}
	return b
}

func commit(t *testing.T, s collector.Store, b wire.Batch) collector.Result {
	t.Helper()
	r, err := s.Commit(t.Context(), []wire.Batch{b})
	if err != nil || len(r) != 1 || r[0].Segment != (collector.Segment{Box: b.Box, Epoch: b.Epoch}) {
		t.Fatalf("results %+v, %v", r, err)
	}
	return r[0]
}

func standing(t *testing.T, s collector.Store, epoch uint64) collector.Standing {
	t.Helper()
	st, err := s.Standing(t.Context(), collector.Segment{Box: "gate-1", Epoch: epoch})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestSameRecordTwiceIsKeptOnce(t *testing.T) {
	m := collector.NewMemory()
	commit(t, m, batch(7, 1, 2))
	if r := commit(t, m, batch(7, 2, 3)); r.New != 1 || r.Repeated != 1 || r.Conflicts != 0 {
		t.Fatalf("result %+v", r)
	}
	if all, _ := m.After(t.Context(), 0, 100); len(all) != 3 {
		t.Fatalf("%d records, want 3", len(all))
	}
}

// A card that lied about flushing gives a number away twice: both records
// happened.
func TestTwoRecordsUnderOneNumberAreBothKept(t *testing.T) {
	m := collector.NewMemory()
	commit(t, m, batch(7, 1, 2))
	other := batch(7, 2)
	other.Records[0].Body = []byte{9, 9}
	if r := commit(t, m, other); r.Conflicts != 1 || r.New != 0 {
		t.Fatalf("result %+v", r)
	}
	if r := commit(t, m, other); r.Conflicts != 0 || r.Repeated != 1 {
		t.Fatalf("the other record again: %+v", r)
	}
	all, _ := m.After(t.Context(), 1, 100)
	if len(all) != 2 || all[0].Sealed.Body[0] != 1 || all[1].Sealed.Body[0] != 9 {
		t.Fatalf("stored %v", all)
	}
	if st := standing(t, m, 7); st.Seq != 2 {
		t.Fatalf("standing %+v", st)
	}
}

func TestGoneSequencesFillGapsAndRowsRise(t *testing.T) {
	m := collector.NewMemory()
	commit(t, m, batch(7, 1, 2, 6))
	before := standing(t, m, 7)
	if before.Seq != 2 || before.Top != 6 || !slices.Equal(before.Gaps, []wire.Range{wire.Span(3, 5)}) {
		t.Fatalf("standing %+v", before)
	}
	gone := batch(7)
	gone.Gone = []wire.Range{wire.Span(2, 5)}
	if r := commit(t, m, gone); r.Gone != 3 {
		t.Fatalf("gone %d, want 3: record 2 is held", r.Gone)
	}
	after := standing(t, m, 7)
	if after.Seq != 6 || after.Gaps != nil || after.Row <= before.Row {
		t.Fatalf("standing %+v after %+v", after, before)
	}
	if st := standing(t, m, 8); st.Top != 0 || len(st.Restore) == 0 {
		t.Fatalf("another epoch stands at %+v", st)
	}
}

func TestPagesFollowTheOrderOfStoring(t *testing.T) {
	m := collector.NewMemory()
	commit(t, m, batch(7, 3))
	commit(t, m, batch(7, 1, 2))
	var got []uint64
	var last uint64
	for {
		page, err := m.After(t.Context(), last, 2)
		if err != nil || len(page) > 2 {
			t.Fatal(len(page), err)
		}
		if len(page) == 0 {
			break
		}
		for _, s := range page {
			got, last = append(got, s.Sealed.Seq), s.Number
		}
	}
	if !slices.Equal(got, []uint64{3, 1, 2}) {
		t.Fatalf("order %v", got)
	}
}
