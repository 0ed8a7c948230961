package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"sync"
	"time"

	"checkpoint/cmd/internal/certificates"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/console/control"
	"checkpoint/console/metrics"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

// start runs the lanes, their readers, the look-out for new snapshots and the
// uplink. None of them waits for another.
func (b *box) start(run func(string, func(context.Context) error)) {
	for _, l := range b.lanes {
		run("lane "+l.config.Name, l.Run)
		run("lesson "+l.config.Name, l.school.Run)
		for _, reader := range b.readers[l] {
			run("reader "+reader.Name, func(ctx context.Context) error { reader.Run(ctx); return nil })
		}
	}
	for _, in := range b.inputs {
		run("input "+in.Contact.String(), func(ctx context.Context) error { in.watch(ctx, b.log); return nil })
	}
	run("machine", b.watchMachine)
	run("snapshots", b.watchSnapshots)
	run("updates", b.runUpdates)
	run("uplink", b.runUplink)
	run("counts of the day", b.keepToday)
	run("orders", b.runOrders)
	run("walks", b.runWalks)
	run("renewals", b.runRenewals)
	if b.page != nil {
		run("page", b.servePage)
	}
	if b.access != nil {
		run("page on the network", b.serveNetwork)
	}
	if b.config.Metrics.Listen != "" {
		run("metrics", b.serveMetrics)
	}
}

// lookEvery is how often the pointer to the snapshot in use is read (a loader
// also tells, this is for one that could not), and how often what is missing is
// tried again.
const lookEvery = 5 * time.Second

func (b *box) watchSnapshots(ctx context.Context) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
			b.mend()
			b.reload(b.holder.Reload)
			b.tellHealth(time.Now())
		}
	}
}

// watchMachine looks at the board by itself, so that a card that hangs holds up
// nothing else.
func (b *box) watchMachine(ctx context.Context) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		b.look()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

func (b *box) info() wire.Info {
	i := wire.Info{Software: version()}
	for _, l := range b.config.Lanes {
		i.Lanes = append(i.Lanes, l.Name)
	}
	if data, _ := b.holder.State(); data != nil {
		i.Snapshot = data.Number
	}
	return i
}

func (b *box) tellInfo() {
	if u := b.uplink.Load(); u != nil {
		u.SetInfo(b.info())
	}
}

// linkChanged lets the signed time of marks raise the clock's floor, and tells
// the terminal what was acknowledged.
func (b *box) linkChanged(io cli.IO, o options) func(uplink.Status) {
	var mu sync.Mutex
	var told time.Time
	return func(s uplink.Status) {
		if s.SignedTime.IsZero() {
			return
		}
		b.signed(s.SignedTime)
		mu.Lock()
		defer mu.Unlock()
		if o.terminal && s.LastMark.After(told) {
			told = s.LastMark
			fmt.Fprintf(io.Out, "uplink  acknowledged by the province; %d records wait\n", b.records.Stats().Waiting)
		}
	}
}

// control is the server of the control socket.
func (b *box) control() *control.Server {
	lanes, gates := map[string]control.Answerer{}, map[string]control.Gate{}
	for _, l := range b.lanes {
		lanes[l.config.Name], gates[l.config.Name] = l, l
	}
	if !b.config.ByControl() {
		lanes = nil
	}
	return &control.Server{Lanes: lanes, Gates: gates, Cameras: b.cameras(), PINs: b.pins, Access: b.access, Place: b.place, Status: b.status, Hub: b.hub, Claims: b.claims, Codes: &b.codes, Metrics: metrics.Handler(b.status, started), Reload: func() (control.Snapshot, error) {
		b.mend()
		b.repepper()
		b.reload(b.holder.Retry)
		return b.status().Snapshot, nil
	}}
}

func (b *box) certificates(m config.MQTT) (*tls.Config, error) {
	if m.CA == "" {
		return nil, nil
	}
	if err := m.Files(); err != nil {
		return nil, err
	}
	return certificates.Renewable(m.CA, m.Cert, m.Key, b.signedTime)
}
