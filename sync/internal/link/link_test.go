package link_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/mosquittotest"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// With the library's unordered handling this fails: a goroutine for each
// message lets a later word overtake an earlier one.
func TestMessagesAreHandledInOrder(t *testing.T) {
	broker := mosquittotest.Start(t)
	c := dial(t, broker.URL())
	got := make(chan string, 500)
	if err := c.Subscribe(t.Context(), "a/+", func(m link.Message) { got <- string(m.Payload()) }); err != nil {
		t.Fatal(err)
	}
	for i := range cap(got) {
		c.Publish(fmt.Sprintf("a/%d", i%7), false, fmt.Append(nil, i), func(err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	for i := range cap(got) {
		if m := <-got; m != fmt.Sprint(i) {
			t.Fatalf("message %s handled in place of %d", m, i)
		}
	}
}

// A handler that waits must not stop the connection: pings, acknowledgements
// and publishing go on.
func TestASlowHandlerDoesNotHoldUpPublishing(t *testing.T) {
	broker := mosquittotest.Start(t)
	c := dial(t, broker.URL())
	release, entered := make(chan struct{}), make(chan struct{}, 1)
	if err := c.Subscribe(t.Context(), "a", func(link.Message) { entered <- struct{}{}; <-release }); err != nil {
		t.Fatal(err)
	}
	for range 15 { // fewer than the broker leaves unacknowledged
		if err := c.PublishWait(t.Context(), "a", false, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	<-entered
	if err := c.PublishWait(t.Context(), "b", false, []byte("x")); err != nil {
		t.Fatal(err)
	}
	go func() {
		for range entered {
		}
	}()
	close(release)
}

// limits are the lines of the province's own configuration that bound what a
// broker has for one client.
func limits(t *testing.T) (lines []string, most int) {
	t.Helper()
	conf, err := os.ReadFile("../../../docs/broker/mosquitto.conf")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(conf)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "max_inflight_messages" || name == "max_queued_messages" {
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			lines, most = append(lines, line), most+n
		}
	}
	if len(lines) != 2 {
		t.Fatalf("limits %q", lines)
	}
	return lines, most
}

// A collector that is slow is sent, by some versions of Mosquitto, all that
// waits for it after a few acknowledgements: it must have room for that.
func TestACollectorHasRoomForAllThatTheBrokerKeepsForIt(t *testing.T) {
	lines, most := limits(t)
	broker := mosquittotest.Start(t, append(lines, "log_type none", "persistence false")...)
	c, err := link.Dial(t.Context(), link.Options{Broker: broker.URL(), ClientID: "collector/a", Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Leave("") })
	const few = 50
	came, slow := make(chan link.Message, most), make(chan struct{})
	err = c.Subscribe(t.Context(), "$share/collectors/+/records", func(m link.Message) {
		if len(came) >= few {
			<-slow
		}
		came <- m
	})
	if err != nil {
		t.Fatal(err)
	}
	box := dial(t, broker.URL())
	sent := make(chan error, most)
	for range most {
		box.Publish("gate-1/records", false, []byte("x"), func(err error) { sent <- err })
	}
	for range most {
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	}
	first := make([]link.Message, few)
	for i := range first {
		first[i] = <-came
	}
	for _, m := range first {
		m.Ack()
	}
	// The answer to this comes behind what the acknowledgements set free, which
	// takes a busy machine longer than a link waits.
	err = errors.New("not said yet")
	for try := 0; try < 10 && err != nil; try++ {
		err = c.PublishWait(t.Context(), "collectors/a", false, []byte("x"))
	}
	if err != nil {
		t.Fatalf("after %d acknowledgements: %v", few, err)
	}
	close(slow)
	for n := few; n < most; n++ {
		select {
		case m := <-came:
			m.Ack()
		case <-c.Lost():
			t.Fatalf("broke off after %d of %d messages: %v", n, most, c.Err())
		}
	}
}

// answer plays a broker that welcomes everybody and then answers each packet
// with what reply returns; nil closes the connection.
func answer(t *testing.T, reply func(packets.ControlPacket) packets.ControlPacket) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			p, err := packets.ReadPacket(conn)
			if err != nil {
				return
			}
			r := reply(p)
			if r == nil {
				return
			}
			if r.Write(conn) != nil {
				return
			}
		}
	}()
	return "tcp://" + l.Addr().String()
}

func welcome(p packets.ControlPacket) packets.ControlPacket {
	if _, ok := p.(*packets.ConnectPacket); ok {
		return packets.NewControlPacket(packets.Connack)
	}
	return nil
}

func dial(t *testing.T, url string) *link.Conn {
	t.Helper()
	c, err := link.Dial(context.Background(), link.Options{Broker: url, ClientID: "a", Will: "will", WillWord: "lost"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Leave("disconnected") })
	return c
}

// A broker that lists a subscription but refuses it would leave a box waiting
// for marks for ever.
func TestRefusedSubscriptionIsAnError(t *testing.T) {
	c := dial(t, answer(t, func(p packets.ControlPacket) packets.ControlPacket {
		if s, ok := p.(*packets.SubscribePacket); ok {
			r := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
			r.MessageID, r.ReturnCodes = s.MessageID, []byte{0x80}
			return r
		}
		return welcome(p)
	}))
	err := c.Subscribe(t.Context(), "a/b", func(link.Message) {})
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Fatalf("error %v, want a refusal", err)
	}
}

