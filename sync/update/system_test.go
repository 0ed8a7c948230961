package update

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/release"
	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
)

var runs = release.Version{Major: 1, Minor: 2}

// newSystemScene is a box that runs system 1.2.0, and takes snapshot 2 and then
// whatever system is offered.
func newSystemScene(t *testing.T) *scene {
	t.Helper()
	s := newScene(t)
	s.dir = s.repo.Dir
	s.o.Carrier, s.o.System, s.o.Running = Directory(s.dir), filepath.Join(s.state, SystemDir), runs
	return s
}

// offers has officers sign a bundle, and the boxes told.
func (s *scene) offers(v release.Version, size int) []byte { return s.offersBy(nil, v, size) }

// offersBy has them sign stages with it.
func (s *scene) offersBy(o *stages.Options, v release.Version, size int) []byte {
	s.province.t.Helper()
	b := bytes.Repeat([]byte(v.String()), size/len(v.String()))
	bundle := filepath.Join(s.province.t.TempDir(), "bundle")
	must(s.province.t, os.WriteFile(bundle, b, 0o600))
	for i := range 2 {
		signed, err := s.repo.SignSystem(bundle, v, o, s.officers[i])
		must(s.province.t, err)
		if signed.Holds != (i == 1) {
			s.province.t.Fatalf("%d signatures: %+v", i+1, signed)
		}
		o = nil // who comes later signs the stages that are there
	}
	must(s.province.t, s.repo.Refresh(s.online))
	return b
}

// has is the bundle that waits to be installed; nil: none.
func (s *scene) has() []byte {
	b, err := os.ReadFile(FetchedSystem(s.state))
	if err != nil && !os.IsNotExist(err) {
		s.province.t.Fatal(err)
	}
	return b
}

func (s *scene) update() error {
	_, err := s.Update(s.province.t.Context())
	return err
}

// A bundle that officers offer comes after the data, once.
func TestANewerSystemIsFetchedOnce(t *testing.T) {
	s := newSystemScene(t)
	want := s.offers(release.Version{Major: 1, Minor: 3}, 300_000)
	carried := count(Directory(s.dir))
	s.o.Carrier = carried
	s.mustUpdate()
	s.wants(2, 200)
	if !bytes.Equal(s.has(), want) {
		t.Fatalf("%d bytes came of %d", len(s.has()), len(want))
	}
	must(t, os.Remove(FetchedSystem(s.state))) // it was installed, and fell back
	must(t, s.update())
	if s.has() != nil {
		t.Error("it came again")
	}
	next := s.offers(release.Version{Major: 1, Minor: 4}, 1000)
	must(t, s.update())
	if !bytes.Equal(s.has(), next) {
		t.Error("the next one did not come")
	}
}

// A broken link costs nothing that came, whether the box notices at once or after
// a restart.
func TestASystemGoesOnWhereTheLinkBroke(t *testing.T) {
	s := newSystemScene(t)
	want := s.offers(release.Version{Major: 2}, 300_000)
	carried := count(Directory(s.dir))
	broken := false
	carried.breakAt = func(name string, at int64) error {
		if !broken && at >= 100_000 && filepath.Ext(name) == ".raucb" {
			broken = true
			return errors.New("unplugged")
		}
		return nil
	}
	s.o.Carrier = carried
	must(t, s.update())
	if !broken || !bytes.Equal(s.has(), want) {
		t.Fatalf("%d bytes came", len(s.has()))
	}
	for name, n := range carried.bytes {
		if filepath.Ext(name) == ".raucb" && n > int64(len(want))+1 {
			t.Errorf("%d bytes were read of %d", n, len(want))
		}
	}
}

// A bundle that is another one on the server is not fetched with every look: it
// would cost a link and a card more than all data do.
func TestASpoiltBundleIsNotFetchedForEver(t *testing.T) {
	s := newSystemScene(t)
	want := s.offers(release.Version{Major: 1, Minor: 3}, 1_000)
	files, err := filepath.Glob(s.path("targets/*." + release.TargetName))
	must(t, err)
	must(t, os.WriteFile(files[0], bytes.Repeat([]byte{1}, len(want)), 0o600))
	carried := count(Directory(s.dir))
	s.o.Carrier = carried
	client := New(s.o)
	for range 10 {
		if _, err := client.Update(t.Context()); !errors.Is(err, ErrReplaced) {
			t.Fatal(err)
		}
	}
	name := "targets/" + filepath.Base(files[0])
	if n := carried.opened[name]; n != spoiltOften {
		t.Errorf("fetched %d times in 10 looks, want %d", n, spoiltOften)
	}
	must(t, os.WriteFile(files[0], want, 0o600))
	client.spoilt.last = client.spoilt.last.Add(-spoiltRest)
	if _, err := client.Update(t.Context()); err != nil || !bytes.Equal(s.has(), want) {
		t.Errorf("once it was mended: %v, %d bytes", err, len(s.has()))
	}
}

