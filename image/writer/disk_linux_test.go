package writer

import (
	"strings"
	"testing"
)

// A file system is known by its device's number, or by its name where it has a
// number of its own (btrfs, the root of many desktops).
func TestWhatIsMountedIsKnown(t *testing.T) {
	for line, want := range map[string]string{
		"26 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw":              "/",
		"26 1 0:27 /@ / rw,relatime shared:1 - btrfs /dev/sda2 rw,subvol=/@": "/",
		"31 26 0:27 /@home /home rw - btrfs /dev/sda2 rw":                    "/home",
		"26 1 8:3 / /media/card rw,relatime - vfat /dev/sda3 rw":             "",
		"22 26 0:21 / /proc rw shared:12 - proc proc rw":                     "",
		"26 1 0:27 / /media/sda2 rw":                                         "",
		"":                                                                   "",
	} {
		where, ok := mountOf(strings.Fields(line), "sda2", "8:2")
		if ok != (want != "") || ok && where != want {
			t.Errorf("%s: %q %v, want %q", line, where, ok, want)
		}
	}
}
