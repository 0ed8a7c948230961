package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// journalDisk is where the journal lies while its writing is counted.
type journalDisk struct {
	disk
	dir     string // for the journal; empty: where it always is
	about   string // for the table
	unmount func() error
}

func (j *journalDisk) close() error {
	if j.unmount == nil {
		return nil
	}
	return j.unmount()
}

// ownDisk makes a small disk with a file system to which nobody else writes: a
// loop device. Only root can; for others it is the machine's disk, whose
// counter also counts everybody else.
func ownDisk(ctx context.Context, dir string) (*journalDisk, error) {
	image, mount := filepath.Join(dir, "image"), filepath.Join(dir, "mount")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(mount, 0o755)); err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 {
		k, err := diskOf(dir)
		return &journalDisk{disk: k, about: "everybody's on " + k.name + ": run as root for a disk of its own"}, err
	}
	for _, command := range [][]string{
		{"truncate", "--size", "256M", image},
		{"mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image}, // nothing left to write later
		{"mount", "-o", "loop", image, mount},
	} {
		if text, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("make a disk: %s: %w: %s", command[0], err, text)
		}
	}
	unmount := func() error {
		if text, err := exec.Command("umount", mount).CombinedOutput(); err != nil {
			return fmt.Errorf("unmount %s: %w: %s", mount, err, text)
		}
		return os.RemoveAll(dir)
	}
	k, err := diskOf(mount)
	if err != nil {
		return nil, errors.Join(err, unmount())
	}
	return &journalDisk{disk: k, dir: filepath.Join(mount, "journal"), about: "an ext4 of its own on a loop device", unmount: unmount}, nil
}
