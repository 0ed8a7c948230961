package publish

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/durable"
	"checkpoint/store/release"
	"checkpoint/store/tufkeys"
)

// systemDraft is a system that lacks signatures.
const systemDraft = "draft-" + release.Role + ".json"

// SignSystem adds an officer's signature to the offer of a bundle. The officers
// do so one after the other, each with a copy of the bundle; holds tells whether
// it was the last signature needed. Boxes hear of it by the next [Repo.Refresh],
// or with the next snapshot.
func (r *Repo) SignSystem(bundle string, v release.Version, officer ed25519.PrivateKey) (holds bool, err error) {
	unlock, err := r.lock()
	if err != nil {
		return false, err
	}
	defer unlock()
	if holds, err = r.signSystem(bundle, v, officer); err != nil {
		return false, fmt.Errorf("offer system %s: %w", v, err)
	}
	return holds, nil
}

func (r *Repo) signSystem(bundle string, v release.Version, officer ed25519.PrivateKey) (holds bool, err error) {
	root, err := r.root()
	if err != nil {
		return false, err
	}
	if root == nil || !names(root, officer) {
		return false, errors.New("the repository's root does not name this key")
	}
	number, err := r.systemAfter(root, v)
	if err != nil {
		return false, err
	}
	draft, err := r.draftSystem(bundle, v, number)
	if err != nil {
		return false, err
	}
	if err := errors.Join(sign(draft, officer), write(draft, r.Dir, systemDraft)); err != nil {
		return false, err
	}
	if root.VerifyDelegate(metadata.TARGETS, draft) != nil {
		return false, nil
	}
	to := r.path(release.BundlePath(draft.Signed.Targets[release.TargetName].Hashes["sha256"]))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return false, err
	}
	if err := r.copyFile(bundle, to); err != nil {
		return false, err
	}
	if err := write(draft, r.Dir, versioned(number, release.Role)); err != nil {
		return false, err
	}
	return true, errors.Join(os.Remove(r.path(systemDraft)), durable.SyncDir(r.Dir))
}

// systemAfter is the number of the next offer. Boxes only go to newer systems.
func (r *Repo) systemAfter(root *tufkeys.Root, v release.Version) (int64, error) {
	now, err := r.system(root)
	if err != nil {
		return 0, err
	}
	if now != nil {
		before, err := release.FromCustom(now.Signed.Targets[release.TargetName].Custom)
		if err != nil {
			return 0, err
		}
		if v.Compare(before) <= 0 {
			return 0, fmt.Errorf("boxes only go to newer ones, and have been offered %s", before)
		}
	}
	newest, err := r.newestSystem()
	return newest + 1, err
}

// draftSystem is what officers before have signed, if it says the same as this
// officer, and else one that nobody has signed.
func (r *Repo) draftSystem(bundle string, v release.Version, number int64) (*metadata.Metadata[metadata.TargetsType], error) {
	expires := until(r.now(), r.Expiry.System)
	draft, err := newSystem(bundle, v, number, expires)
	if err != nil {
		return nil, err
	}
	have, err := read[metadata.TargetsType](r.Dir, systemDraft)
	if err != nil || have == nil || have.Signed.Expires.After(expires.Add(skew)) {
		return draft, err
	}
	draft.Signed.Expires = have.Signed.Expires
	if sameSigned(have, draft) {
		draft.Signatures = slices.Clone(have.Signatures)
	} else {
		draft.Signed.Expires = expires
	}
	return draft, nil
}

func newSystem(bundle string, v release.Version, number int64, expires time.Time) (*metadata.Metadata[metadata.TargetsType], error) {
	f, err := os.Open(bundle)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	hash := sha256.New()
	length, err := io.Copy(hash, f)
	if err != nil {
		return nil, err
	}
	file := metadata.TargetFile()
	file.Length, file.Hashes, file.Path = length, metadata.Hashes{"sha256": hash.Sum(nil)}, release.TargetName
	if file.Custom, err = release.Custom(v); err != nil {
		return nil, err
	}
	m := metadata.Targets(expires)
	m.Signed.Version = number
	m.Signed.Targets[release.TargetName] = file
	return m, nil
}

// newestSystem is the highest number that an offer has; 0: there is none.
func (r *Repo) newestSystem() (newest int64, err error) {
	files, err := filepath.Glob(r.path("*." + release.Role + ".json"))
	for _, name := range files {
		if n, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(name), "."+release.Role+".json"), 10, 64); err == nil {
			newest = max(newest, n)
		}
	}
	return newest, err
}

// system is the offer in force; nil: there is none that officers of this root
// have signed.
func (r *Repo) system(root *tufkeys.Root) (*metadata.Metadata[metadata.TargetsType], error) {
	n, err := r.newestSystem()
	if err != nil || n == 0 {
		return nil, err
	}
	m, err := read[metadata.TargetsType](r.Dir, versioned(n, release.Role))
	if err != nil || m == nil || m.Signed.Targets[release.TargetName] == nil || root.VerifyDelegate(metadata.TARGETS, m) != nil {
		return nil, err
	}
	return m, nil
}

// systemFiles names the files of the offers that are kept.
func (r *Repo) systemFiles(numbers []int64, visit func(name string)) error {
	for _, n := range numbers {
		m, err := read[metadata.TargetsType](r.Dir, versioned(n, release.Role))
		if err != nil {
			return err
		}
		if file := m.Signed.Targets[release.TargetName]; file != nil {
			visit(release.BundlePath(file.Hashes["sha256"]))
		}
	}
	return nil
}
