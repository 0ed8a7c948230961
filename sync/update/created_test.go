package update

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/store/snapshot"
)

// A province whose clock is wrong must not send boxes to another year: from
// there they would refuse all that follows.
func TestASnapshotOfTheFutureRaisesNoFloor(t *testing.T) {
	for name, c := range map[string]struct {
		ahead, timestamp time.Duration // of the province's clock; the timestamp's expiry
		trusted          bool          // the box's clock
	}{
		"64 years, the clock not trusted":      {64 * 365 * day, 3 * day, false},
		"two days, the clock trusted":          {2 * day, 3 * day, true},
		"later than the timestamp can explain": {5 * day, -4 * day, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvince(t, "mau")
			p.publish(1, 0, 10)
			b := p.box(t.TempDir(), Directory(p.repo.Dir))
			var signed time.Time
			b.o.Signed = func(t time.Time) { signed = t }
			b.o.Latest = func() time.Time { return snapshot.Latest(b.now, c.trusted) }
			b.mustUpdate()
			before, err := readFloors(filepath.Join(b.state, "update"))
			must(t, err)

			right := p.now
			p.now, p.repo.Expiry.Timestamp = right.Add(c.ahead), c.timestamp
			p.publish(2, 0, 20)
			if _, err := b.Update(t.Context()); !errors.Is(err, snapshot.ErrCreated) {
				t.Fatalf("got %v", err)
			}
			after, err := readFloors(filepath.Join(b.state, "update"))
			must(t, err)
			if after != before || !signed.Equal(right) || b.Status().Kind != TrustFault {
				t.Errorf("floors %+v, told %s, before %+v; %+v", after, signed, before, b.Status())
			}
			b.wants(1, 3)
			p.now, p.repo.Expiry.Timestamp = right, 3*day
			p.publish(3, 0, 20)
			b.mustUpdate()
			b.wants(3, 15)
		})
	}
}

// One that came onto the box in another way counts as little.
func TestASnapshotOfTheFutureInUseRaisesNoFloor(t *testing.T) {
	p := newProvince(t, "mau")
	right := p.now
	p.now = right.AddDate(64, 0, 0)
	dir, _ := p.build(1, 0, 10)
	p.sign(dir, 0, 1)
	p.now = right
	p.publish(2, 0, 20)
	b := p.box(t.TempDir(), Directory(p.repo.Dir))
	_, err := b.Load(dir, snapshot.Incoming{Latest: right.AddDate(99, 0, 0)})
	must(t, err)
	b.mustUpdate()
	b.wants(2, 15)
}
