package publish

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/durable"
	"checkpoint/store/release"
	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
	"checkpoint/store/tufkeys"
)

// Refresh says anew, with the online key, which snapshot is the newest. A
// province does so every day, or its boxes call their data stale.
func (r *Repo) Refresh(online ed25519.PrivateKey) error {
	unlock, err := r.lock()
	if err != nil {
		return err
	}
	defer unlock()
	root, err := r.root()
	if err != nil {
		return fmt.Errorf("refresh repository: %w", err)
	}
	now, err := r.Rollout()
	if err != nil {
		return fmt.Errorf("refresh repository: %w", err)
	}
	paused := uint64(0)
	if now.Paused {
		paused = now.Plan.Rollout
	}
	if err := errors.Join(r.announce(root, online, int64(now.Snapshot), paused), r.tidy()); err != nil {
		return fmt.Errorf("refresh repository: %w", err)
	}
	return nil
}

// announce writes what the online key signs; the timestamp, from which boxes
// start, comes last. paused is the rollout of a snapshot that boxes are to pause;
// 0: none. A pause of the system that is offered goes on.
func (r *Repo) announce(root *tufkeys.Root, online ed25519.PrivateKey, number int64, paused uint64) error {
	if root == nil {
		return errors.New("the repository has no root")
	}
	system, err := r.systemRollout(root)
	if err != nil {
		return err
	}
	pauses := stages.Pauses{Data: paused}
	if system.Paused {
		pauses.System = system.Plan.Rollout
	}
	return r.say(root, online, number, pauses)
}

// say writes the next version of what the online key signs.
func (r *Repo) say(root *tufkeys.Root, online ed25519.PrivateKey, number int64, pauses stages.Pauses) error {
	version := int64(1)
	before, err := read[metadata.TimestampType](r.Dir, timestampFile)
	if err != nil {
		return err
	}
	if before != nil {
		version = before.Signed.Version + 1
	}
	return r.sayNewest(r.Dir, root, online, version, number, pauses)
}

// sayNewest gives snapshot and timestamp the same version.
func (r *Repo) sayNewest(dir string, root *tufkeys.Root, online ed25519.PrivateKey, version, number int64, pauses stages.Pauses) error {
	snap := metadata.Snapshot(until(r.now(), r.Expiry.Snapshot))
	snap.Signed.Version = version
	snap.Signed.Meta["targets.json"] = metadata.MetaFile(number)
	system, err := r.system(root)
	if err != nil {
		return err
	}
	if system != nil {
		snap.Signed.Meta[release.Role+".json"] = metadata.MetaFile(system.Signed.Version)
	}
	timestamp := metadata.Timestamp(until(r.now(), r.Expiry.Timestamp))
	timestamp.Signed.Version = version
	timestamp.Signed.Meta["snapshot.json"] = metadata.MetaFile(version)
	timestamp.Signed.UnrecognizedFields = stages.SetPauses(timestamp.Signed.UnrecognizedFields, pauses)
	if err := errors.Join(sign(snap, online), sign(timestamp, online)); err != nil {
		return err
	}
	if err := errors.Join(root.VerifyDelegate(metadata.SNAPSHOT, snap), root.VerifyDelegate(metadata.TIMESTAMP, timestamp)); err != nil {
		return fmt.Errorf("online key: %w", err)
	}
	if err := write(snap, dir, versioned(version, metadata.SNAPSHOT)); err != nil {
		return err
	}
	return write(timestamp, dir, timestampFile)
}

