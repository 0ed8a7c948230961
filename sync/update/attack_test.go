package update

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/snapshot"
)

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
