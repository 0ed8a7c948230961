package snapshot_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"checkpoint/store/snapshot"
)

func TestWhatTheProvinceMakesIsOfThePast(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for created, good := range map[int64]bool{
		now.Unix():                                            true,
		now.Add(10 * time.Minute).Unix():                      true,
		now.Add(11 * time.Minute).Unix():                      false,
		now.AddDate(64, 0, 0).Unix():                          false,
		time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Unix():    true,
		time.Date(2019, 12, 31, 23, 0, 0, 0, time.UTC).Unix(): false,
		0:             false,
		math.MaxInt64: false,
	} {
		m := snapshot.Manifest{Created: created}
		if err := m.Plausible(now); (err == nil) != good || err != nil && !errors.Is(err, snapshot.ErrCreated) {
			t.Errorf("created %s: %v", m.CreatedAt(), err)
		}
	}
}

// A box without a trusted clock finds back after years, and cannot be sent to
// 2090.
func TestABoxBelievesATimeThatItCanExplain(t *testing.T) {
	p := newProvince(t)
	layer := p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, 3)...)
	at := func(n uint64, created time.Time) {
		p.must(snapshot.WriteBundle(p.dir, snapshot.Manifest{Province: "mau", Number: n, Created: created.Unix(), Layers: []snapshot.LayerRef{layer}, Policy: []byte("x")}))
		p.sign(p.keys[0])
		p.sign(p.keys[1])
	}
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		created, latest time.Time
		good            bool
	}{
		{now.AddDate(64, 0, 0), time.Time{}, false},
		{now.AddDate(64, 0, 0), snapshot.Latest(now, false), false},
		{now.AddDate(5, 0, 0), snapshot.Latest(now, false), true},
		{now.Add(25 * time.Hour), snapshot.Latest(now, true), false},
		{now.Add(23 * time.Hour), snapshot.Latest(now, true), true},
	} {
		at(7, c.created)
		b := p.box()
		_, err := b.Load(p.dir, snapshot.Incoming{Latest: c.latest})
		_, current := b.Current()
		if c.good && err != nil || !c.good && (!errors.Is(err, snapshot.ErrCreated) || !errors.Is(err, snapshot.ErrUntrusted) || !errors.Is(current, snapshot.ErrNone)) {
			t.Errorf("created %s, latest %s: %v, %v", c.created, c.latest, err, current)
		}
	}
}

// After the highest number there is none, and JSON would round what is higher.
func TestANumberLeavesRoomForTheNext(t *testing.T) {
	if _, err := snapshot.EncodeManifest(snapshot.Manifest{Number: snapshot.MaxNumber + 1}); err == nil {
		t.Error("encoded")
	}
	if _, err := snapshot.EncodeManifest(snapshot.Manifest{Number: snapshot.MaxNumber}); err != nil {
		t.Error(err)
	}
}
