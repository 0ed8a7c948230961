package link

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
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

	// backlog is how many messages of a box may wait to be handled: marks and
	// words of presence, of which there are few.
	backlog = 1000
	// backlogMany is for who hears all boxes of a large province at once. It is
	// what docs/broker/mosquitto.conf lets the broker have for one client: up to
	// 2.0.12 Mosquitto sends all of that after a single acknowledgement, whatever
	// max_inflight_messages says (db__message_delete_outgoing counts the messages
	// in front of the acknowledged one, not those under way; its issue 2306).
	backlogMany = 22_000
)

var errUnanswered = errors.New("no answer from the broker")

// Options of a connection. Broker and ClientID are needed.
type Options struct {
	Broker   string      // tcp://host:port, or ssl://host:port with TLS
	TLS      *tls.Config // carries the client certificate
	ClientID string
	Will     string // topic of the last will, retained; empty: nobody will miss this client
	WillWord string
	// KeepAlive is how long the broker may be silent before it is asked for a
	// sign of life; whole seconds, 0: half a minute.
	KeepAlive time.Duration
	Manual    bool // messages are acknowledged by Message.Ack only
	// Newest is for somebody who wants the last word on very many topics.
	// Subscriptions are at QoS 0: Mosquitto drops retained messages beyond its
	// limit of 1,000 queued ones at QoS 1 (max_queued_messages), but not these.
	Newest bool
}

// Message is one message as received. Ack may be called from any goroutine,
// and must be when the connection is Manual.
type Message = mqtt.Message

// Conn is one connection.
type Conn struct {
	client mqtt.Client
	will   string
	manual bool
	qos    byte // of subscriptions
	queue  chan delivery
	out    chan parcel
	gone   chan struct{} // closed when the connection is over, for whatever reason
	why    error         // set before gone is closed
	once   sync.Once
}

type delivery struct {
	Message
	handle func(Message)
}

type parcel struct {
	topic    string
	retained bool
	payload  []byte
	done     func(error)
}

// Dial connects once, within ten seconds.
func Dial(ctx context.Context, o Options) (*Conn, error) {
	c := &Conn{
		will: o.Will, manual: o.Manual,
		qos: qos, queue: make(chan delivery, backlog), out: make(chan parcel), gone: make(chan struct{}),
	}
	if o.Newest || o.Manual {
		c.queue = make(chan delivery, backlogMany)
	}
	if o.Newest {
		c.qos = 0
	}
	c.client = mqtt.NewClient(o.client(c.end))
	if err := c.wait(ctx, c.client.Connect()); err != nil {
		c.client.Disconnect(0)
		return nil, fmt.Errorf("connect to broker: %w", err)
	}
	go c.deliver()
	go c.write()
	return c, nil
}

func (o Options) client(lost func(error)) *mqtt.ClientOptions {
	c := mqtt.NewClientOptions().
		AddBroker(o.Broker).
		SetTLSConfig(o.TLS).
		SetClientID(o.ClientID).
		SetProtocolVersion(4).
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		// In order, and never blocked: the library's handler only queues. Handled
		// in a goroutine each, a collector's "lost" was seen to overtake the
		// "ready" that followed it.
		SetOrderMatters(true).
		SetAutoAckDisabled(true).
		SetKeepAlive(cmp.Or(o.KeepAlive, keepAlive)).
		SetPingTimeout(min(patience, cmp.Or(o.KeepAlive, keepAlive)/2)).
		SetConnectTimeout(patience).
		SetWriteTimeout(patience).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { lost(err) })
	if o.Will != "" {
		c.SetWill(o.Will, o.WillWord, qos, true)
	}
	return c
}

// Lost is closed when the connection is over; [Conn.Err] then tells why.
func (c *Conn) Lost() <-chan struct{} { return c.gone }

// Err tells why the connection is over. Call it only after Lost.
func (c *Conn) Err() error { return c.why }

func (c *Conn) end(why error) {
	c.once.Do(func() {
		c.why = why
		close(c.gone)
	})
}

