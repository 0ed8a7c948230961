// Package rollout is the province's view of a snapshot on its way out: it
// announces a new one to the boxes, and watches how those that have it fare.
//
// It promises: an announcement can only make boxes look; whoever watches holds
// no key of an officer and can at most pause a rollout; a condition that stops
// one has held for as long as was asked for, so that a box that restarts stops
// nothing.
//
// What boxes say of themselves is believed as far as the broker knows them by
// their certificates. It decides nothing but pauses.
//
// DESIGN.md has the data flow, the failure table and the trade-offs.
package rollout

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// Broker is how the province reaches its broker.
type Broker struct {
	URL      string      // tcp://host:port, or ssl://host:port with TLS
	TLS      *tls.Config // with a client certificate
	Province string
}

// dial connects under a name that no box and no other watcher has.
func (b Broker) dial(ctx context.Context) (*link.Conn, error) {
	return link.Dial(ctx, link.Options{Broker: b.URL, TLS: b.TLS, ClientID: "rollout/" + rand.Text()[:8], Newest: true})
}

// Announce tells boxes that snapshot number was published, retained for those
// that are away. Who does not hear it finds out when it looks by itself.
func (b Broker) Announce(ctx context.Context, number uint64) error {
	conn, err := b.dial(ctx)
	if err != nil {
		return fmt.Errorf("announce snapshot %d: %w", number, err)
	}
	defer conn.Leave("")
	if err := conn.PublishWait(ctx, wire.Announcement(b.Province), true, wire.EncodeAnnouncement(number)); err != nil {
		return fmt.Errorf("announce snapshot %d: %w", number, err)
	}
	return nil
}
