//go:build linux

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"checkpoint/cmd/internal/snapshots"
)

// somebody is a user that this machine need not have.
const somebody = 54321

// aDaemonsDirectory is a state directory that is not root's, and a file beside it
// that is root's alone.
func aDaemonsDirectory(t *testing.T) (state, secret string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can be another user for a while")
	}
	top := t.TempDir()
	state, secret = filepath.Join(top, "state"), filepath.Join(top, "secret")
	if err := errors.Join(os.Chmod(filepath.Dir(top), 0o755), os.Chmod(top, 0o755), os.Mkdir(state, 0o700), os.Chown(state, somebody, somebody), os.WriteFile(secret, []byte("root's"), 0o600)); err != nil {
		t.Fatal(err)
	}
	return state, secret
}

func uidOf(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Uid
}

// What root does in the daemon's directory it does as the daemon: what it makes is
// the daemon's, and links that lie there lead nowhere that the daemon could not go.
func TestRootActsAsTheDaemonInItsDirectory(t *testing.T) {
	state, secret := aDaemonsDirectory(t)
	if err := os.Symlink(secret, filepath.Join(state, "link")); err != nil {
		t.Fatal(err)
	}
	groups, err := syscall.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("what was done failed")
	err = asOwner(state, func() error {
		if err := os.WriteFile(filepath.Join(state, "made"), nil, 0o600); err != nil {
			t.Error(err)
		}
		elsewhere := make(chan error) // another thread is no one else
		go func() { elsewhere <- os.WriteFile(filepath.Join(state, "link"), []byte("taken"), 0o600) }()
		if err := <-elsewhere; !errors.Is(err, fs.ErrPermission) {
			t.Errorf("root's file was written by a link: %v", err)
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("%v instead of what failed", err)
	}
	if uid := uidOf(t, filepath.Join(state, "made")); uid != somebody {
		t.Errorf("what was made is user %d's", uid)
	}
	after, err := syscall.Getgroups()
	if os.Geteuid() != 0 || os.Getegid() != 0 || err != nil || !slices.Equal(after, groups) {
		t.Errorf("afterwards user %d, group %d, groups %v, before %v, %v", os.Geteuid(), os.Getegid(), after, groups, err)
	}
	if b, err := os.ReadFile(secret); err != nil || string(b) != "root's" {
		t.Errorf("%q, %v", b, err)
	}
}

// What root hands over lies in the daemon's directory, whatever links do.
func TestOnlyTheDaemonsDirectoryIsHandedOver(t *testing.T) {
	state, secret := aDaemonsDirectory(t)
	data := filepath.Join(state, snapshots.Dir)
	if err := errors.Join(os.Mkdir(data, 0o755), os.WriteFile(filepath.Join(data, "taken in"), nil, 0o644), os.Symlink(secret, filepath.Join(data, "link"))); err != nil {
		t.Fatal(err)
	}
	if err := handOver(state); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]uint32{data: somebody, filepath.Join(data, "taken in"): somebody, secret: 0} {
		if uid := uidOf(t, path); uid != want {
			t.Errorf("%s is user %d's", path, uid)
		}
	}
	outside := filepath.Join(filepath.Dir(state), "outside")
	if err := errors.Join(os.RemoveAll(data), os.Mkdir(outside, 0o755), os.WriteFile(filepath.Join(outside, "root's"), nil, 0o600), os.Symlink(outside, data)); err != nil {
		t.Fatal(err)
	}
	if err := handOver(state); err == nil {
		t.Error("a link in the folder's place is no error")
	}
	for _, path := range []string{outside, filepath.Join(outside, "root's")} {
		if uid := uidOf(t, path); uid != 0 {
			t.Errorf("%s became user %d's", path, uid)
		}
	}
}
