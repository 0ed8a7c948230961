//go:build linux

package keyboard

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/device/node"
	"checkpoint/device/node/nodetest"
)

// keys of a boot keyboard, and of the volume keys that the same scanner shows.
const (
	allKeys    = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
	volumeKeys = "3e000b 0 0 0"
)

func TestIsKeyboard(t *testing.T) {
	for text, want := range map[string]bool{allKeys: true, volumeKeys: false, "": false, "nonsense": false, "fffffffffffffffe": true} {
		dir := t.TempDir()
		nodetest.Write(t, filepath.Join(dir, "device/capabilities/key"), text)
		if got := IsKeyboard(node.Entry{Dir: dir}); got != want {
			t.Errorf("IsKeyboard(%q) = %v", text, got)
		}
	}
}

func TestTheKeyboardOfAScannerIsFoundAmongItsDevices(t *testing.T) {
	s := node.System{Sys: t.TempDir(), Dev: t.TempDir()}
	for name, keys := range map[string]string{"event3": volumeKeys, "event4": allKeys} {
		dir := filepath.Join(s.Sys, "class/input", name, "device")
		nodetest.Write(t, filepath.Join(dir, "id/vendor"), "05e0")
		nodetest.Write(t, filepath.Join(dir, "id/product"), "1200")
		nodetest.Write(t, filepath.Join(dir, "capabilities/key"), keys)
		nodetest.Write(t, filepath.Join(s.Dev, name), "")
	}
	_, err := open(s, node.Config{USB: "05e0:1200"})
	var e *node.Error
	if !errors.As(err, &e) || filepath.Base(e.Path) != "event4" || !errors.Is(err, errNoKeyboard) {
		t.Errorf("open = %v; want event4 tried, which is a file here", err)
	}
}

func TestErrorsSayTheNextStep(t *testing.T) {
	if _, err := Open(node.Config{Path: "/dev/null"}); err == nil || !strings.Contains(err.Error(), "no keyboard") || !strings.Contains(err.Error(), "checkpointctl detect") || strings.Contains(err.Error(), "\n") {
		t.Errorf("Open(/dev/null) = %v", err)
	}
	if _, err := Open(node.Config{Path: "/dev/no-such-scanner"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v", err)
	}
}
