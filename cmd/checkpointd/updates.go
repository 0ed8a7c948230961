package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/release"
	"checkpoint/store/snapshot"
	"checkpoint/sync/update"
)

const defaultInterval = 10 * time.Minute

// openUpdates prepares the way for new snapshots, where a server is named.
func (b *box) openUpdates() error {
	u := b.config.Update
	if u.URL == "" {
		return nil
	}
	if b.store == nil {
		return errors.New("there are no keys to believe an update by")
	}
	authority, err := authorityOf(u.CA)
	if err != nil {
		return err
	}
	carrier, err := update.NewHTTPS(u.URL, update.HTTPSOptions{CA: authority, Now: b.signedTime, Limit: u.LimitKbps * 1000 / 8})
	if err != nil {
		return err
	}
	interval := time.Duration(u.IntervalMinutes) * time.Minute
	if interval == 0 {
		interval = defaultInterval
	}
	system, running := b.ownSystem()
	client := update.New(update.Options{
		System: system, Running: running,
		Box: b.store, Officers: b.trust.Snapshot, Dir: b.path(snapshots.UpdateDir), Carrier: carrier,
		Now: b.signedTime, Latest: b.latest, Signed: b.signed, ID: b.config.Box, Check: snapshots.Check, Log: b.log, Interval: interval, Spread: interval / 20,
		Switched: func(snapshot.Manifest) { b.reload(b.holder.Retry) },
	})
	b.updates.Store(client)
	b.fetches <- client
	return nil
}

// ownSystem is where a newer system is laid, and which one runs; nothing on a
// machine that has no use for one.
func (b *box) ownSystem() (dir string, running release.Version) {
	running, ok, err := release.Fetches()
	if err != nil {
		b.log.Error("newer systems are not fetched", "error", err)
	}
	if !ok {
		return "", running
	}
	return b.path(update.SystemDir), running
}

// runUpdates runs the client from when there is one.
func (b *box) runUpdates(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case client := <-b.fetches:
		return client.Run(ctx)
	}
}

// signedTime is the clock while it is trusted, else the newest signed time and
// what has passed since: a clock at 1970 must not make old metadata look fresh,
// nor one at 2040 new ones look expired, or a rollout's stage begun.
func (b *box) signedTime() time.Time {
	if now, trusted := b.clock.Now(); trusted {
		return now
	}
	return b.clock.AtLeast()
}

// latest bounds the creation time of what the box takes in.
func (b *box) latest() time.Time {
	if now, trusted := b.clock.Now(); trusted {
		return snapshot.Latest(now, true)
	}
	return snapshot.Latest(b.clock.AtLeast(), false)
}

// signed raises the clock's floor to a time that the province signed.
func (b *box) signed(t time.Time) {
	if err := b.clock.RaiseFloor(t); err != nil {
		b.log.Error("time floor not kept", "error", err)
	}
}

// authorityOf is who vouches for a server; nil: the system's authorities.
func authorityOf(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read server's authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("read server's authority: no certificate in " + path)
	}
	return pool, nil
}
