package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

// What keeps shares from restoring, besides [ErrDamaged] and [ErrLocked].
var (
	ErrTooFew  = errors.New("too few shares")
	ErrMixed   = errors.New("they do not belong together")
	ErrMissing = errors.New("no bundle")
)

// Set is a bundle and shares that suffice for it, not yet unlocked.
type Set struct {
	Plan
	Shares  []Share
	bundle  *bundle
	members map[int]age.Identity // by officer, counted from 0
}

// Gather reads shares and the bundle they belong to; an empty path means the
// bundle beside the first share. It fails with [ErrTooFew], [ErrMixed],
// [ErrMissing] or [ErrDamaged].
func Gather(bundlePath string, sharePaths ...string) (*Set, error) {
	s := &Set{members: map[int]age.Identity{}}
	for _, path := range sharePaths {
		share, err := ReadShare(path)
		if err != nil {
			return nil, err
		}
		s.Shares = append(s.Shares, share)
	}
	if len(s.Shares) == 0 {
		return nil, fmt.Errorf("restore keys: %w: none", ErrTooFew)
	}
	if err := together(s.Shares); err != nil {
		return nil, fmt.Errorf("restore keys: %w", err)
	}
	if bundlePath == "" {
		bundlePath = filepath.Join(filepath.Dir(sharePaths[0]), BundleFile)
	}
	if err := s.readBundle(bundlePath); err != nil {
		return nil, fmt.Errorf("restore keys: %w", err)
	}
	if len(s.Shares) < s.Needed {
		return nil, fmt.Errorf("restore keys: %w: %d of the %d that are needed; not here: %s", ErrTooFew, len(s.Shares), s.Needed, strings.Join(s.absent(), ", "))
	}
	return s, nil
}

// together refuses shares of different backups, and one share twice.
func together(shares []Share) error {
	seen := map[int]Share{}
	for _, s := range shares {
		first := shares[0]
		if s.Backup != first.Backup || s.Bundle != first.Bundle {
			return fmt.Errorf("%w: %s is of the backup of %s (%s), %s of that of %s (%s)", ErrMixed, first.File, first.Made, first.Backup, s.File, s.Made, s.Backup)
		}
		if same, ok := seen[s.Share]; ok {
			return fmt.Errorf("%w: %s and %s are both %s", ErrMixed, same.File, s.File, s.Label)
		}
		seen[s.Share] = s
	}
	return nil
}

// readBundle accepts the very bundle that the shares name, and no other.
func (s *Set) readBundle(path string) error {
	b, err := readSome(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	first := s.Shares[0]
	parsed, err := parseBundle(b)
	if err == nil && parsed.plan.Backup != first.Backup {
		return fmt.Errorf("%w: %s is of backup %s, the shares are of %s", ErrMixed, path, parsed.plan.Backup, first.Backup)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != first.Bundle {
		return fmt.Errorf("%s: %w: it is not the file that was written; take another copy", path, ErrDamaged)
	}
	if err != nil {
		return err
	}
	s.bundle, s.Plan = parsed, parsed.plan
	for _, share := range s.Shares {
		if share.Share < 1 || share.Share > len(s.Officers) {
			return fmt.Errorf("%s: %w: %d officers have shares", share.File, ErrDamaged, len(s.Officers))
		}
	}
	return nil
}

// absent names the officers whose shares are not here.
func (s *Set) absent() (names []string) {
	for i := range s.Officers {
		if !slices.ContainsFunc(s.Shares, func(have Share) bool { return have.Share == i+1 }) {
			names = append(names, s.label(i).String())
		}
	}
	return names
}

// Unlock opens one of the shares with what its officer gives, or fails with
// [ErrLocked]; then another can be tried.
func (s *Set) Unlock(share Share, with ...age.Identity) error {
	member, err := share.unlock(with...)
	if err != nil {
		return fmt.Errorf("restore keys: %w", err)
	}
	if member.Recipient().String() != s.Officers[share.Share-1].Recipient {
		return fmt.Errorf("restore keys: %w: %s holds the key of another", ErrMixed, share.File)
	}
	s.members[share.Share-1] = member
	return nil
}

// Keys are a province's keys in memory.
type Keys struct {
	Backup
	Trust snapshot.Trust // of the province.json among them
	files map[string][]byte
}

// Open brings the keys back into memory, once enough shares are unlocked, and
// checks them against the province's public keys.
func (s *Set) Open() (*Keys, error) {
	if len(s.members) < s.Needed {
		return nil, fmt.Errorf("restore keys: %w: %d unlocked of the %d that are needed", ErrTooFew, len(s.members), s.Needed)
	}
	files, err := s.bundle.open(s.members)
	if err != nil {
		return nil, fmt.Errorf("restore keys: %w", err)
	}
	fit, err := keys.Fit(files)
	if err != nil {
		return nil, fmt.Errorf("restore keys: %w", err)
	}
	return &Keys{Backup: Backup{Plan: s.Plan, Files: slices.Sorted(maps.Keys(files)), Missing: fit.Missing}, Trust: fit.Trust, files: files}, nil
}

// Write puts the keys into the new directory out, mode 0700, files 0600.
func (k *Keys) Write(out string) error {
	if err := publish(out, k.files); err != nil {
		return fmt.Errorf("restore keys: %w", err)
	}
	return nil
}
