package main

import (
	"time"

	"checkpoint"
	"checkpoint/sync/update"
	"checkpoint/sync/wire"
)

// countsEvery is how often counts alone are worth a message of 100 bytes over a
// mobile link. Anything else is told when it changes.
const countsEvery = 5 * time.Minute

// tally counts decisions made with one snapshot.
type tally struct{ snapshot, decided, refused uint64 }

func (r *records) count(record checkpoint.Record) {
	switch record.Verdict {
	case checkpoint.Admit, checkpoint.Refer, checkpoint.Refuse:
	default:
		return
	}
	if record.Kind != checkpoint.RecordDecision || record.Snapshot == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if record.Snapshot != r.decided.snapshot {
		r.decided = tally{snapshot: record.Snapshot}
	}
	r.decided.decided++
	if record.Verdict == checkpoint.Refuse {
		r.decided.refused++
	}
}

func (r *records) counts() tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.decided
}

// health is how the box fares with its snapshot.
func (b *box) health() wire.Health {
	data, err := b.holder.State()
	h := wire.Health{Damaged: data != nil && err != nil}
	if data != nil {
		h.Snapshot = data.Number
	}
	if t := b.records.counts(); t.snapshot == h.Snapshot {
		h.Decided, h.Refused = t.decided, t.refused
	}
	client := b.updates.Load()
	if client == nil {
		return h
	}
	s := client.Status()
	h.Offered, h.Update, h.Held = s.Offered, uint8(s.Kind), heldOf(s.Held)
	return h
}

func heldOf(h *update.Held) wire.Held {
	switch {
	case h == nil:
		return wire.NotHeld
	case h.Paused:
		return wire.HeldByPause
	}
	return wire.HeldForStage
}

// toldHealth is what the province was told last.
type toldHealth struct {
	health wire.Health
	at     time.Time
}

// due tells whether h is worth a message.
func (t toldHealth) due(h wire.Health, now time.Time) bool {
	if t.at.IsZero() {
		return true
	}
	counts := h
	counts.Decided, counts.Refused = t.health.Decided, t.health.Refused
	return counts != t.health || h != t.health && now.Sub(t.at) >= countsEvery
}

func (b *box) tellHealth(now time.Time) {
	u := b.uplink.Load()
	if u == nil {
		return
	}
	if h := b.health(); b.told.due(h, now) {
		b.told = toldHealth{h, now}
		u.SetHealth(h)
	}
}

// announced passes on that a snapshot was announced. Before there is a client
// there is nothing to tell: it looks by itself when it starts.
func (b *box) announced(number uint64) {
	if client := b.updates.Load(); client != nil {
		client.Hint(number)
	}
}
