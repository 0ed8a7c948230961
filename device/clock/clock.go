package clock

import (
	"fmt"
	"sync"
	"time"

	"checkpoint"
)

const (
	// MaxAhead is how far past the newest signed time a clock is believed. No
	// box in service goes a year without a signed snapshot or mark: a clock
	// beyond that is wrong, or the box was forgotten in a drawer.
	MaxAhead = 400 * 24 * time.Hour

	// skew is how far below the floor a synchronised clock is still believed:
	// the province's servers, which sign, and this box are set independently,
	// and a mark signed a moment ago may carry a time a little ahead of ours.
	skew = time.Minute

	// saveEvery is how much newer than the stored floor a signed time must be to
	// be stored. Marks arrive every second, and each store is two syncs of an SD
	// card; a floor an hour old serves a restart just as well.
	saveEvery = time.Hour
)

// Mode says who answers for the machine's clock.
type Mode string

// The modes.
const (
	Synchronised Mode = "synchronised" // trusted once synchronised since boot
	Always       Mode = "always"       // somebody else looks after it; floor and MaxAhead still hold
)

// Validate reports a mode that does not exist; at is its path in the
// configuration file. Empty is [Synchronised].
func (m Mode) Validate(at string) error {
	if m == "" || m == Synchronised || m == Always {
		return nil
	}
	return fmt.Errorf("%s: unknown mode %q: use %s or %s", at, m, Synchronised, Always)
}

// Reading is one look at the machine's clocks.
type Reading struct {
	Wall         time.Time
	Elapsed      time.Duration // since any fixed moment; never steps
	Synchronised bool          // the wall clock is, or was since boot, synchronised
}

// FloorStore keeps the floor over a restart.
type FloorStore interface {
	// Load returns the zero time when nothing was stored yet.
	Load() (time.Time, error)
	// Store returns once t is safe from a power cut.
	Store(t time.Time) error
}

// Options of a clock.
type Options struct {
	Mode  Mode
	Store FloorStore // required
	// Build is when the program was built, a time as good as signed: the floor
	// of a box that knows nothing else. Zero: none.
	Build time.Time
	// Read looks at the machine's clocks; nil: [System].
	Read func() Reading
}

// Clock is a [checkpoint.Clock], safe for concurrent use.
type Clock struct {
	mode  Mode
	store FloorStore
	read  func() Reading

	saving sync.Mutex // held while storing, so that an older floor is never stored last
	mu     sync.Mutex
	floor  time.Time     // newest signed time known
	since  time.Duration // Reading.Elapsed when it became known
	saved  time.Time     // what the store holds
	synced bool          // seen synchronised once: holds until the process ends
}

var _ checkpoint.Clock = (*Clock)(nil)

// New returns a clock whose floor is o.Build; [Clock.Restore] adds the stored one.
func New(o Options) *Clock {
	if o.Read == nil {
		o.Read = System
	}
	c := &Clock{mode: o.Mode, store: o.Store, read: o.Read}
	c.raise(o.Build)
	return c
}

// Restore raises the floor to the stored one. After an error the clock serves
// all the same, from the floor it has.
func (c *Clock) Restore() error {
	t, err := c.store.Load()
	if err != nil {
		return fmt.Errorf("restore time floor: %w", err)
	}
	c.raise(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.saved = t
	return nil
}

// Now is the time in UTC, without monotonic reading, and whether it can be
// trusted. A clock that runs below the floor reads as the floor plus what has
// passed since the floor became known.
func (c *Clock) Now() (t time.Time, trusted bool) {
	r := c.read()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.synced = c.synced || r.Synchronised
	wall := r.Wall.Round(0).UTC()
	if (c.synced || c.mode == Always) && c.plausible(wall) {
		return later(wall, c.floor), true
	}
	return later(wall, c.floor.Add(r.Elapsed-c.since)), false
}

// plausible tells whether wall fits the newest signed time. With none known
// every time does.
func (c *Clock) plausible(wall time.Time) bool {
	if c.floor.IsZero() {
		return true
	}
	return !wall.Before(c.floor.Add(-skew)) && !wall.After(c.floor.Add(MaxAhead))
}

// AtLeast is the newest signed time known and what has passed since it became
// known: it is never earlier than that, whatever the wall clock says.
func (c *Clock) AtLeast() time.Time {
	r := c.read()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.floor.Add(r.Elapsed - c.since)
}

// Floor is the newest signed time known; zero: none.
func (c *Clock) Floor() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.floor
}

// RaiseFloor tells the clock a time that the province signed. An older one than
// the floor changes nothing. An error means that the floor is raised until the
// restart only; the next call tries again.
func (c *Clock) RaiseFloor(signed time.Time) error {
	c.raise(signed)
	c.saving.Lock()
	defer c.saving.Unlock()
	c.mu.Lock()
	floor, due := c.floor, c.floor.Sub(c.saved) >= saveEvery
	c.mu.Unlock()
	if !due {
		return nil
	}
	if err := c.store.Store(floor); err != nil {
		return fmt.Errorf("keep time floor: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.saved = floor
	return nil
}

func (c *Clock) raise(t time.Time) {
	elapsed := c.read().Elapsed
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.floor) {
		c.floor, c.since = t.Round(0).UTC(), elapsed
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
