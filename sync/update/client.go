package update

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"checkpoint/store/durable"
	"checkpoint/store/release"
	"checkpoint/store/snapshot"
	"checkpoint/store/system"
)

// Options of a client. Box, Carrier, Dir and Now are required.
type Options struct {
	Box      *snapshot.Box
	Officers snapshot.KeySet // those that the box was enrolled with
	Dir      string          // where the client keeps what it must not forget
	Carrier  Carrier

	// Now is the time as far as the box trusts it: the clock if that is
	// trusted, else the newest signed time known and what has passed since.
	Now func() time.Time
	// Latest is the latest creation time of a snapshot that the box believes;
	// nil: that of a box whose clock is not trusted, see [snapshot.Latest].
	Latest func() time.Time
	// Signed is told the newest time that officers signed, whether the snapshot
	// is taken or waits; nil: nobody asks.
	Signed func(time.Time)
	// ID is the box's, by which a rollout's plan gives it a stage. Empty: it
	// takes what is offered, as one does that is loaded by hand.
	ID string
	// System is where a bundle of a newer system is laid for whoever installs it,
	// and Running the one that runs. Empty: this machine takes none.
	System  string
	Running release.Version
	// Check is asked before the switch, with the snapshot opened and proven.
	Check func(*snapshot.Register) error
	// Switched is told after the switch.
	Switched func(snapshot.Manifest)
	// Examine proves a layer that is under suspicion without danger to this
	// process; nil: [snapshot.Examine].
	Examine func(ctx context.Context, dir string, ref snapshot.LayerRef) error

	// Progress gets bytes of the layer that arrives; nil: nobody looks.
	Progress func(step string, done, all int64)

	Reserve  int64         // bytes of the card that stay free; 0: 64 MiB
	Retry    time.Duration // first wait after a broken link; 0: 1 s
	Interval time.Duration // between two looks, on average; 0: 10 min
	Spread   time.Duration // a hint is followed at random within it; 0: 30 s
	Log      *slog.Logger
}

const (
	defaultRetry    = time.Second
	defaultInterval = 10 * time.Minute
	defaultSpread   = 30 * time.Second
)

// Status is what the box says of its data's freshness.
type Status struct {
	Offered  uint64    // newest snapshot that the province is known to offer; 0: not asked yet
	Until    time.Time // when the metadata that say so expire; zero: not asked yet
	Stale    bool      // they have expired, or only expired ones are offered
	Fetching string    // layer on its way in; empty: none
	Done     int64     // bytes of that layer's stream
	All      int64
	Fault    string // why the last look failed; empty: it did not
	Kind     Fault  // of that fault
	Held     *Held  // why what is offered waits; nil: it does not

	System *System // newer than the one that runs; nil: none was offered at the last look
}

// Client keeps a box's snapshot up to date. Its methods are safe for concurrent
// use; one update runs at a time.
type Client struct {
	o     Options
	hints chan struct{}

	mu      sync.Mutex
	status  Status
	suspect bool // layers in use have to be proven again

	woken  time.Time // when Run last looked for a hint
	spoilt spoilt    // of updates, which come one at a time
}

// New returns a client that waits for Run or Update.
func New(o Options) *Client {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Examine == nil {
		o.Examine = snapshot.Examine
	}
	if o.Latest == nil {
		o.Latest = func() time.Time { return snapshot.Latest(o.Now(), false) }
	}
	set(&o.Reserve, snapshot.Reserve)
	set(&o.Retry, defaultRetry)
	set(&o.Interval, defaultInterval)
	set(&o.Spread, defaultSpread)
	c := &Client{o: o, hints: make(chan struct{}, 1)}
	if f, err := readFloors(o.Dir); err == nil { // a lost one is told of by the first look
		c.status.Offered, c.status.Until = f.Number, f.Until
	}
	return c
}

func set[T comparable](value *T, def T) {
	var zero T
	if *value == zero {
		*value = def
	}
}

// Status is what the client knows. Without a link data grow stale by themselves.
func (c *Client) Status() Status {
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.status
	s.Stale = s.Stale || !s.Until.IsZero() && now.After(s.Until)
	return s
}

// Suspect says that a layer in use was found damaged: the next update proves
// all of them, sets bad ones aside and fetches those again.
func (c *Client) Suspect() {
	c.mu.Lock()
	c.suspect = true
	c.mu.Unlock()
	c.wake()
}

func (c *Client) isSuspect() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.suspect
}

func (c *Client) wake() {
	select {
	case c.hints <- struct{}{}:
	default:
	}
}

