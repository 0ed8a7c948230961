package seed

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"checkpoint/store/durable"
)

// Store is where the last good seed is kept, on the data partition, readable by
// root alone: it has the passwords.
type Store struct{ Dir string }

func (s Store) path() string { return filepath.Join(s.Dir, "seed.toml") }

// Kept is the last good seed; nil: there was none yet. One that cannot be read
// (a card that rots) counts as none, and is said.
func (s Store) Kept() (*Seed, error) {
	b, err := durable.Bytes(s.path()).Load()
	if err != nil || b == nil {
		return nil, err
	}
	// A key that this system does not know is a newer one's: the box fell back.
	kept, err := parse(b, func(d *toml.Decoder) *toml.Decoder { return d })
	if err != nil {
		return nil, fmt.Errorf("read %s: %v", s.path(), err) // its lines are not those of the card's file
	}
	return kept, nil
}

// Keep makes this the last good seed, if it says anything else than before.
func (s Store) Keep(seed *Seed) error {
	b, err := toml.Marshal(seed)
	if err != nil {
		return err
	}
	if before, err := durable.Bytes(s.path()).Load(); err == nil && bytes.Equal(before, b) {
		return nil
	}
	if err := durable.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	return durable.Bytes(s.path()).Save(b)
}

// Read is what became of the file on the FAT partition.
type Read struct {
	Seed   *Seed  // in force; nil: neither the file nor one before holds
	Fresh  bool   // it is the file's; false: the last good one
	Absent bool   // there is no file
	Near   []Near // files that are not called as they may be meant to
	Faults Faults // of the file, or of reading it
}

// Take reads the file and keeps it if it holds. The error is of the data
// partition alone: whatever the file is, [Read] says it.
func (s Store) Take(boot string) (Read, error) {
	kept, err := s.Kept()
	r := Read{Seed: kept, Faults: FaultsOf(err), Near: nearIn(boot)}
	b, err := durable.ReadForeign(filepath.Join(boot, File), MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		r.Absent = true
		return r, nil
	}
	if errors.Is(err, durable.ErrTooLong) {
		err = Faults{{Text: Text{"tệp lớn hơn 64 KiB: không phải tệp cấu hình", "the file has more than 64 KiB: it is no configuration"}}}
	}
	var read *Seed
	if err == nil {
		read, err = Parse(b)
	}
	if err == nil {
		err = read.fill(kept)
	}
	if err != nil {
		r.Faults = append(r.Faults, FaultsOf(err)...)
		return r, nil
	}
	r.Seed, r.Fresh, r.Faults = read, true, nil
	return r, s.Keep(read)
}

// Bare tells whether the file still shows a secret: one written so that
// [Scrub] does not find it.
func Bare(boot string) bool {
	b, err := os.ReadFile(filepath.Join(boot, File))
	if err != nil {
		return false
	}
	s, _ := Parse(b) // what is wrong was told
	for _, secret := range s.secretsOf() {
		if *secret.value != "" && !taken(*secret.value) {
			return true
		}
	}
	return false
}
