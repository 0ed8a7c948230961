package publish

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/durable"
	"checkpoint/store/tufkeys"
)

// Names of the files of a repository beside those of the snapshot package.
const (
	timestampFile = "timestamp.json"
	draftFile     = "draft-root.json" // of a root that lacks signatures
	// TargetsFile is what officers sign beside the manifest, in a snapshot
	// directory until it is published.
	TargetsFile = "targets.json"
)

func versioned(n int64, role string) string { return fmt.Sprintf("%d.%s.json", n, role) }

// Expiry is how long metadata is fresh. A box with older metadata calls its
// data stale; it goes on using them.
type Expiry struct {
	Timestamp, Snapshot, Targets, Root, System time.Duration
}

const day = 24 * time.Hour

// DefaultExpiry: the timestamp is renewed every day, the root once a
// year; a system is offered until a newer one is.
func DefaultExpiry() Expiry {
	return Expiry{Timestamp: 3 * day, Snapshot: 7 * day, Targets: 30 * day, Root: 400 * day, System: 400 * day}
}

// sign puts a key's signature in the place of an earlier one.
func sign[T metadata.Roles](m *metadata.Metadata[T], key ed25519.PrivateKey) error {
	id, err := tufkeys.ID(key.Public().(ed25519.PublicKey))
	if err != nil {
		return err
	}
	m.Signatures = slices.DeleteFunc(m.Signatures, func(s metadata.Signature) bool { return s.KeyID == id })
	signer, err := signature.LoadSigner(key, crypto.Hash(0))
	if err != nil {
		return err
	}
	_, err = m.Sign(signer)
	return err
}

// read gives nil when there is no such file.
func read[T metadata.Roles](path ...string) (*metadata.Metadata[T], error) {
	name := filepath.Join(path...)
	m, err := new(metadata.Metadata[T]).FromFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(name), err)
	}
	return m, nil
}

func write[T metadata.Roles](m *metadata.Metadata[T], path ...string) error {
	b, err := m.ToBytes(true)
	if err != nil {
		return err
	}
	return durable.Replace(filepath.Join(path...), b, 0o644)
}

// until is when metadata made now expires, in whole seconds as TUF wants it.
func until(now time.Time, d time.Duration) time.Time {
	return now.Add(d).UTC().Truncate(time.Second)
}
