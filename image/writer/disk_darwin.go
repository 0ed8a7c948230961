package writer

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Not tried: written by diskutil(8) and the sources of Raspberry Pi Imager.

var wholeDisk = regexp.MustCompile(`^/dev/r?(disk[0-9]+)$`)

// Disks are the physical disks that diskutil lists.
func Disks() ([]Disk, error) {
	out, err := exec.Command("diskutil", "list", "physical").Output()
	if err != nil {
		return nil, fmt.Errorf("diskutil list: %w", err)
	}
	var list []Disk
	for _, name := range regexp.MustCompile(`(?m)^/dev/disk[0-9]+`).FindAllString(string(out), -1) {
		d, err := Find(name)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// Find asks diskutil about one disk. It is opened by its raw name, which is many
// times as fast.
func Find(path string) (Disk, error) {
	m := wholeDisk.FindStringSubmatch(path)
	if m == nil {
		return Disk{}, fmt.Errorf("%s: nêu cả đĩa, như /dev/disk4 / name a whole disk, such as /dev/disk4", path)
	}
	value, err := info(m[1])
	if err != nil {
		return Disk{}, err
	}
	d := Disk{Path: "/dev/r" + m[1], Model: value("Device / Media Name")}
	if n := regexp.MustCompile(`\((\d+) Bytes\)`).FindStringSubmatch(value("Disk Size")); n != nil {
		if d.Size, err = strconv.ParseInt(n[1], 10, 64); err != nil {
			return d, err
		}
	}
	d.Removable = value("Removable Media") == "Removable" || value("Device Location") == "External" || value("Protocol") == "USB" || value("Protocol") == "Secure Digital"
	root, err := info("/")
	if err != nil {
		return d, err
	}
	// What runs is a volume of a container (APFS), which lies on a part of a disk.
	runs := regexp.MustCompile(`^disk[0-9]+`).FindString(cmp.Or(root("APFS Physical Store"), root("Part of Whole")))
	d.System = !d.Removable && value("Device Location") == "Internal" || runs == m[1]
	return d, nil
}

// info is what diskutil says of a disk or of a place.
func info(of string) (value func(key string) string, err error) {
	out, err := exec.Command("diskutil", "info", of).Output()
	if err != nil {
		return nil, fmt.Errorf("diskutil info %s: %w", of, err)
	}
	return func(key string) string {
		v := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(key) + `:\s*(.*)$`).FindStringSubmatch(string(out))
		if v == nil {
			return ""
		}
		return strings.TrimSpace(v[1])
	}, nil
}

// open unmounts what macOS mounted by itself, and opens the disk.
func open(d Disk) (*os.File, error) {
	name := "/dev/" + strings.TrimPrefix(d.Path, "/dev/r")
	if out, err := exec.Command("diskutil", "unmountDisk", name).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrMounted, strings.TrimSpace(string(out)))
	}
	return os.OpenFile(d.Path, os.O_RDWR, 0)
}

// flush waits until the disk has what was written. [os.File.Sync] asks for
// F_FULLFSYNC, which files alone know: a disk has a command of its own, and a
// reader that does not know it has nothing to flush (sys/disk.h).
func flush(f *os.File) error {
	const synchronizeCache = 0x20006416 // DKIOCSYNCHRONIZECACHE
	_ = unix.IoctlSetInt(int(f.Fd()), synchronizeCache, 0)
	return unix.Fsync(int(f.Fd()))
}

// forget has nothing to do: the raw disk is not remembered.
func forget(*os.File) error { return nil }

func reread(*os.File) {}
