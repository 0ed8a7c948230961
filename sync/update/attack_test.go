package update

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/snapshot"
)

// scene is a box with snapshot 1 in use, snapshot 2 published, and snapshot 3
// signed but not yet published.
type scene struct {
	*province
	*box
	dir      string // the repository that the box asks: what the attacker changes
	old      string // the repository while 1 was the newest
	one, two snapshot.Manifest
}

// newScene copies one scene, which is made once: building layers takes longest.
func newScene(t *testing.T) *scene {
	sceneOnce.Do(func() { makeScene(t) })
	p := newProvince(t, "mau")
	p.repo.Dir, p.builds = copyDir(t, filepath.Join(sceneDir, "repo")), copyDir(t, filepath.Join(sceneDir, "builds"))
	s := &scene{province: p, old: filepath.Join(sceneDir, "old"), one: p.manifest(1), two: p.manifest(2)}
	s.dir = copyDir(t, p.repo.Dir)
	s.box = p.box(copyDir(t, filepath.Join(sceneDir, "state")), Directory(s.dir))
	s.wants(1, 0)
	return s
}

var (
	sceneOnce sync.Once
	sceneDir  string // removed by TestMain
)

func makeScene(t *testing.T) {
	var err error
	sceneDir, err = os.MkdirTemp("", "scene")
	must(t, err)
	p := newProvince(t, "mau")
	p.publish(1, 0, 200)
	must(t, os.CopyFS(filepath.Join(sceneDir, "old"), os.DirFS(p.repo.Dir)))
	p.box(filepath.Join(sceneDir, "state"), Directory(p.repo.Dir)).mustUpdate()
	p.publish(2, 200, 4200)
	must(t, os.CopyFS(filepath.Join(sceneDir, "repo"), os.DirFS(p.repo.Dir)))
	must(t, os.CopyFS(filepath.Join(sceneDir, "builds"), os.DirFS(p.builds)))
}

func (p *province) manifest(n uint64) snapshot.Manifest {
	raw, _, err := snapshot.ReadBundle(filepath.Join(p.builds, fmt.Sprint(n)))
	must(p.t, err)
	m, err := snapshot.PeekManifest(raw)
	must(p.t, err)
	return m
}

func (s *scene) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s *scene) read(name string) []byte {
	b, err := os.ReadFile(s.path(name))
	must(s.province.t, err)
	return b
}

func (s *scene) write(name string, b []byte) {
	must(s.province.t, os.WriteFile(s.path(name), b, 0o644))
}

// stream is where the repository keeps the layer of snapshot 2.
func (s *scene) stream() string { return snapshot.StreamPath(s.two.Layers[0]) }

// resign changes a piece of metadata and signs it with whatever keys the
// attacker has.
func resign[T metadata.Roles](s *scene, name string, change func(*metadata.Metadata[T]), keys ...ed25519.PrivateKey) {
	t := s.province.t
	t.Helper()
	m, err := new(metadata.Metadata[T]).FromFile(s.path(name))
	must(t, err)
	change(m)
	m.ClearSignatures()
	for _, key := range keys {
		signer, err := signature.LoadSigner(key, crypto.Hash(0))
		must(t, err)
		_, err = m.Sign(signer)
		must(t, err)
	}
	must(t, m.ToFile(s.path(name), true))
}

func nothing[T metadata.Roles](*metadata.Metadata[T]) {}

