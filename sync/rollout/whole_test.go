package rollout

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/durable"
	"checkpoint/store/journal"
	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/update"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

func TestMain(m *testing.M) {
	if asked, code := snapshot.ServeExamination(os.Args, os.Stdin, os.Stderr); asked {
		os.Exit(code)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each child takes a second longer
	os.Exit(m.Run())
}

// province is a whole one: officers, a repository behind a web server, a
// broker, and a clock that all share.
type province struct {
	t      *testing.T
	now    atomic.Int64 // Unix seconds
	keys   []ed25519.PrivateKey
	online ed25519.PrivateKey
	trust  snapshot.Trust
	repo   *publish.Repo
	broker Broker
	server *httptest.Server
	fleet  *Fleet
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newProvince(t *testing.T) *province {
	t.Helper()
	p := &province{t: t, trust: snapshot.Trust{Province: "mau", Snapshot: snapshot.KeySet{Threshold: 2}}}
	p.now.Store(noon.Unix())
	for n := range byte(3) {
		key := ed25519.NewKeyFromSeed(append(make([]byte, 31), n))
		p.keys = append(p.keys, key)
		p.trust.Snapshot.Keys = append(p.trust.Snapshot.Keys, snapshot.PublicKey{Key: snapshot.HexData(key.Public().(ed25519.PublicKey))})
	}
	p.online = p.keys[2]
	p.trust.Snapshot.Keys = p.trust.Snapshot.Keys[:2]
	p.repo = &publish.Repo{Dir: t.TempDir(), Expiry: publish.DefaultExpiry(), Now: p.time}
	must(t, p.repo.DraftRoot(p.trust.Snapshot, p.online.Public().(ed25519.PublicKey)))
	for _, officer := range p.keys[:2] {
		_, _, err := p.repo.SignRoot(officer)
		must(t, err)
	}
	p.server = httptest.NewTLSServer(http.FileServer(http.Dir(p.repo.Dir)))
	t.Cleanup(p.server.Close)
	p.broker = Broker{URL: mosquittotest.Start(t).URL(), Province: "mau"}
	var err error
	p.fleet, err = NewFleet(nil)
	must(t, err)
	p.run(func(ctx context.Context) {
		p.broker.Listen(ctx, p.fleet, slog.New(slog.DiscardHandler), func(error) {})
	})
	return p
}

// run runs f until the test ends, and waits for it.
func (p *province) run(f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); f(ctx) }()
	p.t.Cleanup(func() { cancel(); <-ended })
}

func (p *province) time() time.Time { return time.Unix(p.now.Load(), 0).UTC() }

// build makes snapshot n of one invented person.
func (p *province) build(n uint64) (dir string) {
	p.t.Helper()
	dir = filepath.Join(p.t.TempDir(), fmt.Sprint(n))
	must(p.t, os.MkdirAll(snapshot.LayersDir(dir), 0o755))
	w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: n}, snapshot.Pepper{1})
	must(p.t, err)
	must(p.t, w.Add(snapshot.Entry{Person: &snapshot.Person{Kind: checkpoint.KindCCCD, Number: fmt.Sprintf("001%09d", n), Birth: checkpoint.Date{Year: 1990}}}))
	ref, err := w.Write(snapshot.LayersDir(dir))
	must(p.t, err)
	must(p.t, snapshot.WriteBundle(dir, snapshot.Manifest{Province: "mau", Number: n, Created: p.time().Unix(), Layers: []snapshot.LayerRef{ref}, Policy: []byte("x")}))
	return dir
}

// publish has officers sign, publishes and announces.
func (p *province) publish(dir string) {
	p.t.Helper()
	raw, _, err := snapshot.ReadBundle(dir)
	must(p.t, err)
	for _, officer := range p.keys[:2] {
		offer, err := publish.Prepare(dir, raw, p.time().AddDate(0, 0, 30))
		must(p.t, err)
		must(p.t, offer.Sign(officer))
	}
	m, err := p.repo.Publish(dir, p.online)
	must(p.t, err)
	must(p.t, p.broker.Announce(p.t.Context(), m.Number))
}

var errPolicy = errors.New("policy does not compile here")

