package uplink_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"checkpoint/sync/collector"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

const (
	province = "ha-noi"
	boxID    = "gate-1"
)

func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

// background runs f until the test or stop ends it, and waits for it.
func background(t *testing.T, f func(context.Context)) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); f(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func quiet(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// box is one life of the box.
type box struct {
	*uplink.Uplink
	stop   func()
	status chan uplink.Status // the newest, when it changed
}

func startBox(t *testing.T, url string, d *disk, tokens uplink.TokenStore, adjust ...func(*uplink.Options)) *box {
	t.Helper()
	b := &box{status: make(chan uplink.Status, 1)}
	o := uplink.Options{
		Broker: url, Province: province, Box: boxID, Outbox: d, Tokens: tokens, Log: quiet(t),
		Collectors: []ed25519.PublicKey{key(1).Public().(ed25519.PublicKey)},
		Info:       wire.Info{Software: "test"},
		BatchDelay: 20 * time.Millisecond, ResendAfter: 2 * time.Second,
		MinBackoff: 10 * time.Millisecond, MaxBackoff: 100 * time.Millisecond,
		OnChange: func(s uplink.Status) {
			select {
			case <-b.status:
			default:
			}
			b.status <- s
		},
	}
	for _, f := range adjust {
		f(&o)
	}
	var err error
	if b.Uplink, err = uplink.New(o); err != nil {
		t.Fatal(err)
	}
	b.stop = background(t, func(ctx context.Context) {
		if err := b.Run(ctx); err != nil {
			t.Errorf("uplink: %v", err)
		}
	})
	return b
}

func (b *box) wait(t *testing.T, what string, is func(uplink.Status) bool) {
	t.Helper()
	late := time.After(20 * time.Second)
	for !is(b.Status()) {
		select {
		case <-b.status:
		case <-late:
			t.Fatalf("status never became %s: %+v", what, b.Status())
		}
	}
}

func connected(s uplink.Status) bool { return s.Connected }

func startCollector(t *testing.T, url, id string, store collector.Store) (*collector.Receiver, func()) {
	t.Helper()
	r, err := collector.New(collector.Options{
		Broker: url, Province: province, ID: id, Key: key(1), Store: store, Log: quiet(t),
		GapAfter: 200 * time.Millisecond, MinBackoff: 10 * time.Millisecond, MaxBackoff: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, background(t, r.Run)
}

// watched is a store that tells how many records passed through it, and can
// lose or refuse batches.
type watched struct {
	*collector.Memory
	before func(n int, b wire.Batch) (lose bool, err error) // n counts batches from 1

	mu      sync.Mutex
	batches []wire.Batch
	records int
	reached chan struct{}
}

func watch(s *collector.Memory) *watched { return &watched{Memory: s, reached: make(chan struct{})} }

// Commit passes the batches on one by one, so that before can lose any of them.
func (w *watched) Commit(ctx context.Context, batches []wire.Batch) ([]collector.Result, error) {
	var all []collector.Result
	for _, b := range batches {
		w.mu.Lock()
		w.batches = append(w.batches, b)
		n := len(w.batches)
		w.mu.Unlock()
		if w.before != nil {
			lose, err := w.before(n, b)
			if err != nil {
				return nil, err
			}
			if lose {
				continue
			}
		}
		res, err := w.Memory.Commit(ctx, []wire.Batch{b})
		if err != nil {
			return nil, err
		}
		all = append(all, res...)
		w.mu.Lock()
		w.records += res[0].New
		close(w.reached)
		w.reached = make(chan struct{})
		w.mu.Unlock()
	}
	return all, nil
}

// waitFor waits until that many different records are stored.
func (w *watched) waitFor(t *testing.T, records int) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		w.mu.Lock()
		have, reached := w.records, w.reached
		w.mu.Unlock()
		if have >= records {
			return
		}
		select {
		case <-reached:
		case <-late:
			t.Fatalf("%d records stored, waited for %d", have, records)
		}
	}
}

// expectAll wants each record once, unchanged, under its header.
func expectAll(t *testing.T, s collector.Source, want map[uint64]uint64) {
	t.Helper()
	all, err := s.After(t.Context(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	var total uint64
	for _, n := range want {
		total += n
	}
	if uint64(len(all)) != total {
		t.Errorf("%d records stored, want %d", len(all), total)
	}
	seen := map[[2]uint64]bool{}
	for _, r := range all {
		id := [2]uint64{r.Epoch, r.Sealed.Seq}
		if seen[id] || r.Sealed.Seq > want[r.Epoch] || r.Box != boxID {
			t.Fatalf("record %v stored twice or never written", id)
		}
		seen[id] = true
		if !bytes.Equal(r.Sealed.Body, sealedRecord(r.Epoch, r.Sealed.Seq).Body) || len(r.Header) == 0 {
			t.Fatalf("record %v is not what was written", id)
		}
	}
}

// observer is a bystander on the broker.
func observer(t *testing.T, url, id string) *link.Conn {
	t.Helper()
	c, err := link.Dial(t.Context(), link.Options{Broker: url, ClientID: id, Will: "observers/" + id, WillWord: "lost"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Leave("disconnected") })
	return c
}

// listen hands over what comes in under the filter.
func listen(t *testing.T, c *link.Conn, filter string) <-chan link.Message {
	t.Helper()
	in := make(chan link.Message, 1000)
	if err := c.Subscribe(t.Context(), filter, func(m link.Message) { in <- m }); err != nil {
		t.Fatal(err)
	}
	return in
}

func receive[T any](t *testing.T, in <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-in:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

// cable is a connection to the broker that can be pulled.
type cable struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func newCable(t *testing.T, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{Listener: l}
	t.Cleanup(c.pull)
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			c.mu.Lock()
			c.conns = append(c.conns, near, far)
			c.mu.Unlock()
			go func() { io.Copy(near, far); near.Close() }()
			go func() { io.Copy(far, near); far.Close() }()
		}
	}()
	return c
}

func (c *cable) url() string { return "tcp://" + c.Addr().String() }

// pull ends every connection without a goodbye, for good.
func (c *cable) pull() {
	c.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
}