// deliver handles what came, one message after the other.
func (c *Conn) deliver() {
	for {
		select {
		case <-c.gone:
			return
		case d := <-c.queue:
			d.handle(d.Message)
			if !c.manual {
				d.Ack()
			}
		}
	}
}

// Subscribe waits for the broker's consent. Messages of all subscriptions are
// handed over in the order they came, one at a time; f may take its time, but
// must return when the connection is over.
func (c *Conn) Subscribe(ctx context.Context, filter string, f func(Message)) error {
	return c.subscribe(ctx, filter, c.qos, func(m Message) {
		select {
		case c.queue <- delivery{m, f}:
		default:
			c.end(errors.New("more messages than can be handled"))
		}
	})
}

// Watch is for the last word on very many topics, beside what must not be lost:
// at QoS 0, never acknowledged, and no part of what may wait to be handled. f is
// called by whoever reads the connection and must return at once. Each call has
// the broker send again what it kept (MQTT 3.1.1, section 3.8.4).
func (c *Conn) Watch(ctx context.Context, filter string, f func(Message)) error {
	return c.subscribe(ctx, filter, 0, f)
}

func (c *Conn) subscribe(ctx context.Context, filter string, qos byte, f func(Message)) error {
	t := c.client.Subscribe(filter, qos, func(_ mqtt.Client, m mqtt.Message) { f(m) })
	if err := c.wait(ctx, t); err != nil {
		return fmt.Errorf("subscribe to %s: %w", filter, err)
	}
	if st, ok := t.(*mqtt.SubscribeToken); ok {
		// One filter, one answer; the library files that of a shared subscription
		// under the filter without its group.
		for _, code := range st.Result() {
			if code != refused {
				return nil
			}
		}
	}
	return fmt.Errorf("subscribe to %s: refused by the broker", filter)
}

// Publish sends at QoS 1 and calls done once, in another goroutine, when the
// broker has acknowledged or too much time has passed. When the connection is
// over it may not call it at all.
func (c *Conn) Publish(topic string, retained bool, payload []byte, done func(error)) {
	select {
	case c.out <- parcel{topic, retained, payload, done}:
	case <-c.gone:
	}
}

// write keeps callers clear of the library, which for the length of its write
// time-out does not notice that the connection was lost.
func (c *Conn) write() {
	for {
		select {
		case <-c.gone:
			return
		case p := <-c.out:
			t := c.client.Publish(p.topic, qos, p.retained, p.payload)
			go func() { p.done(c.await(context.Background(), t, unheard)) }()
		}
	}
}

// PublishWait is Publish that waits for the broker's acknowledgement.
func (c *Conn) PublishWait(ctx context.Context, topic string, retained bool, payload []byte) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errUnanswered)
	defer cancel()
	result := make(chan error, 1)
	c.Publish(topic, retained, payload, func(err error) { result <- err })
	var err error
	select {
	case err = <-result:
	case <-c.gone:
		err = c.why
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("publish to %s: %w", topic, err)
	}
	return nil
}

// Leave says a last word on the topic of the will, if there is one, and
// disconnects. The word stands in for the will, which a broker drops when a
// client leaves politely.
func (c *Conn) Leave(word string) {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if c.will != "" {
		_ = c.PublishWait(ctx, c.will, true, []byte(word)) // nobody is left to tell
	}
	c.client.Disconnect(250)
	c.end(errors.New("left"))
}

func (c *Conn) wait(ctx context.Context, t mqtt.Token) error { return c.await(ctx, t, patience) }

// await does not rely on the token alone: one taken out at the moment the
// connection drops is never completed by the library.
func (c *Conn) await(ctx context.Context, t mqtt.Token, atMost time.Duration) error {
	late := time.NewTimer(atMost)
	defer late.Stop()
	select {
	case <-t.Done():
		return t.Error()
	case <-c.gone:
		return fmt.Errorf("connection over: %w", c.why)
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return errUnanswered
	}
}
