package update

import (
	"bytes"
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

// What whoever has the server or the online key can do about a plan: nothing. What
// is not understood of one may hold somebody back, and is refused.
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
