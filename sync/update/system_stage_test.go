package update

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/release"
	"checkpoint/store/stages"
)

var newer = release.Version{Major: 1, Minor: 3}

// inStages is a plan of three stages a day apart, with "mau" before all others.
func (s *scene) inStages() *stages.Options {
	return &stages.Options{Canaries: []string{"mau"}, Shares: []int{2000, stages.Everybody}, Begin: s.province.now, Wait: day, MaxPause: 3 * day}
}

// looks has the box look after a time, and tells whether it has the system then.
func (s *scene) looks(after time.Duration) bool {
	s.province.t.Helper()
	s.province.now = s.province.now.Add(after)
	s.box.now = s.province.now
	must(s.province.t, s.repo.Refresh(s.online))
	must(s.province.t, s.update())
	return s.has() != nil
}

// A system goes out by stages, as data do, and by time alone.
func TestASystemWaitsForItsStage(t *testing.T) {
	for id, days := range map[string]int{"mau": 0, "": 0, "other": 2} {
		s := newSystemScene(t)
		s.o.ID = id
		if plan, err := stages.New(1, *s.inStages()); id == "other" {
			must(t, err)
			s.o.ID = inStage(plan, 2)
		}
		s.mustUpdate()
		want := s.offersBy(s.inStages(), newer, 1000)
		for n := range days {
			if s.looks(0) || s.looks(day-time.Second) {
				t.Errorf("%q: it came on day %d", id, n)
			}
			if n := s.Status().System; n == nil || n.Version != newer || n.Held == nil || n.Held.Stage != 3 || n.Held.Of != 3 || n.Held.Paused {
				t.Errorf("%q: it does not say why it waits: %+v", id, n)
			}
			s.looks(time.Second)
		}
		if s.looks(0); !bytes.Equal(s.has(), want) {
			t.Errorf("%q: it has %d bytes of %d", id, len(s.has()), len(want))
		}
		if n := s.Status().System; n == nil || n.Held != nil {
			t.Errorf("%q: it waits still: %+v", id, n)
		}
	}
}

// A pause of a system holds boxes back beside a rollout of data, through the daily
// job, until somebody takes it back, or until the time that officers signed.
func TestAPauseOfASystem(t *testing.T) {
	for _, resumed := range []bool{true, false} {
		s := newSystemScene(t)
		plan, err := stages.New(1, *s.inStages())
		must(t, err)
		s.o.ID = inStage(plan, 1)
		s.mustUpdate()
		s.offersBy(s.inStages(), newer, 1000)
		now, err := s.repo.PauseSystem(s.online)
		must(t, err)
		if !now.Paused || now.Version != newer {
			t.Fatalf("%+v", now)
		}
		for range 4 {
			if s.looks(day) {
				t.Fatal("it came in a pause")
			}
		}
		if n := s.Status().System; n == nil || n.Held == nil || !n.Held.Paused {
			t.Errorf("it does not say why it waits: %+v", n)
		}
		if resumed {
			_, err := s.repo.ResumeSystem(s.online)
			must(t, err)
		} else {
			s.looks(day) // officers allowed no more
		}
		if !s.looks(0) {
			t.Errorf("resumed %t: it did not come", resumed)
		}
	}
}

// A pause, or a later system, that comes while a bundle arrives is heeded before
// somebody can install it; what arrived does not come again.
func TestAPauseWhileABundleArrives(t *testing.T) {
	later := release.Version{Major: 1, Minor: 4}
	for name, c := range map[string]struct {
		happens func(s *scene)
		then    func(s *scene)
		want    release.Version
	}{
		"a pause": {
			func(s *scene) { _, err := s.repo.PauseSystem(s.online); must(t, err) },
			func(s *scene) { _, err := s.repo.ResumeSystem(s.online); must(t, err) }, newer},
		"a later system": {func(s *scene) { s.offersBy(s.inStages(), later, 1000) }, func(*scene) {}, later},
	} {
		s := newSystemScene(t)
		s.o.ID = "mau"
		s.mustUpdate()
		s.offersBy(s.inStages(), newer, 300_000)
		carried := count(Directory(s.dir))
		happened := false
		carried.breakAt = func(name string, at int64) error {
			if !happened && at >= 100_000 && filepath.Ext(name) == ".raucb" {
				happened = true
				c.happens(s)
			}
			return nil
		}
		s.o.Carrier = carried
		if must(t, s.update()); !happened || s.has() != nil {
			t.Errorf("%s: happened %t; %d bytes wait to be installed", name, happened, len(s.has()))
		}
		if n := s.Status().System; n == nil || n.Version != c.want || (n.Held != nil) != (c.want == newer) {
			t.Errorf("%s: it says %+v", name, n)
		}
		c.then(s)
		clear(carried.bytes)
		if must(t, s.update()); !bytes.HasPrefix(s.has(), []byte(c.want.String())) {
			t.Errorf("%s: %.10q waits to be installed, want %s", name, s.has(), c.want)
		}
		for file, n := range carried.bytes {
			if filepath.Ext(file) == ".raucb" && n > 1001 {
				t.Errorf("%s: %d bytes came again", name, n)
			}
		}
	}
}