var attacks = map[string]struct {
	want   error
	attack func(s *scene)
}{
	"tampered block": {snapshot.ErrDamaged, func(s *scene) {
		b := s.read(s.stream())
		b[len(b)-3000] ^= 1
		s.write(s.stream(), b)
	}},
	"truncated layer": {snapshot.ErrCut, func(s *scene) {
		b := s.read(s.stream())
		s.write(s.stream(), b[:len(b)-5000])
	}},
	"swapped layers between snapshots": {snapshot.ErrOtherLayer, func(s *scene) {
		s.write(s.stream(), s.read(snapshot.StreamPath(s.one.Layers[0])))
	}},
	"old repository replayed": {ErrRollback, func(s *scene) {
		s.mustUpdate()
		s.dir = s.old
		s.o.Carrier = Directory(s.old)
	}},
	"old manifest under the new name": {ErrReplaced, func(s *scene) {
		b, _, err := snapshot.ReadBundle(filepath.Join(s.builds, "1"))
		must(s.province.t, err)
		s.write(s.manifestName(), append(b, make([]byte, len(s.read(s.manifestName()))-len(b))...))
	}},
	"old snapshot metadata under the new timestamp": {ErrReplaced, func(s *scene) {
		s.write("2.snapshot.json", s.read("1.snapshot.json"))
	}},
	"metadata frozen for 10 days": {ErrStale, func(s *scene) {
		s.box.now = s.box.now.Add(10 * day)
	}},
	"one key short of the threshold": {ErrSignatures, func(s *scene) {
		resign(s, "2.targets.json", nothing[metadata.TargetsType], s.officers[0])
	}},
	"one officer twice": {ErrSignatures, func(s *scene) {
		resign(s, "2.targets.json", nothing[metadata.TargetsType], s.officers[0], s.officers[0])
	}},
	"manifest with one signature": {snapshot.ErrUntrusted, func(s *scene) {
		list, err := snapshot.DecodeSignatures(s.read(s.signaturesName()))
		must(s.province.t, err)
		b, err := snapshot.EncodeSignatures(list[:1])
		must(s.province.t, err)
		s.write(s.signaturesName(), b)
	}},
	"timestamp of a stranger": {ErrSignatures, func(s *scene) {
		resign(s, "timestamp.json", func(m *metadata.Metadata[metadata.TimestampType]) { m.Signed.Version = 99 }, keyOf(77))
	}},
	"online key offers its own snapshot": {ErrSignatures, func(s *scene) {
		resign(s, "2.targets.json", func(m *metadata.Metadata[metadata.TargetsType]) {
			m.Signed.Targets[snapshot.TargetName].Length++
		}, s.online)
	}},
	"revoked key": {ErrSignatures, func(s *scene) {
		s.rotate()
		s.sign3(0, 1) // officer 0 is out of office
	}},
	"root rotation with too few old keys": {ErrRoot, func(s *scene) {
		s.write("2.root.json", s.read("1.root.json"))
		resign(s, "2.root.json", func(m *metadata.Metadata[metadata.RootType]) {
			m.Signed.Version = 2
			s.putIn(m, 3)
		}, s.officers[1], s.officers[3])
	}},
	"root rotation that the new keys did not sign": {ErrRoot, func(s *scene) {
		s.write("2.root.json", s.read("1.root.json"))
		resign(s, "2.root.json", func(m *metadata.Metadata[metadata.RootType]) {
			m.Signed.Version = 2
			for _, out := range []int{0, 1} {
				s.putOut(m, out)
			}
			s.putIn(m, 3)
		}, s.officers[0], s.officers[1])
	}},
	"wrong province": {ErrProvince, func(s *scene) {
		other := newProvince(s.province.t, "khac") // the same officers serve both
		other.publish(1, 0, 10)
		other.publish(2, 0, 10)
		other.publish(3, 0, 10)
		s.dir = other.repo.Dir
		s.o.Carrier = Directory(s.dir)
	}},
	"another province's officers": {ErrRoot, func(s *scene) {
		s.write("2.root.json", s.read("1.root.json"))
		resign(s, "2.root.json", func(m *metadata.Metadata[metadata.RootType]) { m.Signed.Version = 2 }, keyOf(50), keyOf(51))
	}},
	"endless timestamp": {ErrTooLong, func(s *scene) { s.endless("timestamp.json") }},
	"endless root":      {ErrTooLong, func(s *scene) { s.endless("2.root.json") }},
	"endless targets":   {ErrTooLong, func(s *scene) { s.endless("2.targets.json") }},
	"endless manifest":  {ErrTooLong, func(s *scene) { s.endless(s.manifestName()) }},
	"endless signatures": {ErrTooLong, func(s *scene) {
		s.endless(s.signaturesName())
	}},
	"endless layer": {snapshot.ErrDamaged, func(s *scene) { s.endless(s.stream()) }},
	"garbled timestamp": {ErrSignatures, func(s *scene) {
		s.write("timestamp.json", []byte("{"))
	}},
	"empty timestamp": {ErrSignatures, func(s *scene) { s.write("timestamp.json", nil) }},
	"stick pulled half way": {ErrLink, func(s *scene) {
		carrier := count(Directory(s.dir))
		carrier.breakAt = func(name string, at int64) error {
			if name == s.stream() && at > 200_000 {
				_ = os.RemoveAll(s.dir)
				return errors.New("input/output error")
			}
			return nil
		}
		s.o.Carrier = carrier
	}},
}

// After each attack the box says what it was, goes on with what it has, and
// takes the true snapshot in as soon as it can be had.
func TestAttacksFail(t *testing.T) {
	for name, c := range attacks {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			c.attack(s)
			before, err := s.Current()
			must(t, err)
			changed, err := s.Update(t.Context())
			if changed || !errors.Is(err, c.want) {
				t.Fatalf("changed %t; got %v, want %v", changed, err, c.want)
			}
			for other, o := range attacks {
				if o.want != c.want && errors.Is(err, o.want) && !errors.Is(c.want, o.want) && !errors.Is(o.want, c.want) && o.want != snapshot.ErrDamaged {
					t.Errorf("the error is also that of %q: %v", other, err)
				}
			}
			if s.Status().Fault == "" || s.Status().Stale != (c.want == ErrStale) {
				t.Errorf("status %+v", s.Status())
			}
			s.wants(before, map[uint64]int{1: 0, 2: 200}[before])
			s.o.Carrier = Directory(s.repo.Dir)
			s.province.now = s.province.now.Add(11 * day)
			s.province.publishAs(4, 1, 2)
			s.box.now = s.province.now
			s.mustUpdate()
			s.wants(4, 9000)
			if s.Status().Stale {
				t.Error("still stale")
			}
		})
	}
}

