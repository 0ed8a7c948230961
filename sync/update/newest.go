package update

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
)

// Bounds of what is read into memory.
const (
	maxMetadataBytes   = 64 << 10
	maxManifestBytes   = 1 << 20
	maxSignaturesBytes = 64 << 10
)

// offer is the snapshot that the province says is the newest.
type offer struct {
	raw        []byte
	signatures []snapshot.Signature
	manifest   snapshot.Manifest
	plan       *stages.Plan // who takes it when; nil: everybody at once
	paused     uint64       // the rollout that is paused; 0: none
	now        time.Time    // as the box reckons it: never later than it is
	roots      *chain       // with all metadata that say so
}

// newest asks which snapshot is the newest: the client workflow of the TUF
// specification (section 5), with floors in the place of a cache.
func (c *Client) newest(ctx context.Context) (offer, error) {
	roots, floor, err := c.kept()
	if err != nil {
		return offer{}, err
	}
	before := floor
	var online []string
	if roots.trusted != nil {
		online = roots.onlineKeys()
	}
	if err := roots.advance(ctx, c.o.Carrier, c.o.Box, c.o.Officers); err != nil {
		return offer{}, err
	}
	if online != nil && !slices.Equal(online, roots.onlineKeys()) {
		// Versions that a lost key set out of reach are forgotten with the key
		// (TUF 5.3.11); officers' numbers are not.
		floor.Timestamp, floor.Snapshot = 0, 0
	}
	roots.trusted.RefTime = later(c.o.Now(), floor.Time)
	number, err := c.follow(ctx, roots, &floor)
	if err != nil {
		return offer{}, err
	}
	o, err := c.manifest(ctx, roots, number)
	if err != nil {
		return o, err
	}
	o.roots = roots
	if err := o.manifest.NotAfter(earlier(c.o.Latest(), roots.trusted.Timestamp.Signed.Expires)); err != nil {
		return o, err // before a floor is raised by it
	}
	if err := o.planned(roots, number); err != nil {
		return o, err
	}
	floor.Number, floor.Time, floor.Until = number, later(floor.Time, o.manifest.CreatedAt()), roots.expire()
	c.heard(floor)
	if c.o.Signed != nil {
		c.o.Signed(floor.Time)
	}
	if floor == before { // most looks find nothing new, and a card wears out
		return o, nil
	}
	return o, floor.write(c.o.Dir)
}

// kept is what was accepted before. What cannot be read is fetched again; the
// snapshot in use is a floor of its own.
func (c *Client) kept() (*chain, floors, error) {
	roots := &chain{dir: c.o.Dir}
	if err := roots.load(c.o.Officers); err != nil {
		c.o.Log.Warn("kept roots not usable as they are: they are fetched again", "error", err)
	}
	floor, err := readFloors(c.o.Dir)
	if err != nil {
		c.o.Log.Warn("kept versions lost: the snapshot in use counts", "error", err)
	}
	n, err := c.o.Box.Current()
	if errors.Is(err, snapshot.ErrNone) {
		return roots, floor, nil
	}
	if err != nil {
		return roots, floor, err
	}
	floor.Number = max(floor.Number, n)
	if m, err := c.o.Box.Manifest(n); err == nil && m.NotAfter(c.o.Latest()) == nil {
		floor.Time = later(floor.Time, m.CreatedAt())
	}
	return roots, floor, nil
}

// follow goes from timestamp over snapshot to targets and gives the number of
// the newest snapshot. What has expired is still held against the floors.
func (c *Client) follow(ctx context.Context, roots *chain, floor *floors) (uint64, error) {
	t := roots.trusted
	raw, err := small(ctx, c.o.Carrier, "timestamp.json", maxMetadataBytes)
	if err != nil {
		return 0, err
	}
	_, errTimestamp := t.UpdateTimestamp(raw)
	if t.Timestamp != nil && t.Timestamp.Signed.Version < floor.Timestamp {
		return 0, fmt.Errorf("timestamp %d: %w (%d)", t.Timestamp.Signed.Version, ErrRollback, floor.Timestamp)
	}
	if errTimestamp != nil {
		return 0, judge(metadata.TIMESTAMP, errTimestamp)
	}
	version := t.Timestamp.Signed.Meta["snapshot.json"].Version
	if version < floor.Snapshot {
		return 0, fmt.Errorf("snapshot metadata %d: %w (%d)", version, ErrRollback, floor.Snapshot)
	}
	if raw, err = small(ctx, c.o.Carrier, fmt.Sprintf("%d.snapshot.json", version), maxMetadataBytes); err != nil {
		return 0, err
	}
	if _, err := t.UpdateSnapshot(raw, false); err != nil {
		return 0, judge(metadata.SNAPSHOT, err)
	}
	number, err := c.targets(ctx, roots, floor)
	if err != nil {
		return 0, err
	}
	floor.Timestamp, floor.Snapshot = t.Timestamp.Signed.Version, version
	return number, nil
}

