//go:build linux

package node

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// One device under two names is one reader's, until that one lets it go.
func TestAloneIsForOne(t *testing.T) {
	dir := t.TempDir()
	device, other := filepath.Join(dir, "hidraw0"), filepath.Join(dir, "hid-pos-usb-1")
	if err := syscall.Mkfifo(device, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Link(device, other); err != nil {
		t.Fatal(err)
	}
	first, err := Open(device)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := Open(other)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := first.Alone(); err != nil {
		t.Fatal(err)
	}
	if err := second.Alone(); !errors.Is(err, syscall.EBUSY) || !strings.Contains(Explain(other, err).Error(), "another reader") {
		t.Errorf("the device has two readers: %v", Explain(other, err))
	}
	first.Close()
	if err := second.Alone(); err != nil {
		t.Errorf("the device has no reader: %v", err)
	}
}
