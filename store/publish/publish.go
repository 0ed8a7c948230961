package publish

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/durable"
	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
	"checkpoint/store/tufkeys"
)

func newTargets(m snapshot.Manifest, raw []byte, plan *stages.Plan, fresh time.Time) (*metadata.Metadata[metadata.TargetsType], error) {
	file, err := metadata.TargetFile().FromBytes(snapshot.TargetName, raw, "sha256")
	if err != nil {
		return nil, err
	}
	if plan != nil {
		if fresh.Before(plan.PauseUntil) {
			return nil, fmt.Errorf("%w: boxes may wait until %s, and would call the snapshot stale from %s on", ErrRollout, plan.PauseUntil.Format(time.RFC3339), fresh.Format(time.RFC3339))
		}
		if file.Custom, err = plan.Custom(); err != nil {
			return nil, err
		}
	}
	targets := metadata.Targets(until(fresh, 0))
	targets.Signed.Version = int64(m.Number)
	targets.Signed.Targets[snapshot.TargetName] = file
	return targets, nil
}

// describes tells whether targets are those of this manifest, and of no other.
func describes(t *metadata.Metadata[metadata.TargetsType], m snapshot.Manifest, raw []byte) bool {
	file := t.Signed.Targets[snapshot.TargetName]
	return file != nil && len(t.Signed.Targets) == 1 && t.Signed.Version == int64(m.Number) && file.VerifyLengthHashes(raw) == nil
}

// signed is a snapshot that boxes with this root will accept.
type signed struct {
	raw        []byte
	signatures []snapshot.Signature
	manifest   snapshot.Manifest
	targets    *metadata.Metadata[metadata.TargetsType]
	sum        []byte       // SHA-256 of raw
	plan       *stages.Plan // nil: none
}

func (r *Repo) accept(dir string, root *tufkeys.Root) (signed, error) {
	raw, signatures, err := snapshot.ReadBundle(dir)
	if err != nil {
		return signed{}, err
	}
	peek, err := snapshot.PeekManifest(raw)
	if err != nil {
		return signed{}, err
	}
	officers, err := tufkeys.Officers(root)
	if err != nil {
		return signed{}, err
	}
	m, err := snapshot.Accept(raw, signatures, snapshot.Trust{Province: peek.Province, Snapshot: officers})
	if err != nil {
		return signed{}, err
	}
	if err := m.Plausible(r.now()); err != nil {
		return signed{}, err
	}
	targets, err := read[metadata.TargetsType](dir, TargetsFile)
	if err != nil {
		return signed{}, err
	}
	switch {
	case targets == nil || !describes(targets, m, raw):
		return signed{}, fmt.Errorf("%w: %s is missing or of another manifest", snapshot.ErrUntrusted, TargetsFile)
	case targets.Signed.IsExpired(r.now()):
		return signed{}, fmt.Errorf("signatures were good until %s", targets.Signed.Expires.Format(time.RFC3339))
	}
	if err := root.VerifyDelegate(metadata.TARGETS, targets); err != nil {
		return signed{}, fmt.Errorf("%w: %w", snapshot.ErrUntrusted, err)
	}
	plan, err := planOf(targets)
	if err != nil {
		return signed{}, err
	}
	return signed{raw, signatures, m, targets, targets.Signed.Targets[snapshot.TargetName].Hashes["sha256"], plan}, nil
}

// Publish puts a signed snapshot directory into the repository and says, with
// the online key, that it is the newest. It is refused when boxes would refuse
// it, and when it would break a rollout (ErrRollout). Publishing the newest one
// again renews what the online key signs.
func (r *Repo) Publish(dir string, online ed25519.PrivateKey) (snapshot.Manifest, error) {
	s, err := r.publish(dir, online)
	if err != nil {
		return s.manifest, fmt.Errorf("publish snapshot: %w", err)
	}
	return s.manifest, nil
}

