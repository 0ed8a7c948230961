package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"checkpoint/cmd/internal/machine"
	"checkpoint/console/control"
	"checkpoint/console/faults"
)

// status is what the box says of itself on the control socket.
func (b *box) status() control.Status {
	s := b.state()
	s.Machine = b.machine.Load()
	s.Faults = append([]faults.Found{}, b.faults.See(time.Now(), s.Found())...) // never nil: they are watched
	return s
}

// look is how the machine fares, and what has been wrong for how long. It is
// called often enough for that to be known without anybody asking.
func (b *box) look() {
	m := machine.Look(b.config.StateDir)
	b.machine.Store(&m)
	b.panel.follow(b.settings.Now().Brightness) // one that appeared since
	b.showTrouble(b.status().Faults)
}

// state is the box without what its machine says and without its faults.
func (b *box) state() control.Status {
	now, trusted := b.clock.Now()
	s := control.Status{
		Box: b.config.Box, Province: b.config.Province, Site: b.config.Site, Version: version(),
		Clock: control.Clock{Time: now, Trusted: trusted}, Link: control.Link{Broker: b.config.MQTT.Broker},
	}
	s.Quiet = b.settings.Now().Quiet
	if s.Fault = text(b.keys.fault()); s.Fault == "" {
		s.Fault = text(b.journal.fault())
	}
	for _, l := range b.lanes {
		ls := b.hub.Lane(l.config.Name)
		ls.GateFail, ls.Pins, ls.Today = l.faults.String(), l.gate.Fitted(), b.records.today.of(l.config.Name, now)
		s.Lanes = append(s.Lanes, ls)
	}
	data, err := b.holder.State()
	if data != nil {
		limits := data.Policy.Limits()
		s.Snapshot = control.Snapshot{
			Number: data.Number, Policy: data.Policy.Number(), Created: data.Created,
			FreshHours: limits.FreshHours, NoGreenHours: limits.NoGreenHours,
		}
	}
	if err != nil {
		s.Snapshot.Fault = err.Error()
	}
	if client := b.updates.Load(); client != nil {
		u := client.Status()
		s.Update = &control.Update{Offered: u.Offered, Until: u.Until, Stale: u.Stale, Done: u.Done, All: u.All, Fault: u.Fault, Held: (*control.Held)(u.Held)}
		if u.System != nil {
			s.Update.System, s.Update.SystemHeld = u.System.Version.String(), (*control.Held)(u.System.Held)
		}
	}
	for i, l := range b.lanes {
		s.Lanes[i].ReaderFail, s.Lanes[i].Cameras = b.readerFaults(l), b.cameraNames(l)
	}
	s.Journal, s.Photos = b.journalStatus(), b.album.status()
	s.Page, s.Screen = b.pageStatus(), b.panel.status()
	s.Link.Fault = text(b.link.fault())
	if until, fault := b.renewal.state(); !until.IsZero() || fault != "" {
		s.Certificate = &control.Certificate{Until: until, Fault: fault}
	}
	if inbox := b.orders.Load(); inbox != nil {
		o := inbox.Status()
		s.Commands = &control.Commands{Newest: o.Newest, Refused: o.Refused, LastRefusal: string(o.LastRefusal)}
	}
	if up := b.uplink.Load(); up != nil {
		u := up.Status()
		s.Link.Connected, s.Link.Collector, s.Link.Since, s.Link.LastMark = u.Connected, u.CollectorPresent, u.Since, u.LastMark
		s.Link.Forged = u.Forged
	}
	return s
}

func (b *box) journalStatus() control.Journal {
	j := b.records.Stats()
	s := control.Journal{Waiting: j.Waiting, Bytes: j.Bytes, Full: j.Full, Fault: text(b.journal.fault()), Damaged: j.Damaged, Oldest: j.Oldest}
	if j.Damaged > 0 {
		s.Fault = fmt.Sprintf("%d damaged segments set aside as *.damaged: keep them for the province", j.Damaged)
	}
	return s
}

// watchdog feeds systemd's watchdog only while every lane's own goroutine
// answers: a daemon that runs and does nothing is restarted.
func (b *box) watchdog(ctx context.Context) error {
	notify(b.log, "READY=1\nSTATUS=lanes ready")
	feedWatchdog(ctx, b.log, b.alive)
	return ctx.Err()
}

// feedWatchdog does so (sd_notify(3)) until ctx ends, and then says that the
// daemon stops. It is of use without a watchdog, too.
func feedWatchdog(ctx context.Context, log *slog.Logger, alive func(context.Context, time.Duration) bool) {
	defer notify(log, daemon.SdNotifyStopping)
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil || interval == 0 {
		<-ctx.Done()
		return
	}
	t := time.NewTicker(interval / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if alive(ctx, interval/3) {
				notify(log, daemon.SdNotifyWatchdog)
			}
		}
	}
}

func (b *box) alive(ctx context.Context, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for _, l := range b.lanes {
		if err := l.Alive(ctx); err != nil {
			b.log.Error("lane does not answer", "lane", l.config.Name, "error", err)
			return false
		}
	}
	return true
}

// notify tells systemd, where there is one.
func notify(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil && os.Getenv("NOTIFY_SOCKET") != "" {
		log.Error("systemd not told", "error", err)
	}
}

// built is set by the linker: RFC 3339, the commit's time. It is a floor for
// the clock of a box that knows nothing else.
var built string

func buildTime() time.Time {
	t, err := time.Parse(time.RFC3339, built)
	if err != nil {
		return time.Time{}
	}
	return t
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "dev"
	}
	return info.Main.Version
}
