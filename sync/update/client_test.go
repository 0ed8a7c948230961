package update

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint/store/snapshot"
)

func TestNewestSnapshotIsTakenIn(t *testing.T) {
	p := newProvince(t, "mau")
	one := p.publish(1, 0, 300)
	b := p.box(t.TempDir(), Directory(p.repo.Dir))
	var told []uint64
	b.o.Switched = func(m snapshot.Manifest) { told = append(told, m.Number) }
	b.mustUpdate()
	b.wants(1, 0, 299)
	floors := filepath.Join(b.state, "update", floorsFile)
	before, err := os.Stat(floors)
	must(t, err)
	if changed, err := b.Update(t.Context()); changed || err != nil {
		t.Errorf("nothing new: changed %t, %v", changed, err)
	}
	if after, err := os.Stat(floors); err != nil || !os.SameFile(before, after) {
		t.Errorf("a look that found nothing new wrote to the card, %v", err)
	}
	p.now = p.now.Add(time.Hour)
	p.publish(2, 300, 310, one.Layers...)
	b.mustUpdate()
	b.wants(2, 0, 299, 300, 309)
	if len(told) != 2 || told[1] != 2 {
		t.Errorf("told of %v", told)
	}
	if s := b.Status(); s.Offered != 2 || s.Stale || s.Fault != "" || !s.Until.Equal(p.now.Add(3*day)) {
		t.Errorf("%+v", s)
	}
	if kept, err := b.Kept(); err != nil || len(kept) != 2 {
		t.Errorf("kept %v %v", kept, err)
	}
	if left, _ := os.ReadDir(b.ArrivingDir()); len(left) > 0 {
		t.Errorf("left in the arrivals: %v", left)
	}
}

// A box that hears nobody for longer than the province allows says so, also
// after a restart, and goes on.
func TestWithoutALinkDataGrowStale(t *testing.T) {
	p := newProvince(t, "mau")
	p.publish(1, 0, 10)
	dir := t.TempDir()
	p.box(dir, Directory(p.repo.Dir)).mustUpdate()
	b := p.box(dir, Directory(t.TempDir()))
	b.now = p.now.Add(3*day - time.Minute)
	if s := b.Status(); s.Stale || s.Offered != 1 {
		t.Errorf("within three days: %+v", s)
	}
	b.now = p.now.Add(3*day + time.Minute)
	if _, err := b.Update(t.Context()); !errors.Is(err, ErrLink) {
		t.Error(err)
	}
	if !b.Status().Stale {
		t.Error("after three days without a link: not stale")
	}
	b.wants(1, 0, 9)
}

// An hour's layer costs that layer and 5 KB of metadata, not the base again.
func TestOnlyWhatIsMissingIsFetched(t *testing.T) {
	p := newProvince(t, "mau")
	one := p.publish(1, 0, 2000)
	carrier := count(Directory(p.repo.Dir))
	b := p.box(t.TempDir(), carrier)
	b.mustUpdate()
	two := p.publish(2, 2000, 2010, one.Layers...)
	clear(carrier.bytes)
	b.mustUpdate()
	size, err := snapshot.StreamSize(two.Layers[0])
	must(t, err)
	sum := int64(0)
	for name, n := range carrier.bytes {
		sum += n
		if name == snapshot.StreamPath(one.Layers[0]) {
			t.Error("the base was fetched again")
		}
	}
	if sum > size+8<<10 {
		t.Errorf("%d bytes for a layer of %d", sum, size)
	}
}