// Update looks once, and takes a newer snapshot in if there is one. Whatever
// the error, the box goes on with the snapshot it has; what arrived is kept.
func (c *Client) Update(ctx context.Context) (changed bool, err error) {
	changed, err = c.update(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Fetching, c.status.Done, c.status.All, c.status.Fault, c.status.Kind = "", 0, 0, "", kindOf(err)
	if err != nil {
		c.status.Fault = err.Error()
	}
	if errors.Is(err, ErrStale) {
		c.status.Stale = true
	}
	return changed, err
}

func (c *Client) update(ctx context.Context) (bool, error) {
	unlock, err := c.lock()
	if err != nil {
		return false, err
	}
	defer unlock()
	offer, err := c.newest(ctx)
	if err != nil {
		return false, fmt.Errorf("look for a snapshot: %w", err)
	}
	changed, err := c.follows(ctx, offer)
	if err == nil { // data come first: people wait for them
		err = c.system(ctx, offer.roots)
	}
	return changed, err
}

// follows takes the snapshot of an offer in, unless it is in use, or waits.
func (c *Client) follows(ctx context.Context, offer offer) (bool, error) {
	held := c.held(offer)
	c.setHeld(held)
	if err := c.o.Box.Tidy(offer.manifest); errors.Is(err, ErrBusy) {
		return false, err
	} else if err != nil { // there may be room enough even so
		c.o.Log.Warn("what nobody needs stays on the card", "error", err)
	}
	now, err := c.o.Box.Current()
	if err == nil && !c.isSuspect() {
		switch {
		case now == offer.manifest.Number:
			return false, c.o.Box.KeepArrivals(nil)
		case held != nil:
			return false, nil
		}
	}
	take := c.takeIn
	if held != nil {
		take = c.mendHeld
	}
	changed, err := take(ctx, offer)
	if errors.Is(err, snapshot.ErrDamaged) && !c.isSuspect() {
		c.mu.Lock()
		c.suspect = true
		c.mu.Unlock()
		changed, err = take(ctx, offer)
	}
	if errors.Is(err, errMeanwhile) {
		c.wake()
		return false, nil
	}
	if err != nil {
		return changed, fmt.Errorf("update to snapshot %d: %w", offer.manifest.Number, err)
	}
	c.mu.Lock()
	c.suspect = false
	c.mu.Unlock()
	return changed, nil
}

func (c *Client) heard(f floors) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Offered, c.status.Until, c.status.Stale = f.Number, f.Until, false
}

// takeIn gets what is missing, and switches.
func (c *Client) takeIn(ctx context.Context, o offer) (bool, error) {
	missing, err := c.missing(ctx, o.manifest.Layers)
	if err != nil {
		return false, err
	}
	if err := errors.Join(c.o.Box.KeepArrivals(missing), c.room(missing)); err != nil {
		return false, err
	}
	for _, ref := range missing {
		if err := c.fetch(ctx, ref); err != nil {
			return false, fmt.Errorf("layer %.12s: %w", ref.FileName(), err)
		}
	}
	if len(missing) > 0 {
		if err := c.stillOffered(ctx, o); err != nil {
			return false, err
		}
	}
	m, err := c.o.Box.Switch(o.raw, o.signatures, snapshot.Incoming{Check: c.o.Check})
	if err != nil {
		return false, err
	}
	c.o.Log.Info("snapshot taken in", "number", m.Number, "layers_fetched", len(missing))
	if c.o.Switched != nil {
		c.o.Switched(m)
	}
	return true, nil
}

// missing are the layers that are not on the box. One that no snapshot on the
// box uses, or that is under suspicion, is proven first; a damaged one is set
// aside.
func (c *Client) missing(ctx context.Context, layers []snapshot.LayerRef) (list []snapshot.LayerRef, err error) {
	for _, ref := range layers {
		dir, used, err := c.o.Box.Where(ref)
		if err != nil {
			return nil, err
		}
		if dir == "" {
			list = append(list, ref)
			continue
		}
		if used && !c.isSuspect() {
			continue
		}
		err = c.o.Examine(ctx, dir, ref)
		if errors.Is(err, snapshot.ErrDamaged) {
			// It stays until its successor has come: most of it still serves.
			c.o.Log.Error("layer on the card is damaged", "layer", ref.FileName()[:12], "error", err)
			list, err = append(list, ref), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// lock keeps two processes apart.
func (c *Client) lock() (unlock func(), err error) {
	if err := durable.MkdirAll(c.o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make update directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(c.o.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock updates: %w", err)
	}
	if err := system.TryLock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return func() { f.Close() }, nil
}
