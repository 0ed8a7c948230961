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
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/access"
	"checkpoint/console/control"
	"checkpoint/console/daylog"
	"checkpoint/console/faults"
	"checkpoint/console/live"
	"checkpoint/console/messages"
	"checkpoint/console/page"
	"checkpoint/console/pin"
	"checkpoint/console/shift"
	"checkpoint/device/board"
	"checkpoint/device/clock"
	"checkpoint/device/gate"
	"checkpoint/scanner"
	"checkpoint/store/durable"
	"checkpoint/store/forms"
	"checkpoint/store/snapshot"
	"checkpoint/sync/orders"
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
	album   album
	uplink  atomic.Pointer[uplink.Uplink] // nil: none, or not yet
	ready   chan *uplink.Uplink           // the uplink, once, for the task that runs it
	store   *snapshot.Box                 // nil without keys
	updates atomic.Pointer[update.Client] // nil without a server for them, or not yet
	fetches chan *update.Client           // the client, once, for the task that runs it
	hub     *control.Hub
	page    *page.Server // nil: none is configured
	lanes   []*lane
	inputs  []*contact
	shift   *shift.Book
	looked  *daylog.Log
	pins    *pin.List

	settings *live.Keeper
	panel    panel
	access   *access.Access               // nil: no page on the network
	placed   atomic.Pointer[access.Place] // nil: it does not listen there, or not yet
	unplaced atomic.Value                 // why it does not listen there; a string
	readers  map[*lane][]*scanner.Reader

	mending             sync.Mutex // one attempt at a time; guards trust
	trust               snapshot.Trust
	keys, journal, link part
	photos              part
	fetch               part

	lastHealth toldHealth // of the task that watches snapshots

	faults  faults.Watch
	machine atomic.Pointer[control.Machine] // nil: not looked at yet
	codes   control.Codes

	orders   atomic.Pointer[orders.Inbox] // nil: no keys to believe a command by, yet
	commands chan message                 // that came down, for the task that judges them
	walks    chan time.Time               // lamp walks that were ordered, and until when
	again    func(cause error)            // ends the daemon, to be started again
	renewal  renewal
	claims   chan string // shown to a reader while somebody enrols the box
}

// lane is one lane with its hardware.
type lane struct {
	*checkpoint.Lane
	school *school
	config config.Lane
	gate   *gate.Gate
	faults faultNotes
}

// newBox wires a box. What is missing (keys, snapshot, journal) is a fault that
// the box names and works around, never a reason not to start.
func newBox(log *slog.Logger, io cli.IO, c *config.Config, o options) (*box, error) {
	b := &box{config: c, log: log, hub: control.NewHub(), holder: snapshots.NewHolder(nil), panel: panel{sys: board.Sys}, readers: map[*lane][]*scanner.Reader{}, ready: make(chan *uplink.Uplink, 1), fetches: make(chan *update.Client, 1), commands: make(chan message, 16), walks: make(chan time.Time, 1), claims: make(chan string)}
	if err := os.MkdirAll(c.StateDir, 0o700); err != nil {
		return nil, fmt.Errorf("make state directory: %w", err)
	}
	var err error
	if b.pins, err = pin.NewList(c.LeadPINs); err != nil {
		return nil, fmt.Errorf("lead_pins: %w", err)
	}
	b.openClock()
	b.openDuty()
	if b.records.forms, err = forms.Open(b.path("forms.json")); err != nil {
		b.log.Error("paper forms", "error", err)
	}
	b.openAccess()
	b.openPage()
	if b.records.today, err = openToday(b.path("today.json")); err != nil {
		b.log.Error("counts of the day", "error", err)
	}
	b.openParts(io, o)
	if err := b.openLanes(io, o); err != nil {
		return nil, err
	}
	b.applySettings()
	b.connectPage()
	return b, nil
}

// openDuty opens what people on duty ask for: the shift's account, and what is
// remembered of today.
func (b *box) openDuty() {
	var err error
	now, _ := b.clock.Now()
	if b.shift, err = shift.Open(durable.Bytes(b.path("shift.json")), now); err != nil {
		b.log.Error("the shift's account", "error", err)
	}
	b.openSettings()
	b.looked = daylog.New(messages.Zone)
	b.records.heard = func(p checkpoint.Position, r checkpoint.Record) {
		b.shift.Add(p, r)
		b.looked.Add(p, r)
	}
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
		info := checkpoint.LaneInfo{Site: b.config.Site, SiteType: b.config.SiteType, Commune: b.config.Commune, Lane: c.Name, Direction: direction}
		l := &lane{config: c}
		b.openGate(l, trace.of(c.Name), io, o)
		l.school = openSchool(info, b.clock, b.onPage())
		var readers []string
		for _, r := range c.Readers {
			readers = append(readers, r.Name)
		}
		l.Lane = checkpoint.NewLane(checkpoint.LaneConfig{
			Info: info, Verifier: verifier, Gate: l.gate, Journal: &b.records, Clock: b.clock,
			Display: append(b.display(io, o), l.school), Recent: recent, Readers: readers, Attended: b.config.Attended(),
			Contacts: c.Gate.Contacts(), PassWithin: c.Gate.PassWithin(), DoorOpenFor: c.Gate.DoorOpenFor(),
		})
		l.school.real = l.Lane
		b.lanes = append(b.lanes, l)
		b.openReaders(l)
	}
	return nil
}

// openGate gives a lane its gate. A lane works without the pins that cannot be
// had, and says so, so that the guard still sees verdicts and records are kept.
func (b *box) openGate(l *lane, trace io.Writer, std cli.IO, o options) {
	with := gate.Options{Trace: trace, OnFault: func(err error) {
		l.faults.set("pins", err)
		if err == nil {
			b.log.Info("all lines of the gate work again", "lane", l.config.Name)
		}
	}}
	if o.terminal {
		with.Output = laneOutput{std.Out, l.config.Name}
	}
	var err error
	l.gate, err = gate.Open(l.config.Gate, with)
	if err != nil { // OnFault tells the lane
		b.log.Error("lines of the gate are not there: the lane works without them until they come (N11)", "lane", l.config.Name, "error", err)
	}
	for _, in := range gate.Inputs(l.config.Gate) {
		b.addInput(in, l)
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
	errs = append(errs, b.records.Close(), b.records.today.save(), b.shift.Save())
	b.holder.Close()
	return errors.Join(errs...)
}
