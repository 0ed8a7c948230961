package update

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"checkpoint/store/lossfs"
	"checkpoint/store/snapshot"
)

// rounds is how often a crash test crashes: CHECKPOINT_SOAK asks for more.
func rounds(t *testing.T, normal int) int {
	t.Helper()
	soak := os.Getenv("CHECKPOINT_SOAK")
	if soak == "" {
		return normal
	}
	n, err := strconv.Atoi(soak)
	if err != nil || n < 1 {
		t.Fatalf("CHECKPOINT_SOAK=%q: want a number of crashes", soak)
	}
	return n
}

// Whenever the power goes (download, switch, clean-up) a whole snapshot is in
// use afterwards, never an older one than before, and updates go on by
// themselves to the newest.
func TestPowerCutsLeaveAUsableSnapshot(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	p := newProvince(t, "mau")
	first := p.publish(1, 0, 100)
	image := t.TempDir()
	p.box(image, Directory(p.repo.Dir)).mustUpdate()
	p.publish(2, 100, 14_000, first.Layers...) // more than one run of blocks
	next, current, cuts := uint64(3), uint64(1), 0
	for round := range rounds(t, 15) {
		out := t.TempDir()
		offered := next - 1
		t.Run("cut", func(t *testing.T) {
			fs := lossfs.Mount(t, lossfs.Options{Seed: image})
			b := p.box(fs.Dir(), Directory(p.repo.Dir))
			b.Box = snapshot.NewBox(filepath.Join(fs.Dir(), "snapshot"), b.trust, p.pepper)
			fs.FreezeAfter(rng.Int64N(int64(40 + 160*(round%3))))
			_, err := b.Update(t.Context())
			if err != nil {
				cuts++
			}
			if errors.Is(err, snapshot.ErrUntrusted) {
				t.Errorf("a power cut was taken for an attack: %v", err)
			}
			fs.Cut([]lossfs.Mode{lossfs.Drop, lossfs.Tear, lossfs.Tear, lossfs.Keep}[rng.IntN(4)], rng.Uint64(), out)
		})
		b := p.box(out, Directory(p.repo.Dir))
		now, err := b.Current()
		must(t, err)
		if now < current || now > offered {
			t.Fatalf("snapshot %d after the cut, %d before it, %d offered", now, current, offered)
		}
		b.wants(now, 0)
		image, current = out, now
		if current == offered || round%5 == 4 { // go on from the newest, on a whole disk
			if _, err := b.Update(t.Context()); err != nil {
				t.Fatalf("round %d: update after the cut: %v", round, err)
			}
			b.wants(offered, 0)
			current = offered
			p.publish(next, int(10_000*next), int(10_000*next)+6_500, p.manifest(1).Layers...)
			next++
		}
	}
	b := p.box(image, Directory(p.repo.Dir))
	_, err := b.Update(t.Context())
	must(t, err)
	b.wants(next-1, 0)
	t.Logf("%d cuts hit, %d snapshots", cuts, next-1)
}

// A card that fills up half way keeps the old snapshot and what came; with
// room again the rest comes.
func TestDiskFullHalfWay(t *testing.T) {
	p := newProvince(t, "mau")
	p.publish(1, 0, 100)
	image := t.TempDir()
	p.box(image, Directory(p.repo.Dir)).mustUpdate()
	m := p.publish(2, 100, 30_000)
	size, err := snapshot.StreamSize(m.Layers[0])
	must(t, err)
	fs := lossfs.Mount(t, lossfs.Options{Seed: image})
	carrier := count(Directory(p.repo.Dir))
	b := p.box(fs.Dir(), carrier)

	fs.SetCapacity(fs.Used() + size/2)
	if _, err := b.Update(t.Context()); !errors.Is(err, ErrNoRoom) {
		t.Fatalf("not enough room from the start: %v", err)
	}
	if carrier.bytes[snapshot.StreamPath(m.Layers[0])] > 0 {
		t.Error("began to fetch what has no room")
	}
	b.wants(1, 0)

	fs.SetCapacity(0)
	full := false
	carrier.breakAt = func(name string, at int64) error { // others fill the card meanwhile
		if at > size/2 && !full {
			full = true
			fs.SetCapacity(fs.Used() + 64<<10)
		}
		return nil
	}
	if _, err := b.Update(t.Context()); !errors.Is(err, ErrNoRoom) {
		t.Fatalf("full half way: %v", err)
	}
	b.wants(1, 0)
	fs.SetCapacity(0)
	clear(carrier.bytes)
	b.mustUpdate()
	b.wants(2, 100, 29_999)
	if n := carrier.bytes[snapshot.StreamPath(m.Layers[0])]; n > size*3/4 {
		t.Errorf("%d of %d bytes came again", n, size)
	}
}

// What a download costs the card: the bytes once, and little more.
func TestWritesAreBounded(t *testing.T) {
	p := newProvince(t, "mau")
	m := p.publish(1, 0, 30_000)
	size, err := snapshot.StreamSize(m.Layers[0])
	must(t, err)
	fs := lossfs.Mount(t, lossfs.Options{})
	b := p.box(fs.Dir(), Directory(p.repo.Dir))
	b.mustUpdate()
	c := fs.Counters()
	t.Logf("stream %d bytes; written %d in %d writes, %d syncs of files, %d of directories", size, c.Bytes, c.Writes, c.Syncs, c.DirSyncs)
	if c.Bytes > size*13/10 {
		t.Errorf("%d bytes written for a layer of %d", c.Bytes, size)
	}
}
