package collector_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"checkpoint/sync/collector"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/wire"
)

// fleet keeps words in memory, and fails while it is told to.
type fleet struct {
	mu      sync.Mutex
	failing bool
	tried   chan struct{}
	kept    map[string]wire.Health
}

func (f *fleet) Keep(_ context.Context, _ string, words []collector.Word) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case f.tried <- struct{}{}:
	default:
	}
	if f.failing {
		return errors.New("no database")
	}
	for _, w := range words {
		if w.Health != nil {
			f.kept[w.Box] = *w.Health
		}
	}
	return nil
}

func (f *fleet) of(box string) wire.Health {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.kept[box]
}

// What cannot be written down is written down later, unless something newer came;
// marks do not wait for it.
func TestWordsOfBoxesWaitForTheDatabaseAndRecordsDoNotWaitForThem(t *testing.T) {
	broker := mosquittotest.Start(t)
	f := &fleet{failing: true, tried: make(chan struct{}, 1), kept: map[string]wire.Health{}}
	start(t, broker.URL(), func(o *collector.Options) { o.Fleet = f })
	p := newPeer(t, broker.URL())
	p.waitReady()
	say := func(box string, told, snapshot uint64) {
		t.Helper()
		b, err := wire.Health{Run: 1, Told: told, Snapshot: snapshot}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.PublishWait(t.Context(), "checkpoint/v1/ha-noi/"+box+"/health", true, b); err != nil {
			t.Fatal(err)
		}
	}
	say("gate-1", 1, 10)
	say("gate-2", 1, 20)
	await(t, f.tried, "attempt to keep the words")
	await(t, f.tried, "second attempt")
	say("gate-2", 3, 22)
	say("gate-2", 2, 21) // brought late
	p.sendBatch(batch(7, 1))
	if m := await(t, p.marks, "mark"); m.Seq != 1 {
		t.Fatalf("mark %+v", m)
	}
	f.mu.Lock()
	f.failing = false
	f.mu.Unlock()
	for late := time.Now().Add(20 * time.Second); f.of("gate-1").Snapshot != 10 || f.of("gate-2").Snapshot != 22; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("kept %+v and %+v", f.of("gate-1"), f.of("gate-2"))
		}
	}
}