// publishAs publishes one person as snapshot n, signed by given officers.
func (p *province) publishAs(n uint64, officers ...int) {
	p.t.Helper()
	dir, _ := p.build(n, 9000, 9001)
	p.sign(dir, officers...)
	_, err := p.repo.Publish(dir, p.online)
	must(p.t, err)
}

func (s *scene) targetSum() []byte {
	m, err := new(metadata.Metadata[metadata.TargetsType]).FromFile(s.path("2.targets.json"))
	must(s.province.t, err)
	return m.Signed.Targets[snapshot.TargetName].Hashes["sha256"]
}

func (s *scene) manifestName() string   { return snapshot.ManifestPath(s.targetSum()) }
func (s *scene) signaturesName() string { return snapshot.SignaturesPath(s.targetSum()) }

// rotate puts officer 3 in the place of officer 0, rightly.
func (s *scene) rotate() {
	must(s.province.t, s.repo.DraftRoot(s.keySet(1, 2, 3), s.online.Public().(ed25519.PublicKey)))
	s.signRoot(1, 2)
}

// sign3 makes snapshot 3 of the true repository, and then has other officers
// sign its metadata in the attacker's copy.
func (s *scene) sign3(officers ...int) {
	dir, _ := s.build(3, 0, 10)
	s.sign(dir, 1, 2)
	_, err := s.repo.Publish(dir, s.online)
	must(s.province.t, err)
	s.dir = copyDir(s.province.t, s.repo.Dir)
	s.o.Carrier = Directory(s.dir)
	var keys []ed25519.PrivateKey
	for _, n := range officers {
		keys = append(keys, s.officers[n])
	}
	resign(s, "3.targets.json", nothing[metadata.TargetsType], keys...)
}

func (s *scene) putIn(m *metadata.Metadata[metadata.RootType], officer int) {
	k, err := metadata.KeyFromPublicKey(s.officers[officer].Public())
	must(s.province.t, err)
	must(s.province.t, errors.Join(m.Signed.AddKey(k, metadata.ROOT), m.Signed.AddKey(k, metadata.TARGETS)))
}

func (s *scene) putOut(m *metadata.Metadata[metadata.RootType], officer int) {
	k, err := metadata.KeyFromPublicKey(s.officers[officer].Public())
	must(s.province.t, err)
	id, err := k.ID()
	must(s.province.t, err)
	must(s.province.t, errors.Join(m.Signed.RevokeKey(id, metadata.ROOT), m.Signed.RevokeKey(id, metadata.TARGETS)))
}

// endless makes a file of the repository go on for ever.
func (s *scene) endless(name string) { s.o.Carrier = flood{s.o.Carrier, name} }

type flood struct {
	Carrier
	name string
}

func (f flood) Open(ctx context.Context, name string, from int64) (io.ReadCloser, error) {
	if name != f.name {
		return f.Carrier.Open(ctx, name, from)
	}
	return io.NopCloser(zeros{}), nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// The clock of a box without battery may say anything; what it is believed is
// decided by the clock package. Whatever comes out, a box with old data gets
// the newest, and a frozen mirror is found out by the newest signed time.
func TestClockAt1970And2040(t *testing.T) {
	for name, wrong := range map[string]time.Time{"1970": time.Unix(30, 0), "zero": {}} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.box.now = wrong
			s.mustUpdate()
			s.wants(2, 200)
			// A year later the same clock does not let a mirror of today pass for
			// fresh: the newest signed time is held against it.
			s.province.now = s.province.now.Add(5 * day)
			s.province.publish(3, 0, 10)
			frozen := copyDir(t, s.repo.Dir)
			s.o.Carrier = Directory(s.repo.Dir)
			s.mustUpdate()
			s.o.Carrier = Directory(frozen)
			s.province.now = s.province.now.Add(100 * day)
			s.province.publish(4, 0, 10)
			must(t, os.WriteFile(filepath.Join(s.state, "update", floorsFile), []byte(fmt.Sprintf(`{"timestamp":3,"snapshot":3,"number":3,"time":%q}`, s.province.now.Format(time.RFC3339))), 0o600))
			if _, err := s.Update(t.Context()); !errors.Is(err, ErrStale) {
				t.Errorf("frozen mirror: %v", err)
			}
			s.wants(3, 0)
		})
	}
	// A clock at 2040 that was believed would call everything stale. Nothing is
	// removed for it, and all is well once it is right again.
	s := newScene(t)
	right := s.box.now
	s.box.now = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrStale) {
		t.Errorf("2040: %v", err)
	}
	s.wants(1, 0)
	s.box.now = right
	s.mustUpdate()
	s.wants(2, 200)
}

