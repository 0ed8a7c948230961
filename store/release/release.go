// Package release says which version of the whole system a box runs, and below
// which version it never goes again.
//
// A system carries its release as a file of its own, in the part of the card that
// is proven block by block. The floor lies on the data partition, outlives every
// system, and is raised only by a system that was ready: a bad one can neither
// raise nor lower it.
package release

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"checkpoint/store/durable"
)

// File is where a system has its release, and Keyring whose bundles it believes.
const (
	File    = "/usr/share/checkpoint/release"
	Keyring = "/etc/rauc/keyring.pem"
)

// Fetches is the version that runs on this machine, if newer ones are of use to
// it: it started from a card, and its image has a keyring.
func Fetches() (running Version, ok bool, err error) {
	if _, err := os.Stat(Keyring); err != nil {
		return running, false, nil
	}
	r, err := Read(File)
	if errors.Is(err, fs.ErrNotExist) {
		return running, false, nil
	}
	return r.Version, err == nil, err
}

// Version is MAJOR.MINOR.PATCH (https://semver.org, point 2), the form that RAUC
// reads. Its zero value is no version, and older than any.
type Version struct{ Major, Minor, Patch uint32 }

// Parse reads a version. It has one spelling: no sign, no leading zeros.
func Parse(text string) (Version, error) {
	var v Version
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return Version{}, fmt.Errorf("%q is no version: want three numbers, such as 1.4.0", text)
	}
	for i, into := range []*uint32{&v.Major, &v.Minor, &v.Patch} {
		n, err := strconv.ParseUint(parts[i], 10, 32)
		if err != nil || strconv.FormatUint(n, 10) != parts[i] {
			return Version{}, fmt.Errorf("%q is no version: %q is no number from 0 to 4294967295", text, parts[i])
		}
		*into = uint32(n)
	}
	return v, nil
}

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// Compare is -1, 0 or 1: older, the same, newer.
func (v Version) Compare(than Version) int {
	return cmp.Or(cmp.Compare(v.Major, than.Major), cmp.Compare(v.Minor, than.Minor), cmp.Compare(v.Patch, than.Patch))
}

// Release is what a system says of itself.
type Release struct {
	Compatible string // the kind of box, as RAUC's system.conf has it
	Version    Version
	// Floor is the oldest version that may still be installed once this one has
	// proved good.
	Floor Version
}

// Read reads a release file: lines name=value. Names that it does not know are
// those of a later system.
func Read(path string) (r Release, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return r, fmt.Errorf("read release: %w", err)
	}
	texts := map[string]string{}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		texts[name] = value
	}
	for name, into := range map[string]*Version{"version": &r.Version, "floor": &r.Floor} {
		v, wrong := Parse(texts[name])
		if wrong != nil {
			err = errors.Join(err, fmt.Errorf("%s: %s: %w", path, name, wrong))
		}
		*into = v
	}
	if r.Compatible = texts["compatible"]; r.Compatible == "" {
		err = errors.Join(err, fmt.Errorf("%s: compatible: missing", path))
	}
	if err == nil && r.Floor.Compare(r.Version) > 0 {
		err = fmt.Errorf("%s: floor %s is above version %s", path, r.Floor, r.Version)
	}
	return r, err
}

// Kept is a file that holds one version.
type Kept string

// Load is no version when there is no file. A file that is damaged is an error:
// a floor that cannot be read must not count as none.
func (k Kept) Load() (Version, error) {
	b, err := durable.Bytes(k).Load()
	if err != nil || b == nil {
		return Version{}, err
	}
	v, err := Parse(strings.TrimSpace(string(b)))
	if err != nil {
		return Version{}, fmt.Errorf("read %s: %w", string(k), err)
	}
	return v, nil
}

// Store replaces the file.
func (k Kept) Store(v Version) error {
	if err := durable.MkdirAll(filepath.Dir(string(k)), 0o755); err != nil {
		return err
	}
	return durable.Bytes(k).Save([]byte(v.String() + "\n"))
}

// Raise replaces the file if v is newer than what it holds. A file that cannot
// be read holds nothing: a system that was ready knows what its own floor is.
func (k Kept) Raise(v Version) error {
	if have, err := k.Load(); err == nil && have.Compare(v) >= 0 {
		return nil
	}
	return k.Store(v)
}
