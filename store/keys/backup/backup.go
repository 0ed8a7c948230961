// Package backup splits a province's keys between officers, so that some of
// them together, and no fewer, can bring them back.
//
// It promises: a backup was opened by every quorum of its officers before it
// is there at all; a restored directory is there whole or not at all, never in
// place of another, and byte for byte what was backed up; secrets are in memory,
// under encryption or in the restored directory, and nowhere else. It holds no
// cryptography of its own: everything is age (age-encryption.org/v1), and
// DESIGN.md says how to open a backup with the age tool alone.
//
// It is for the province's commands; a box links none of it.
package backup

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"filippo.io/age"

	"checkpoint/store/keys"
)

// Names of the files that [Make] writes, beside the shares.
const (
	BundleFile = "bundle.tar"
	SheetFile  = "sheet.txt"
)

// ShareFile is the share of officer n, counted from 1.
func ShareFile(n int) string { return fmt.Sprintf("share-%d.txt", n) }

// Backup is what a backup holds, without its secrets.
type Backup struct {
	Plan
	Files   []string // that are in it
	Missing []string // keys of province.json whose secrets are not
}

// Draft is a backup that only waits for what its shares are sealed to.
type Draft struct {
	Backup
	out     string
	secrets map[string][]byte
}

// Prepare reads the keys in dir for a backup in the new directory out, of which
// any threshold of the named officers can restore the keys. It finds whatever
// is wrong with them before officers choose passphrases.
func Prepare(dir, out string, officers []string, threshold int, now time.Time) (*Draft, error) {
	d, err := prepare(dir, out, officers, threshold, now)
	if err != nil {
		return nil, fmt.Errorf("back keys up: %w", err)
	}
	return d, nil
}

func prepare(dir, out string, officers []string, threshold int, now time.Time) (*Draft, error) {
	if _, err := os.Lstat(out); err == nil {
		return nil, fmt.Errorf("%s: %w", out, fs.ErrExist)
	}
	secrets, err := collect(dir)
	if err != nil {
		return nil, err
	}
	fit, err := keys.Fit(secrets)
	if err != nil {
		return nil, err
	}
	if err := sound(officers, threshold, fit.Trust.Snapshot.Threshold); err != nil {
		return nil, err
	}
	id := make([]byte, 8)
	rand.Read(id) // never fails
	plan := Plan{Format: format, Province: fit.Trust.Province, Backup: hex.EncodeToString(id), Made: now.Format(time.DateOnly), Needed: threshold}
	for _, name := range officers {
		plan.Officers = append(plan.Officers, Member{Name: name})
	}
	return &Draft{Backup{plan, slices.Sorted(maps.Keys(secrets)), fit.Missing}, out, secrets}, nil
}

// Write makes the directory: a share for each officer, sealed to the officer's
// recipient in the order of [Prepare] (a passphrase, age.ScryptRecipient, or a
// key), the bundle, and a sheet that says what to do with them.
func (d *Draft) Write(recipients []age.Recipient) error {
	files, err := d.seal(recipients)
	if err == nil {
		err = publish(d.out, files)
	}
	if err != nil {
		return fmt.Errorf("back keys up: %w", err)
	}
	return nil
}

// seal makes every file of the backup, and proves that each quorum opens it.
func (d *Draft) seal(recipients []age.Recipient) (map[string][]byte, error) {
	if len(recipients) != len(d.Officers) {
		return nil, fmt.Errorf("%d recipients for %d officers", len(recipients), len(d.Officers))
	}
	members := make([]*age.X25519Identity, len(d.Officers))
	for i := range members {
		var err error
		if members[i], err = age.GenerateX25519Identity(); err != nil {
			return nil, err
		}
		d.Officers[i].Recipient = members[i].Recipient().String()
	}
	sealed, err := sealBundle(&d.Plan, d.secrets)
	if err != nil {
		return nil, err
	}
	if err := prove(sealed, d.secrets, members); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(sealed)
	files := map[string][]byte{BundleFile: sealed}
	for i, to := range recipients {
		label := d.label(i)
		label.Lock, label.Bundle = lockOf(to), hex.EncodeToString(sum[:])
		if files[ShareFile(i+1)], err = sealShare(label, members[i], to); err != nil {
			return nil, fmt.Errorf("%s: %w", label, err)
		}
	}
	if files[SheetFile], err = sheet(d.Backup); err != nil {
		return nil, err
	}
	return files, nil
}

func lockOf(to age.Recipient) Lock {
	if _, ok := to.(*age.ScryptRecipient); ok {
		return Passphrase
	}
	return Identity
}

// prove opens the finished bundle as each quorum would.
func prove(sealed []byte, secrets map[string][]byte, members []*age.X25519Identity) error {
	b, err := parseBundle(sealed)
	if err != nil {
		return err
	}
	for quorum := range quorums(len(members), b.plan.Needed) {
		together := map[int]age.Identity{}
		for _, i := range quorum {
			together[i] = members[i]
		}
		back, err := b.open(together)
		if err == nil && !maps.EqualFunc(back, secrets, bytes.Equal) {
			err = fmt.Errorf("%w: other files came back", ErrDamaged)
		}
		if err != nil {
			return fmt.Errorf("the backup does not open for %s: %w", quorumName(quorum), err)
		}
	}
	return nil
}