// Whatever is lost or torn of what the client keeps, it neither stops nor goes
// back below the snapshot in use.
func TestLostOrTornStateIsRebuilt(t *testing.T) {
	for name, harm := range map[string]func(dir string) error{
		"all lost":     os.RemoveAll,
		"floors empty": func(dir string) error { return os.WriteFile(filepath.Join(dir, floorsFile), nil, 0o600) },
		"floors torn": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, floorsFile), []byte(`{"timest`), 0o600)
		},
		"root empty": func(dir string) error { return os.WriteFile(filepath.Join(dir, "1.root.json"), nil, 0o600) },
		"root torn": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "1.root.json"), bytes.Repeat([]byte{0}, 4096), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.mustUpdate()
			must(t, harm(filepath.Join(s.state, "update")))
			s.o.Carrier = Directory(s.old)
			if changed, err := s.Update(t.Context()); changed || !errors.Is(err, ErrRollback) {
				t.Fatalf("rollback: changed %t, %v", changed, err)
			}
			s.wants(2, 200)
			s.province.publish(3, 0, 10)
			s.o.Carrier = Directory(s.repo.Dir)
			s.mustUpdate()
			s.wants(3, 0)
		})
	}
}

// A change of officers is followed, also by a box that was started anew, and
// does not take the data away that the former officers signed.
func TestRotationIsFollowed(t *testing.T) {
	s := newScene(t)
	s.mustUpdate()
	s.o.Carrier = Directory(s.repo.Dir)
	s.rotate()
	// Until the new officers have signed a snapshot there is nothing they
	// stand for; the data in use stay.
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrSignatures) {
		t.Errorf("nothing signed by the new officers yet: %v", err)
	}
	s.wants(2, 200)
	again := s.province.box(s.state, s.o.Carrier) // restarted
	again.wants(2, 200)
	s.province.publishAs(3, 2, 3)
	again.mustUpdate()
	again.wants(3, 9000)
	if _, err := again.Box.Load(filepath.Join(s.builds, "2"), snapshot.Incoming{}); !errors.Is(err, snapshot.ErrUntrusted) {
		t.Errorf("an older snapshot by former officers from a stick: %v", err)
	}
	// A box that is enrolled with the new officers never sees the first root
	// as one to trust, and begins at the second.
	fresh := s.province.box(t.TempDir(), s.o.Carrier)
	fresh.Client.o.Officers = s.keySet(1, 2, 3)
	fresh.Box.Follow(s.keySet(1, 2, 3), nil)
	fresh.mustUpdate()
	fresh.wants(3, 9000)
}

// A lost online key can have named versions without end; with the key its
// versions are forgotten.
func TestNewOnlineKeyForgetsTheOldKeysVersions(t *testing.T) {
	s := newScene(t)
	resign(s, "timestamp.json", func(m *metadata.Metadata[metadata.TimestampType]) { m.Signed.Version = 1 << 60 }, s.online)
	s.mustUpdate()
	s.o.Carrier = Directory(s.repo.Dir)
	s.province.publish(3, 0, 10)
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrRollback) {
		t.Fatalf("the true timestamp below the forged one: %v", err)
	}
	s.online = keyOf(101)
	must(t, s.repo.DraftRoot(s.keySet(0, 1, 2), s.online.Public().(ed25519.PublicKey)))
	s.signRoot(0, 2)
	must(t, s.repo.Refresh(s.online))
	s.mustUpdate()
	s.wants(3, 0)
}

// A root that has expired makes data stale, and a new one makes them fresh.
func TestExpiredRootIsStaleOnly(t *testing.T) {
	s := newScene(t)
	s.mustUpdate()
	s.province.now = s.province.now.Add(401 * day)
	s.box.now = s.province.now
	must(t, s.repo.Refresh(s.online))
	s.o.Carrier = Directory(s.repo.Dir)
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrStale) {
		t.Fatal(err)
	}
	s.wants(2, 200)
	must(t, s.repo.DraftRoot(s.keySet(0, 1, 2), s.online.Public().(ed25519.PublicKey)))
	s.signRoot(0, 1)
	s.province.publishAs(3, 0, 1)
	s.mustUpdate()
	s.wants(3, 9000)
}
