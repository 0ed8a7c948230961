package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
)

// plan is a rollout of snapshot n from now on: the canary "mau", 20 %, all,
// half an hour apart.
func (p *province) plan(n uint64) stages.Plan {
	p.t.Helper()
	plan, err := stages.New(n, stages.Options{Canaries: []string{"mau"}, Shares: []int{2000, stages.Everybody}, Begin: p.now, Wait: 30 * time.Minute, MaxPause: day})
	must(p.t, err)
	return plan
}

// publishPlanned builds, signs and publishes snapshot n with a plan.
func (p *province) publishPlanned(n uint64, plan stages.Plan, below ...snapshot.LayerRef) {
	p.t.Helper()
	dir, _ := p.build(n, 200, 210, below...)
	must(p.t, publish.SetPlan(dir, plan))
	p.sign(dir, 0, 1)
	_, err := p.repo.Publish(dir, p.online)
	must(p.t, err)
}

// inStage finds a box id that a plan draws into a stage.
func inStage(plan stages.Plan, stage int) string {
	for i := 0; ; i++ {
		if id := fmt.Sprint("box-", i); plan.Of(id) == stage {
			return id
		}
	}
}

// fleet is a province with snapshot 1 on three boxes, one in each stage of the
// rollout of snapshot 2, which they fetch over HTTPS.
type fleet struct {
	*province
	plan  stages.Plan
	boxes []*box
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{province: newProvince(t, "mau")}
	f.publish(1, 0, 200)
	f.plan = f.province.plan(2)
	from := carrier(t, http.FileServer(http.Dir(f.repo.Dir)), HTTPSOptions{})
	for _, id := range []string{"mau", inStage(f.plan, 1), inStage(f.plan, 2)} {
		b := f.box(t.TempDir(), count(from))
		b.o.ID = id
		b.mustUpdate()
		f.boxes = append(f.boxes, b)
	}
	return f
}

// at has every box look at a time, and checks which snapshots are then in use.
func (f *fleet) at(after time.Duration, want ...uint64) {
	f.t.Helper()
	f.province.now = f.plan.Stages[0].NotBefore.Add(after)
	for i, b := range f.boxes {
		b.now = f.province.now
		if _, err := b.Update(f.t.Context()); err != nil {
			f.t.Errorf("%s, box %d: %v", after, i, err)
		}
		if n, err := b.Current(); err != nil || n != want[i] {
			f.t.Errorf("%s, box %d has snapshot %d, want %d, %v", after, i, n, want[i], err)
		}
	}
}

func (f *fleet) setPause(pause bool) {
	f.t.Helper()
	set := f.repo.Resume
	if pause {
		set = f.repo.Pause
	}
	_, err := set(f.online)
	must(f.t, err)
}

// Once it is published a rollout advances by time alone: no key is touched.
func TestStagesAdvanceByTimeAlone(t *testing.T) {
	f := newFleet(t)
	f.publishPlanned(2, f.plan)
	f.at(0, 2, 1, 1)
	last := f.boxes[2].Status()
	if want := (Held{Stage: 3, Of: 3, NotBefore: f.plan.Last()}); last.Held == nil || *last.Held != want || last.Offered != 2 || last.Fault != "" {
		t.Errorf("status %+v, held %+v", last, last.Held)
	}
	f.at(30*time.Minute-time.Second, 2, 1, 1)
	f.at(30*time.Minute, 2, 2, 1)
	f.at(time.Hour, 2, 2, 2)
	if s := f.boxes[2].Status(); s.Held != nil {
		t.Errorf("still held: %+v", s.Held)
	}
}

func TestPauseHoldsUntilResumed(t *testing.T) {
	f := newFleet(t)
	f.publishPlanned(2, f.plan)
	f.at(0, 2, 1, 1)
	f.setPause(true)
	f.at(2*time.Hour, 2, 1, 1)
	must(t, f.repo.Refresh(f.online)) // the daily job does not lose it
	f.at(3*time.Hour, 2, 1, 1)
	if h := f.boxes[1].Status().Held; h == nil || !h.Paused {
		t.Errorf("held: %+v", h)
	}
	f.setPause(false)
	f.at(4*time.Hour, 2, 2, 2)
}

// A thief of the online key can delay a rollout no longer than officers said.
func TestPauseEndsWhenOfficersSaid(t *testing.T) {
	f := newFleet(t)
	f.publishPlanned(2, f.plan)
	f.setPause(true)
	f.at(f.plan.PauseUntil.Sub(f.plan.Stages[0].NotBefore)-time.Second, 1, 1, 1)
	f.at(f.plan.PauseUntil.Sub(f.plan.Stages[0].NotBefore), 2, 2, 2)
}