// A link that breaks again and again still brings the layer, each byte once.
func TestBrokenLinkGoesOnWhereItBroke(t *testing.T) {
	p := newProvince(t, "mau")
	m := p.publish(1, 0, 20_000)
	name := snapshot.StreamPath(m.Layers[0])
	carrier := count(Directory(p.repo.Dir))
	next := int64(100_000)
	carrier.breakAt = func(file string, at int64) error {
		if file == name && at > next {
			next += 150_000
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	b := p.box(t.TempDir(), carrier)
	b.mustUpdate()
	b.wants(1, 0, 19_999)
	size, err := snapshot.StreamSize(m.Layers[0])
	must(t, err)
	if n := carrier.opened[name]; n < 5 {
		t.Errorf("the link broke %d times only", n-1)
	}
	if n := carrier.bytes[name]; n > size+size/10 {
		t.Errorf("%d bytes for a layer of %d", n, size)
	}
}

// A dead link ends the attempt, keeps what came, and the next one goes on.
func TestDeadLinkKeepsWhatCame(t *testing.T) {
	p := newProvince(t, "mau")
	m := p.publish(1, 0, 30_000)
	name := snapshot.StreamPath(m.Layers[0])
	carrier := count(Directory(p.repo.Dir))
	carrier.breakAt = func(file string, at int64) error {
		if file == name && at > 2_000_000 {
			return errors.New("no route to host")
		}
		return nil
	}
	dir := t.TempDir()
	b := p.box(dir, carrier)
	if _, err := b.Update(t.Context()); !errors.Is(err, ErrLink) || !strings.Contains(b.Status().Fault, "no route") {
		t.Fatalf("%v; status %+v", err, b.Status())
	}
	carrier.breakAt = nil
	clear(carrier.bytes)
	b = p.box(dir, carrier) // the daemon was restarted meanwhile
	b.mustUpdate()
	size, err := snapshot.StreamSize(m.Layers[0])
	must(t, err)
	if n := carrier.bytes[name]; n > size/2 {
		t.Errorf("%d bytes of %d came again", n, size)
	}
	b.wants(1, 0, 29_999)
}

// A snapshot withdrawn while it arrives leaves nothing behind.
func TestArrivalsOfAnotherSnapshotGo(t *testing.T) {
	p := newProvince(t, "mau")
	p.publish(1, 0, 100)
	b := p.box(t.TempDir(), Directory(p.repo.Dir))
	must(t, os.MkdirAll(b.ArrivingDir(), 0o755))
	must(t, os.WriteFile(filepath.Join(b.ArrivingDir(), strings.Repeat("0", 64)+".layer"), []byte("x"), 0o644))
	b.mustUpdate()
	if left, _ := os.ReadDir(b.ArrivingDir()); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// A layer that rots in use is fetched again, and the rotten one is set aside.
func TestSuspectLayerIsReplaced(t *testing.T) {
	p := newProvince(t, "mau")
	m := p.publish(1, 0, 3000)
	b := p.box(t.TempDir(), Directory(p.repo.Dir))
	b.mustUpdate()
	path := filepath.Join(b.LayersDir(), m.Layers[0].FileName())
	rot(t, path)
	r, err := b.Box.Open()
	if err == nil {
		r.Close()
	}
	if changed, err := b.Update(t.Context()); changed || err != nil {
		t.Fatalf("without suspicion: changed %t, %v", changed, err)
	}
	b.Suspect()
	b.mustUpdate()
	b.wants(1, 0, 1000, 2999)
	if _, err := os.Stat(filepath.Join(b.state, "snapshot", "damaged", m.Layers[0].FileName())); err != nil {
		t.Errorf("the damaged layer was not set aside: %v", err)
	}
}

// rot turns a bit in every page of the second half of a file.
func rot(t testing.TB, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	must(t, err)
	for at := len(raw)/2 + 300; at < len(raw); at += 4096 {
		raw[at] ^= 1
	}
	must(t, os.WriteFile(path, raw, 0o644))
}

// What a power cut between arrival and switch leaves may have rotted since.
func TestUnusedLayerOnTheCardIsProvenFirst(t *testing.T) {
	p := newProvince(t, "mau")
	m := p.publish(1, 0, 3000)
	dir := t.TempDir()
	b := p.box(dir, Directory(p.repo.Dir))
	b.mustUpdate()
	must(t, os.Remove(filepath.Join(dir, "snapshot", "current")))
	must(t, os.RemoveAll(filepath.Join(dir, "snapshot", "manifests")))
	rot(t, filepath.Join(b.LayersDir(), m.Layers[0].FileName()))
	b.mustUpdate()
	b.wants(1, 0, 2999)
}

func TestCheckThatSaysNoLeavesTheOldSnapshot(t *testing.T) {
	p := newProvince(t, "mau")
	p.publish(1, 0, 100)
	b := p.box(t.TempDir(), Directory(p.repo.Dir))
	b.mustUpdate()
	p.publish(2, 100, 200)
	no := errors.New("policy does not compile")
	b.o.Check = func(*snapshot.Register) error { return no }
	if _, err := b.Update(t.Context()); !errors.Is(err, no) {
		t.Fatal(err)
	}
	b.wants(1, 0)
	b.o.Check = nil
	b.mustUpdate()
	b.wants(2, 100)
}

func TestOneUpdateAtATime(t *testing.T) {
	p := newProvince(t, "mau")
	p.publish(1, 0, 100)
	dir := t.TempDir()
	b := p.box(dir, Directory(p.repo.Dir))
	other := p.box(dir, Directory(p.repo.Dir))
	unlock, err := other.lock()
	must(t, err)
	if _, err := b.Update(t.Context()); !errors.Is(err, ErrBusy) {
		t.Fatalf("while another runs: %v", err)
	}
	unlock()
	b.mustUpdate()
}

// A technician need not wait for a slow link: what the stick brings is used at
// once, and the download ends as if it had brought it itself.
func TestStickIsLoadedWhileASnapshotArrives(t *testing.T) {
	s := newScene(t)
	carrier := count(Directory(s.dir))
	loaded := false
	carrier.breakAt = func(name string, at int64) error {
		if name == s.stream() && at > 100_000 && !loaded {
			loaded = true
			other := snapshot.NewBox(filepath.Join(s.state, "snapshot"), s.box.trust, s.pepper) // checkpointctl's
			_, err := other.Load(filepath.Join(s.builds, "2"), snapshot.Incoming{})
			must(t, err)
			s.wants(2, 200, 4199)
		}
		return nil
	}
	s.o.Carrier = carrier
	if _, err := s.Update(t.Context()); err != nil || !loaded {
		t.Fatalf("loaded %t, %v", loaded, err)
	}
	s.wants(2, 200, 4199)
	if _, err := s.Update(t.Context()); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(s.ArrivingDir()); len(left) > 0 {
		t.Errorf("the download's own copy stays: %v", left)
	}
}

// A download that begins while a stick is copied waits for the next look.
func TestUpdateWaitsForALoad(t *testing.T) {
	s := newScene(t)
	other := snapshot.NewBox(filepath.Join(s.state, "snapshot"), s.box.trust, s.pepper)
	_, err := other.Load(filepath.Join(s.builds, "2"), snapshot.Incoming{Check: func(*snapshot.Register) error {
		if _, err := s.Update(t.Context()); !errors.Is(err, ErrBusy) {
			t.Errorf("while a stick is copied: %v", err)
		}
		return nil
	}})
	must(t, err)
	if changed, err := s.Update(t.Context()); changed || err != nil {
		t.Errorf("after the stick: changed %t, %v", changed, err)
	}
	s.wants(2, 200)
}
