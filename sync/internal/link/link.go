package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

const (
	qos       = 1
	keepAlive = 30 * time.Second
	patience  = 10 * time.Second // for a connection, a subscription, a write
	refused   = 0x80             // SUBACK failure, MQTT 3.1.1 section 3.9.3

	// unheard is how long an acknowledgement may take: four full batches on a
	// link of 5 KB/s are through in less. A broker that answers pings and
	// acknowledges nothing is left for a new connection.
	unheard  = 2 * time.Minute
	farewell = 2 * time.Second
)

// Options of a connection. All are needed except TLS.
type Options struct {
	Broker   string      // tcp://host:port, or ssl://host:port with TLS
	TLS      *tls.Config // carries the client certificate
	ClientID string
	Will     string // topic of the last will, retained
	WillWord string
	Manual   bool // messages are acknowledged by Message.Ack only
}

// Message is one message as received. Ack may be called from any goroutine.
type Message = mqtt.Message

// Conn is one connection.
type Conn struct {
	client mqtt.Client
	will   string
	lost   chan error
}

// Dial connects once, within ten seconds.
func Dial(ctx context.Context, o Options) (*Conn, error) {
	c := &Conn{will: o.Will, lost: make(chan error, 1)}
	c.client = mqtt.NewClient(o.client(c.lost))
	if err := wait(ctx, c.client.Connect()); err != nil {
		c.client.Disconnect(0)
		return nil, fmt.Errorf("connect to broker: %w", err)
	}
	return c, nil
}

func (o Options) client(lost chan<- error) *mqtt.ClientOptions {
	return mqtt.NewClientOptions().
		AddBroker(o.Broker).
		SetTLSConfig(o.TLS).
		SetClientID(o.ClientID).
		SetProtocolVersion(4).
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetOrderMatters(false). // else one slow handler stops acknowledgements and pings too
		SetAutoAckDisabled(o.Manual).
		SetKeepAlive(keepAlive).
		SetPingTimeout(patience).
		SetConnectTimeout(patience).
		SetWriteTimeout(patience).
		SetWill(o.Will, o.WillWord, qos, true).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { lost <- err })
}

// Lost yields the reason once when the connection is gone.
func (c *Conn) Lost() <-chan error { return c.lost }

// Subscribe waits for the broker's consent. Each message runs f in a goroutine
// of its own.
func (c *Conn) Subscribe(ctx context.Context, filter string, f func(Message)) error {
	t := c.client.Subscribe(filter, qos, func(_ mqtt.Client, m mqtt.Message) { f(m) })
	if err := wait(ctx, t); err != nil {
		return fmt.Errorf("subscribe to %s: %w", filter, err)
	}
	st, ok := t.(*mqtt.SubscribeToken)
	if code, answered := st.Result()[filter]; !ok || !answered || code == refused {
		return fmt.Errorf("subscribe to %s: refused by the broker", filter)
	}
	return nil
}

// Publish sends at QoS 1 and calls done once, in another goroutine, when the
// broker has acknowledged or never will.
func (c *Conn) Publish(topic string, retained bool, payload []byte, done func(error)) {
	t := c.client.Publish(topic, qos, retained, payload)
	go func() {
		if !t.WaitTimeout(unheard) {
			done(errors.New("publish: not acknowledged by the broker"))
			return
		}
		done(t.Error())
	}()
}

// PublishWait is Publish that waits for the broker's acknowledgement.
func (c *Conn) PublishWait(ctx context.Context, topic string, retained bool, payload []byte) error {
	if err := wait(ctx, c.client.Publish(topic, qos, retained, payload)); err != nil {
		return fmt.Errorf("publish to %s: %w", topic, err)
	}
	return nil
}

// Leave says a last word on the topic of the will and disconnects. The word
// stands in for the will, which a broker drops when a client leaves politely.
func (c *Conn) Leave(word string) {
	if c.client.IsConnectionOpen() {
		c.client.Publish(c.will, qos, true, word).WaitTimeout(farewell)
	}
	c.client.Disconnect(250)
}

func wait(ctx context.Context, t mqtt.Token) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-t.Done():
		return t.Error()
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return errors.New("no answer from the broker")
	}
}
