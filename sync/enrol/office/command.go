package office

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"time"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// Command signs an order to a box. Its number is above all that went before,
// also from a register that was put back from a backup: the clock is in it.
func (o *Office) Command(id string, order wire.Order, now time.Time, valid time.Duration) (wire.Command, error) {
	c := wire.Command{Province: o.trust.Province, Box: id, Order: order, Issued: now, Expires: now.Add(valid)}
	err := o.change(id, false, func(b *Box) error {
		if b.State != Approved {
			return fmt.Errorf("%w: %s is %s", ErrState, b.ID, b.State)
		}
		b.Commands = max(b.Commands+1, uint64(now.UnixMilli()))
		c.Number = b.Commands
		b.note(now, "told to %s", order)
		return c.Sign(o.key)
	})
	return c, err
}

// Broker is where commands are sent.
type Broker struct {
	URL string      // ssl://host:port, or tcp://host:port
	TLS *tls.Config // with a certificate of profile [ForOffice]
}

// Send puts a command before its box, retained for one that is away, and waits
// until the box says that it has obeyed, or ctx ends; the command then stays
// until it expires, or the next one takes its place. A diagnosis is returned
// sealed, as it came.
func (b Broker) Send(ctx context.Context, c wire.Command) (diagnosis []byte, err error) {
	topics, err := wire.NewTopics(c.Province, c.Box)
	if err != nil {
		return nil, err
	}
	message, err := c.Encode()
	if err != nil {
		return nil, err
	}
	conn, err := link.Dial(ctx, link.Options{Broker: b.URL, TLS: b.TLS, ClientID: "office/" + rand.Text()[:8]})
	if err != nil {
		return nil, err
	}
	defer conn.Leave("")
	answers := make(chan []byte, 1)
	if err := listen(ctx, conn, topics, c, answers); err != nil {
		return nil, err
	}
	if err := conn.PublishWait(ctx, topics.Cmd(), true, message); err != nil {
		return nil, err
	}
	select {
	case diagnosis = <-answers:
		return diagnosis, conn.PublishWait(ctx, topics.Cmd(), true, nil) // nothing is left to be told
	case <-conn.Lost():
		return nil, fmt.Errorf("connection lost: %w", conn.Err())
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// listen hears the answer to a command: a diagnosis, or the number in the box's
// health.
func listen(ctx context.Context, conn *link.Conn, topics wire.Topics, c wire.Command, answers chan<- []byte) error {
	answer := func(b []byte) {
		select {
		case answers <- b:
		default: // one is enough
		}
	}
	if c.Order == wire.Diagnose {
		return conn.Subscribe(ctx, topics.Diagnosis(), func(m link.Message) { answer(m.Payload()) })
	}
	return conn.Subscribe(ctx, topics.Health(), func(m link.Message) {
		if h, err := wire.DecodeHealth(m.Payload()); err == nil && h.Command >= c.Number {
			answer(nil)
		}
	})
}
