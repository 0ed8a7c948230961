package config

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/keys"
	"checkpoint/sync/enrol"
)

// Owned reports what the daemon could not use because somebody else enrolled
// the box, loaded data or once started the daemon, and secrets that others can
// read. The daemon's user is the owner of the state directory; where there is
// no such directory yet, nothing is wrong.
func (c *Config) Owned() error {
	info, err := os.Stat(c.StateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var f faults
	if err != nil {
		f.add("state_dir: %v", err)
		return errors.Join(f...)
	}
	daemon := ownerOf(info)
	f.strangers(c.StateDir, daemon)
	if info, err := os.Stat(c.MQTT.Key); err == nil && ownerOf(info) != daemon {
		f.add("mqtt.key: %s belongs to %s, the daemon runs as %s: chown %s %s", c.MQTT.Key, nameOf(ownerOf(info)), nameOf(daemon), nameOf(daemon), c.MQTT.Key)
	}
	for _, name := range []string{keys.PepperFile, keys.BeforeFile, keys.SealingFile, snapshots.BoxKeyFile, enrol.IdentityFile, PageFile, PINsFile} {
		path := filepath.Join(c.StateDir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
			f.add("state_dir: %s is readable by others (mode %04o): chmod 600 %s", path, info.Mode().Perm(), path)
		}
	}
	return errors.Join(f...)
}

// strangers adds one fault for each entry of a directory that does not belong
// to its owner, or that has something below it that does not.
func (f *faults) strangers(dir string, owner uint32) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		f.add("state_dir: %v; ask as root", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		err := filepath.WalkDir(path, func(below string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if errors.Is(err, fs.ErrNotExist) { // the daemon runs and tidies up
				return nil
			}
			if err == nil && ownerOf(info) != owner {
				f.add("state_dir: %s belongs to %s, the daemon runs as %s: chown -R %s %s", below, nameOf(ownerOf(info)), nameOf(owner), nameOf(owner), path)
				return fs.SkipAll
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			f.add("state_dir: %v; ask as root", err)
		}
	}
}

func ownerOf(info fs.FileInfo) uint32 { return info.Sys().(*syscall.Stat_t).Uid }

// nameOf is how chown knows a user.
func nameOf(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return number
}
