package collector

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"checkpoint"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// Options of a receiver. The first group is needed.
type Options struct {
	Broker   string // tcp://host:port, or ssl://host:port with TLS
	Province string
	ID       string             // of this collector, unique in the province
	Key      ed25519.PrivateKey // signs marks; boxes know its public half
	Store    Store

	Photos PhotoStore // nil: photos stay on the boxes

	TLS *tls.Config  // with the collector's certificate
	Log *slog.Logger // default: nothing is logged

	// Check looks at a batch before it is stored; one with an error is refused.
	// It must not depend on anything but the batch: a batch that is refused is
	// sent again for ever. Nil: every batch will do.
	Check func(b wire.Batch) error
	// OnCommit is told what each commit did to a segment; must not block.
	OnCommit func(Result)

	// Source, Opener and OnRecord, together or not at all: every record of the
	// source is opened and handed over, in the order of storing, one at a time,
	// from the first on. They run beside the receiving, never before it.
	Source   Source
	Opener   Opener
	OnRecord func(box string, pos checkpoint.Position, rec checkpoint.Record)

	// Fleet keeps what boxes say of themselves; nil: nobody listens to it.
	Fleet Fleet

	GapAfter   time.Duration // a gap this old is told; default 5 s
	MinBackoff time.Duration // default 1 s
	MaxBackoff time.Duration // default 60 s
}

// Stats counts since the start.
type Stats struct {
	Connected bool
	Batches   uint64 // with records or gone ranges
	Records   uint64 // stored for the first time
	Repeated  uint64 // came again and were already there
	Conflicts uint64 // differed from a record of the same number: both are kept
	Gone      uint64 // sequences that boxes declared unreadable
	Rejected  uint64 // messages that were no batch of the box they came from, or of its segment
	Photos    uint64 // told to be held whole, again or for the first time
	Unopened  uint64 // stored records that could not be opened
}

// Receiver takes batches and gives marks.
type Receiver struct {
	Options
	stored chan struct{} // something was committed

	mu    sync.Mutex
	stats Stats
}

// New checks the options.
func New(o Options) (*Receiver, error) {
	if err := errors.Join(wire.CheckID(o.Province), wire.CheckID(o.ID)); err != nil {
		return nil, fmt.Errorf("collector: %w", err)
	}
	if o.Broker == "" || o.Store == nil || len(o.Key) != ed25519.PrivateKeySize {
		return nil, errors.New("collector: broker, store and signing key are needed")
	}
	if (o.Opener == nil) != (o.OnRecord == nil) || (o.Opener == nil) != (o.Source == nil) {
		return nil, errors.New("collector: source, opener and record handler belong together")
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	o.GapAfter = cmp.Or(o.GapAfter, 5*time.Second)
	o.MinBackoff = cmp.Or(o.MinBackoff, time.Second)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, time.Minute)
	return &Receiver{Options: o, stored: make(chan struct{}, 1)}, nil
}

// Run receives until ctx ends, reconnecting as needed. Call it once.
func (r *Receiver) Run(ctx context.Context) {
	var opening sync.WaitGroup
	defer opening.Wait()
	if r.Opener != nil {
		opening.Go(func() { r.open(ctx) })
	}
	wait := link.Backoff{Min: r.MinBackoff, Max: r.MaxBackoff}
	for ctx.Err() == nil {
		start := time.Now()
		err := r.connection(ctx)
		r.count(func(s *Stats) { s.Connected = false })
		if ctx.Err() != nil {
			return
		}
		r.Log.Warn("collector down", "error", err)
		wait.Wait(ctx, time.Since(start))
	}
}

// Stats returns the counts.
func (r *Receiver) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats
}

func (r *Receiver) count(f func(*Stats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.stats)
}