// tidy removes what no box asks for any more. The state before stays, for boxes
// that are in the middle of it.
func (r *Repo) tidy() error {
	now, err := r.Rollout()
	if err != nil {
		return err
	}
	rollout := int64(0)
	if now.Plan != nil {
		rollout = int64(now.Plan.Rollout)
	}
	targets, err := r.keepNewest(metadata.TARGETS, rollout)
	if err != nil {
		return err
	}
	if _, err := r.keepNewest(metadata.SNAPSHOT, 0); err != nil {
		return err
	}
	systems, err := r.keepNewest(release.Role, 0)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	if err := r.systemFiles(systems, func(name string) { wanted[name] = true }); err != nil {
		return err
	}
	for _, n := range targets {
		if err := r.filesOf(n, func(name string) { wanted[name] = true }); err != nil {
			return err
		}
	}
	for _, dir := range []string{"targets", "layers"} {
		entries, err := os.ReadDir(r.path(dir))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if name := dir + "/" + e.Name(); !wanted[name] {
				if err := os.Remove(r.path(name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keepNewest keeps two versions of a role's metadata, and the newest one below
// a rollout (0: none), to which an abort goes back.
func (r *Repo) keepNewest(role string, rollout int64) (kept []int64, err error) {
	names, err := filepath.Glob(r.path("*." + role + ".json"))
	if err != nil {
		return nil, err
	}
	var versions []int64
	for _, name := range names {
		if v, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(name), "."+role+".json"), 10, 64); err == nil {
			versions = append(versions, v)
		}
	}
	slices.Sort(versions)
	back, _ := slices.BinarySearch(versions, rollout)
	for i, v := range versions {
		if i >= len(versions)-2 || i == back-1 {
			kept = append(kept, v)
		} else if err := os.Remove(r.path(versioned(v, role))); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// filesOf names the files of published snapshot n, beside its metadata.
func (r *Repo) filesOf(n int64, visit func(name string)) error {
	targets, err := read[metadata.TargetsType](r.Dir, versioned(n, metadata.TARGETS))
	if err != nil || targets == nil {
		return errors.Join(err, fmt.Errorf("targets %d: %w", n, fs.ErrNotExist))
	}
	file := targets.Signed.Targets[snapshot.TargetName]
	if file == nil {
		return fmt.Errorf("targets %d name no manifest", n)
	}
	sum := file.Hashes["sha256"]
	raw, err := os.ReadFile(r.path(snapshot.ManifestPath(sum)))
	if err != nil {
		return err
	}
	m, err := snapshot.PeekManifest(raw)
	if err != nil {
		return err
	}
	visit(snapshot.ManifestPath(sum))
	visit(snapshot.SignaturesPath(sum))
	for _, ref := range m.All() {
		visit(snapshot.StreamPath(ref))
	}
	return nil
}

// Export copies the newest snapshot onto a stick; who loads it by hand does not
// wait for a stage. Its metadata are signed anew
// with r.Expiry, since a stick travels for days.
func (r *Repo) Export(stick string, online ed25519.PrivateKey) (snapshot.Manifest, error) {
	m, err := r.export(stick, online)
	if err != nil {
		return m, fmt.Errorf("export snapshot: %w", err)
	}
	return m, nil
}

func (r *Repo) export(stick string, online ed25519.PrivateKey) (m snapshot.Manifest, err error) {
	root, err := r.root()
	if err != nil {
		return m, err
	}
	targets, err := r.current()
	if err != nil {
		return m, err
	}
	timestamp, err := read[metadata.TimestampType](r.Dir, timestampFile)
	if err != nil {
		return m, err
	}
	if root == nil || targets == nil || timestamp == nil {
		return m, errors.New("nothing is published yet")
	}
	number := targets.Signed.Version
	var files []string
	for n := int64(1); n <= root.Signed.Version; n++ {
		files = append(files, versioned(n, metadata.ROOT))
	}
	if err := r.filesOf(number, func(name string) { files = append(files, name) }); err != nil {
		return m, err
	}
	system, err := r.system(root)
	if err != nil {
		return m, err
	}
	if system != nil {
		files = append(files, versioned(system.Signed.Version, release.Role))
		if err := r.systemFiles([]int64{system.Signed.Version}, func(name string) { files = append(files, name) }); err != nil {
			return m, err
		}
	}
	for _, name := range append(files, versioned(number, metadata.TARGETS)) {
		if err := r.copyTo(stick, name); err != nil {
			return m, err
		}
	}
	raw, err := os.ReadFile(r.path(snapshot.ManifestPath(targets.Signed.Targets[snapshot.TargetName].Hashes["sha256"])))
	if err != nil {
		return m, err
	}
	if m, err = snapshot.PeekManifest(raw); err != nil {
		return m, err
	}
	return m, r.sayNewest(stick, root, online, timestamp.Signed.Version, number, stages.Pauses{})
}

func (r *Repo) copyTo(stick, name string) error {
	to := filepath.Join(stick, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return r.copyFile(r.path(name), to)
}

func (r *Repo) copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.Create(to + ".new")
	if err != nil {
		return err
	}
	_, err = in.WriteTo(&counting{out, r.Progress, 0, info.Size()})
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	return durable.Publish(to+".new", to)
}
