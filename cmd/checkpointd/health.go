package main

import (
	"slices"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/faults"
	"checkpoint/sync/update"
	"checkpoint/sync/wire"
)

// countsEvery is how often counts alone are worth a message of 100 bytes over a
// mobile link. Anything else is told when it changes.
const countsEvery = 5 * time.Minute

// aliveEvery is how often a box says the same again: a broker that crashed may
// keep a word of before for as long as nobody says another.
const aliveEvery = time.Hour

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

// health is how the box fares.
func (b *box) health() wire.Health {
	data, err := b.holder.State()
	h := wire.Health{Damaged: data != nil && err != nil, Opened: b.opened()}
	if until, _ := b.renewal.state(); !until.IsZero() {
		h.CertUntil = until.Unix()
	}
	if inbox := b.orders.Load(); inbox != nil {
		s := inbox.Status()
		h.Command, h.CommandsRefused = s.Newest, s.Refused
	}
	if u := b.uplink.Load(); u != nil {
		h.MarksForged = u.Status().Forged
	}
	if data != nil {
		h.Snapshot, h.SnapshotOf = data.Number, data.Created.Unix()
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

// worst is the code of the worst fault; empty for none.
func worst(told []faults.Found) string {
	if len(told) == 0 {
		return ""
	}
	return string(told[0].Code)
}

// withLanes adds what the province's fleet page shows beside the snapshot.
func withLanes(h wire.Health, s control.Status, shiftSince time.Time) wire.Health {
	told := s.Told()
	h.Fault, h.Waiting = worst(told), s.Journal.Waiting
	if !shiftSince.IsZero() {
		h.HandedOver = shiftSince.Unix()
	}
	for _, f := range told {
		if f.Where == "" && len(h.Faults) < wire.MaxFaults {
			h.Faults = append(h.Faults, string(f.Code))
		}
	}
	for _, l := range s.Lanes[:min(len(s.Lanes), wire.MaxLanes)] {
		here := func(f faults.Found) bool { return f.Where == l.Name || strings.HasPrefix(f.Where, l.Name+"/") }
		fault := ""
		if i := slices.IndexFunc(told, here); i >= 0 {
			fault = string(told[i].Code)
		}
		fails := slices.ContainsFunc(told, func(f faults.Found) bool {
			row, _ := faults.Of(f.Code)
			return row.Severity == faults.Fail && (f.Where == "" || here(f))
		})
		h.Lanes = append(h.Lanes, wire.Lane{Name: l.Name, State: laneState(s, l, fails), Fault: fault})
	}
	return h
}

// laneState is a lane's without the person before it: a message at each scan
// would tell who comes when.
func laneState(s control.Status, l control.LaneStatus, fails bool) wire.LaneState {
	switch {
	case l.State == checkpoint.StateEmergency.String():
		return wire.LaneEmergency
	case s.Fault != "":
		return wire.LaneOutOfService
	case l.State == checkpoint.StateTraining.String():
		return wire.LaneTraining
	case fails:
		return wire.LaneFaulty
	}
	return wire.LaneReady
}

// opened tells whether a tamper contact says that the cover is off.
func (b *box) opened() bool {
	return slices.ContainsFunc(b.lanes, func(l *lane) bool {
		return slices.Contains(b.hub.Lane(l.config.Name).Contacts, checkpoint.ContactTamper.String())
	})
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
	same := h
	same.At, same.Waiting, same.Decided, same.Refused = t.health.At, t.health.Waiting, t.health.Decided, t.health.Refused
	same.CommandsRefused, same.MarksForged = t.health.CommandsRefused, t.health.MarksForged
	if !same.Equal(t.health) {
		return true
	}
	same = h
	same.At = t.health.At
	since := now.Sub(t.at)
	return since >= aliveEvery || since >= countsEvery && !same.Equal(t.health)
}

func (b *box) tellHealth(now time.Time) {
	u := b.uplink.Load()
	if u == nil {
		return
	}
	h := withLanes(b.health(), b.status(), b.shift.Now().Since)
	at, _ := b.clock.Now()
	h.At = at.Unix()
	if b.lastHealth.due(h, now) {
		b.lastHealth = toldHealth{h, now}
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
