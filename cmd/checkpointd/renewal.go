package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"sync"
	"time"

	"checkpoint/cmd/internal/certificates"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/sync/enrol"
)

// The pace of looks at the certificate: somebody may have brought a new one.
const (
	lookAtCertificate = 10 * time.Second
	renewAgain        = 30 * time.Minute // after a failure, on average
)

// renewal is what the box knows of its certificate.
type renewal struct {
	mu    sync.Mutex
	until time.Time // zero: the box is not enrolled
	fault string
}

func (r *renewal) state() (time.Time, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.until, r.fault
}

func (r *renewal) set(until time.Time, fault string) (changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed = r.fault != fault
	r.until, r.fault = until, fault
	return changed
}

// runRenewals keeps the box's certificate fresh.
func (b *box) runRenewals(ctx context.Context) error {
	var tryAt time.Time // by this machine's own clock
	for {
		until, fault := b.lookAtCertificate(ctx, &tryAt)
		if b.renewal.set(until, fault) && fault != "" {
			b.log.Error("certificate", "fault", fault)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookAtCertificate):
		}
	}
}

// lookAtCertificate renews the certificate when it is due, and says until when
// the box has one and what is wrong with it.
func (b *box) lookAtCertificate(ctx context.Context, tryAt *time.Time) (until time.Time, fault string) {
	identity, err := enrol.ReadIdentity(b.path(enrol.IdentityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, ""
	}
	if err != nil {
		return time.Time{}, err.Error()
	}
	now, leaf := b.signedTime(), identity.Leaf
	until = leaf.NotAfter
	due := renewAt(leaf.NotBefore, leaf.NotAfter, b.config.Box)
	byHand := "the office has to issue one by hand (provincectl box recert " + b.config.Box + "), then: checkpointctl enrol"
	switch {
	case now.Before(due):
		return until, ""
	case now.After(until):
		return until, fmt.Sprintf("the certificate expired on %s: %s", until.Format(time.DateOnly), byHand)
	case b.config.Enrol.Server == "":
		return until, fmt.Sprintf("the certificate ends on %s: %s", until.Format(time.DateOnly), byHand)
	case time.Now().Before(*tryAt):
		_, fault = b.renewal.state()
		return until, fault
	}
	_, before := b.renewal.state()
	b.renewal.set(until, before) // the office may take its time
	grant, err := b.renew(ctx)
	if err != nil {
		*tryAt = time.Now().Add(renewAgain/2 + rand.N(renewAgain))
		return until, fmt.Sprintf("the certificate ends on %s and is not renewed: %v", until.Format(time.DateOnly), err)
	}
	b.log.Info("certificate renewed", "until", grant)
	b.repepper()
	if u := b.uplink.Load(); u != nil {
		u.Reconnect()
	}
	return grant, ""
}

// renewAt is when two thirds of a certificate's life are over, and up to a
// twentieth more, another moment for each box: five hundred that were enrolled
// together do not come back together.
func renewAt(from, until time.Time, box string) time.Time {
	life := until.Sub(from)
	h := fnv.New32a()
	h.Write([]byte(box + from.UTC().String()))
	return from.Add(life/3*2 + time.Duration(float64(life/20)*float64(h.Sum32())/(1<<32)))
}

// renew asks the office for the next certificate and puts it in its place.
func (b *box) renew(ctx context.Context) (until time.Time, err error) {
	machine := enrol.Machine{StateDir: b.config.StateDir}
	unlock, err := machine.Lock()
	if err != nil {
		return until, err
	}
	defer unlock()
	own := b.path(enrol.IdentityFile)
	config, err := certificates.Renewable(b.path(enrol.AuthorityFile), own, own, b.signedTime)
	if err != nil {
		return until, err
	}
	renewing, err := machine.Renew()
	if err != nil {
		return until, err
	}
	reply, err := enrol.RenewalOffice(b.config.Enrol.Server, config).Renew(ctx, renewing.Message)
	if err != nil {
		return until, err
	}
	grant, err := renewing.Accept(reply)
	if err != nil {
		return until, err
	}
	b.signed(grant.Issued)
	fresh, err := enrol.ReadIdentity(own)
	if err != nil {
		return until, err
	}
	return fresh.Leaf.NotAfter, nil
}

// repepper uses a pepper that came with a renewal, or by hand.
func (b *box) repepper() {
	b.mending.Lock()
	defer b.mending.Unlock()
	if b.store == nil {
		return
	}
	if err := snapshots.Repepper(b.store, b.config.StateDir); err != nil {
		b.log.Error("pepper not read; the one before stays in use", "error", err)
	}
}
