package collector

import (
	"cmp"
	"context"
	"sync"
	"time"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

const (
	// keepPace is how often what boxes said is written down: the newest of each.
	keepPace = time.Second
	// hereEvery is how often a collector says that it listens, also when no box
	// says anything.
	hereEvery = 30 * time.Second
	// askAgainEvery is how often the broker is asked for everything that it kept:
	// what comes at QoS 0 may be lost on the way.
	askAgainEvery = 10 * time.Minute
	// MaxFleet is of how many boxes words are kept: what docs/broker lets connect.
	MaxFleet = 20_000
)

// SilentAfter is how long nothing may be heard of a box: it says something each
// hour, and one word may be lost. A box that the broker misses is silent at once.
const SilentAfter = 150 * time.Minute

// Fleet keeps the newest word of each box about itself. A word that is older
// than the one that is kept changes nothing.
type Fleet interface {
	Keep(ctx context.Context, collector string, words []Word) error
}

// Word is what a box said of itself. Each part may be missing.
type Word struct {
	Box     string // whose topic it came on: a broker lets no box write another's
	State   wire.State
	StateAt time.Time // when the state came; zero: it did not
	Health  *wire.Health
	Heard   time.Time // when the health came
	// Software is the version of the box's daemon, fit to be shown; empty: not told.
	Software string
	Kept     bool // the broker had kept the health: it was said some time before
}

// fleetWatch collects words until they are written down. It holds one a box.
type fleetWatch struct {
	province string

	mu    sync.Mutex
	words map[string]Word
}

// hear takes a message in. What is not understood is as good as not sent.
func (w *fleetWatch) hear(leaf string, m link.Message) {
	id, err := wire.BoxOf(m.Topic(), w.province, leaf)
	if err != nil {
		return
	}
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	word, met := w.words[id]
	if !met && len(w.words) == MaxFleet {
		return
	}
	word.Box = id
	switch leaf {
	case "state":
		state, err := wire.ParseState(m.Payload())
		if err != nil {
			return
		}
		word.State, word.StateAt = state, now
	case "health":
		h, err := wire.DecodeHealth(m.Payload())
		if err != nil {
			return
		}
		if before := word.Health; before != nil && before.Run == h.Run && before.Told > h.Told {
			return
		}
		word.Health, word.Heard, word.Kept = &h, now, m.Retained()
	case "info":
		i, err := wire.DecodeInfo(m.Payload())
		if err != nil || !wire.Showable(i.Software) {
			return
		}
		word.Software = i.Software
	}
	w.words[id] = word
}

// take empties the watch.
func (w *fleetWatch) take() (words []Word) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, word := range w.words {
		words = append(words, word)
	}
	clear(w.words)
	return words
}

// putBack returns words that could not be written, where nothing newer came.
func (w *fleetWatch) putBack(words []Word) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, old := range words {
		word, met := w.words[old.Box]
		if !met && len(w.words) == MaxFleet {
			return
		}
		if word.StateAt.IsZero() {
			word.State, word.StateAt = old.State, old.StateAt
		}
		if word.Health == nil {
			word.Health, word.Heard, word.Kept = old.Health, old.Heard, old.Kept
		}
		word.Software = cmp.Or(word.Software, old.Software)
		word.Box = old.Box
		w.words[old.Box] = word
	}
}

// alsoFleet keeps what boxes say of themselves, beside the records: neither
// waits for the other. What was not written down by the end comes again with the
// next connection.
func (s *session) alsoFleet(ctx context.Context) (stop func()) {
	if s.Fleet == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { s.watchFleet(ctx) })
	return func() { cancel(); watching.Wait() }
}

// watchFleet writes down, each second, what was said since the last one.
func (s *session) watchFleet(ctx context.Context) {
	watch := &fleetWatch{province: s.Province, words: map[string]Word{}}
	var asked, here time.Time
	tick := time.NewTicker(keepPace)
	defer tick.Stop()
	for {
		if time.Since(asked) >= askAgainEvery {
			asked = time.Now()
			s.askFleet(ctx, watch)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		words := watch.take()
		if len(words) == 0 && time.Since(here) < hereEvery {
			continue
		}
		if err := s.Fleet.Keep(ctx, s.ID, words); err != nil {
			if ctx.Err() == nil {
				s.Log.Warn("what boxes say of themselves is not kept", "error", err)
			}
			watch.putBack(words)
			continue
		}
		here = time.Now()
	}
}

// askFleet asks for the words of all boxes. A broker may not let this collector
// have them: then there is no fleet page, and nothing else lacks.
func (s *session) askFleet(ctx context.Context, watch *fleetWatch) {
	for _, leaf := range []string{"state", "health", "info"} {
		err := s.conn.Watch(ctx, wire.AllBoxes(s.Province, leaf), func(m link.Message) { watch.hear(leaf, m) })
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("what boxes say of themselves is not heard: docs/broker/acl", "error", err)
		}
	}
}