// The library's default completes such a token without an error.
func TestUnacknowledgedPublishFailsWhenTheConnectionDrops(t *testing.T) {
	c := dial(t, answer(t, welcome))
	done := make(chan error, 1)
	c.Publish("a/b", false, []byte("x"), func(err error) { done <- err })
	if err := <-done; err == nil {
		t.Fatal("publish succeeded without an acknowledgement")
	}
	<-c.Lost()
	if c.Err() == nil {
		t.Fatal("loss of the connection has no reason")
	}
}

func TestDialTellsARefusedConnection(t *testing.T) {
	url := answer(t, func(packets.ControlPacket) packets.ControlPacket {
		r := packets.NewControlPacket(packets.Connack).(*packets.ConnackPacket)
		r.ReturnCode = packets.ErrRefusedNotAuthorised
		return r
	})
	if _, err := link.Dial(t.Context(), link.Options{Broker: url, ClientID: "a", Will: "w", WillWord: "lost"}); err == nil {
		t.Fatal("connected to a broker that refused")
	}
}

func TestDialGivesUpOnASilentBroker(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := link.Dial(ctx, link.Options{Broker: "tcp://" + l.Addr().String(), ClientID: "a", Will: "w", WillWord: "lost"}); err == nil {
		t.Fatal("connected to a broker that never spoke")
	}
}

func TestBackoffStaysUnderItsCeilingAndStartsAfresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := link.Backoff{Min: time.Second, Max: 60 * time.Second}
		waited := func(lived time.Duration) time.Duration {
			start := time.Now()
			b.Wait(t.Context(), lived)
			return time.Since(start)
		}
		for _, ceiling := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
			if d := waited(0); d > ceiling*time.Second+1 {
				t.Fatalf("waited %v, ceiling %v s", d, ceiling)
			}
		}
		var longest time.Duration
		for range 100 {
			longest = max(longest, waited(59*time.Second))
		}
		if longest < 30*time.Second {
			t.Fatalf("longest of 100 waits is %v, want the ceiling to stay at 60 s", longest)
		}
		if d := waited(time.Minute); d > time.Second+1 {
			t.Fatalf("waited %v after a connection that held, want at most 1 s", d)
		}
	})
}

// What is watched comes beside what must be acknowledged, in whatever amount: it
// neither fills the queue nor waits for a handler. Asking again brings what the
// broker kept once more.
func TestWatchedWordsNeitherWaitNorFillTheQueue(t *testing.T) {
	broker := mosquittotest.Start(t)
	far := dial(t, broker.URL())
	c, err := link.Dial(t.Context(), link.Options{Broker: broker.URL(), ClientID: "watcher", Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Leave("") })
	stuck, release := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(release) })
	if err := c.Subscribe(t.Context(), "records", func(link.Message) { close(stuck); <-release }); err != nil {
		t.Fatal(err)
	}
	if err := far.PublishWait(t.Context(), "records", false, []byte("x")); err != nil {
		t.Fatal(err)
	}
	<-stuck
	const words = 1500 // more than Mosquitto queues of what must be acknowledged
	for i := range words {
		far.Publish(fmt.Sprintf("word/%d", i), true, []byte("kept"), func(error) {})
	}
	if err := far.PublishWait(t.Context(), "word/last", true, []byte("kept")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		heard := make(chan bool, 2*words)
		if err := c.Watch(t.Context(), "word/+", func(m link.Message) { heard <- m.Retained() }); err != nil {
			t.Fatal(err)
		}
		for n := range words + 1 {
			select {
			case kept := <-heard:
				if !kept {
					t.Fatal("a kept word came as a new one")
				}
			case <-c.Lost():
				t.Fatal(c.Err())
			case <-time.After(20 * time.Second):
				t.Fatalf("%d words of %d", n, words+1)
			}
		}
	}
}