// What a box that runs a system never takes: the rest of it, data first, goes on.
func TestSystemsThatABoxRefuses(t *testing.T) {
	newer := release.Version{Major: 1, Minor: 3}
	spoilt := func(s *scene) string {
		files, err := filepath.Glob(s.path("targets/*." + release.TargetName))
		must(t, err)
		return files[0]
	}
	for name, c := range map[string]struct {
		spoil func(s *scene)
		want  error
	}{
		"as old as the one that runs": {func(s *scene) { s.o.Running = newer }, nil},
		"older":                       {func(s *scene) { s.o.Running = release.Version{Major: 2} }, nil},
		"one officer": {func(s *scene) {
			resign(s, "1.system.json", func(*metadata.Metadata[metadata.TargetsType]) {}, s.officers[0])
		}, ErrSignatures},
		"strangers": {func(s *scene) {
			resign(s, "1.system.json", func(*metadata.Metadata[metadata.TargetsType]) {}, keyOf(50), keyOf(51))
		}, ErrSignatures},
		"the online key": {func(s *scene) {
			resign(s, "1.system.json", func(*metadata.Metadata[metadata.TargetsType]) {}, s.online)
		}, ErrSignatures},
		"metadata of the snapshot": {func(s *scene) { s.write("1.system.json", s.read("2.targets.json")) }, ErrReplaced},
		"another bundle":           {func(s *scene) { must(t, os.WriteFile(spoilt(s), bytes.Repeat([]byte{1}, 1_000), 0o600)) }, ErrReplaced},
		"too short":                {func(s *scene) { must(t, os.Truncate(spoilt(s), 500)) }, ErrLink},
		"no bundle":                {func(s *scene) { must(t, os.Remove(spoilt(s))) }, os.ErrNotExist},
		"no room":                  {func(s *scene) { s.o.Reserve = 1 << 60 }, ErrNoRoom},
		"no officer's words":       {func(s *scene) { s.write("1.system.json", []byte("{")) }, ErrSignatures},
		"no version": {func(s *scene) {
			resign(s, "1.system.json", func(m *metadata.Metadata[metadata.TargetsType]) { m.Signed.Targets[release.TargetName].Custom = nil }, s.officers[0], s.officers[1])
		}, ErrReplaced},
		"offered no more": {func(s *scene) { s.box.now = s.box.now.Add(500 * day) }, ErrStale},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSystemScene(t)
			s.mustUpdate() // the data
			s.offers(newer, 1_000)
			c.spoil(s)
			if err := s.update(); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if s.has() != nil {
				t.Error("a bundle waits to be installed")
			}
			s.wants(2, 200)
		})
	}
}

// The metadata of a system are no snapshot's, although the same officers signed.
func TestASystemIsNoSnapshot(t *testing.T) {
	s := newSystemScene(t)
	s.offers(release.Version{Major: 3}, 1_000)
	s.write("2.targets.json", s.read("1.system.json"))
	if err := s.update(); !errors.Is(err, snapshot.ErrUntrusted) {
		t.Error(err)
	}
	resign(s, "1.system.json", func(m *metadata.Metadata[metadata.TargetsType]) { m.Signed.Version = 2 }, s.officers[0], s.officers[1])
	s.write("2.targets.json", s.read("1.system.json"))
	if err := s.update(); !errors.Is(err, snapshot.ErrUntrusted) {
		t.Error(err)
	}
	s.wants(1, 0)
}

// A stick with a repository brings the system, too; a machine without a card
// takes none.
func TestASystemOnAStick(t *testing.T) {
	s := newSystemScene(t)
	want := s.offers(release.Version{Major: 1, Minor: 3}, 1_000)
	stick := t.TempDir()
	_, err := s.repo.Export(stick, s.online)
	must(t, err)
	s.o.Carrier = Directory(stick)
	s.o.System = ""
	must(t, s.update())
	if s.has() != nil {
		t.Error("a machine without a card took a system")
	}
	s.o.System = filepath.Join(s.state, SystemDir)
	must(t, s.update())
	if !bytes.Equal(s.has(), want) {
		t.Error(fmt.Sprint(len(s.has()), " bytes came of the stick"))
	}
}
