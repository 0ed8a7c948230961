package writer

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// sys and mounts are where the kernel tells about disks.
const (
	sys    = "/sys"
	mounts = "/proc/self/mountinfo"
	swaps  = "/proc/swaps"
)

// Disks are the whole disks of this computer (sysfs, block layer).
func Disks() ([]Disk, error) {
	names, err := filepath.Glob(sys + "/block/*")
	if err != nil {
		return nil, err
	}
	var list []Disk
	for _, at := range names {
		name := filepath.Base(at)
		if strings.HasPrefix(name, "loop") || strings.HasPrefix(name, "ram") || strings.HasPrefix(name, "zram") || strings.HasPrefix(name, "dm-") {
			continue // no disk of their own
		}
		d, err := diskAt(at)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// Find is the disk with that path, or link to it.
func Find(path string) (Disk, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return Disk{}, err
	}
	info, err := os.Stat(real)
	if err != nil {
		return Disk{}, err
	}
	if info.Mode()&fs.ModeDevice == 0 || info.Mode()&fs.ModeCharDevice != 0 {
		return Disk{}, fmt.Errorf("%s không phải là đĩa / is no disk", path)
	}
	at := filepath.Join(sys, "block", filepath.Base(real))
	if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
		return Disk{}, fmt.Errorf("%s là một phần của đĩa, hãy nêu cả đĩa / is a part of a disk, name the whole disk", path)
	}
	return diskAt(at)
}

func diskAt(at string) (Disk, error) {
	name := filepath.Base(at)
	d := Disk{Path: "/dev/" + name, Model: strings.TrimSpace(text(at, "device/vendor") + " " + text(at, "device/model") + text(at, "device/name"))}
	sectors, err := strconv.ParseInt(text(at, "size"), 10, 64) // of 512 bytes, whatever the disk's own are
	if err != nil {
		return d, fmt.Errorf("%s: size: %w", d.Path, err)
	}
	d.Size = sectors * 512
	real, err := filepath.EvalSymlinks(at)
	if err != nil {
		return d, err
	}
	d.Removable = text(at, "removable") == "1" || strings.Contains(real, "/usb") || text(at, "device/type") == "SD"
	parts, err := filepath.Glob(filepath.Join(at, name+"*"))
	if err != nil {
		return d, err
	}
	for _, part := range append(parts, at) {
		where, err := usersOf(part)
		if err != nil {
			return d, err
		}
		d.Mounted = append(d.Mounted, where...)
	}
	for _, where := range d.Mounted {
		d.System = d.System || isSystem(where)
	}
	return d, nil
}

func text(at, name string) string {
	b, _ := os.ReadFile(filepath.Join(at, name)) // what a disk does not say is empty
	return strings.TrimSpace(string(b))
}

// isSystem are the places without which a computer does not go on.
func isSystem(where string) bool {
	switch where {
	case "/", "/boot", "/boot/efi", "/boot/firmware", "/usr", "/var", "/home", "swap":
		return true
	}
	return false
}

// usersOf are the places where a disk or a part of one is mounted, also below
// device mapper and RAID, and swap.
func usersOf(at string) ([]string, error) {
	name, number := filepath.Base(at), text(at, "dev")
	var list []string
	err := lines(mounts, func(words []string) {
		if where, ok := mountOf(words, name, number); ok {
			list = append(list, where)
		}
	})
	if err != nil {
		return nil, err
	}
	err = lines(swaps, func(words []string) {
		if len(words) > 0 && words[0] == "/dev/"+name {
			list = append(list, "swap")
		}
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	holders, err := filepath.Glob(filepath.Join(at, "holders/*"))
	for _, h := range holders {
		list = append(list, filepath.Base(h))
		above, errAbove := usersOf(filepath.Join(sys, "block", filepath.Base(h)))
		list, err = append(list, above...), errors.Join(err, errAbove)
	}
	return list, err
}

// mountOf is where a line of proc_pid_mountinfo(5) mounts a device. Btrfs has a
// number of its own there, and names the device behind the dash.
func mountOf(words []string, name, number string) (where string, ok bool) {
	dash := slices.Index(words, "-")
	if dash < 5 || len(words) < dash+3 {
		return "", false
	}
	source := words[dash+2]
	if real, err := filepath.EvalSymlinks(source); err == nil { // /dev/mapper/…
		source = real
	}
	return words[4], words[2] == number || source == "/dev/"+name
}

func lines(path string, do func(words []string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		do(strings.Fields(s.Text()))
	}
	return s.Err()
}

// open takes the disk for this process alone: the kernel refuses one that is
// mounted (open(2), O_EXCL on a block device).
func open(d Disk) (*os.File, error) {
	f, err := os.OpenFile(d.Path, os.O_RDWR|os.O_EXCL, 0)
	if errors.Is(err, unix.EBUSY) {
		return nil, fmt.Errorf("%w: %w", ErrMounted, err)
	}
	return f, err
}

// flush waits until the disk has what was written.
func flush(f *os.File) error { return f.Sync() }

// forget empties what the kernel remembers of the disk, so that it is read
// itself (BLKFLSBUF, linux/fs.h).
func forget(f *os.File) error { return unix.IoctlSetInt(int(f.Fd()), unix.BLKFLSBUF, 0) }

// reread has the kernel look at the new partition table. It may be busy with it
// already: the next plugging in does as well.
func reread(f *os.File) { _ = unix.IoctlSetInt(int(f.Fd()), unix.BLKRRPART, 0) }
