package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/control"
	"checkpoint/console/pin"
	"checkpoint/device/clock"
	"checkpoint/device/gate"
	"checkpoint/scanner"
	"checkpoint/store/durable"
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
	records records
	uplink  atomic.Pointer[uplink.Uplink] // nil: none, or not yet
	ready   chan *uplink.Uplink           // the uplink, once, for the task that runs it
	store   *snapshot.Box                 // nil without keys
	updates atomic.Pointer[update.Client] // nil without a server for them, or not yet
	fetches chan *update.Client           // the client, once, for the task that runs it
	hub     *control.Hub
	lanes   []*lane
	inputs  []*contact
	pins    *pin.List // of shift leads
	readers map[*lane][]*scanner.Reader

	mending             sync.Mutex // one attempt at a time; guards trust
	trust               snapshot.Trust
	keys, journal, link part
	fetch               part

	told toldHealth // of the task that watches snapshots
}

// lane is one lane with its hardware.
type lane struct {
	*checkpoint.Lane
	config config.Lane
	gate   *gate.Gate
	faults faultNotes
}

// newBox wires a box. What is missing (keys, snapshot, journal) is a fault that
// the box names and works around, never a reason not to start.
func newBox(log *slog.Logger, io cli.IO, c *config.Config, o options) (*box, error) {
	b := &box{config: c, log: log, hub: control.NewHub(), holder: snapshots.NewHolder(nil), readers: map[*lane][]*scanner.Reader{}, ready: make(chan *uplink.Uplink, 1), fetches: make(chan *update.Client, 1)}
	if err := os.MkdirAll(c.StateDir, 0o700); err != nil {
		return nil, fmt.Errorf("make state directory: %w", err)
	}
	var err error
	if b.pins, err = pin.NewList(c.LeadPINs); err != nil {
		return nil, fmt.Errorf("lead_pins: %w", err)
	}
	b.openClock()
	b.openParts(io, o)
	return b, b.openLanes(io, o)
}

func (b *box) path(name string) string { return filepath.Join(b.config.StateDir, name) }

func (b *box) openClock() {
	b.clock = clock.New(clock.Options{Mode: b.config.Clock.Mode, Store: durable.Time(b.path("clock-floor")), Build: buildTime()})
	if err := b.clock.Restore(); err != nil {
		b.log.Error("time floor not read", "error", err)
	}
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
	b.signed(data.Created)
	b.tellInfo()
}

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
			Info: info, Verifier: verifier, Gate: l.gate, Journal: &b.records, Clock: b.clock,
			Display: b.display(io, o), Recent: recent, Readers: readers, Attended: b.config.Attended(),
			Contacts: c.Gate.Contacts(), PassWithin: c.Gate.PassWithin(), DoorOpenFor: c.Gate.DoorOpenFor(),
		})
		b.lanes = append(b.lanes, l)
		b.openReaders(l)
	}
	return nil
}

// openGate gives a lane its gate. A lane whose pins cannot be had works without
// them, and says so, so that the guard still sees verdicts and records are kept.
func (b *box) openGate(l *lane, trace io.Writer, std cli.IO, o options) {
	with := gate.Options{Trace: trace, OnFault: func(err error) { l.faults.set("pins", err) }}
	if o.terminal {
		with.Output = laneOutput{std.Out, l.config.Name}
	}
	var err error
	if l.gate, err = gate.Open(l.config.Gate, with); err != nil {
		l.gate = gate.New(gate.Pins{}, gate.Options{})
	}
	inputs, errInputs := gate.OpenInputs(l.config.Gate)
	for _, in := range inputs {
		b.addInput(in, l)
	}
	if err = errors.Join(err, errInputs); err != nil {
		l.faults.set("lines", err)
		b.log.Error("gate not opened: the lane works without it (N11)", "lane", l.config.Name, "error", err)
	}
}

func (b *box) damaged(n uint64, err error) {
	b.log.Error("lookup not proven: the data on the card is damaged (N19)", "snapshot", n, "error", err)
	go b.holder.Damaged(n, err) // the lookup that noticed still holds the snapshot
	if u := b.updates.Load(); u != nil {
		u.Suspect()
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
