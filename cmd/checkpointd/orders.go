package main

import (
	"context"
	"errors"
	"time"

	"checkpoint"
	"checkpoint/store/durable"
	"checkpoint/sync/enrol"
	"checkpoint/sync/orders"
	"checkpoint/sync/wire"
)

// errAgain is why a daemon ends that the province told to start again.
var errAgain = errors.New("starting again, as the province ordered")

// lampFor is how long each lamp of an ordered walk is shown.
const lampFor = 2 * time.Second

// message is what came down on the box's command topic.
type message struct {
	text     []byte
	retained bool
}

func (b *box) openOrders() {
	b.orders.Store(&orders.Inbox{
		Province: b.config.Province, Box: b.config.Box, Office: enrol.OfficeKeys(b.trust),
		Numbers: durable.Bytes(b.path("command-number")), Now: b.signedTime, Log: b.log,
	})
}

// told takes a message off the uplink's hands. More than wait already are
// dropped: nobody sends so many.
func (b *box) told(text []byte, retained bool) {
	select {
	case b.commands <- message{text, retained}:
	default:
	}
}

// runOrders judges what comes and carries it out. A restart waits until nobody
// is before any lane, or the order expires.
func (b *box) runOrders(ctx context.Context) error {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	var restartBy time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-b.commands:
			inbox := b.orders.Load()
			if inbox == nil {
				continue
			}
			if c, ok := inbox.Take(m.text, m.retained); ok && b.obey(c) {
				restartBy = c.Expires
			}
		case <-look.C:
			switch {
			case restartBy.IsZero():
			case b.signedTime().After(restartBy):
				b.log.Warn("not started again: somebody was before a lane until the order expired")
				restartBy = time.Time{}
			case b.allIdle():
				b.again(errAgain)
				return nil
			}
		}
	}
}

// obey carries an order out, or has it carried out. It tells whether the daemon
// is to start again.
func (b *box) obey(c wire.Command) (restart bool) {
	switch c.Order {
	case wire.Fetch:
		if client := b.updates.Load(); client != nil {
			client.Look()
		}
	case wire.Lamps:
		select {
		case b.walks <- c.Expires:
		default: // one is waiting already
		}
	case wire.Restart:
		return true
	case wire.Diagnose:
		if err := b.diagnose(c); err != nil {
			b.log.Error("diagnosis not sent", "error", err)
		}
	}
	return false
}

func (b *box) allIdle() bool {
	for _, l := range b.lanes {
		if b.hub.Lane(l.config.Name).State != checkpoint.StateIdle.String() {
			return false
		}
	}
	return true
}

// runWalks walks the lamps of all lanes when that was ordered.
func (b *box) runWalks(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case until := <-b.walks:
			within, cancel := context.WithTimeout(ctx, until.Sub(b.signedTime()))
			for _, l := range b.lanes {
				if err := l.WalkLamps(within, lampFor); err != nil {
					b.log.Warn("lamps not walked", "lane", l.config.Name, "error", err)
				}
			}
			cancel()
		}
	}
}
