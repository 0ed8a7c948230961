package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"checkpoint/store/durable"
)

// openData mends the data partition's file system, mounts and grows it.
func openData(c card) error {
	if err := mend(c.partition(4)); err != nil {
		return err
	}
	if err := mountAll([]mount{{c.partition(4), dataDir, "ext4", unix.MS_NOATIME | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, "errors=remount-ro,commit=30"}}); err != nil {
		return err
	}
	if err := stretch(c.partition(4)); err != nil {
		fmt.Fprintln(os.Stderr, "init: data file system keeps its size:", err)
	}
	return nil
}

// mend runs the system's own e2fsck: first what is safe, then what it takes.
func mend(device string) error {
	if err := mountAll([]mount{{"/dev", root + "/dev", "", unix.MS_BIND, ""}}); err != nil {
		return err
	}
	defer unix.Unmount(root+"/dev", unix.MNT_DETACH) //nolint:errcheck // handOver moves the real one over it
	for _, how := range []string{"-p", "-y"} {
		cmd := exec.Command("/usr/sbin/e2fsck", how, device)
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		cmd.Dir = "/"
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err == nil || errors.As(err, &exit) && exit.ExitCode() >= 0 && exit.ExitCode()&^3 == 0 {
			return nil // e2fsck(8): 1 is mended, 2 wants a restart of a mounted root
		}
		if exit == nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "init: e2fsck %s: %v\n%s", how, err, out)
	}
	return nil // mounting tells
}

// resizeFS is EXT4_IOC_RESIZE_FS, _IOW('f', 16, __u64) (fs/ext4/ext4.h).
const resizeFS = 0x40086610

// blockSize of the data file system, as image/card makes it.
const blockSize = 4096

// stretch grows the mounted file system to its partition. The kernel writes it
// through the journal: a power cut leaves the old size or the new one.
func stretch(device string) error {
	f, err := os.Open(device)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, 2)
	if err != nil {
		return err
	}
	dir, err := os.Open(dataDir)
	if err != nil {
		return err
	}
	defer dir.Close()
	blocks := uint64(size / blockSize)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, dir.Fd(), resizeFS, uintptr(unsafe.Pointer(&blocks))); errno != 0 {
		return errno
	}
	return nil
}

// survives are the folders of the system that lie on the data partition.
var survives = []struct {
	data, at string
	mode     os.FileMode
}{
	{"checkpoint", "/var/lib/checkpoint", 0o700},
	{"config", "/etc/checkpoint", 0o755},
	{"service", "/etc/systemd/system/checkpointd.service.d", 0o755}, // what a technician allows it (systemctl edit)
	{"clock", "/var/lib/systemd/timesync", 0o755},                   // the time to start with, without a battery clock
}

// bind puts what survives in its places, and gives the machine its id.
func bind() error {
	for _, s := range survives {
		from, at := filepath.Join(dataDir, s.data), root+s.at
		if err := folder(from, s.mode); err != nil {
			return err
		}
		if err := mountAll([]mount{{from, at, "", unix.MS_BIND, ""}}); err != nil {
			return err
		}
	}
	id, err := machineID(filepath.Join(dataDir, "seed", "machine-id"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "init: the machine has another id until the next start:", err)
	}
	return os.WriteFile(root+"/etc/machine-id", id, 0o444)
}

// folder makes a folder that has to be there. What lies in its place, as a damaged
// file system may have it, is kept beside it.
func folder(dir string, mode os.FileMode) error {
	err := os.MkdirAll(dir, mode)
	if errors.Is(err, syscall.ENOTDIR) {
		err = errors.Join(os.Rename(dir, dir+".damaged"), os.MkdirAll(dir, mode))
	}
	return err
}

// machineID reads the machine's id, or makes it (machine-id(5)), for systemd
// wants one before any of its units runs. image/seed keeps it in the same file. With
// an error comes one that is not kept.
func machineID(file string) ([]byte, error) {
	id, err := os.ReadFile(file)
	if err == nil && len(id) == 33 {
		return id, nil
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b)                         // never fails (crypto/rand)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80 // a version 4 UUID (RFC 9562)
	id = append([]byte(hex.EncodeToString(b)), '\n')
	if err := durable.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return id, err
	}
	return id, durable.Replace(file, id, 0o444)
}
