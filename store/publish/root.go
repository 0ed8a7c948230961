package publish

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/durable"
	"checkpoint/store/snapshot"
	"checkpoint/store/tufkeys"
)

// Repo is a repository directory.
type Repo struct {
	Dir    string
	Expiry Expiry
	Now    func() time.Time // nil: time.Now
	// EndRollout lets a snapshot be published to everybody although the rollout
	// of the one before is running.
	EndRollout bool
	// Progress gets bytes written of layers; it may be nil.
	Progress func(done, all int64)
}

func (r *Repo) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

func (r *Repo) path(name string) string { return filepath.Join(r.Dir, filepath.FromSlash(name)) }

// root is the newest root; nil: there is none yet. Each must be signed by the
// officers of the one before, as boxes want it.
func (r *Repo) root() (newest *tufkeys.Root, err error) {
	for n := int64(1); ; n++ {
		m, err := read[metadata.RootType](r.Dir, versioned(n, metadata.ROOT))
		if err != nil || m == nil {
			return newest, err
		}
		if newest != nil {
			if err := newest.VerifyDelegate(metadata.ROOT, m); err != nil {
				return nil, fmt.Errorf("%w: root %d: %w", snapshot.ErrUntrusted, n, err)
			}
		}
		newest = m
	}
}

// Begun tells whether the repository has a root.
func (r *Repo) Begun() (bool, error) {
	root, err := r.root()
	return root != nil, err
}

// DraftRoot writes the next root: the officers who sign snapshots and later
// roots, how many of them must agree, and the key that stays online. It holds
// once enough officers have signed it with [Repo.SignRoot]: as many as it asks
// for, and as many of those it takes over from.
func (r *Repo) DraftRoot(officers snapshot.KeySet, online ed25519.PublicKey) error {
	now, err := r.root()
	if err != nil {
		return fmt.Errorf("draft root: %w", err)
	}
	next := metadata.Root(until(r.now(), r.Expiry.Root))
	if now != nil {
		next.Signed.Version = now.Signed.Version + 1
	}
	if err := errors.Join(tufkeys.Appoint(next, officers), tufkeys.AppointOnline(next, online)); err != nil {
		return fmt.Errorf("draft root: %w", err)
	}
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return fmt.Errorf("draft root: %w", err)
	}
	return write(next, r.Dir, draftFile)
}

// SignRoot adds an officer's signature to the draft. holds tells whether it was
// the last one needed and the root is now in force.
func (r *Repo) SignRoot(officer ed25519.PrivateKey) (version int64, holds bool, err error) {
	draft, err := read[metadata.RootType](r.Dir, draftFile)
	if err != nil {
		return 0, false, fmt.Errorf("sign root: %w", err)
	}
	if draft == nil {
		return 0, false, errors.New("sign root: there is no draft to sign")
	}
	now, err := r.root()
	if err != nil {
		return 0, false, fmt.Errorf("sign root: %w", err)
	}
	version = draft.Signed.Version
	if !names(draft, officer) && (now == nil || !names(now, officer)) {
		return version, false, errors.New("sign root: neither the old root nor the new one names this key")
	}
	if err := errors.Join(sign(draft, officer), write(draft, r.Dir, draftFile)); err != nil {
		return version, false, fmt.Errorf("sign root: %w", err)
	}
	if draft.VerifyDelegate(metadata.ROOT, draft) != nil || now != nil && now.VerifyDelegate(metadata.ROOT, draft) != nil {
		return version, false, nil
	}
	if err := write(draft, r.Dir, versioned(version, metadata.ROOT)); err != nil {
		return version, false, fmt.Errorf("sign root: %w", err)
	}
	return version, true, errors.Join(os.Remove(r.path(draftFile)), durable.SyncDir(r.Dir))
}

func names(root *tufkeys.Root, key ed25519.PrivateKey) bool {
	id, err := tufkeys.ID(key.Public().(ed25519.PublicKey))
	_, found := root.Signed.Keys[id]
	return err == nil && found
}
