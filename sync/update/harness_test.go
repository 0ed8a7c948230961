package update

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/lossfs"
	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
)

func TestMain(m *testing.M) {
	if lossfs.Serve() {
		return
	}
	if asked, code := snapshot.ServeExamination(os.Args, os.Stdin, os.Stderr); asked {
		os.Exit(code)
	}
	if updateUntilKilled() {
		return
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each child takes a second longer
	m.Run()
	for _, dir := range []string{sceneDir, cutDir} {
		if dir != "" {
			os.RemoveAll(dir)
		}
	}
}

const day = 24 * time.Hour

// province publishes: four officers, of whom the first three hold office at
// the start and two must agree.
type province struct {
	t        testing.TB
	name     string
	pepper   snapshot.Pepper
	officers []ed25519.PrivateKey
	online   ed25519.PrivateKey
	now      time.Time
	repo     *publish.Repo
	builds   string // signed snapshot directories
}

func keyOf(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(make([]byte, 31), seed))
}

func newProvince(t testing.TB, name string) *province {
	t.Helper()
	p := &province{t: t, name: name, pepper: snapshot.Pepper{1, 2, 3}, online: keyOf(100), now: time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC), builds: t.TempDir()}
	for n := range 4 {
		p.officers = append(p.officers, keyOf(byte(n)))
	}
	p.repo = &publish.Repo{Dir: t.TempDir(), Expiry: publish.DefaultExpiry(), Now: func() time.Time { return p.now }}
	must(t, p.repo.DraftRoot(p.keySet(0, 1, 2), p.online.Public().(ed25519.PublicKey)))
	p.signRoot(0, 1)
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *province) keySet(officers ...int) snapshot.KeySet {
	set := snapshot.KeySet{Threshold: 2}
	for _, n := range officers {
		set.Keys = append(set.Keys, snapshot.PublicKey{Name: fmt.Sprint("officer ", n), Key: snapshot.HexData(p.officers[n].Public().(ed25519.PublicKey))})
	}
	return set
}

func (p *province) trust() snapshot.Trust {
	return snapshot.Trust{Province: p.name, Snapshot: p.keySet(0, 1, 2), RecordsKey: make([]byte, 32)}
}

// signRoot has officers sign the draft; the last signature must make it hold.
func (p *province) signRoot(officers ...int) {
	p.t.Helper()
	holds := false
	for _, n := range officers {
		var err error
		_, holds, err = p.repo.SignRoot(p.officers[n])
		must(p.t, err)
	}
	if !holds {
		p.t.Fatal("the root does not hold")
	}
}

// invented is person i.
func invented(i int) *snapshot.Person {
	return &snapshot.Person{Kind: checkpoint.KindCCCD, Number: fmt.Sprintf("001%09d", i), Birth: checkpoint.Date{Year: 1950 + i%50, Month: 1 + i%12, Day: 1 + i%28}, NameFold: "NGUYEN VAN AN", Sex: checkpoint.Male}
}

// build makes snapshot n with people from..to in a layer of its own, on top of
// others, unsigned.
func (p *province) build(n uint64, from, to int, below ...snapshot.LayerRef) (dir string, m snapshot.Manifest) {
	p.t.Helper()
	dir = filepath.Join(p.builds, fmt.Sprint(n))
	must(p.t, os.MkdirAll(snapshot.LayersDir(dir), 0o755))
	kind := snapshot.LayerBase
	if len(below) > 0 {
		kind = snapshot.LayerDaily
	}
	w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: p.name, Kind: kind, Number: n}, p.pepper)
	must(p.t, err)
	for i := from; i < to; i++ {
		must(p.t, w.Add(snapshot.Entry{Person: invented(i)}))
	}
	ref, err := w.Write(snapshot.LayersDir(dir))
	must(p.t, err)
	for _, l := range below {
		must(p.t, os.Link(filepath.Join(snapshot.LayersDir(filepath.Join(p.builds, fmt.Sprint(n-1))), l.FileName()), filepath.Join(snapshot.LayersDir(dir), l.FileName())))
	}
	m = snapshot.Manifest{Province: p.name, Number: n, Created: p.now.Unix(), Layers: append([]snapshot.LayerRef{ref}, below...), Policy: []byte("x")}
	must(p.t, snapshot.WriteBundle(dir, m))
	return dir, m
}

