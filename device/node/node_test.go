//go:build linux

package node

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"checkpoint/device/node/nodetest"
)

func TestReadGivesUpAndEndsWithTheDevice(t *testing.T) {
	end, far, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(end)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, 10)
	if n, err := f.Read(buf); n != 0 || err != nil {
		t.Fatalf("Read of a quiet device = %d, %v; want 0, nil", n, err)
	}
	far.WriteString("abc")
	if n, err := f.Read(buf); string(buf[:n]) != "abc" || err != nil {
		t.Fatalf("Read = %q, %v", buf[:n], err)
	}
	far.Close()
	if _, err := f.Read(buf); err == nil {
		t.Error("Read of a device that is gone gives no error")
	}
}

func TestErrorsSayTheNextStep(t *testing.T) {
	for err, want := range map[error]string{
		fs.ErrPermission: "group input", syscall.EACCES: "group input", fs.ErrNotExist: "checkpointctl detect",
		syscall.ENODEV: "plug the scanner in", syscall.EBUSY: "another program",
	} {
		got := Explain("/dev/x", &fs.PathError{Op: "open", Path: "/dev/x", Err: err})
		if !errors.Is(got, err) || !strings.Contains(got.Error(), want) || strings.Count(got.Error(), "/dev/x") != 1 {
			t.Errorf("Explain(%v) = %v, want the hint %q and the path once", err, got, want)
		}
	}
	if _, err := Open("/dev/no-such-scanner"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v", err)
	}
}

func TestUSBAsLsusbWritesIt(t *testing.T) {
	u, err := ParseUSB("05E0:1200")
	if err != nil || u.String() != "05e0:1200" {
		t.Errorf("ParseUSB = %v, %v", u, err)
	}
	for _, s := range []string{"", ":", "5e0:1200", "05e0:12000", "05e0-1200", "05g0:1200", "+5e0:1200"} {
		if _, err := ParseUSB(s); err == nil {
			t.Errorf("ParseUSB(%q) accepted", s)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{}, "r.path: missing"},
		{Config{USB: "scanner"}, "r.usb: "},
		{Config{Path: "/dev/x", USB: "05e0"}, "r.usb: "},
		{Config{Path: "/dev/x"}, ""},
		{Config{USB: "05E0:1200"}, ""},
	} {
		err := c.config.Validate("r")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("Validate(%+v) = %v, want %q", c.config, err, c.want)
		}
	}
}

func TestCheckComparesProducts(t *testing.T) {
	is := USB{0x05e0, 0x1200}
	if err := (Config{USB: "05E0:1200"}).Check(is); err != nil {
		t.Errorf("the same product, in capitals: %v", err)
	}
	if err := (Config{Path: "/dev/x"}).Check(is); err != nil {
		t.Errorf("no product named: %v", err)
	}
	if err := (Config{USB: "05e0:1300"}).Check(is); err == nil {
		t.Error("another product passes")
	}
}

// tree is a sysfs with keyboards of one make.
func tree(t *testing.T, names ...string) System {
	t.Helper()
	s := System{filepath.Join(t.TempDir(), "sys"), "/dev"}
	for _, name := range names {
		for file, text := range map[string]string{"uevent": "MAJOR=13\nDEVNAME=input/" + name + "\n", "device/id/vendor": "05e0\n", "device/id/product": "1200\n", "device/name": "Scanner\n"} {
			nodetest.Write(t, filepath.Join(s.Sys, "class/input", name, file), text)
		}
	}
	return s
}

func TestLocate(t *testing.T) {
	s := tree(t, "event9", "event10", "mouse0")
	any := func(Entry) bool { return true }
	only := func(name string) func(Entry) bool { return func(e Entry) bool { return e.Name == name } }
	for _, c := range []struct {
		config Config
		suits  func(Entry) bool
		want   string // path, or part of the error
	}{
		{Config{Path: "/dev/checkpoint/x", USB: "05e0:1200"}, any, "/dev/checkpoint/x"},
		{Config{USB: "05E0:1200"}, only("event10"), "/dev/input/event10"},
		{Config{USB: "05e0:1200"}, any, "several"},
		{Config{USB: "05e0:1200"}, only("mouse0"), "plug the scanner in"},
		{Config{USB: "05e0:1201"}, any, "plug the scanner in"},
	} {
		got, err := s.Locate(c.config, "input", "event", c.suits)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) || (err == nil) != strings.HasPrefix(c.want, "/") {
			t.Errorf("Locate(%+v) = %s, want %s", c.config, got, c.want)
		}
	}
	list, err := s.List("input", "event")
	if err != nil || len(list) != 2 || list[0].Name != "event9" || list[1].Text != "Scanner" {
		t.Errorf("List = %+v, %v", list, err)
	}
	if list, err := s.List("hidraw", "hidraw"); len(list) != 0 || err != nil {
		t.Errorf("a class that is not there: %v, %v", list, err)
	}
}
