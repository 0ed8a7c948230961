package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/image/slots"
)

func main() {
	if os.Getpid() != 1 {
		fmt.Fprintln(os.Stderr, "this is process 1 of an initial RAM disk")
		os.Exit(2)
	}
	if err := start(); err != nil {
		fmt.Fprintln(os.Stderr, "init:", err)
		time.Sleep(time.Second) // for a slow console
		os.Exit(1)
	}
}

// Where things are mounted before systemd has them.
const (
	system   = "/ro"   // the slot's squashfs
	scratch  = "/rw"   // what is written over it, in memory
	root     = "/root" // both
	dataDir  = root + "/data"
	runState = "/run/card" // links to the card's devices: slots.Disk
)

func start() error {
	if err := mountAll([]mount{
		{"devtmpfs", "/dev", "devtmpfs", unix.MS_NOSUID, "mode=0755"}, {"proc", "/proc", "proc", 0, ""}, {"sysfs", "/sys", "sysfs", 0, ""},
		{"tmpfs", "/run", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, "mode=0755,size=20%"},
	}); err != nil {
		return err
	}
	if err := smallPages("/sys/kernel/mm/transparent_hugepage/enabled"); err != nil {
		fmt.Fprintln(os.Stderr, "init: huge pages:", err)
	}
	slot, ok, err := slots.Running()
	if err != nil || !ok {
		return errors.Join(err, errors.New("the loader named no slot"))
	}
	modules, err := readModules()
	if err != nil {
		return err
	}
	for _, name := range []string{"squashfs", "overlay", "ext4", "dm-verity"} {
		if err := modules.load(name); err != nil {
			return err
		}
	}
	c, err := findCard(modules)
	if err != nil {
		return err
	}
	if err := c.links(); err != nil {
		return err
	}
	// Before anything of the card is open: the kernel reads no partition table again
	// of a disk that is in use.
	if err := c.grow(); err != nil {
		fmt.Fprintln(os.Stderr, "init: data partition keeps its size:", err) // of use all the same
	}
	if err := openSystem(c, slot); err != nil {
		return fmt.Errorf("slot %s: %w", slot, err)
	}
	err = openData(c)
	if err == nil {
		err = bind()
	}
	if err != nil {
		err = withoutData(err)
	}
	if err != nil {
		return err
	}
	return handOver()
}

// withoutData goes on with data in memory. A lane without its data says so; one that
// does not start says nothing.
func withoutData(why error) error {
	fmt.Fprintln(os.Stderr, "init: data partition:", why)
	if err := mountAll([]mount{{"tmpfs", dataDir, "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, "mode=0755,size=25%"}}); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(runState, "data-lost"), []byte(why.Error()+"\n"), 0o644); err != nil {
		return err
	}
	return bind()
}

type mount struct {
	from, to, kind string
	flags          uintptr
	options        string
}

func mountAll(list []mount) error {
	for _, m := range list {
		if err := os.MkdirAll(m.to, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.from, m.to, m.kind, m.flags, m.options); err != nil && !errors.Is(err, unix.EBUSY) {
			return fmt.Errorf("mount %s on %s: %w", m.from, m.to, err)
		}
	}
	return nil
}

// smallPages has the kernel give programs the pages that they use and no 2 MiB at
// a time: a box has a dozen small ones and little memory. Debian's kernel does the
// contrary on machines of 512 MB and more. One without huge pages has no such file.
func smallPages(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString("never")
	return errors.Join(err, f.Close())
}

// openSystem mounts the slot and a file system in memory over it.
func openSystem(c card, slot slots.Name) error {
	device, err := verify(c.slot(slot))
	if err != nil {
		return err
	}
	if err := mountAll([]mount{
		{device, system, "squashfs", unix.MS_RDONLY, ""},
		{"tmpfs", scratch, "tmpfs", 0, "mode=0755,size=64m"},
	}); err != nil {
		return err
	}
	for _, dir := range []string{"/upper", "/work"} {
		if err := os.Mkdir(scratch+dir, 0o755); err != nil {
			return err
		}
	}
	return mountAll([]mount{{"overlay", root, "overlay", 0, "lowerdir=" + system + ",upperdir=" + scratch + "/upper,workdir=" + scratch + "/work"}})
}

// handOver makes the system's root the root, and systemd process 1.
func handOver() error {
	for _, dir := range []string{"/dev", "/proc", "/sys", "/run"} {
		if err := unix.Mount(dir, root+dir, "", unix.MS_MOVE, ""); err != nil {
			return fmt.Errorf("move %s: %w", dir, err)
		}
	}
	// Its programs and drivers are some megabytes that nobody could ever have back.
	if err := clearDisk("/"); err != nil {
		fmt.Fprintln(os.Stderr, "init: RAM disk not emptied:", err)
	}
	if err := unix.Chdir(root); err != nil {
		return err
	}
	if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return fmt.Errorf("move the root: %w", err)
	}
	if err := errors.Join(unix.Chroot("."), unix.Chdir("/")); err != nil {
		return err
	}
	const systemd = "/usr/lib/systemd/systemd"
	return fmt.Errorf("%s: %w", systemd, unix.Exec(systemd, []string{systemd}, []string{"PATH=/usr/sbin:/usr/bin"}))
}

// clearDisk removes what a RAM disk holds, and nothing that is mounted on it.
func clearDisk(dir string) error {
	var disk unix.Stat_t
	if err := unix.Stat(dir, &disk); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		var at unix.Stat_t
		if errStat := unix.Lstat(path, &at); errStat != nil || at.Dev != disk.Dev {
			err = errors.Join(err, errStat)
			continue
		}
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}