func (c *Client) targets(ctx context.Context, roots *chain, floor *floors) (uint64, error) {
	meta := roots.trusted.Snapshot.Signed.Meta["targets.json"]
	if meta == nil || meta.Version < 1 {
		return 0, fmt.Errorf("%w: no targets", ErrSignatures)
	}
	number := uint64(meta.Version)
	if number < floor.Number {
		return 0, fmt.Errorf("snapshot %d: %w (%d)", number, ErrRollback, floor.Number)
	}
	raw, err := small(ctx, c.o.Carrier, fmt.Sprintf("%d.targets.json", number), maxMetadataBytes)
	if err != nil {
		return 0, err
	}
	if _, err := roots.trusted.UpdateTargets(raw); err != nil {
		return 0, judge(metadata.TARGETS, err)
	}
	return number, nil
}

// judge names what is wrong with a piece of metadata.
func judge(role string, err error) error {
	var expired *metadata.ErrExpiredMetadata
	var version *metadata.ErrBadVersionNumber
	switch {
	case errors.As(err, &expired):
		return fmt.Errorf("%w: %w", ErrStale, err)
	case errors.As(err, &version):
		return fmt.Errorf("%s: %w: %w", role, ErrReplaced, err)
	}
	return fmt.Errorf("%s: %w: %w", role, ErrSignatures, err)
}

// manifest fetches what the targets name, and checks the officers' signatures
// of it, beside those of the targets.
func (c *Client) manifest(ctx context.Context, roots *chain, number uint64) (offer, error) {
	file := roots.trusted.Targets[metadata.TARGETS].Signed.Targets[snapshot.TargetName]
	if file == nil || file.Length > maxManifestBytes || len(file.Hashes["sha256"]) == 0 {
		return offer{}, fmt.Errorf("%w: targets name no manifest", ErrReplaced)
	}
	sum := file.Hashes["sha256"]
	raw, err := small(ctx, c.o.Carrier, snapshot.ManifestPath(sum), file.Length)
	if err != nil {
		return offer{}, err
	}
	if err := file.VerifyLengthHashes(raw); err != nil {
		return offer{}, fmt.Errorf("manifest: %w: %w", ErrReplaced, err)
	}
	encoded, err := small(ctx, c.o.Carrier, snapshot.SignaturesPath(sum), maxSignaturesBytes)
	if err != nil {
		return offer{}, err
	}
	signatures, err := snapshot.DecodeSignatures(encoded)
	if err != nil {
		return offer{}, fmt.Errorf("manifest: %w: %w", snapshot.ErrUntrusted, err)
	}
	trust := c.o.Box.Trust()
	if peek, err := snapshot.PeekManifest(raw); err == nil && peek.Province != trust.Province {
		return offer{}, fmt.Errorf("%w: of %q, this box belongs to %q", ErrProvince, peek.Province, trust.Province)
	}
	m, err := c.o.Box.Accept(raw, signatures)
	if err != nil {
		return offer{}, fmt.Errorf("manifest: %w", err)
	}
	if m.Number != number {
		return offer{}, fmt.Errorf("%w: manifest %d under number %d", ErrReplaced, m.Number, number)
	}
	return offer{raw: raw, signatures: signatures, manifest: m}, nil
}

// expire is when the first of the metadata does.
func (c *chain) expire() time.Time {
	t := c.trusted
	return slices.MinFunc([]time.Time{t.Root.Signed.Expires, t.Timestamp.Signed.Expires, t.Snapshot.Signed.Expires, t.Targets[metadata.TARGETS].Signed.Expires}, time.Time.Compare)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
