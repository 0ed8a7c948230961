package update

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/store/lossfs"
	"checkpoint/store/snapshot"
)

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
		if at > size*4/5 && !full { // the first run is on the card by then
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
	if n := carrier.bytes[snapshot.StreamPath(m.Layers[0])]; n > size-900_000 {
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

// A card that is full of what a power cut left makes room for the next snapshot
// by itself.
func TestWhatACutLeftIsNotInTheWay(t *testing.T) {
	p := newProvince(t, "mau")
	p.publish(1, 0, 100)
	image := t.TempDir()
	b := p.box(image, Directory(p.repo.Dir))
	b.mustUpdate()
	must(t, os.WriteFile(filepath.Join(b.LayersDir(), strings.Repeat("0", 64)+".layer"), make([]byte, 4<<20), 0o644))
	p.publish(2, 100, 20_000)
	fs := lossfs.Mount(t, lossfs.Options{Seed: image})
	fs.SetCapacity(fs.Used() + 1<<20)
	b = p.box(fs.Dir(), Directory(p.repo.Dir))
	b.mustUpdate()
	b.wants(2, 100, 19_999)
}

// A card that gives back another bit than was written is noticed while the
// layer comes: that file is set aside, and the layer comes again.
func TestWhatTheCardLosesComesAgain(t *testing.T) {
	p := newProvince(t, "mau")
	p.publish(1, 0, 100)
	carrier := count(Directory(p.repo.Dir))
	b := p.box(t.TempDir(), carrier)
	b.mustUpdate()
	m := p.publish(2, 100, 20_000)
	lost := false
	carrier.breakAt = func(name string, at int64) error {
		if at < 500_000 || lost { // by then some of it is with the card, and not yet read back
			return nil
		}
		lost = true
		f, err := os.OpenFile(filepath.Join(b.ArrivingDir(), m.Layers[0].FileName()), os.O_RDWR, 0)
		must(t, err)
		defer f.Close()
		one := make([]byte, 1)
		_, err = f.ReadAt(one, 20_000)
		must(t, err)
		one[0] ^= 1
		_, err = f.WriteAt(one, 20_000)
		return err
	}
	b.mustUpdate()
	b.wants(2, 100, 19_999)
	if set, err := filepath.Glob(filepath.Join(b.state, "snapshot", "damaged", "*.layer")); err != nil || len(set) != 1 || !lost {
		t.Errorf("set aside: %v, %v", set, err)
	}
}