func (r *Repo) publish(dir string, online ed25519.PrivateKey) (signed, error) {
	unlock, err := r.lock()
	if err != nil {
		return signed{}, err
	}
	defer unlock()
	root, err := r.root()
	if err != nil {
		return signed{}, err
	}
	if root == nil {
		return signed{}, errors.New("the repository has no root yet")
	}
	s, err := r.accept(dir, root)
	if err != nil {
		return s, err
	}
	if err := r.follows(s); err != nil {
		return s, err
	}
	paused, err := r.fits(s)
	if err != nil {
		return s, err
	}
	if err := r.putStreams(dir, s.manifest.All()); err != nil {
		return s, err
	}
	if err := r.putTarget(s); err != nil {
		return s, err
	}
	if err := r.announce(root, online, s.targets.Signed.Version, paused); err != nil {
		return s, err
	}
	return s, r.tidy()
}

// follows refuses a number that is not newer than what is published.
func (r *Repo) follows(s signed) error {
	now, err := r.current()
	if err != nil || now == nil {
		return err
	}
	file := now.Signed.Targets[snapshot.TargetName]
	if now.Signed.Version > s.targets.Signed.Version || now.Signed.Version == s.targets.Signed.Version && (file == nil || file.VerifyLengthHashes(s.raw) != nil) {
		return fmt.Errorf("number %d cannot follow %d: boxes only go to higher numbers", s.targets.Signed.Version, now.Signed.Version)
	}
	if file == nil {
		return nil
	}
	raw, err := os.ReadFile(r.path(snapshot.ManifestPath(file.Hashes["sha256"])))
	if err != nil {
		return err
	}
	before, err := snapshot.PeekManifest(raw)
	if err == nil && before.Province != s.manifest.Province {
		err = fmt.Errorf("%w: snapshot of %q in the repository of %q", snapshot.ErrUntrusted, s.manifest.Province, before.Province)
	}
	return err
}

// current are the targets that are published; nil: none yet.
func (r *Repo) current() (*metadata.Metadata[metadata.TargetsType], error) {
	timestamp, err := read[metadata.TimestampType](r.Dir, timestampFile)
	if err != nil || timestamp == nil {
		return nil, err
	}
	snap, err := read[metadata.SnapshotType](r.Dir, versioned(timestamp.Signed.Meta["snapshot.json"].Version, metadata.SNAPSHOT))
	if err != nil || snap == nil {
		return nil, err
	}
	return read[metadata.TargetsType](r.Dir, versioned(snap.Signed.Meta["targets.json"].Version, metadata.TARGETS))
}

// putStreams writes the layers that are not there yet. Reading one proves it.
func (r *Repo) putStreams(dir string, layers []snapshot.LayerRef) error {
	if err := os.MkdirAll(r.path("layers"), 0o755); err != nil {
		return err
	}
	for _, ref := range layers {
		size, err := snapshot.StreamSize(ref)
		if err != nil {
			return err
		}
		name := r.path(snapshot.StreamPath(ref))
		if info, err := os.Stat(name); err == nil && info.Size() == size {
			continue
		}
		if err := r.putStream(snapshot.LayersDir(dir), ref, name, size); err != nil {
			return err
		}
	}
	return nil
}

func (r *Repo) putStream(dir string, ref snapshot.LayerRef, name string, size int64) error {
	l, err := snapshot.OpenLayer(dir, ref)
	if err != nil {
		return err
	}
	defer l.Close()
	f, err := os.Create(name + ".new")
	if err != nil {
		return err
	}
	if err := errors.Join(l.WriteStream(&counting{f, r.Progress, 0, size}), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name+".new"))
	}
	return durable.Publish(name+".new", name)
}

// putTarget writes manifest, signatures and what names them. The last is read
// only when the online key says so.
func (r *Repo) putTarget(s signed) error {
	signatures, err := snapshot.EncodeSignatures(s.signatures)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.path("targets"), 0o755); err != nil {
		return err
	}
	for name, b := range map[string][]byte{snapshot.ManifestPath(s.sum): s.raw, snapshot.SignaturesPath(s.sum): signatures} {
		if have, err := os.ReadFile(r.path(name)); err == nil && bytes.Equal(have, b) {
			continue
		}
		if err := durable.Replace(r.path(name), b, 0o644); err != nil {
			return err
		}
	}
	return write(s.targets, r.Dir, versioned(s.targets.Signed.Version, metadata.TARGETS))
}

// counting tells how far a file is.
type counting struct {
	f         *os.File
	tell      func(done, all int64)
	done, all int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.f.Write(p)
	c.done += int64(n)
	if c.tell != nil {
		c.tell(c.done, c.all)
	}
	return n, err
}
