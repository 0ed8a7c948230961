package publish

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/durable"
	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
	"checkpoint/store/tufkeys"
)

// planFile is a rollout's plan in a snapshot directory, from when it is drafted
// until officers have signed it as part of the targets.
const planFile = "rollout.json"

// ErrRollout: what is asked for does not fit the rollout that is running.
var ErrRollout = errors.New("a rollout is in the way")

// SetPlan puts a plan beside a snapshot. Signatures of another plan, or of
// none, are taken away: what officers sign next includes this one.
func SetPlan(dir string, p stages.Plan) error {
	raw, err := p.Custom()
	if err != nil {
		return fmt.Errorf("write rollout plan: %w", err)
	}
	if err := os.Remove(filepath.Join(dir, TargetsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write rollout plan: %w", err)
	}
	if err := durable.Replace(filepath.Join(dir, planFile), append(*raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("write rollout plan: %w", err)
	}
	return nil
}

// ReadPlan is the plan beside a snapshot; nil: none, everybody at once.
func ReadPlan(dir string) (*stages.Plan, error) {
	raw, _, err := snapshot.ReadBundle(dir)
	if err != nil {
		return nil, err
	}
	m, err := snapshot.PeekManifest(raw)
	if err != nil {
		return nil, fmt.Errorf("read rollout plan: %w", err)
	}
	return readPlan(dir, m.Number)
}

func readPlan(dir string, number uint64) (*stages.Plan, error) {
	b, err := os.ReadFile(filepath.Join(dir, planFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read rollout plan: %w", err)
	}
	p, err := stages.FromCustom((*json.RawMessage)(&b), number)
	if err != nil {
		return nil, fmt.Errorf("read rollout plan: %w", err)
	}
	return p, nil
}

// planOf is the plan that targets carry; nil: none.
func planOf(t *metadata.Metadata[metadata.TargetsType]) (*stages.Plan, error) {
	file := t.Signed.Targets[snapshot.TargetName]
	if file == nil {
		return nil, nil
	}
	return stages.FromCustom(file.Custom, uint64(t.Signed.Version))
}

// Rollout is how the newest snapshot goes out.
type Rollout struct {
	Province string
	Snapshot uint64
	Plan     *stages.Plan // nil: to everybody at once
	Paused   bool
}

// Rollout tells how the newest snapshot goes out. Without one it fails.
func (r *Repo) Rollout() (Rollout, error) {
	targets, err := r.current()
	if err == nil && targets == nil {
		err = errors.New("nothing is published yet")
	}
	if err != nil {
		return Rollout{}, fmt.Errorf("read rollout: %w", err)
	}
	now := Rollout{Snapshot: uint64(targets.Signed.Version)}
	m, err := r.published(now.Snapshot)
	if err != nil {
		return now, fmt.Errorf("read rollout: %w", err)
	}
	now.Province = m.Province
	if now.Plan, err = planOf(targets); err != nil || now.Plan == nil {
		return now, err
	}
	paused, err := r.paused()
	now.Paused = paused.Data == now.Plan.Rollout
	return now, err
}

// paused are the rollouts that boxes are told to pause.
func (r *Repo) paused() (stages.Pauses, error) {
	timestamp, err := read[metadata.TimestampType](r.Dir, timestampFile)
	if err != nil || timestamp == nil {
		return stages.Pauses{}, err
	}
	return stages.Paused(timestamp.Signed.UnrecognizedFields)
}

// Running tells whether boxes may still wait for their stage.
func (s Rollout) Running(now time.Time) bool {
	return s.Plan != nil && (now.Before(s.Plan.Last()) || s.Paused && now.Before(s.Plan.PauseUntil))
}

// Pause has boxes that do not have the newest snapshot yet stay without it,
// until [Repo.Resume], another snapshot, or the time that officers set.
func (r *Repo) Pause(online ed25519.PrivateKey) (Rollout, error) { return r.setPause(online, true) }

// Resume takes a pause back. Stages whose time has come meanwhile go together.
func (r *Repo) Resume(online ed25519.PrivateKey) (Rollout, error) { return r.setPause(online, false) }

func (r *Repo) setPause(online ed25519.PrivateKey, pause bool) (Rollout, error) {
	unlock, err := r.lock()
	if err != nil {
		return Rollout{}, err
	}
	defer unlock()
	now, err := r.Rollout()
	if err != nil {
		return now, err
	}
	switch {
	case now.Plan == nil:
		return now, fmt.Errorf("%w: snapshot %d went to everybody at once", ErrRollout, now.Snapshot)
	case pause && !r.now().Before(now.Plan.PauseUntil):
		return now, fmt.Errorf("%w: officers allowed pauses until %s: abort instead", ErrRollout, now.Plan.PauseUntil.Format(time.RFC3339))
	case now.Paused == pause:
		return now, nil
	}
	root, err := r.root()
	if err != nil {
		return now, err
	}
	rollout := uint64(0)
	if pause {
		rollout = now.Plan.Rollout
	}
	if err := errors.Join(r.announce(root, online, int64(now.Snapshot), rollout), r.tidy()); err != nil {
		return now, fmt.Errorf("pause or resume rollout: %w", err)
	}
	now.Paused = pause
	return now, nil
}

// fits refuses a snapshot that would break the rollout that is running, and a
// plan whose stages would go together because it is published late. It returns
// the rollout whose pause goes on.
func (r *Repo) fits(s signed) (paused uint64, err error) {
	targets, err := r.current()
	if err != nil {
		return 0, err
	}
	now := Rollout{}
	if targets != nil {
		if now, err = r.Rollout(); err != nil {
			return 0, err
		}
	}
	continued := now.Plan != nil && s.plan != nil && s.plan.Rollout == now.Plan.Rollout
	if continued && now.Paused {
		paused = now.Plan.Rollout
	}
	switch {
	case s.manifest.Number == now.Snapshot || continued:
		return paused, nil
	case now.Running(r.now()) && !r.EndRollout:
		return 0, fmt.Errorf("%w: that of snapshot %d has stages until %s; publishing %d would end it", ErrRollout, now.Snapshot, now.Plan.Last().Format(time.RFC3339), s.manifest.Number)
	case s.plan != nil && s.plan.Begun(r.now()) > 1:
		return 0, fmt.Errorf("%w: the time of stage %d has come before it is published: stages would go together", ErrRollout, s.plan.Begun(r.now()))
	}
	return 0, nil
}

// Revert makes a new snapshot directory, for officers to sign, with the layers,
// policy and data time of snapshot back, under the number after the newest one.
// Boxes only go to higher numbers, so this is the way back. from is a directory
// of snapshot back; empty: the repository still has it. Enough officers of the
// root in force must have signed that snapshot, or it is refused (ErrUntrusted).
func (r *Repo) Revert(back uint64, from, to string) (snapshot.Manifest, error) {
	m, err := r.revert(back, from, to)
	if err != nil {
		return m, fmt.Errorf("go back to snapshot %d: %w", back, err)
	}
	return m, nil
}

func (r *Repo) revert(back uint64, from, to string) (m snapshot.Manifest, err error) {
	newest, err := r.Rollout()
	if err != nil {
		return m, err
	}
	if m, err = r.signedBefore(back, from, newest.Province); err != nil {
		return m, err
	}
	switch {
	case m.Number != back:
		return m, fmt.Errorf("what is there as snapshot %d is snapshot %d", back, m.Number)
	case back >= newest.Snapshot:
		return m, fmt.Errorf("%w: %d is the newest, there is nothing to go back from", ErrRollout, newest.Snapshot)
	}
	m.Number = newest.Snapshot + 1
	if err := os.MkdirAll(snapshot.LayersDir(to), 0o755); err != nil {
		return m, err
	}
	for _, ref := range m.All() {
		if err := r.bringLayer(ref, from, to); err != nil {
			return m, err
		}
	}
	return m, snapshot.WriteBundle(to, m)
}

// signedBefore is the manifest to go back to, as officers of the root in force
// signed it: whoever may write to the repository, or to a directory, could have
// put another one there.
func (r *Repo) signedBefore(n uint64, from, province string) (m snapshot.Manifest, err error) {
	var raw []byte
	var signatures []snapshot.Signature
	if from != "" {
		raw, signatures, err = snapshot.ReadBundle(from)
	} else {
		raw, signatures, err = r.bundle(n)
	}
	if err != nil {
		return m, err
	}
	root, err := r.root()
	if err != nil {
		return m, err
	}
	officers, err := tufkeys.Officers(root)
	if err != nil {
		return m, err
	}
	return snapshot.Accept(raw, signatures, snapshot.Trust{Province: province, Snapshot: officers})
}

// published is the manifest of one of the snapshots that the repository keeps.
// Its signatures are not checked: officers may have changed since.
func (r *Repo) published(n uint64) (snapshot.Manifest, error) {
	raw, err := r.manifest(n)
	if err != nil {
		return snapshot.Manifest{}, err
	}
	return snapshot.PeekManifest(raw)
}

// bundle is a manifest that the repository keeps, and its signatures.
func (r *Repo) bundle(n uint64) (raw []byte, signatures []snapshot.Signature, err error) {
	if raw, err = r.manifest(n); err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(raw)
	b, err := os.ReadFile(r.path(snapshot.SignaturesPath(sum[:])))
	if err != nil {
		return nil, nil, err
	}
	signatures, err = snapshot.DecodeSignatures(b)
	return raw, signatures, err
}

// manifest is the very one that the targets of snapshot n name.
func (r *Repo) manifest(n uint64) ([]byte, error) {
	targets, err := read[metadata.TargetsType](r.Dir, versioned(int64(n), metadata.TARGETS))
	if err != nil {
		return nil, err
	}
	if targets == nil || targets.Signed.Targets[snapshot.TargetName] == nil {
		return nil, fmt.Errorf("the repository does not keep it any more: %w", fs.ErrNotExist)
	}
	file := targets.Signed.Targets[snapshot.TargetName]
	raw, err := os.ReadFile(r.path(snapshot.ManifestPath(file.Hashes["sha256"])))
	if err != nil {
		return nil, err
	}
	if err := file.VerifyLengthHashes(raw); err != nil {
		return nil, fmt.Errorf("%w: manifest of snapshot %d: %w", snapshot.ErrUntrusted, n, err)
	}
	return raw, nil
}

// bringLayer gives the new directory a layer that is not in the repository, for
// publishing needs only those.
func (r *Repo) bringLayer(ref snapshot.LayerRef, from, to string) error {
	if _, err := os.Stat(r.path(snapshot.StreamPath(ref))); err == nil {
		return nil
	}
	old, name := filepath.Join(snapshot.LayersDir(from), ref.FileName()), filepath.Join(snapshot.LayersDir(to), ref.FileName())
	if err := os.Link(old, name); err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return r.copyFile(old, name)
}
