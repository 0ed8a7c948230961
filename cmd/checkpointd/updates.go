package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/snapshot"
	"checkpoint/sync/update"
)

const defaultInterval = 10 * time.Minute

// openUpdates prepares the way for new snapshots. Without a server or keys
// there is none, and they are loaded by hand.
func (b *box) openUpdates() {
	u := b.config.Update
	if u.URL == "" || b.store == nil {
		return
	}
	authority, err := authorityOf(u.CA)
	var carrier *update.HTTPS
	if err == nil {
		carrier, err = update.NewHTTPS(u.URL, update.HTTPSOptions{CA: authority, Limit: u.LimitKbps * 1000 / 8})
	}
	if err != nil {
		b.log.Error("no updates: snapshots have to be loaded by hand", "error", err)
		return
	}
	interval := time.Duration(u.IntervalMinutes) * time.Minute
	if interval == 0 {
		interval = defaultInterval
	}
	b.updates = update.New(update.Options{
		Box: b.store, Officers: b.trust.Snapshot, Dir: b.path(snapshots.UpdateDir), Carrier: carrier,
		Now: b.signedTime, Check: snapshots.Check, Log: b.log, Interval: interval, Spread: interval / 20,
		Switched: func(snapshot.Manifest) { b.reload(b.holder.Retry) },
	})
}

// signedTime is the clock while it is trusted, else the newest signed time: a
// clock at 1970 must not make old metadata look fresh, nor one at 2040 new ones
// look expired.
func (b *box) signedTime() time.Time {
	if now, trusted := b.clock.Now(); trusted {
		return now
	}
	return b.clock.Floor()
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
