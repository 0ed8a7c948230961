package publish

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
)

// ErrFresh: signatures would hold for longer than the officer wants.
var ErrFresh = errors.New("signatures would hold for too long")

// Offer is everything that an officer's signature covers. It is read once: what
// was shown of it is what is signed, whatever happens in the directory.
type Offer struct {
	Manifest snapshot.Manifest
	Plan     *stages.Plan // nil: none, everybody at once
	Fresh    time.Time    // until when boxes call the snapshot fresh
	Joins    bool         // an officer before has fixed Fresh

	dir     string
	raw     []byte
	targets *metadata.Metadata[metadata.TargetsType]
}

// skew is by how much officers' clocks may differ.
const skew = time.Hour

// Prepare reads what there is to sign beside the manifest raw of a snapshot
// directory. The first officer fixes until when boxes call the snapshot fresh.
// A later one joins, unless that is later than fresh (ErrFresh).
//
// The metadata are made anew from manifest and plan. Those in the directory
// count only if they say the same, and lend nothing but their signatures and
// their expiry: anybody can have put them there.
func Prepare(dir string, raw []byte, fresh time.Time) (Offer, error) {
	o, err := prepare(dir, raw, fresh)
	if err != nil {
		return o, fmt.Errorf("read what is to be signed: %w", err)
	}
	return o, nil
}

func prepare(dir string, raw []byte, fresh time.Time) (Offer, error) {
	o := Offer{dir: dir, raw: raw}
	var err error
	if o.Manifest, err = snapshot.PeekManifest(raw); err != nil {
		return o, err
	}
	if o.Plan, err = readPlan(dir, o.Manifest.Number); err != nil {
		return o, err
	}
	if o.targets, err = newTargets(o.Manifest, raw, o.Plan, fresh); err != nil {
		return o, err
	}
	if before := o.before(); before != nil {
		o.Joins, o.targets = true, before
	}
	o.Fresh = o.targets.Signed.Expires
	if o.Fresh.After(fresh.Add(skew)) {
		return o, fmt.Errorf("%w: %s in %s says until %s, you say until %s", ErrFresh, TargetsFile, dir, o.Fresh.Format(time.RFC3339), fresh.UTC().Format(time.RFC3339))
	}
	return o, nil
}

// before are the targets that officers before have signed; nil: none, or they
// say something else.
func (o *Offer) before() *metadata.Metadata[metadata.TargetsType] {
	have, err := read[metadata.TargetsType](o.dir, TargetsFile)
	if err != nil || have == nil || len(have.Signatures) == 0 {
		return nil
	}
	same, err := newTargets(o.Manifest, o.raw, o.Plan, have.Signed.Expires)
	if err != nil || !sameSigned(have, same) {
		return nil
	}
	same.Signatures = slices.Clone(have.Signatures)
	return same
}

// sameSigned compares everything that signatures are over.
func sameSigned(a, b *metadata.Metadata[metadata.TargetsType]) bool {
	x, errX := a.Signed.MarshalJSON()
	y, errY := b.Signed.MarshalJSON()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// Sign adds an officer's signatures of the manifest and of what names it in the
// TUF metadata. It is refused if another manifest lies there by now.
func (o *Offer) Sign(officer ed25519.PrivateKey) error {
	if raw, _, err := snapshot.ReadBundle(o.dir); err != nil || !bytes.Equal(raw, o.raw) {
		return errors.Join(fmt.Errorf("snapshot %d was changed while it was compared", o.Manifest.Number), err)
	}
	if err := snapshot.AddSignature(o.dir, snapshot.Sign(o.raw, officer)); err != nil {
		return err
	}
	if err := errors.Join(sign(o.targets, officer), write(o.targets, o.dir, TargetsFile)); err != nil {
		return fmt.Errorf("sign targets: %w", err)
	}
	return nil
}
