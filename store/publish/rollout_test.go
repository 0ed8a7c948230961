package publish_test

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
)

var morning = time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC)

// planned is a snapshot directory with a plan of two stages an hour apart.
func planned(t *testing.T, n uint64, begin time.Time) (dir string, p stages.Plan) {
	t.Helper()
	dir = built(t, "mau", n)
	p, err := stages.New(n, stages.Options{Shares: []int{1000, stages.Everybody}, Begin: begin, Wait: time.Hour, MaxPause: 24 * time.Hour})
	must(t, err)
	must(t, publish.SetPlan(dir, p))
	return dir, p
}

// timed is a repository at a time of the test's choosing, with snapshot 1.
func timed(t *testing.T) (r *publish.Repo, now *time.Time) {
	t.Helper()
	r, now = begun(t), new(time.Time)
	*now = morning
	r.Now = func() time.Time { return *now }
	publishAll(t, r, sign(t, built(t, "mau", 1), morning.AddDate(0, 0, 30), 1, 2))
	return r, now
}

func publishAll(t *testing.T, r *publish.Repo, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		_, err := r.Publish(dir, online)
		must(t, err)
	}
}

func TestPlanIsPartOfWhatOfficersSign(t *testing.T) {
	r, now := timed(t)
	dir, plan := planned(t, 2, *now)
	fresh := now.AddDate(0, 0, 30)
	sign(t, dir, fresh, 1, 2)
	changed, err := stages.New(2, stages.Options{Shares: []int{stages.Everybody}, Begin: *now})
	must(t, err)
	must(t, publish.SetPlan(dir, changed))
	if _, err := r.Publish(dir, online); !errors.Is(err, snapshot.ErrUntrusted) {
		t.Errorf("another plan than the officers signed: %v", err)
	}
	must(t, publish.SetPlan(dir, plan))
	publishAll(t, r, sign(t, dir, fresh, 1, 2))
	got, err := r.Rollout()
	if err != nil || got.Snapshot != 2 || got.Paused || !stages.Equal(got.Plan, &plan) || !got.Running(*now) || got.Running(now.Add(time.Hour)) {
		t.Errorf("%+v, %v", got, err)
	}
	dir, _ = planned(t, 3, *now)
	if _, err := publish.Prepare(dir, manifestOf(t, dir), now.Add(25*time.Hour-time.Minute)); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("stale before the last box may take it: %v", err)
	}
	must(t, os.WriteFile(filepath.Join(dir, "rollout.json"), []byte(`{"rollout":{}}`), 0o644))
	if _, err := publish.Prepare(dir, manifestOf(t, dir), fresh); !errors.Is(err, stages.ErrPlan) {
		t.Errorf("a plan that does not hold: %v", err)
	}
}

// A nightly job must not end a rollout by publishing past it, nor begin one in
// the middle.
func TestPublishingDoesNotBreakARollout(t *testing.T) {
	r, now := timed(t)
	fresh := now.AddDate(0, 0, 30)
	two, plan := planned(t, 2, *now)
	sign(t, two, fresh, 1, 2)
	*now = morning.Add(time.Hour)
	if _, err := r.Publish(two, online); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("published when both stages had begun: %v", err)
	}
	*now = morning.Add(time.Minute)
	publishAll(t, r, two, two)
	three := sign(t, built(t, "mau", 3), fresh, 1, 2)
	if _, err := r.Publish(three, online); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("to everybody during a rollout: %v", err)
	}
	_, err := r.Pause(online)
	must(t, err)
	next, err := plan.For(3)
	must(t, err)
	must(t, publish.SetPlan(three, next))
	publishAll(t, r, sign(t, three, fresh, 1, 2))
	if got, err := r.Rollout(); err != nil || got.Snapshot != 3 || !got.Paused {
		t.Errorf("the pause of a rollout that is continued: %+v, %v", got, err)
	}
	four := sign(t, built(t, "mau", 4), fresh, 1, 2)
	*now = morning.Add(2 * time.Hour)
	if _, err := r.Publish(four, online); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("past a paused rollout: %v", err)
	}
	r.EndRollout = true
	publishAll(t, r, four)
	if got, err := r.Rollout(); err != nil || got.Snapshot != 4 || got.Plan != nil || got.Paused {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPauseLastsUntilResumedAndIsRefreshed(t *testing.T) {
	r, now := timed(t)
	if _, err := r.Pause(online); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("there is nothing to pause: %v", err)
	}
	two, plan := planned(t, 2, *now)
	publishAll(t, r, sign(t, two, now.AddDate(0, 0, 30), 1, 2))
	if got, err := r.Pause(online); err != nil || !got.Paused {
		t.Fatalf("%+v, %v", got, err)
	}
	must(t, r.Refresh(online))
	if got, err := r.Rollout(); err != nil || !got.Paused || !got.Running(plan.PauseUntil.Add(-time.Second)) || got.Running(plan.PauseUntil) {
		t.Errorf("after a refresh: %+v, %v", got, err)
	}
	if got, err := r.Resume(online); err != nil || got.Paused {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := r.Pause(keyOf(1)); err == nil {
		t.Error("an officer's key is not the online key, and paused")
	}
	*now = plan.PauseUntil
	if _, err := r.Pause(online); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("past what officers allowed: %v", err)
	}
}