// A pause of another rollout is no pause of this one.
func TestPauseNamesItsRollout(t *testing.T) {
	s := newScene(t)
	s.mustUpdate()
	s.publishPlanned(3, s.province.plan(3))
	s.dir = copyDir(t, s.repo.Dir)
	s.o.Carrier, s.o.ID = Directory(s.dir), "mau"
	resign(s, "timestamp.json", func(m *metadata.Metadata[metadata.TimestampType]) {
		m.Signed.UnrecognizedFields = stages.SetPauses(m.Signed.UnrecognizedFields, stages.Pauses{Data: 2})
	}, s.online)
	s.mustUpdate()
	s.wants(3, 200)
}

// An abort is a new number with the old layers. Who had taken the bad one goes
// back without fetching a layer, who waited never sees it.
func TestAbortReusesTheLayersOnTheBox(t *testing.T) {
	f := newFleet(t)
	f.publishPlanned(2, f.plan)
	f.at(0, 2, 1, 1)
	f.setPause(true)
	f.repo.EndRollout = true
	back := filepath.Join(f.builds, "back")
	m, err := f.repo.Revert(1, "", back)
	must(t, err)
	f.sign(back, 0, 1)
	_, err = f.repo.Publish(back, f.online)
	must(t, err)
	for _, b := range f.boxes {
		clear(b.o.Carrier.(*counted).opened)
	}
	f.at(time.Minute, 3, 3, 3)
	for i, b := range f.boxes {
		b.wants(m.Number, 0, 199)
		for name := range b.o.Carrier.(*counted).opened {
			if strings.HasPrefix(name, "layers/") {
				t.Errorf("box %d fetched %s again", i, name)
			}
		}
	}
}

// A box with nothing to check people by does not wait, and nor does somebody
// who loads by hand.
func TestWhoDoesNotWait(t *testing.T) {
	f := newFleet(t)
	f.publishPlanned(2, f.plan)
	f.setPause(true)
	fresh := f.box(t.TempDir(), Directory(f.repo.Dir))
	fresh.o.ID = inStage(f.plan, 2)
	fresh.mustUpdate()
	fresh.wants(2, 200)
	byHand := f.boxes[2]
	byHand.o.ID = ""
	byHand.mustUpdate()
	byHand.wants(2, 200)
}

// A box without trusted time reckons from the newest signed time. It is never
// early, also when the newest signed time is that of the snapshot it waits for.
func TestBoxWithoutTrustedTimeIsNeverEarly(t *testing.T) {
	f := newFleet(t)
	f.publishPlanned(2, f.plan)
	b := f.boxes[1]
	var signed time.Time // from here its clock reckons
	b.o.Signed = func(t time.Time) { signed = t }
	for _, wrong := range []time.Time{{}, time.Unix(30, 0)} {
		b.now = wrong
		if changed, err := b.Update(t.Context()); changed || err != nil || b.Status().Held == nil {
			t.Errorf("at %s: changed %t, %v", wrong, changed, err)
		}
	}
	if !signed.Equal(f.plan.Stages[0].NotBefore) { // snapshot 2 was made then
		t.Errorf("newest signed time %s", signed)
	}
	b.now = f.plan.Stages[1].NotBefore // what the clock reckons once it has run long enough
	b.mustUpdate()
}

// While it waits, a damaged layer of the snapshot in use is fetched again. When
// it is not to be had any more, the newer snapshot is better than none.
func TestDamageIsMendedWhileABoxWaits(t *testing.T) {
	f := newFleet(t)
	f.publishPlanned(2, f.plan)
	b := f.boxes[2]
	layer := f.manifest(1).Layers[0]
	rot(t, filepath.Join(b.LayersDir(), layer.FileName()))
	b.Suspect()
	b.mustUpdate()
	b.wants(1, 0, 199)
	if b.Status().Held == nil {
		t.Error("mended, and no longer held")
	}
	rot(t, filepath.Join(b.LayersDir(), layer.FileName()))
	must(t, os.Remove(filepath.Join(f.repo.Dir, filepath.FromSlash(snapshot.StreamPath(layer)))))
	b.Suspect()
	b.mustUpdate()
	b.wants(2, 200)
}

