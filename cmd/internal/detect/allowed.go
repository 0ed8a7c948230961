package detect

import (
	"io/fs"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"
)

// groups are those that systemd/checkpointd.service runs the daemon with.
var groups = []string{"checkpoint", "dialout", "gpio", "input", "video"}

// allowed tells whether the daemon's user may use a node so: need is 4 to read,
// 6 to read and write. Whoever asks may be root; the daemon is not.
func allowed(path string, need fs.FileMode) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	mode := info.Mode().Perm()
	if mode&need == need {
		return true
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	if !ok || mode>>3&need != need {
		return false
	}
	group, err := user.LookupGroupId(strconv.Itoa(int(sys.Gid)))
	return err == nil && slices.Contains(groups, group.Name)
}
