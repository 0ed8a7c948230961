package detect

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"checkpoint/device/node"
	"checkpoint/scanner/readertest"
)

// tree is sysfs and /dev as a test wants them.
type tree struct {
	t *testing.T
	node.System
}

func newTree(t *testing.T) tree {
	dir := t.TempDir()
	return tree{t, node.System{Sys: filepath.Join(dir, "sys"), Dev: filepath.Join(dir, "dev")}}
}

func (w tree) write(mode os.FileMode, path string, text []byte) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		w.t.Fatal(err)
	}
}

func (w tree) sys(path, text string) { w.write(0o644, filepath.Join(w.Sys, path), []byte(text)) }

func (w tree) dev(path string, mode os.FileMode) { w.write(mode, filepath.Join(w.Dev, path), nil) }

// link is a link in /dev or /sys, as udev and the kernel make them.
func (w tree) link(from, to string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(from), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Symlink(to, from); err != nil {
		w.t.Fatal(err)
	}
}

func (w tree) hidraw(n int, descriptor []byte) {
	dir := fmt.Sprintf("class/hidraw/hidraw%d/device/", n)
	w.sys(dir+"uevent", "DRIVER=hid-generic\nHID_ID=0003:00000C2E:00000A07\nHID_NAME=A scanner\n")
	w.sys(dir+"report_descriptor", string(descriptor))
	w.dev(fmt.Sprintf("hidraw%d", n), 0o666)
}

// all is what is found, in one line each, with names below /dev.
func (w tree) all() string {
	w.t.Helper()
	found, err := All(w.System)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, f := range found {
		usb := ""
		if f.USB != (node.USB{}) {
			usb = f.USB.String()
		}
		fields := []string{f.Kind, strings.TrimPrefix(f.Path, w.Dev+"/"), usb, f.Text, string(f.Odd)}
		out = append(out, strings.Join(slices.DeleteFunc(fields, func(s string) bool { return s == "" }), " "))
	}
	return strings.Join(out, "\n")
}

func (w tree) want(lines ...string) {
	w.t.Helper()
	if got := w.all(); got != strings.Join(lines, "\n") {
		w.t.Errorf("found:\n%s\nwant:\n%s", got, strings.Join(lines, "\n"))
	}
}

func TestHIDDevicesByTheirReportDescriptor(t *testing.T) {
	w := newTree(t)
	w.hidraw(0, readertest.ScannerDescriptor())
	w.hidraw(1, readertest.KeyboardDescriptor())
	w.sys("class/hidraw/hidraw1/device/input/input5/name", "the kernel has a driver for it")
	w.hidraw(2, []byte{0x06, 0x66, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0xC0}) // a page of the maker's own
	w.hidraw(3, []byte{0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0xC0})
	w.hidraw(10, readertest.ScannerDescriptor())
	w.link(filepath.Join(w.Dev, "checkpoint/hid-pos-usb-2"), "../hidraw10")
	w.want("hid-pos hidraw0 0c2e:0a07 A scanner",
		"hid hidraw2 0c2e:0a07 A scanner wrong-mode",
		"hid-pos hidraw3 0c2e:0a07 A scanner no-report",
		"hid-pos checkpoint/hid-pos-usb-2 0c2e:0a07 A scanner")
}

func TestSerialPorts(t *testing.T) {
	w := newTree(t)
	usb := filepath.Join(w.Sys, "devices/usb1/1-2")
	w.sys("devices/usb1/1-2/idVendor", "05e0\n")
	w.sys("devices/usb1/1-2/idProduct", "1701\n")
	w.sys("devices/usb1/1-2/product", "Symbol CDC Scanner\n")
	w.sys("devices/usb1/1-2/1-2:1.0/tty/ttyACM0/uevent", "DEVNAME=ttyACM0\n")
	w.link(filepath.Join(usb, "1-2:1.0/tty/ttyACM0/device"), "../..")
	w.link(filepath.Join(w.Sys, "class/tty/ttyACM0"), filepath.Join(usb, "1-2:1.0/tty/ttyACM0"))
	w.sys("class/tty/ttyS0/type", "0\n") // reserved by the driver
	w.sys("class/tty/ttyS1/type", "4\n")
	w.sys("class/tty/tty1/uevent", "DEVNAME=tty1\n") // a console
	w.dev("ttyACM0", 0o666)
	w.dev("ttyS1", 0o666)
	w.want("serial ttyACM0 05e0:1701 Symbol CDC Scanner no-link", "serial ttyS1 soldered")

	w.link(filepath.Join(w.Dev, "serial/by-id/usb-Symbol-if00"), "../../ttyACM0")
	w.want("serial serial/by-id/usb-Symbol-if00 05e0:1701 Symbol CDC Scanner", "serial ttyS1 soldered")
	w.link(filepath.Join(w.Dev, "checkpoint/scanner-usb-1"), "../ttyACM0") // follows the socket: better
	w.dev("ttyS1", 0o600)
	w.want("serial checkpoint/scanner-usb-1 05e0:1701 Symbol CDC Scanner", "serial ttyS1 not-allowed")
}

func TestCamerasAndPins(t *testing.T) {
	w := newTree(t)
	w.sys("class/video4linux/video0/name", "A camera\n")
	w.sys("class/video4linux/video1/name", "Another\n")
	w.sys("bus/gpio/devices/gpiochip0/uevent", "DEVNAME=gpiochip0\n")
	w.dev("video0", 0o600)
	w.dev("video1", 0o666)
	w.dev("gpiochip0", 0o666)
	// Files answer no question of a driver.
	w.want("camera video0 A camera not-allowed", "camera video1 Another not-answered", "gpio gpiochip0 not-answered")
}

// A node that is not as the kernel would have it spoils nothing else.
func TestOddSysfs(t *testing.T) {
	w := newTree(t)
	w.sys("class/hidraw/hidraw0/device/uevent", "HID_ID=nonsense\n\x00=\n")
	w.sys("class/input/event0/device/capabilities/key", "zzz ffffffffffffffffff")
	w.sys("class/tty/ttyACM0/uevent", "")
	w.hidraw(1, readertest.ScannerDescriptor())
	w.dev("hidraw0", 0o666)
	w.dev("ttyACM0", 0o666)
	w.want("hid hidraw0 wrong-mode", "hid-pos hidraw1 0c2e:0a07 A scanner", "serial ttyACM0")
}

// What the daemon may open is told by the groups that its unit gives it.
func TestGroupsAreThoseOfTheUnit(t *testing.T) {
	unit, err := os.ReadFile("../../../systemd/checkpointd.service")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"Group=" + groups[0], "SupplementaryGroups=" + strings.Join(groups[1:], " ")} {
		if !strings.Contains(string(unit), "\n"+line+"\n") {
			t.Errorf("the unit has no line %s", line)
		}
	}
}