// A pause, or another snapshot, that comes while layers arrive is heeded
// before the switch.
func TestPauseDuringTheDownloadIsHeeded(t *testing.T) {
	f := newFleet(t)
	f.publishPlanned(2, f.plan)
	b := f.boxes[0]
	from := b.o.Carrier.(*counted)
	stop := func() { f.setPause(true) }
	from.breakAt = func(name string, _ int64) error {
		if strings.HasPrefix(name, "layers/") && stop != nil {
			stop()
			stop = nil
		}
		return nil
	}
	if changed, err := b.Update(t.Context()); changed || err != nil || stop != nil {
		t.Fatalf("changed %t, %v", changed, err)
	}
	f.at(0, 1, 1, 1)
	f.setPause(false)
	clear(from.bytes)
	f.at(0, 2, 1, 1)
	for name, n := range from.bytes {
		if strings.HasPrefix(name, "layers/") && n > 200 { // the head is read to go on
			t.Errorf("%d bytes of %s came again", n, name)
		}
	}
}

// What nobody but officers may say, and what nobody but the online key may.
func TestForgedPlansAndPauses(t *testing.T) {
	custom := func(p stages.Plan) *json.RawMessage {
		raw, err := p.Custom()
		must(t, err)
		return raw
	}
	type targets = metadata.Metadata[metadata.TargetsType]
	type timestamp = metadata.Metadata[metadata.TimestampType]
	pause := func(m *timestamp) {
		m.Signed.UnrecognizedFields = stages.SetPauses(m.Signed.UnrecognizedFields, stages.Pauses{Data: 2})
	}
	for name, c := range map[string]struct {
		want   error
		attack func(s *scene, p stages.Plan)
	}{
		"plan put in without officers": {ErrSignatures, func(s *scene, p stages.Plan) {
			p.Stages[0].NotBefore = p.Stages[0].NotBefore.Add(-day)
			resign(s, "3.targets.json", func(m *targets) { m.Signed.Targets[snapshot.TargetName].Custom = custom(p) }, s.online)
		}},
		"plan taken out": {ErrSignatures, func(s *scene, _ stages.Plan) {
			resign(s, "3.targets.json", func(m *targets) { m.Signed.Targets[snapshot.TargetName].Custom = nil }, s.officers[0], s.online)
		}},
		"plan changed under the officers' signatures": {ErrSignatures, func(s *scene, _ stages.Plan) {
			s.write("3.targets.json", []byte(strings.Replace(string(s.read("3.targets.json")), `"share": 2000`, `"share": 9000`, 1)))
		}},
		"plan of another snapshot, signed by mistake": {ErrPlan, func(s *scene, p stages.Plan) {
			p.Snapshot, p.Rollout = 2, 2
			resign(s, "3.targets.json", func(m *targets) { m.Signed.Targets[snapshot.TargetName].Custom = custom(p) }, s.officers[0], s.officers[1])
		}},
		"pause by an officer": {ErrSignatures, func(s *scene, _ stages.Plan) {
			resign(s, "timestamp.json", pause, s.officers[0])
		}},
		"pause by a stranger": {ErrSignatures, func(s *scene, _ stages.Plan) {
			resign(s, "timestamp.json", pause, keyOf(77))
		}},
		"pause without words": {ErrPlan, func(s *scene, _ stages.Plan) {
			resign(s, "timestamp.json", func(m *timestamp) {
				m.Signed.UnrecognizedFields = map[string]any{"paused_rollout": "all"}
			}, s.online)
		}},
		"old pause replayed": {ErrRollback, func(s *scene, _ stages.Plan) {
			dir := copyDir(t, s.province.repo.Dir)
			_, err := s.province.repo.Pause(s.online)
			must(t, err)
			paused := copyDir(t, s.province.repo.Dir)
			_, err = s.province.repo.Resume(s.online)
			must(t, err)
			s.o.Carrier = Directory(s.province.repo.Dir)
			if _, err := s.Update(t.Context()); err != nil {
				t.Error(err)
			}
			s.dir, s.o.Carrier = dir, Directory(paused)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.mustUpdate()
			plan := s.province.plan(3)
			s.publishPlanned(3, plan)
			s.dir = copyDir(t, s.repo.Dir)
			s.o.Carrier, s.o.ID = Directory(s.dir), inStage(plan, 2)
			c.attack(s, plan)
			if changed, err := s.Update(t.Context()); changed || !errors.Is(err, c.want) {
				t.Errorf("changed %t, %v; want %v", changed, err, c.want)
			}
			s.wants(2, 200)
		})
	}
}

func TestFaultsAreToldApart(t *testing.T) {
	for want, err := range map[Fault]error{
		NoFault: nil, LinkFault: fmt.Errorf("x: %w", ErrLink), StaleFault: ErrStale, RoomFault: ErrNoRoom,
		TrustFault: ErrRoot, DamageFault: snapshot.ErrDamaged, OtherFault: fs.ErrPermission,
	} {
		if got := kindOf(err); got != want {
			t.Errorf("%v: kind %d, want %d", err, got, want)
		}
	}
}
