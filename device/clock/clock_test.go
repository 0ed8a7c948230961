package clock

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	day0   = time.Date(2021, 9, 1, 7, 0, 0, 0, time.UTC)
	dead   = time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC) // a machine without battery
	hour   = time.Hour
	day    = 24 * time.Hour
	errOut = errors.New("card gone")
)

// machine is a computer whose clocks the test sets.
type machine struct {
	wall    time.Time
	elapsed time.Duration
	synced  bool
}

func (m *machine) read() Reading {
	return Reading{Wall: m.wall, Elapsed: m.elapsed, Synchronised: m.synced}
}

func (m *machine) pass(d time.Duration) {
	m.wall, m.elapsed = m.wall.Add(d), m.elapsed+d
}

// memory is a FloorStore that counts.
type memory struct {
	t      time.Time
	stores int
	fail   error
}

func (s *memory) Load() (time.Time, error) { return s.t, s.fail }

func (s *memory) Store(t time.Time) error {
	if s.fail != nil {
		return s.fail
	}
	s.t, s.stores = t, s.stores+1
	return nil
}

func newClock(m *machine, mode Mode) (*Clock, *memory) {
	s := new(memory)
	return New(Options{Mode: mode, Store: s, Read: m.read}), s
}

func want(t *testing.T, c *Clock, at time.Time, trusted bool) {
	t.Helper()
	got, ok := c.Now()
	if !got.Equal(at) || ok != trusted {
		t.Errorf("Now = %v, trusted %t; want %v, %t", got, ok, at, trusted)
	}
}

func TestTrust(t *testing.T) {
	for _, c := range []struct {
		name    string
		mode    Mode
		wall    time.Time
		synced  bool
		floor   time.Time
		now     time.Time
		trusted bool
	}{
		{"synchronised, past the floor", Synchronised, day0.Add(hour), true, day0, day0.Add(hour), true},
		{"empty mode is synchronised", "", day0.Add(hour), false, day0, day0.Add(hour), false},
		{"never synchronised", Synchronised, day0.Add(hour), false, day0, day0.Add(hour), false},
		{"always", Always, day0.Add(hour), false, day0, day0.Add(hour), true},
		{"no signed time yet", Synchronised, day0, true, time.Time{}, day0, true},
		{"below the floor", Synchronised, dead, true, day0, day0, false},
		{"below the floor, always", Always, dead, false, day0, day0, false},
		{"just below, as servers differ", Synchronised, day0.Add(-time.Minute), true, day0, day0, true},
		{"below by more than servers differ", Synchronised, day0.Add(-time.Minute - 1), true, day0, day0, false},
		{"400 days past", Synchronised, day0.Add(400 * day), true, day0, day0.Add(400 * day), true},
		{"more than 400 days past", Synchronised, day0.Add(400*day + 1), true, day0, day0.Add(400*day + 1), false},
		{"more than 400 days past, always", Always, day0.Add(401 * day), false, day0, day0.Add(401 * day), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock, _ := newClock(&machine{wall: c.wall, synced: c.synced}, c.mode)
			if err := clock.RaiseFloor(c.floor); err != nil {
				t.Fatal(err)
			}
			want(t, clock, c.now, c.trusted)
		})
	}
}

func TestTimeMovesOnFromTheFloor(t *testing.T) {
	m := &machine{wall: dead, elapsed: 5 * time.Minute}
	c, _ := newClock(m, Synchronised)
	m.pass(hour)
	if err := c.RaiseFloor(day0); err != nil {
		t.Fatal(err)
	}
	m.pass(90 * time.Second)
	want(t, c, day0.Add(90*time.Second), false)
	if err := c.RaiseFloor(day0.Add(-day)); err != nil { // an old layer from a stick
		t.Fatal(err)
	}
	m.pass(time.Second)
	want(t, c, day0.Add(91*time.Second), false)
	m.wall = m.wall.Add(-50 * day) // steps do not reach it
	want(t, c, day0.Add(91*time.Second), false)
	m.wall, m.synced = day0.Add(2*day), true
	want(t, c, day0.Add(2*day), true)
}

