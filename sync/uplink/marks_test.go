package uplink_test

import (
	"context"
	"crypto/ed25519"
	"testing"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/collector"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

func startBoxKeys() []ed25519.PublicKey {
	return []ed25519.PublicKey{key(1).Public().(ed25519.PublicKey)}
}

type closedJournal struct{ *disk }

func (closedJournal) Segments(context.Context) ([]journal.Segment, error) {
	return nil, journal.ErrClosed
}

func markTopic() string { return "checkpoint/v1/" + province + "/" + boxID + "/mark" }

// standing is the mark that a collector on the store would give.
func standing(t *testing.T, s collector.Store, epoch uint64) wire.Mark {
	t.Helper()
	st, err := s.Standing(t.Context(), collector.Segment{Box: boxID, Epoch: epoch})
	if err != nil {
		t.Fatal(err)
	}
	return wire.Mark{
		Province: province, Box: boxID, Epoch: epoch, Seq: st.Seq, Top: st.Top, Row: st.Row,
		Restore: st.Restore, Time: time.Now(), Collector: "a",
	}
}

func encode(t *testing.T, m wire.Mark, k ed25519.PrivateKey) []byte {
	t.Helper()
	if err := m.Sign(k); err != nil {
		t.Fatal(err)
	}
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Only a mark signed for this box, segment and life of the database counts.
func TestForgedMarksAreIgnoredAndReported(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := collector.NewMemory()
	_, stop := startCollector(t, broker.URL(), "a", store)
	d := newDisk()
	d.open(1)
	d.write(500)
	b := startBox(t, broker.URL(), d, tokenFile(t))
	d.waitMarked(t)
	stop() // from here on the box hears the forger alone
	d.write(300)

	forger := observer(t, broker.URL(), "forger")
	change := func(f func(*wire.Mark)) wire.Mark {
		m := standing(t, store, 1)
		m.Seq, m.Top, m.Row = 800, 800, m.Row+1
		f(&m)
		return m
	}
	good := encode(t, change(func(*wire.Mark) {}), key(1))
	for _, c := range []struct {
		name  string
		bytes []byte
		want  uplink.Refusal
	}{
		{"foreign key", encode(t, change(func(*wire.Mark) {}), key(2)), uplink.NotSigned},
		{"no mark at all", []byte("800"), uplink.NotAMark},
		{"bytes added", append(good[:len(good):len(good)], 0), uplink.NotAMark},
		{"other box", encode(t, change(func(m *wire.Mark) { m.Box = "gate-2" }), key(1)), uplink.NotForThisBox},
		{"other province", encode(t, change(func(m *wire.Mark) { m.Province = "hue" }), key(1)), uplink.NotForThisBox},
		{"other epoch", encode(t, change(func(m *wire.Mark) { m.Epoch = 9 }), key(1)), uplink.UnknownSegment},
		{"lower", encode(t, change(func(m *wire.Mark) { m.Seq = 100 }), key(1)), uplink.FellUnasked},
		{"earlier life", encode(t, change(func(m *wire.Mark) {
			m.Restore, m.Time = []byte("an earlier life"), m.Time.Add(-time.Hour)
		}), key(1)), uplink.OldRestore},
	} {
		before := b.Status().Refused
		if err := forger.PublishWait(t.Context(), markTopic(), false, c.bytes); err != nil {
			t.Fatal(err)
		}
		b.wait(t, "refusing: "+c.name, func(s uplink.Status) bool { return s.Refused == before+1 })
		if got := b.Status().LastRefusal; got != c.want {
			t.Errorf("%s: refused as %q, want %q", c.name, got, c.want)
		}
		if d.mark(1) != 500 || d.lowered > 0 {
			t.Fatalf("%s: mark is now %d", c.name, d.mark(1))
		}
	}
	if s := b.Status(); s.Forged != 5 || s.Refused != 8 {
		t.Errorf("%d forged of %d refused, want 5 of 8", s.Forged, s.Refused)
	}
	// The same mark with the right signature is believed: the cases above
	// failed for their own reason.
	if err := forger.PublishWait(t.Context(), markTopic(), false, good); err != nil {
		t.Fatal(err)
	}
	d.waitMarked(t)
}

// The province's database was put back to a backup that holds 300 of 500
// records of one segment and nothing of the next.
func TestADatabasePutBackGetsWhatItLost(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := collector.NewMemory()
	_, stop := startCollector(t, broker.URL(), "a", store)
	d := newDisk()
	d.open(1)
	d.write(500)
	d.open(2)
	d.write(200)
	tokens := tokenFile(t)
	b := startBox(t, broker.URL(), d, tokens)
	d.waitMarked(t)
	replay := encode(t, standing(t, store, 1), key(1)) // for later
	stop()

	backup := collector.NewMemory()
	for seq := uint64(1); seq <= 300; seq++ {
		one := wire.Batch{Province: province, Box: boxID, Epoch: 1, Header: []byte("header of 1"), Records: []journal.Sealed{sealedRecord(1, seq)}}
		if _, err := backup.Commit(t.Context(), []wire.Batch{one}); err != nil {
			t.Fatal(err)
		}
	}
	r, stop := startCollector(t, broker.URL(), "a", backup)
	b.wait(t, "aware of the new life", func(uplink.Status) bool { return d.loweredTimes() == 2 })
	d.waitMarked(t)
	expectAll(t, backup, map[uint64]uint64{1: 500, 2: 200})
	if s := r.Stats(); s.Repeated > 0 {
		t.Errorf("%d records sent that the backup held", s.Repeated)
	}

	// A mark of the life before would have records removed that the restored
	// database never got. The box knows better, also after a restart.
	b.stop()
	stop()
	d = d.reopen()
	d.open(3)
	d.write(10)
	b = startBox(t, broker.URL(), d, tokens)
	b.wait(t, "connected", connected)
	before := b.Status().Refused
	if err := observer(t, broker.URL(), "forger").PublishWait(t.Context(), markTopic(), false, replay); err != nil {
		t.Fatal(err)
	}
	b.wait(t, "refusing the replay", func(s uplink.Status) bool { return s.Refused > before })
	if got := b.Status().LastRefusal; got != uplink.OldRestore {
		t.Errorf("replay refused as %q", got)
	}
}

func (d *disk) loweredTimes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lowered
}
