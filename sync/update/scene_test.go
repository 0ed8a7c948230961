package update

import (
	"crypto"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

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
