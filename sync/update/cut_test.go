package update

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"checkpoint/store/lossfs"
	"checkpoint/store/snapshot"
)

// A cut can come while a snapshot arrives, while it is switched to, and while
// the one before the last is removed. After each the tests ask the same: a
// whole snapshot is in use, not an older one than before, what was committed
// need not come again, and the next update brings the newest and leaves nothing
// else on the card.

// The phases in which a cut comes.
const (
	download  = "download"
	switching = "switch"
	cleanUp   = "clean-up"
)

// cutScene is a box that has snapshots 1 and 2, with 2 in use, and is offered 3,
// which makes 1 go. It is made once.
type cutScene struct {
	*province
	image string // the state of the box
	ref   snapshot.LayerRef
	size  int64 // of the stream of snapshot 3's layer
}

const (
	arrivingPeople = 30_000  // three runs of blocks
	lost           = 2 << 20 // at most, of what came: a run that is being written, and one that arrives
)

var (
	cutOnce sync.Once
	cutDir  string // removed by TestMain
)

func newCutScene(t *testing.T) *cutScene {
	cutOnce.Do(func() {
		var err error
		cutDir, err = os.MkdirTemp("", "cut")
		must(t, err)
		p := newProvince(t, "mau")
		for n := range uint64(2) {
			p.publish(n+1, int(n)*100, int(n)*100+100)
			p.box(filepath.Join(cutDir, "state"), Directory(p.repo.Dir)).mustUpdate()
		}
		p.publish(3, 0, arrivingPeople)
		must(t, os.Remove(filepath.Join(cutDir, "state", "snapshot", "arriving"))) // is made anew as on a new box
		must(t, os.CopyFS(filepath.Join(cutDir, "repo"), os.DirFS(p.repo.Dir)))
		must(t, os.CopyFS(filepath.Join(cutDir, "builds"), os.DirFS(p.builds)))
	})
	s := &cutScene{province: newProvince(t, "mau"), image: filepath.Join(cutDir, "state")}
	s.repo.Dir, s.builds = filepath.Join(cutDir, "repo"), filepath.Join(cutDir, "builds")
	s.ref = s.manifest(3).Layers[0]
	var err error
	s.size, err = snapshot.StreamSize(s.ref)
	must(t, err)
	return s
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// committed is how many bytes of the arriving layer are on the card.
func (s *cutScene) committed(dir string) int64 {
	b := snapshot.NewBox(filepath.Join(dir, "snapshot"), s.trust(), s.pepper)
	if exists(filepath.Join(b.LayersDir(), s.ref.FileName())) {
		return s.size
	}
	if !exists(filepath.Join(b.ArrivingDir(), s.ref.FileName())) {
		return 0
	}
	copied := copyDir(s.t, b.ArrivingDir()) // for opening writes
	a, err := snapshot.OpenArrival(s.t.Context(), copied, s.ref)
	must(s.t, err)
	defer a.Close()
	return a.Kept()
}

// usable holds what a cut left against the promise.
func (s *cutScene) usable(dir string) {
	s.t.Helper()
	b := s.box(dir, Directory(s.repo.Dir))
	now, err := b.Current()
	must(s.t, err)
	switch now {
	case 2:
		b.wants(2, 100, 199)
	case 3:
		b.wants(3, 0, arrivingPeople-1)
	default:
		s.t.Fatalf("snapshot %d is in use: neither the one before nor the new one", now)
	}
}

// finish brings the newest to what a cut left, for no more bytes than were not
// committed, and looks at what is on the card then.
func (s *cutScene) finish(dir string) {
	s.t.Helper()
	const head = 64 << 10 // comes once more with each start
	kept := s.committed(dir)
	carrier := count(Directory(s.repo.Dir))
	b := s.box(dir, carrier)
	_, err := b.Update(s.t.Context())
	must(s.t, err)
	b.wants(3, 0, 15_000, arrivingPeople-1)
	if again := carrier.bytes[snapshot.StreamPath(s.ref)]; again > s.size-kept+head {
		s.t.Errorf("%d bytes came, though %d of %d were on the card", again, kept, s.size)
	}
	numbers, err := b.Kept()
	must(s.t, err)
	if !slices.Equal(numbers, []uint64{2, 3}) {
		s.t.Errorf("snapshots on the card: %v", numbers)
	}
	for name, want := range map[string]int{"layers": 2, "arriving": 0, "incoming": 0, "damaged": 0} {
		if found, _ := os.ReadDir(filepath.Join(dir, "snapshot", name)); len(found) != want {
			s.t.Errorf("%d files in %s, want %d", len(found), name, want)
		}
	}
}

// powerCuts cut the power of a file system that forgets what was not synced.
type powerCuts struct {
	*cutScene
	rng  *rand.Rand
	came int64 // bytes of the layer when the power went
}

// cut runs an update whose disk freezes after some changes: from the start, or
// from the moment at which the layer was proven. What is on the card afterwards
// is in out. It is "" when the update was over before.
func (c *powerCuts) cut(t *testing.T, image string, changes int64, proven bool) (out, phase string) {
	t.Helper()
	fs := lossfs.Mount(t, lossfs.Options{Seed: image})
	b := c.box(fs.Dir(), &proving{Directory(c.repo.Dir), c.ref, func() {
		if proven {
			fs.FreezeAfter(changes)
		}
	}})
	c.came = 0
	b.o.Progress = func(_ string, done, _ int64) { c.came = done }
	if !proven {
		fs.FreezeAfter(changes)
	}
	if _, err := b.Update(t.Context()); err == nil {
		return "", ""
	} else if errors.Is(err, snapshot.ErrUntrusted) {
		t.Errorf("a power cut was taken for an attack: %v", err)
	}
	switch now, err := b.Current(); {
	case err == nil && now == 3:
		phase = cleanUp
	case proven:
		phase = switching
	default:
		phase = download
	}
	out = t.TempDir()
	fs.Cut([]lossfs.Mode{lossfs.Drop, lossfs.Tear, lossfs.Tear, lossfs.Keep}[c.rng.IntN(4)], c.rng.Uint64(), out)
	return out, phase
}

// proving is a carrier that tells when a layer is on the card, and proven: the
// client closes it then.
type proving struct {
	Carrier
	ref    snapshot.LayerRef
	proven func()
}

func (p *proving) Open(ctx context.Context, name string, from int64) (io.ReadCloser, error) {
	f, err := p.Carrier.Open(ctx, name, from)
	if err != nil || name != snapshot.StreamPath(p.ref) {
		return f, err
	}
	return &provingFile{f, p.proven}, nil
}

type provingFile struct {
	io.ReadCloser
	proven func()
}

func (f *provingFile) Close() error {
	f.proven()
	return f.ReadCloser.Close()
}

// changes are those of a whole update, and of its part after the layer was
// proven.
func (c *powerCuts) changes(t *testing.T) (all, last int64) {
	fs := lossfs.Mount(t, lossfs.Options{Seed: c.image})
	b := c.box(fs.Dir(), &proving{Directory(c.repo.Dir), c.ref, func() { last = fs.Counters().Changes }})
	b.mustUpdate()
	all = fs.Counters().Changes
	return all, all - last
}

func TestPowerCutsLeaveAUsableSnapshot(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	c := &powerCuts{cutScene: newCutScene(t), rng: rand.New(rand.NewPCG(seed, 1))}
	all, last := c.changes(t)
	// Each of the few changes after the download gets its turn, those of the
	// switch from the first, those of the clean-up from the last.
	turns := map[string]*turn{switching: {from: 0, step: 1, at: 0}, cleanUp: {from: last - 1, step: -1, at: last - 1}}
	for _, phase := range []string{download, switching, cleanUp} {
		wanted, cuts, others := lossfs.Rounds(t, 3), 0, 0
		for cuts < wanted && others <= 20+wanted*10 {
			t.Run(phase, func(t *testing.T) {
				changes := c.rng.Int64N(all - last)
				if turns[phase] != nil {
					changes = turns[phase].next()
				}
				out, hit := c.cut(t, c.image, changes, phase != download)
				if hit != phase {
					others++
					turns[phase].missed(hit)
					return
				}
				cuts++
				c.survived(t, out, phase)
			})
			if t.Failed() {
				t.FailNow()
			}
		}
		t.Logf("%s: %d power cuts, %d came in another phase", phase, cuts, others)
		if cuts < wanted {
			t.Errorf("%s was met %d times only", phase, cuts)
		}
	}
}

// turn goes from one change to the next until they are of another phase, and
// then begins again.
type turn struct{ from, step, at int64 }

func (t *turn) next() int64 {
	at := t.at
	t.at += t.step
	return at
}

func (t *turn) missed(hit string) {
	if t != nil && hit != "" { // else the update was over before
		t.at = t.from
	}
}

// survived looks at what a cut left, has a second cut come whenever it likes,
// and then goes on to the end.
func (c *powerCuts) survived(t *testing.T, out, phase string) {
	c.t = t
	c.usable(out)
	// Later the layer moves to another directory. A file system with a journal
	// does so in one step; this one may lose both names, and all comes again.
	if kept := c.committed(out); phase == download && kept < c.came-lost {
		t.Errorf("%d bytes of %d that came are on the card: more than two runs were lost", kept, c.came)
	}
	if again, _ := c.cut(t, out, c.rng.Int64N(100), false); again != "" {
		c.usable(again)
		out = again
	}
	c.finish(out)
}
