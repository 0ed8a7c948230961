//go:build linux

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/snapshots"
	"checkpoint/sync/enrol"
	"checkpoint/sync/update"
)

// daemonUser owns the state directory (systemd/checkpoint-sysusers.conf).
const daemonUser = "checkpoint"

// asOwner does what happens in a directory as the user whose it is: a link that a
// daemon in strange hands has laid there leads no further than the daemon itself
// could go. The whole process is that user meanwhile (seteuid(2)).
func asOwner(dir string, do func() error) (err error) {
	owner, err := ownerOf(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (os.Geteuid() != 0 || owner.Uid == 0) {
		return do()
	}
	if err != nil {
		return err
	}
	groups, err := syscall.Getgroups()
	if err != nil {
		return fmt.Errorf("act as the owner of %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, become(0, 0, groups)) }()
	if err := become(int(owner.Uid), int(owner.Gid), []int{int(owner.Gid)}); err != nil {
		return fmt.Errorf("act as the owner of %s: %w", dir, err)
	}
	return do()
}

// become changes who the process is for the kernel's checks. Root first of all,
// who alone may change the rest.
func become(uid, gid int, groups []int) error {
	if err := syscall.Seteuid(0); err != nil {
		return err
	}
	if err := errors.Join(syscall.Setgroups(groups), syscall.Setegid(gid)); err != nil {
		return err
	}
	return syscall.Seteuid(uid)
}

func ownerOf(dir string) (owner unix.Stat_t, err error) {
	if err := unix.Stat(dir, &owner); err != nil {
		return owner, &fs.PathError{Op: "stat", Path: dir, Err: err}
	}
	return owner, nil
}

// ownedMachine is [enrol.Machine] in a state directory that is the daemon's.
type ownedMachine struct{ enrol.Machine }

func machineIn(state string) ownedMachine { return ownedMachine{enrol.Machine{StateDir: state}} }

func (m ownedMachine) Lock() (unlock func() error, err error) {
	err = asOwner(m.StateDir, func() (err error) { unlock, err = m.Machine.Lock(); return err })
	return unlock, err
}

func (m ownedMachine) Forget() error { return asOwner(m.StateDir, m.Machine.Forget) }

func (m ownedMachine) Resume() (enrolled bool, err error) {
	err = asOwner(m.StateDir, func() (err error) { enrolled, err = m.Machine.Resume(); return err })
	return enrolled, err
}

func (m ownedMachine) Claim() (c enrol.Claim, err error) {
	err = asOwner(m.StateDir, func() (err error) { c, err = m.Machine.Claim(); return err })
	return c, err
}

func (m ownedMachine) Take(text string, clock time.Time) (c enrol.Claim, err error) {
	err = asOwner(m.StateDir, func() (err error) { c, err = m.Machine.Take(text, clock); return err })
	return c, err
}

func (m ownedMachine) Request() (r enrol.Request, message []byte, err error) {
	err = asOwner(m.StateDir, func() (err error) { r, message, err = m.Machine.Request(); return err })
	return r, message, err
}

func (m ownedMachine) Accept(b []byte) (g enrol.Grant, err error) {
	err = asOwner(m.StateDir, func() (err error) { g, err = m.Machine.Accept(b); return err })
	return g, err
}

// giveToDaemon makes the state directory the daemon's, where there is such a user.
func giveToDaemon(dir string) error {
	u, err := user.Lookup(daemonUser)
	if err != nil || os.Geteuid() != 0 {
		return nil // nobody to give it to
	}
	uid, errUID := strconv.Atoi(u.Uid)
	gid, errGID := strconv.Atoi(u.Gid)
	if err := errors.Join(errUID, errGID); err != nil {
		return err
	}
	return os.Chown(dir, uid, gid)
}

// groupOf lets the daemon's group read a file that root made.
func groupOf(dir, path string) error {
	owner, err := ownerOf(dir)
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	return os.Chown(path, 0, int(owner.Gid))
}

// handOver gives what a technician took in as root, from where the daemon cannot
// read, to the owner of the state directory: the daemon must be able to read it,
// and to take in the next.
func handOver(state string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	owner, err := ownerOf(state)
	if err != nil {
		return fmt.Errorf("hand snapshot over: %w", err)
	}
	root, err := os.OpenRoot(state) // no link leads out of it, also one that is laid while this runs
	if err != nil {
		return fmt.Errorf("hand snapshot over: %w", err)
	}
	defer root.Close()
	give := func(path string, _ fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // nothing was fetched yet
			return nil
		}
		if err == nil {
			err = root.Lchown(path, int(owner.Uid), int(owner.Gid))
		}
		if err != nil {
			return fmt.Errorf("hand snapshot over: %w", err)
		}
		return nil
	}
	var errs []error
	for _, dir := range []string{snapshots.Dir, snapshots.UpdateDir, update.SystemDir} {
		errs = append(errs, fs.WalkDir(root.FS(), filepath.ToSlash(dir), give))
	}
	return errors.Join(errs...)
}
