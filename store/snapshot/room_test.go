package snapshot_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/store/lossfs"
	"checkpoint/store/snapshot"
)

// What a cut left (half a copy, a snapshot half removed, a layer of nobody)
// does not stay in the way; what serves or is wanted stays.
func TestWhatACutLeftGivesItsRoomBack(t *testing.T) {
	p := newProvince(t)
	dir := filepath.Join(t.TempDir(), "snapshot")
	b := snapshot.NewBox(dir, p.trust, p.pepper)
	var last snapshot.Manifest
	for n := uint64(1); n <= 3; n++ {
		last = p.manifest(n, p.layer(snapshot.LayerBase, n, snapshot.StretchNone, people(0, 10)...))
		_, err := b.Load(p.dir, snapshot.Incoming{})
		p.must(err)
	}
	next := p.manifest(4, p.layer(snapshot.LayerBase, 4, snapshot.StretchNone, people(0, 10)...))
	nobodys := strings.Repeat("0", 64) + ".layer"
	left := []string{"manifests/1/manifest.cbor", "manifests/5/signatures.cbor", "layers/" + nobodys, "incoming/" + nobodys}
	wanted := "layers/" + next.Layers[0].FileName() // moved in when the power went, before the switch
	for _, name := range append(left, wanted) {
		p.must(os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		p.must(os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644))
	}
	p.must(b.Tidy(next))
	for _, name := range left {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, wanted)); err != nil {
		t.Errorf("a layer that arrived is gone: %v", err)
	}
	if r := p.open(b); r.Manifest.Number != last.Number {
		t.Errorf("snapshot %d is in use", r.Manifest.Number)
	}
	r, err := b.OpenPrevious(3)
	p.must(err)
	defer r.Close()
	if r.Manifest.Number != 2 {
		t.Errorf("the snapshot before is %d", r.Manifest.Number)
	}
}

// A stick larger than the card is refused before a byte is copied, and records
// keep their room.
func TestLoadAsksForRoomFirst(t *testing.T) {
	p := newProvince(t)
	fs := lossfs.Mount(t, lossfs.Options{})
	b := snapshot.NewBox(filepath.Join(fs.Dir(), "snapshot"), p.trust, p.pepper)
	one := p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, 10)...)
	p.manifest(1, one)
	_, err := b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	p.manifest(2, p.layer(snapshot.LayerBase, 2, snapshot.StretchNone, people(0, 2000)...))
	fs.SetCapacity(fs.Used() + snapshot.Reserve + 64<<10)
	fs.ResetCounters()
	if _, err := b.Load(p.dir, snapshot.Incoming{}); !errors.Is(err, snapshot.ErrNoRoom) {
		t.Fatalf("loaded onto a full card: %v", err)
	}
	if written := fs.Counters().Bytes; written > 0 {
		t.Errorf("%d bytes were written", written)
	}
	fs.SetCapacity(0)
	_, err = b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	if r := p.open(b); r.Manifest.Number != 2 {
		t.Errorf("with room: snapshot %d", r.Manifest.Number)
	}
}
