package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Disk is the block device below a directory.
type Disk struct {
	Name string // as the kernel calls it
	Dir  string // in sysfs
}

// DiskOf finds the disk that holds path.
func DiskOf(path string) (Disk, error) {
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		return Disk{}, fmt.Errorf("find disk of %s: %w", path, err)
	}
	dir, err := filepath.EvalSymlinks(fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(s.Dev), unix.Minor(s.Dev)))
	return Disk{filepath.Base(dir), dir}, err
}

// Fields of a disk's stat file (Documentation/block/stat.rst), counted in
// sectors of 512 bytes whatever the disk's own.
const (
	sectorsRead    = 2
	sectorsWritten = 6
)

// Read is the bytes read from the disk since the machine started.
func (k Disk) Read() (int64, error) { return k.sectors(sectorsRead) }

// Written is the bytes written to the disk since the machine started.
func (k Disk) Written() (int64, error) { return k.sectors(sectorsWritten) }

func (k Disk) sectors(field int) (int64, error) {
	text, err := os.ReadFile(filepath.Join(k.Dir, "stat"))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) <= field {
		return 0, errors.New("read disk statistics: too few fields")
	}
	n, err := strconv.ParseInt(fields[field], 10, 64)
	return n * 512, err
}

// OwnDisk is a disk of its own while something is counted on it.
type OwnDisk struct {
	Disk
	Dir     string // where to write; empty: where things always are
	About   string // for the table
	unmount func() error
}

// Close gives the disk back.
func (j *OwnDisk) Close() error {
	if j.unmount == nil {
		return nil
	}
	return j.unmount()
}

// NewOwnDisk makes, below dir, a disk of so many bytes with a file system to
// which nobody else writes: an ext4 on a loop device. Only root can; for others
// it is the machine's disk, whose counter also counts everybody else.
func NewOwnDisk(ctx context.Context, dir string, bytes int64) (*OwnDisk, error) {
	image, mount := filepath.Join(dir, "image"), filepath.Join(dir, "mount")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(mount, 0o755)); err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 {
		k, err := DiskOf(dir)
		return &OwnDisk{Disk: k, About: "everybody's on " + k.Name + ": run as root for a disk of its own"}, err
	}
	for _, command := range [][]string{
		{"truncate", "--size", strconv.FormatInt(bytes, 10), image},
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
	k, err := DiskOf(mount)
	if err != nil {
		return nil, errors.Join(err, unmount())
	}
	return &OwnDisk{Disk: k, Dir: mount, About: "an ext4 of its own on a loop device", unmount: unmount}, nil
}
