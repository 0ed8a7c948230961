package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/control"
	"checkpoint/device/clock"
	"checkpoint/device/gate"
	"checkpoint/store/durable"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/update"
	"checkpoint/sync/uplink"
	"checkpoint/verify"
)

// box is everything the daemon runs, wired.
type box struct {
	config  *config.Config
	log     *slog.Logger
	clock   *clock.Clock
	holder  *snapshots.Holder
	records recorder
	uplink  *uplink.Uplink // nil without a broker
	store   *snapshot.Box  // nil without keys
	updates *update.Client // nil without a server for them
	hub     *control.Hub
	lanes   []*lane
	trust   snapshot.Trust
	fault   error // why the box cannot do its work; it runs all the same
}

// lane is one lane with its hardware.
type lane struct {
	*checkpoint.Lane
	config  config.Lane
	gate    *gate.Gate
	contact *gate.Contact // nil without one
	fault   faultNote
}

// newBox wires a box. What is missing (keys, snapshot, journal) is a fault that
// the box names and works around, never a reason not to start.
func newBox(log *slog.Logger, io cli.IO, c *config.Config, o options) (*box, error) {
	b := &box{config: c, log: log, hub: control.NewHub()}
	if err := os.MkdirAll(c.StateDir, 0o700); err != nil {
		return nil, fmt.Errorf("make state directory: %w", err)
	}
	b.openClock()
	b.openSnapshot()
	b.openUpdates()
	b.openJournal()
	b.openUplink(io, o)
	return b, b.openLanes(io, o)
}

func (b *box) path(name string) string { return filepath.Join(b.config.StateDir, name) }

func (b *box) openClock() {
	b.clock = clock.New(clock.Options{Mode: b.config.Clock.Mode, Store: durable.Time(b.path("clock-floor")), Build: buildTime()})
	if err := b.clock.Restore(); err != nil {
		b.log.Error("time floor not read", "error", err)
	}
}

func (b *box) openSnapshot() {
	store, trust, err := snapshots.Store(b.config.StateDir)
	switch {
	case trust.Province == b.config.Province:
		b.trust = trust // enough for records, even where the pepper is missing
	case err == nil:
		err = fmt.Errorf("province keys are of %q, the configuration says %q", trust.Province, b.config.Province)
	}
	if err != nil {
		b.fault = err
		b.log.Error("keys not usable: the box checks nothing (N05)", "error", err)
		b.holder = snapshots.NewHolder(nil)
		return
	}
	b.store, b.holder = store, snapshots.NewHolder(store)
	b.reload(b.holder.Reload)
}

// reload switches to a newer snapshot, if look finds one.
func (b *box) reload(look func() (changed bool, err error)) {
	_, before := b.holder.State()
	changed, err := look()
	switch {
	case err != nil && (before == nil || before.Error() != err.Error()):
		b.log.Error("snapshot not in use", "error", err)
	case err == nil && before != nil:
		b.log.Info("snapshot in use again")
	}
	if !changed {
		return
	}
	data, _ := b.holder.State()
	b.log.Info("snapshot in use", "number", data.Number, "created", data.Created)
	if err := b.clock.RaiseFloor(data.Created); err != nil {
		b.log.Error("time floor not kept", "error", err)
	}
	b.tellInfo()
}

func (b *box) openJournal() {
	key, err := keys.BoxSigner(b.path(snapshots.BoxKeyFile))
	if err == nil {
		err = b.openSegments(key)
	}
	if err != nil {
		b.fault = errors.Join(b.fault, err)
		b.records = noJournal{err}
		b.log.Error("no journal: nothing opens (N20)", "error", err)
	}
}

func (b *box) openSegments(key ed25519.PrivateKey) error {
	province, err := keys.RecordsPublic(b.trust)
	if err != nil {
		return err
	}
	j, err := journal.Open(journal.Options{
		Dir: b.path("journal"), Province: b.config.Province, Box: b.config.Box, BoxKey: key, ProvinceKey: province,
		Now: func() time.Time { t, _ := b.clock.Now(); return t }, Log: b.log,
	})
	if err != nil {
		return err
	}
	b.records = j
	return nil
}

// recorder is the journal, or what stands in its place while there is none.
type recorder interface {
	checkpoint.Journal
	Stats() journal.Stats
	Close() error
}

// noJournal refuses every record: without a place to record nothing opens.
type noJournal struct{ cause error }

func (n noJournal) Append(context.Context, checkpoint.Record) (checkpoint.Position, error) {
	return checkpoint.Position{}, n.cause
}
func (noJournal) Stats() journal.Stats { return journal.Stats{Full: true} }
func (noJournal) Close() error         { return nil }

func (b *box) openLanes(io cli.IO, o options) error {
	trace, err := openTrace(o.trace)
	if err != nil {
		return err
	}
	verifier := &verify.Verifier{Source: b.holder, Clock: b.clock, Damaged: b.damaged}
	recent := checkpoint.NewRecent()
	for _, c := range b.config.Lanes {
		direction, err := checkpoint.ParseDirection(c.Direction)
		if err != nil {
			return err
		}
		info := checkpoint.LaneInfo{Site: b.config.Site, SiteType: b.config.SiteType, Lane: c.Name, Direction: direction}
		l := &lane{config: c}
		b.openGate(l, trace.of(c.Name), io, o)
		var readers []string
		for _, r := range c.Readers {
			readers = append(readers, r.Name)
		}
		l.Lane = checkpoint.NewLane(checkpoint.LaneConfig{
			Info: info, Verifier: verifier, Gate: l.gate, Journal: b.records, Clock: b.clock,
			Display: b.display(io, o), Recent: recent, Readers: readers, Attended: b.config.Attended(),
		})
		b.lanes = append(b.lanes, l)
	}
	return nil
}

// openGate gives a lane its gate. A lane whose pins cannot be had works without
// them, and says so, so that the guard still sees verdicts and records are kept.
func (b *box) openGate(l *lane, trace io.Writer, std cli.IO, o options) {
	with := gate.Options{Trace: trace, OnFault: l.fault.set}
	if o.terminal {
		with.Output = std.Out
	}
	var err error
	if l.gate, err = gate.Open(l.config.Gate, with); err != nil {
		l.gate = gate.New(gate.Pins{}, gate.Options{})
	}
	var errContact error
	if l.contact, errContact = gate.OpenContact(l.config.Gate); errContact != nil {
		err = errors.Join(err, errContact)
	}
	if err != nil {
		l.fault.set(err)
		b.log.Error("gate not opened: the lane works without it (N11)", "lane", l.config.Name, "error", err)
	}
}

func (b *box) damaged(n uint64, err error) {
	b.log.Error("lookup not proven: the data on the card is damaged (N19)", "snapshot", n, "error", err)
	go b.holder.Damaged(n, err) // the lookup that noticed still holds the snapshot
	if b.updates != nil {
		b.updates.Suspect()
	}
}

// close ends what the lanes leave behind, in the order in which it is needed
// last.
func (b *box) close() error {
	var errs []error
	for _, l := range b.lanes {
		errs = append(errs, l.gate.Close())
	}
	errs = append(errs, b.records.Close())
	b.holder.Close()
	return errors.Join(errs...)
}