func TestSynchronisedHoldsUntilTheEnd(t *testing.T) {
	m := &machine{wall: day0.Add(hour), synced: true}
	c, _ := newClock(m, Synchronised)
	want(t, c, day0.Add(hour), true)
	m.synced = false // ten hours without network
	m.pass(10 * hour)
	want(t, c, day0.Add(11*hour), true)
}

func TestBuildTimeIsAFloor(t *testing.T) {
	m := &machine{wall: dead, synced: true}
	c := New(Options{Store: new(memory), Build: day0, Read: m.read})
	want(t, c, day0, false)
}

func TestFloorSurvivesARestart(t *testing.T) {
	file := new(memory)
	m := &machine{wall: day0, synced: true}
	c := New(Options{Store: file, Read: m.read})
	if err := c.Restore(); err != nil {
		t.Fatal(err)
	}
	signed := day0.Add(123456789 * time.Nanosecond)
	if err := c.RaiseFloor(signed); err != nil {
		t.Fatal(err)
	}
	again := New(Options{Store: file, Read: (&machine{wall: dead}).read})
	if err := again.Restore(); err != nil {
		t.Fatal(err)
	}
	if !again.Floor().Equal(signed) {
		t.Errorf("floor = %v, want %v", again.Floor(), signed)
	}
}

func TestFloorIsStoredSparingly(t *testing.T) {
	c, s := newClock(&machine{wall: day0}, Synchronised)
	for i := range 7200 { // two hours of marks
		if err := c.RaiseFloor(day0.Add(time.Duration(i) * time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if s.stores != 2 {
		t.Errorf("stored %d times, want 2", s.stores)
	}
	if want := day0.Add(7199 * time.Second); !c.Floor().Equal(want) {
		t.Errorf("floor = %v, want %v", c.Floor(), want)
	}
}

func TestFloorHoldsWhenItCannotBeStored(t *testing.T) {
	m := &machine{wall: dead}
	c, s := newClock(m, Synchronised)
	s.fail = errOut
	if err := c.Restore(); !errors.Is(err, errOut) {
		t.Errorf("Restore = %v", err)
	}
	if err := c.RaiseFloor(day0); !errors.Is(err, errOut) {
		t.Errorf("RaiseFloor = %v", err)
	}
	want(t, c, day0, false)
	s.fail = nil
	if err := c.RaiseFloor(day0); err != nil || !s.t.Equal(day0) {
		t.Errorf("RaiseFloor again = %v, stored %v", err, s.t)
	}
}

func TestManyAtOnce(t *testing.T) {
	c, s := newClock(&machine{wall: day0, synced: true}, Synchronised)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 100 {
				if err := c.RaiseFloor(day0.Add(time.Duration(j*8+i) * hour)); err != nil {
					t.Error(err)
				}
				c.Now()
			}
		})
	}
	wg.Wait()
	if last := day0.Add(799 * hour); !c.Floor().Equal(last) || !s.t.Equal(last) {
		t.Errorf("floor %v, stored %v, want %v", c.Floor(), s.t, last)
	}
}

func TestSystemClocksMove(t *testing.T) {
	a := System()
	for range 1000 {
		if b := System(); b.Elapsed > a.Elapsed && b.Wall.After(a.Wall) {
			return
		}
	}
	t.Errorf("clocks stand still at %+v", a)
}

func TestValidate(t *testing.T) {
	for _, m := range []Mode{"", Synchronised, Always} {
		if err := m.Validate("clock.mode"); err != nil {
			t.Error(err)
		}
	}
	if err := Mode("never").Validate("clock.mode"); err == nil || !strings.HasPrefix(err.Error(), "clock.mode: ") {
		t.Errorf("Validate = %v", err)
	}
}

// The lower bound grows with the time that passes, and no wall clock moves it.
func TestAtLeastIsNeverLate(t *testing.T) {
	m := &machine{wall: dead, elapsed: hour}
	c, _ := newClock(m, Synchronised)
	if err := c.RaiseFloor(day0); err != nil {
		t.Fatal(err)
	}
	m.pass(3 * hour)
	for _, wall := range []time.Time{dead, day0.Add(2 * hour), day0.AddDate(19, 0, 0)} {
		m.wall = wall
		if got := c.AtLeast(); !got.Equal(day0.Add(3 * hour)) {
			t.Errorf("wall clock %s: at least %s", wall, got)
		}
	}
}
