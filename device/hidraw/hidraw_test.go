//go:build linux

package hidraw

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/device/node"
	"checkpoint/device/node/nodetest"
)

func TestTheDeviceThatIsWantedIsFoundByItsDescriptor(t *testing.T) {
	s := node.System{Sys: t.TempDir(), Dev: t.TempDir()}
	for name, descriptor := range map[string]string{"hidraw0": "a keyboard", "hidraw1": "a scanner"} {
		dir := filepath.Join(s.Sys, "class/hidraw", name, "device")
		nodetest.Write(t, filepath.Join(dir, "uevent"), "HID_ID=0003:000005E0:00001300\nHID_NAME=Scanner\n")
		nodetest.Write(t, filepath.Join(dir, "report_descriptor"), descriptor)
		nodetest.Write(t, filepath.Join(s.Dev, name), "")
	}
	wants := func(d []byte) bool { return string(d) == "a scanner" }
	_, err := open(s, node.Config{USB: "05e0:1300"}, wants)
	var e *node.Error
	if !errors.As(err, &e) || filepath.Base(e.Path) != "hidraw1" || !errors.Is(err, errOther) {
		t.Errorf("open = %v; want hidraw1 tried, which is a file here", err)
	}
	if _, err := open(s, node.Config{USB: "05e0:1301"}, wants); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open of what is not there = %v", err)
	}
}

func TestErrorsSayTheNextStep(t *testing.T) {
	_, err := Open(node.Config{Path: "/dev/null"}, func([]byte) bool { return true })
	if err == nil || !strings.Contains(err.Error(), "HID-POS mode") || strings.Contains(err.Error(), "\n") {
		t.Errorf("Open(/dev/null) = %v", err)
	}
}