// Who cannot ask again hands over what officers let it have when it began.
func TestABundleIsHandedOverWithoutTheServer(t *testing.T) {
	s := newSystemScene(t)
	s.o.ID = "mau"
	s.mustUpdate()
	want := s.offersBy(s.inStages(), newer, 1000)
	carried := count(Directory(s.dir))
	came := false
	carried.breakAt = func(name string, at int64) error {
		if came = came || filepath.Ext(name) == ".raucb"; came && filepath.Ext(name) == ".json" {
			return errors.New("unplugged")
		}
		return nil
	}
	s.o.Carrier = carried
	if must(t, s.update()); !bytes.Equal(s.has(), want) {
		t.Errorf("%d bytes of %d wait to be installed", len(s.has()), len(want))
	}
}

// What a box says is offered is what it heard last.
func TestASystemThatIsOfferedNoMore(t *testing.T) {
	s := newSystemScene(t)
	s.o.ID = "other"
	s.mustUpdate()
	s.offersBy(s.inStages(), newer, 1000)
	if must(t, s.update()); s.Status().System == nil {
		t.Fatal("it does not say that a system waits")
	}
	must(t, os.Remove(s.path("1.system.json")))
	if must(t, s.repo.Refresh(s.online)); s.looks(0) || s.Status().System != nil {
		t.Errorf("it says %+v", s.Status().System)
	}
}

// Whoever has the server can take nothing away from a plan.
func TestAPlanOfASystemThatIsChangedOnTheWay(t *testing.T) {
	for name, change := range map[string][2]string{
		"taken out":      {`"rollout"`, `"rollback"`},
		"another canary": {`"mau"`, `"xau"`},
		"a larger share": {`"share": 2000`, `"share": 9000`},
	} {
		s := newSystemScene(t)
		s.o.ID = "xau"
		s.mustUpdate()
		s.offersBy(s.inStages(), newer, 1000)
		signed := s.read("1.system.json")
		changed := bytes.Replace(signed, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(signed, changed) {
			t.Fatalf("%s: nothing was changed in %s", name, signed)
		}
		s.write("1.system.json", changed)
		if err := s.update(); !errors.Is(err, ErrSignatures) || s.has() != nil {
			t.Errorf("%s: %v, %d bytes wait to be installed", name, err, len(s.has()))
		}
		s.wants(2, 200)
	}
}

// A plan of something else, and one that is not understood, may hold somebody back:
// such an offer is refused, whoever signed it.
func TestPlansOfSystemsThatABoxRefuses(t *testing.T) {
	for name, change := range map[string]func(file *metadata.TargetFiles){
		"another offer's": func(file *metadata.TargetFiles) {
			plan, err := stages.New(7, stages.Options{Shares: []int{stages.Everybody}})
			must(t, err)
			file.Custom, err = release.Custom(newer, &plan)
			must(t, err)
		},
		"a field of later": func(file *metadata.TargetFiles) {
			*file.Custom = bytes.Replace(*file.Custom, []byte(`"stages"`), []byte(`"regions":["bac"],"stages"`), 1)
		},
	} {
		s := newSystemScene(t)
		s.mustUpdate()
		s.offersBy(s.inStages(), newer, 1000)
		resign(s, "1.system.json", func(m *metadata.Metadata[metadata.TargetsType]) { change(m.Signed.Targets[release.TargetName]) }, s.officers[0], s.officers[1])
		if err := s.update(); err == nil || s.has() != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
