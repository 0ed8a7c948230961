package update

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"

	"checkpoint/store/durable"
	"checkpoint/store/snapshot"
	"checkpoint/store/tufkeys"
)

const (
	maxRoots     = 256 // one a month for twenty years
	maxRootBytes = 64 << 10
)

// chain is the province's roots from the first one that the keys on the box
// vouch for to the newest, each signed by the officers of the one before.
type chain struct {
	dir      string // of N.root.json
	trusted  *trustedmetadata.TrustedMetadata
	officers []snapshot.KeySet // of each root, oldest first
}

func rootName(n int64) string { return fmt.Sprintf("%d.%s.json", n, metadata.ROOT) }

// Follow lets box follow the changes of officers that were accepted before, so
// that a daemon that just started knows them. dir is where updates keep their
// state. A file that is lost or damaged is fetched again by the next update.
func Follow(box *snapshot.Box, province snapshot.KeySet, dir string) error {
	c := &chain{dir: dir}
	err := c.load(province)
	c.follow(box, province)
	return err
}

// load reads the chain that was kept, as far as it holds.
func (c *chain) load(province snapshot.KeySet) error {
	names, err := filepath.Glob(filepath.Join(c.dir, "*."+metadata.ROOT+".json"))
	if err != nil || len(names) == 0 {
		return err
	}
	for n := int64(1); n <= maxRoots; n++ {
		raw, err := os.ReadFile(filepath.Join(c.dir, rootName(n)))
		if errors.Is(err, fs.ErrNotExist) {
			if c.trusted == nil {
				continue // the first that vouches may be a later one
			}
			return nil
		}
		if err == nil {
			err = c.add(raw, province)
		}
		if err != nil {
			return fmt.Errorf("read kept root %d: %w", n, err)
		}
	}
	return nil
}

// add takes the next root in. The first has to be signed by the officers that
// the box was enrolled with, each further one by those of the one before.
func (c *chain) add(raw []byte, province snapshot.KeySet) error {
	if c.trusted == nil {
		first, err := trustedmetadata.New(raw)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRoot, err)
		}
		if err := tufkeys.SignedBy(first.Root, province); err != nil {
			return fmt.Errorf("%w: %w", ErrRoot, err)
		}
		c.trusted = first
	} else if _, err := c.trusted.UpdateRoot(raw); err != nil {
		return fmt.Errorf("%w: %w", ErrRoot, err)
	}
	officers, err := tufkeys.Officers(c.trusted.Root)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRoot, err)
	}
	c.officers = append(c.officers, officers)
	return nil
}

// advance fetches the roots that came since, keeps them and follows them.
func (c *chain) advance(ctx context.Context, from Carrier, box *snapshot.Box, province snapshot.KeySet) error {
	if c.trusted == nil {
		if err := c.begin(ctx, from, province); err != nil {
			return err
		}
	}
	for c.version() < maxRoots {
		next := c.version() + 1
		raw, err := small(ctx, from, rootName(next), maxRootBytes)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err == nil {
			err = c.add(raw, province)
		}
		if err == nil {
			err = c.keep(raw)
		}
		if err != nil {
			return fmt.Errorf("root %d: %w", next, err)
		}
	}
	c.follow(box, province)
	return nil
}

// begin finds the first root that the officers known at enrolment signed.
func (c *chain) begin(ctx context.Context, from Carrier, province snapshot.KeySet) error {
	var refused error
	for n := int64(1); n <= maxRoots; n++ {
		raw, err := small(ctx, from, rootName(n), maxRootBytes)
		if err != nil {
			return errors.Join(fmt.Errorf("first root: %w", err), refused)
		}
		if refused = c.add(raw, province); refused == nil {
			return c.keep(raw)
		}
		c.trusted = nil
	}
	return refused
}

func (c *chain) keep(raw []byte) error {
	return durable.Replace(filepath.Join(c.dir, rootName(c.version())), raw, 0o600)
}

func (c *chain) version() int64 { return c.trusted.Root.Signed.Version }

// follow tells the box whose signatures count from now on.
func (c *chain) follow(box *snapshot.Box, province snapshot.KeySet) {
	if len(c.officers) == 0 {
		return
	}
	newest := len(c.officers) - 1
	box.Follow(c.officers[newest], append([]snapshot.KeySet{province}, c.officers[:newest]...))
}

// onlineKeys name the keys that sign timestamp and snapshot.
func (c *chain) onlineKeys() []string {
	roles := c.trusted.Root.Signed.Roles
	return slices.Sorted(slices.Values(slices.Concat(roles[metadata.TIMESTAMP].KeyIDs, roles[metadata.SNAPSHOT].KeyIDs)))
}