// sign signs a snapshot directory as officers do.
func (p *province) sign(dir string, officers ...int) {
	p.t.Helper()
	raw, _, err := snapshot.ReadBundle(dir)
	must(p.t, err)
	for _, n := range officers {
		offer, err := publish.Prepare(dir, raw, p.now.Add(p.repo.Expiry.Targets))
		must(p.t, err)
		must(p.t, offer.Sign(p.officers[n]))
	}
}

// publish builds, signs and publishes.
func (p *province) publish(n uint64, from, to int, below ...snapshot.LayerRef) snapshot.Manifest {
	p.t.Helper()
	dir, m := p.build(n, from, to, below...)
	p.sign(dir, 0, 1)
	_, err := p.repo.Publish(dir, p.online)
	must(p.t, err)
	return m
}

// box is a box with its own idea of the time.
type box struct {
	*snapshot.Box
	t     testing.TB
	now   time.Time
	state string
	trust snapshot.Trust
	*Client
}

// box enrols a box whose state lies in dir.
func (p *province) box(dir string, from Carrier) *box {
	p.t.Helper()
	b := &box{t: p.t, now: p.now, state: dir, trust: p.trust()}
	b.Box = snapshot.NewBox(filepath.Join(dir, "snapshot"), b.trust, p.pepper)
	must(p.t, Follow(b.Box, b.trust.Snapshot, filepath.Join(dir, "update")))
	b.Client = New(Options{
		Box: b.Box, Officers: b.trust.Snapshot, Dir: filepath.Join(dir, "update"), Carrier: from,
		Now: func() time.Time { return b.now }, Retry: time.Millisecond, Reserve: 1, Log: slog.New(slog.NewTextHandler(p.t.Output(), nil)),
	})
	return b
}

func (b *box) mustUpdate() {
	b.t.Helper()
	if changed, err := b.Update(b.t.Context()); err != nil || !changed {
		b.t.Fatalf("update: changed %t, %v", changed, err)
	}
}

// wants checks which snapshot is in use, and that it answers.
func (b *box) wants(number uint64, people ...int) {
	b.t.Helper()
	r, err := b.Box.Open()
	must(b.t, err)
	defer r.Close()
	if r.Manifest.Number != number {
		b.t.Errorf("snapshot %d is in use, want %d", r.Manifest.Number, number)
	}
	for _, i := range people {
		who := invented(i)
		if m, err := r.Lookup(checkpoint.Query{Kind: who.Kind, Number: who.Number, Birth: who.Birth}); err != nil || !m.Opened {
			b.t.Errorf("person %d: found %t, opened %t, %v", i, m.Found, m.Opened, err)
		}
	}
}

// copyDir copies a repository, as a thief of yesterday's state would.
func copyDir(t testing.TB, from string) string {
	t.Helper()
	to := t.TempDir()
	must(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

// counted counts what a carrier brings, and can break it.
type counted struct {
	Carrier
	opened  map[string]int
	bytes   map[string]int64
	breakAt func(name string, at int64) error // asked before every read
}

func count(c Carrier) *counted {
	return &counted{Carrier: c, opened: map[string]int{}, bytes: map[string]int64{}}
}

func (c *counted) Open(ctx context.Context, name string, from int64) (io.ReadCloser, error) {
	c.opened[name]++
	f, err := c.Carrier.Open(ctx, name, from)
	if err != nil {
		return nil, err
	}
	return &countedFile{f, c, name, from}, nil
}

type countedFile struct {
	io.ReadCloser
	c    *counted
	name string
	at   int64
}

func (f *countedFile) Read(p []byte) (int, error) {
	if f.c.breakAt != nil {
		if err := f.c.breakAt(f.name, f.at); err != nil {
			return 0, err
		}
	}
	n, err := f.ReadCloser.Read(p)
	f.at += int64(n)
	f.c.bytes[f.name] += int64(n)
	return n, err
}