// Jobs that run at the same moment lose nothing of each other.
func TestPauseIsNotLostToARefresh(t *testing.T) {
	r, now := timed(t)
	two, _ := planned(t, 2, *now)
	publishAll(t, r, sign(t, two, now.AddDate(0, 0, 30), 1, 2))
	var jobs sync.WaitGroup
	for range 5 {
		jobs.Go(func() {
			if err := r.Refresh(online); err != nil {
				t.Error(err)
			}
		})
	}
	_, err := r.Pause(online)
	must(t, err)
	jobs.Wait()
	if got, err := r.Rollout(); err != nil || !got.Paused {
		t.Errorf("%+v, %v", got, err)
	}
}

// The way back is a new number. The repository keeps what an abort needs as
// long as the rollout may be aborted.
func TestRevertCarriesTheOldLayersUnderANewNumber(t *testing.T) {
	r, now := timed(t)
	fresh := now.AddDate(0, 0, 30)
	if _, err := r.Revert(1, "", t.TempDir()); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("back to the newest: %v", err)
	}
	two, plan := planned(t, 2, *now)
	publishAll(t, r, sign(t, two, fresh, 1, 2))
	for n := uint64(3); n <= 5; n++ { // hours that continue the rollout
		dir := built(t, "mau", n)
		next, err := plan.For(n)
		must(t, err)
		must(t, publish.SetPlan(dir, next))
		publishAll(t, r, sign(t, dir, fresh, 1, 2))
	}
	if _, err := r.Revert(3, "", t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that is not kept: %v", err)
	}
	out := filepath.Join(t.TempDir(), "back")
	m, err := r.Revert(1, "", out)
	must(t, err)
	if m.Number != 6 || m.Layers[0].Header.Number != 1 || m.Created != 1_767_225_600 {
		t.Errorf("%+v", m)
	}
	r.EndRollout = true
	publishAll(t, r, sign(t, out, fresh, 1, 2))

	// What the repository has forgotten comes from a directory.
	out = filepath.Join(t.TempDir(), "again")
	if _, err := r.Revert(3, two, out); err == nil {
		t.Error("a directory of another snapshot was taken")
	}
	if m, err = r.Revert(2, two, out); err != nil || m.Number != 7 {
		t.Fatalf("%+v, %v", m, err)
	}
	publishAll(t, r, sign(t, out, fresh, 1, 2))
}

// Whoever can write to the repository does not choose what an abort brings
// back, neither there nor in the directory that --from names.
func TestRevertTakesOnlyWhatOfficersSigned(t *testing.T) {
	r, now := timed(t)
	fresh := now.AddDate(0, 0, 30)
	publishAll(t, r, sign(t, built(t, "mau", 2), fresh, 1, 2), sign(t, built(t, "mau", 3), fresh, 1, 2))
	forged := rebuilt(t, built(t, "mau", 2))
	raw := manifestOf(t, forged)
	sum := sha256.Sum256(raw)
	refused := func(what, from string) {
		t.Helper()
		out := filepath.Join(t.TempDir(), "back")
		if _, err := r.Revert(2, from, out); !errors.Is(err, snapshot.ErrUntrusted) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was made", what)
		}
	}
	refused("a directory that nobody signed", forged)
	refused("a directory that one officer signed", sign(t, rebuilt(t, built(t, "mau", 2)), fresh, 1, 9))

	names, err := filepath.Glob(filepath.Join(r.Dir, "targets", "*.manifest.cbor"))
	must(t, err)
	for _, name := range names {
		if m, err := snapshot.PeekManifest(readFile(t, name)); err == nil && m.Number == 2 {
			must(t, os.WriteFile(name, raw, 0o644))
		}
	}
	refused("another manifest under the same name", "")

	targets := metadata.Targets(fresh)
	targets.Signed.Version = 2
	targets.Signed.Targets[snapshot.TargetName], err = metadata.TargetFile().FromBytes(snapshot.TargetName, raw, "sha256")
	must(t, err)
	must(t, targets.ToFile(filepath.Join(r.Dir, "2.targets.json"), true))
	must(t, os.WriteFile(filepath.Join(r.Dir, snapshot.ManifestPath(sum[:])), raw, 0o644))
	empty, err := snapshot.EncodeSignatures(nil)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(r.Dir, snapshot.SignaturesPath(sum[:])), empty, 0o644))
	refused("targets and manifest that nobody signed", "")

	// Nor does a root that its own officers made count.
	strange := &publish.Repo{Dir: t.TempDir(), Expiry: publish.DefaultExpiry()}
	must(t, strange.DraftRoot(officers(7, 8), public(online)))
	signRoot(t, strange, 7, 8)
	must(t, os.Rename(filepath.Join(strange.Dir, "1.root.json"), filepath.Join(r.Dir, "2.root.json")))
	refused("a root that no officer signed", sign(t, forged, fresh, 7, 8))
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	return b
}
