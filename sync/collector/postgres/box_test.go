package postgres_test

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/durable"
	"checkpoint/store/journal"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/postgrestest"
	"checkpoint/sync/uplink"
)

func recordsKey(t *testing.T) hpke.PrivateKey {
	t.Helper()
	raw, err := ecdh.X25519().NewPrivateKey([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	private, err := hpke.NewDHKEMPrivateKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

func quiet(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
}

// box is a real journal, and an uplink when it is connected.
type box struct {
	*journal.Journal
	t    *testing.T
	name string
}

func newBox(t *testing.T, name string, adjust ...func(*journal.Options)) *box {
	t.Helper()
	o := journal.Options{
		Dir: t.TempDir(), Province: province, Box: name, BoxKey: key(9), ProvinceKey: recordsKey(t).PublicKey(), Log: quiet(t),
	}
	for _, f := range adjust {
		f(&o)
	}
	j, err := journal.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return &box{j, t, name}
}

// write appends n records, many at a time, so that they share commits.
func (b *box) write(n int) { b.writeAt(n, time.Now) }

// writeAt is write by another clock.
func (b *box) writeAt(n int, now func() time.Time) {
	b.t.Helper()
	var work sync.WaitGroup
	const lanes = 100
	for lane := range lanes {
		work.Go(func() {
			for i := lane; i < n; i += lanes {
				if _, err := b.Append(context.Background(), scanned(now(), lane, i)); err != nil {
					b.t.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
}

// scanned is a decision about an invented person.
func scanned(at time.Time, lane, i int) checkpoint.Record {
	return checkpoint.Record{
		Time: at, Trusted: true, Lane: fmt.Sprint(lane), Kind: checkpoint.RecordDecision,
		Direction: checkpoint.In, Verdict: checkpoint.Admit, Reason: checkpoint.MeetsRule, Number: fmt.Sprintf("%012d", i),
	}
}

// connect runs the uplink until the returned function or the test ends it.
func (b *box) connect(url string, adjust ...func(*uplink.Options)) (stop func()) {
	b.t.Helper()
	o := uplink.Options{
		Broker: url, Province: province, Box: b.name, Outbox: b.Journal, Tokens: durable.Bytes(temp(b.t, "token")), Log: quiet(b.t),
		Collectors: []ed25519.PublicKey{key(1).Public().(ed25519.PublicKey)},
		BatchDelay: 20 * time.Millisecond, ResendAfter: time.Second, MinBackoff: 10 * time.Millisecond, MaxBackoff: 200 * time.Millisecond,
	}
	for _, f := range adjust {
		f(&o)
	}
	u, err := uplink.New(o)
	if err != nil {
		b.t.Fatal(err)
	}
	return background(b.t, func(ctx context.Context) {
		if err := u.Run(ctx); err != nil {
			b.t.Error(err)
		}
	})
}

// waitMarked waits until the province is known to hold everything.
func (b *box) waitMarked() {
	b.t.Helper()
	late := time.Now().Add(3 * time.Minute)
	for {
		list, err := b.Segments(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if !slices.ContainsFunc(list, journal.Segment.Pending) {
			return
		}
		if time.Now().After(late) {
			b.t.Fatalf("not all records are marked: %+v", list)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func background(t *testing.T, f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); f(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// options of a collector that returns quickly.
func receiving(url, id string, store collector.Store) collector.Options {
	return collector.Options{
		Broker: url, Province: province, ID: id, Key: key(1), Store: store,
		GapAfter: 300 * time.Millisecond, MinBackoff: 10 * time.Millisecond, MaxBackoff: 200 * time.Millisecond,
	}
}

func startCollector(t *testing.T, o collector.Options) (r *collector.Receiver, stop func()) {
	t.Helper()
	if o.Log == nil {
		o.Log = quiet(t)
	}
	r, err := collector.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r, background(t, r.Run)
}

func privateDir(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "days")
	if err := os.Mkdir(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	return dir
}

func opening(t *testing.T, url string) *postgres.Opening {
	days, err := daykeys.Open(privateDir(t))
	if err != nil {
		t.Fatal(err)
	}
	return &postgres.Opening{
		URL: url, Province: province, Opener: &collector.KeyOpener{Key: recordsKey(t)}, Days: days,
		Now: func() time.Time { return day }, Log: slog.New(slog.DiscardHandler),
	}
}

// expectAll wants each record of the boxes in the database once, as it was
// sealed and under its own number: the order of each box is its numbering.
func expectAll(t *testing.T, c *postgrestest.Cluster, database string, boxes ...*box) {
	t.Helper()
	total := 0
	for _, b := range boxes {
		segments, err := b.Segments(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range segments {
			if s.Last == 0 {
				continue // a box that was killed before it wrote
			}
			total += int(s.Last)
			sum := postgrestest.Value[string](t, c, database, `select coalesce(encode(sha256(string_agg(
				convert_to(concat_ws('/', seq, millis, trusted), 'UTF8') || lane || body, '' order by seq)), 'hex'), '')
				from checkpoint.record where box = $1 and epoch = $2`, b.name, int64(s.Epoch))
			if want := b.sum(s); sum != want {
				t.Errorf("%s: the %d records of segment %x are not what was written", b.name, s.Last, s.Epoch)
			}
		}
	}
	if n := postgrestest.Value[int](t, c, database, "select count(*) from checkpoint.record"); n != total {
		t.Errorf("%d records, want %d", n, total)
	}
	if n := postgrestest.Value[int](t, c, database, "select count(*) from checkpoint.conflict"); n != 0 {
		t.Errorf("%d conflicts", n)
	}
}