// enrol starts a box that takes any snapshot in but the one numbered refuses.
func (p *province) enrol(id string, refuses uint64) *snapshot.Box {
	p.t.Helper()
	dir := p.t.TempDir()
	box := snapshot.NewBox(filepath.Join(dir, "snapshot"), p.trust, snapshot.Pepper{1})
	ca := x509.NewCertPool()
	ca.AddCert(p.server.Certificate())
	carrier, err := update.NewHTTPS(p.server.URL, update.HTTPSOptions{CA: ca})
	must(p.t, err)
	client := update.New(update.Options{
		Box: box, Officers: p.trust.Snapshot, Dir: filepath.Join(dir, "update"), Carrier: carrier, Now: p.time, ID: id, Reserve: 1,
		Interval: 200 * time.Millisecond, Spread: 20 * time.Millisecond,
		Check: func(r *snapshot.Register) error {
			if r.Manifest.Number == refuses {
				return errPolicy
			}
			return nil
		},
	})
	up, err := uplink.New(uplink.Options{
		Broker: p.broker.URL, Province: "mau", Box: id, Collectors: []ed25519.PublicKey{p.keys[0].Public().(ed25519.PublicKey)},
		Outbox: empty{}, Tokens: durable.Bytes(filepath.Join(dir, "token")), OnAnnounced: client.Hint,
	})
	must(p.t, err)
	p.run(func(ctx context.Context) { _ = client.Run(ctx) }) // ends with ctx only
	p.run(func(ctx context.Context) { _ = up.Run(ctx) })
	p.run(func(ctx context.Context) {
		for ctx.Err() == nil {
			number, _ := box.Current() // 0: none yet
			s := client.Status()
			up.SetHealth(wire.Health{Snapshot: number, Offered: s.Offered, Update: uint8(s.Kind)})
			time.Sleep(20 * time.Millisecond)
		}
	})
	return box
}

// empty is the journal of a box that nobody passes.
type empty struct{}

func (empty) Segments(context.Context) ([]journal.Segment, error) { return nil, nil }
func (empty) Read(context.Context, uint64, uint64, int) ([]journal.Sealed, error) {
	return nil, journal.ErrGone
}
func (empty) SetMark(context.Context, uint64, uint64) error   { return nil }
func (empty) LowerMark(context.Context, uint64, uint64) error { return nil }
func (empty) Changed() <-chan struct{}                        { return nil }

// report is what the province sees at its own time.
func (p *province) report() Report {
	p.t.Helper()
	now, err := p.repo.Rollout()
	must(p.t, err)
	return p.fleet.Report(now, p.time())
}

func (p *province) await(what string, is func(Report) bool) {
	p.t.Helper()
	await(p.t, what, func() bool { return is(p.report()) })
}

// The life of a bad snapshot: the canary takes it, the second stage cannot, the
// condition that officers signed pauses it, the third stage never sees it, and
// all go back under a new number.
func TestABadSnapshotIsStoppedAndTakenBack(t *testing.T) {
	p := newProvince(t)
	plan, err := stages.New(2, stages.Options{Canaries: []string{"canary"}, Shares: []int{5000, stages.Everybody}, Begin: p.time(), Wait: time.Hour, MaxPause: 24 * time.Hour, StopIf: []string{"faults>10%"}})
	must(t, err)
	r := publish.Rollout{Snapshot: 2, Plan: &plan}
	p.publish(p.build(1))
	p.enrol("canary", 0)
	p.enrol(inStage(r, 1, 0), 2)
	last := p.enrol(inStage(r, 2, 0), 0)
	p.await("all three have the first", func(r Report) bool { return r.Total().Done == 3 })

	bad := p.build(2)
	must(t, publish.SetPlan(bad, plan))
	p.publish(bad)
	p.await("the canary has the second", func(r Report) bool {
		return r.Stages[0].Done == 1 && r.Stages[1].Waiting == 1 && r.Stages[2].Waiting == 1
	})
	p.now.Add(3600)
	p.await("the second stage fails", func(r Report) bool { return r.Stages[1].Failed == 1 })
	rules, err := ParseRules(plan.StopIf)
	must(t, err)
	if why := NewJudge(rules, 0).Stop(p.report()); why != "faults>10%: 1 of 2" {
		t.Fatalf("judged %q", why)
	}
	_, err = p.repo.Pause(p.online)
	must(t, err)
	p.now.Add(3600)

	back := filepath.Join(t.TempDir(), "back")
	_, err = p.repo.Revert(1, "", back)
	must(t, err)
	p.repo.EndRollout = true
	p.publish(back)
	p.await("all are back", func(r Report) bool { return r.Snapshot == 3 && r.Complete() })
	if kept, err := last.Kept(); err != nil || len(kept) != 2 || kept[0] != 1 || kept[1] != 3 {
		t.Errorf("the last stage holds %v, %v: it was to skip the second", kept, err)
	}
}
