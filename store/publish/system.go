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
	"checkpoint/store/stages"
	"checkpoint/store/tufkeys"
)

// systemDraft is a system that lacks signatures.
const systemDraft = "draft-" + release.Role + ".json"

// SystemOffer is a bundle that officers offer to the boxes.
type SystemOffer struct {
	Version release.Version
	// Plan says which boxes take it when; nil: all at once. Its number is that of
	// the offer.
	Plan  *stages.Plan
	Holds bool // enough officers have signed it
}

// SignSystem adds an officer's signature to the offer of a bundle. The officers
// do so one after the other, each with a copy of the bundle. The first one gives
// the stages (nil: all boxes at once); one who gives none signs what is there, and
// one who gives others begins anew. Boxes hear of it by the next [Repo.Refresh], or
// with the next snapshot.
func (r *Repo) SignSystem(bundle string, v release.Version, s *stages.Options, officer ed25519.PrivateKey) (o SystemOffer, err error) {
	unlock, err := r.lock()
	if err != nil {
		return o, err
	}
	defer unlock()
	if o, err = r.signSystem(bundle, v, s, officer); err != nil {
		return SystemOffer{}, fmt.Errorf("offer system %s: %w", v, err)
	}
	return o, nil
}

func (r *Repo) signSystem(bundle string, v release.Version, s *stages.Options, officer ed25519.PrivateKey) (o SystemOffer, err error) {
	root, err := r.root()
	if err != nil {
		return o, err
	}
	if root == nil || !names(root, officer) {
		return o, errors.New("the repository's root does not name this key")
	}
	number, err := r.systemAfter(root, v)
	if err != nil {
		return o, err
	}
	o.Version = v
	if o.Plan, err = r.systemPlan(number, s); err != nil {
		return o, err
	}
	draft, err := r.draftSystem(bundle, o, number)
	if err != nil {
		return o, err
	}
	if fresh := draft.Signed.Expires; o.Plan != nil && fresh.Before(o.Plan.PauseUntil) {
		return o, fmt.Errorf("%w: boxes may wait until %s, and would take the system no more from %s on", ErrRollout, o.Plan.PauseUntil.Format(time.RFC3339), fresh.Format(time.RFC3339))
	}
	if err := errors.Join(sign(draft, officer), write(draft, r.Dir, systemDraft)); err != nil {
		return o, err
	}
	if root.VerifyDelegate(metadata.TARGETS, draft) != nil {
		return o, nil
	}
	if o.Plan != nil && o.Plan.Begun(r.now()) > 1 {
		return o, fmt.Errorf("%w: the time of stage %d has come before it is offered: stages would go together", ErrRollout, o.Plan.Begun(r.now()))
	}
	o.Holds = true
	return o, r.offerSystem(bundle, draft)
}

// offerSystem puts a bundle with enough signatures into the repository.
func (r *Repo) offerSystem(bundle string, signed *metadata.Metadata[metadata.TargetsType]) error {
	to := r.path(release.BundlePath(signed.Signed.Targets[release.TargetName].Hashes["sha256"]))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := r.copyFile(bundle, to); err != nil {
		return err
	}
	if err := write(signed, r.Dir, versioned(signed.Signed.Version, release.Role)); err != nil {
		return err
	}
	return errors.Join(os.Remove(r.path(systemDraft)), durable.SyncDir(r.Dir))
}

// systemPlan is the plan of an offer: as asked for, or else that of the draft.
func (r *Repo) systemPlan(number int64, s *stages.Options) (*stages.Plan, error) {
	if s != nil {
		p, err := stages.New(uint64(number), *s)
		return &p, err
	}
	have, err := read[metadata.TargetsType](r.Dir, systemDraft)
	if err != nil || have == nil || have.Signed.Version != number {
		return nil, err
	}
	o, err := offerOf(have)
	return o.Plan, err
}

// offerOf is what metadata of a system say.
func offerOf(m *metadata.Metadata[metadata.TargetsType]) (o SystemOffer, err error) {
	file := m.Signed.Targets[release.TargetName]
	if file == nil {
		return o, errors.New("the metadata offer no system")
	}
	o.Version, o.Plan, err = release.FromCustom(file.Custom, m.Signed.Version)
	return o, err
}

// systemAfter is the number of the next offer. Boxes only go to newer systems.
func (r *Repo) systemAfter(root *tufkeys.Root, v release.Version) (int64, error) {
	now, err := r.system(root)
	if err != nil {
		return 0, err
	}
	if now != nil {
		before, err := offerOf(now)
		if err != nil {
			return 0, err
		}
		if v.Compare(before.Version) <= 0 {
			return 0, fmt.Errorf("boxes only go to newer ones, and have been offered %s", before.Version)
		}
	}
	newest, err := r.newestSystem()
	return newest + 1, err
}

// draftSystem is what officers before have signed, if it says the same as this
// officer, and else one that nobody has signed.
func (r *Repo) draftSystem(bundle string, o SystemOffer, number int64) (*metadata.Metadata[metadata.TargetsType], error) {
	expires := until(r.now(), r.Expiry.System)
	draft, err := newSystem(bundle, o, number, expires)
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

func newSystem(bundle string, o SystemOffer, number int64, expires time.Time) (*metadata.Metadata[metadata.TargetsType], error) {
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
	if file.Custom, err = release.Custom(o.Version, o.Plan); err != nil {
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
