package rollout

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/wire"
)

const boxes = 1200

// retain leaves what many boxes said last on a broker.
func retain(t *testing.T, broker Broker) {
	t.Helper()
	conn, err := broker.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Leave("")
	h, err := wire.Health{Snapshot: 41}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var acknowledged sync.WaitGroup
	for i := range boxes {
		topics, err := wire.NewTopics("mau", fmt.Sprint("box-", i))
		if err != nil {
			t.Fatal(err)
		}
		acknowledged.Add(2)
		for topic, payload := range map[string][]byte{topics.State(): []byte(wire.Ready), topics.Health(): h} {
			conn.Publish(topic, true, payload, func(err error) {
				if err != nil {
					t.Error(err)
				}
				acknowledged.Done()
			})
		}
	}
	acknowledged.Wait()
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("never: %s", what)
		}
	}
}

// What a province full of boxes said before anybody watched is all heard, again
// after the broker was away.
func TestWholeFleetIsHeard(t *testing.T) {
	b := mosquittotest.Start(t)
	broker := Broker{URL: b.URL(), Province: "mau"}
	retain(t, broker)
	f, err := NewFleet(nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended, up := make(chan struct{}), make(chan error, 100)
	go func() {
		defer close(ended)
		broker.Listen(ctx, f, slog.New(slog.DiscardHandler), func(err error) { up <- err })
	}()
	defer func() { cancel(); <-ended }()
	r := going(t)
	all := func() bool {
		n := 0
		for _, row := range f.Report(r, noon).Stages {
			n += row.Done
		}
		return n == boxes
	}
	await(t, "every box counted as done", all)
	b.Kill()
	for err := range up {
		if err != nil {
			break
		}
	}
	b.Restart()
	retain(t, broker)
	lost, err := wire.NewTopics("mau", "box-0")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := link.Dial(t.Context(), link.Options{Broker: b.URL(), ClientID: "box-0"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Leave("")
	if err := conn.PublishWait(t.Context(), lost.State(), true, []byte(wire.Lost)); err != nil {
		t.Fatal(err)
	}
	await(t, "one box silent", func() bool {
		n := 0
		for _, row := range f.Report(r, noon).Stages {
			n += row.Silent
		}
		return n == 1 && f.Report(r, noon).Complete() == false
	})
}

func TestAnnouncementIsKeptForThoseThatAreAway(t *testing.T) {
	b := mosquittotest.Start(t)
	broker := Broker{URL: b.URL(), Province: "mau"}
	for _, n := range []uint64{41, 42} {
		if err := broker.Announce(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := broker.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Leave("")
	got := make(chan uint64, 10)
	if err := conn.Subscribe(t.Context(), wire.Announcement("mau"), func(m link.Message) {
		n, err := wire.DecodeAnnouncement(m.Payload())
		if err != nil || !m.Retained() {
			t.Errorf("%q, retained %t, %v", m.Payload(), m.Retained(), err)
		}
		got <- n
	}); err != nil {
		t.Fatal(err)
	}
	if n := <-got; n != 42 {
		t.Errorf("announced %d", n)
	}
	b.Kill()
	if err := broker.Announce(t.Context(), 43); err == nil {
		t.Error("announced without a broker")
	}
}
