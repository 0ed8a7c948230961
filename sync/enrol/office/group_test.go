package office_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// docs/collector.md: the directory is the office's and has a group; who is in it
// reads every box, whoever else is not, and nobody but the office writes.
func TestTheRegistersGroupReadsIt(t *testing.T) {
	group := os.Getegid()
	if os.Geteuid() == 0 {
		group = 65534 // only root can give it another than its own
	}
	p := newProvince(t, "mau")
	dir := p.Register.Dir
	p.must(os.MkdirAll(dir, 0o700))
	p.must(os.Chown(dir, -1, group))
	p.must(os.Chmod(dir, 0o750|os.ModeSetgid))
	p.invite(boxID)
	p.invite("mau-2")
	for path, want := range map[string]os.FileMode{"boxes": 0o750, "boxes/" + boxID + ".json": 0o640, "boxes/mau-2.json": 0o640} {
		info, err := os.Stat(filepath.Join(dir, path))
		p.must(err)
		if owned := info.Sys().(*syscall.Stat_t); info.Mode().Perm() != want || int(owned.Gid) != group {
			t.Errorf("%s: mode %04o, group %d; want %04o, %d", path, info.Mode().Perm(), owned.Gid, want, group)
		}
	}
}
