package detect

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"checkpoint/cmd/internal/config"
	"checkpoint/device/camera"
	"checkpoint/device/hidraw"
	"checkpoint/device/keyboard"
	"checkpoint/device/node"
	"checkpoint/scanner/hidpos"
)

// Found is one device.
type Found struct {
	Kind  string        // config.Kind…, or one of the kinds below
	Path  string        // what to name it by: stable, where there is such a link
	Node  string        // the kernel's own, which changes when it is replugged
	USB   node.USB      // zero: not USB
	Text  string        // what the device calls itself; may be empty
	Modes []camera.Mode // of a camera
	Lines []string      // of a GPIO chip: names of its lines, those in use left out
	Odd   Oddity        // empty: it can be used
}

// Kinds of devices beside the readers.
const (
	KindHID  = "hid" // a HID device without a driver, which a scanner in another mode may be
	KindGPIO = "gpio"
)

// Oddity is why a device that is there cannot be used as it is.
type Oddity string

// The oddities.
const (
	NotAllowed  Oddity = "not-allowed" // the daemon's user may not open it
	NoLink      Oddity = "no-link"     // usable, but its path changes when it is replugged
	Soldered    Oddity = "soldered"    // a serial port of the board, which the daemon's unit does not open
	WrongMode   Oddity = "wrong-mode"  // HID, and not HID-POS
	NoReport    Oddity = "no-report"   // HID-POS without decoded data
	NotAnswered Oddity = "not-answered"
	NoCapture   Oddity = "no-capture" // a video node that gives no pictures
	NoFormat    Oddity = "no-format"  // a camera without a format that can be read
	NoNames     Oddity = "no-names"   // a GPIO chip whose lines have no names
)

// All finds everything, scanners first. A part of sysfs that cannot be read is an
// error; what else was found is there all the same.
func All(s node.System) ([]Found, error) {
	var all []Found
	var errs []error
	for _, find := range []func(node.System) ([]Found, error){hids, serials, keyboards, cameras, chips} {
		found, err := find(s)
		all = append(all, found...)
		errs = append(errs, err)
	}
	return all, errors.Join(errs...)
}

// found fills in what all devices share. links are folders with stable names, the
// best first.
func found(s node.System, kind string, e node.Entry, need fs.FileMode, links ...string) Found {
	f := Found{Kind: kind, Node: e.Path, Path: link(s, e.Path, links), USB: e.USB, Text: e.Text}
	switch {
	case !allowed(e.Path, need):
		f.Odd = NotAllowed
	case f.Path == "" && (f.USB == node.USB{} || kind == config.KindSerial):
		f.Odd = NoLink
	}
	f.Path = cmp.Or(f.Path, e.Path)
	return f
}

// hids are scanners in HID-POS mode, and what the kernel has no driver for.
func hids(s node.System) (list []Found, err error) {
	entries, err := s.List("hidraw", "hidraw")
	for _, e := range entries {
		f := found(s, config.KindHIDPOS, e, 0o4, "checkpoint", "input/by-id")
		switch _, fault := hidpos.Parse(hidraw.DescriptorOf(e)); {
		case errors.Is(fault, hidpos.ErrNoData):
			f.Odd = NoReport
		case fault != nil:
			if _, err := os.Stat(filepath.Join(e.Dir, "device", "input")); err == nil {
				continue // a keyboard, a mouse: listed as that, or not our business
			}
			f.Kind, f.Odd = KindHID, WrongMode
		}
		list = append(list, f)
	}
	return list, err
}

// Buses of input devices that scanners come on (linux/input.h).
const (
	busUSB       = "0003"
	busBluetooth = "0005"
)

func keyboards(s node.System) (list []Found, err error) {
	entries, err := s.List("input", "event")
	for _, e := range entries {
		bus := e.Attribute("device/id/bustype")
		if keyboard.IsKeyboard(e) && (bus == busUSB || bus == busBluetooth) {
			list = append(list, found(s, config.KindKeyboard, e, 0o4, "checkpoint", "input/by-id", "input/by-path"))
		}
	}
	return list, err
}

func serials(s node.System) (list []Found, err error) {
	var errs []error
	for _, prefix := range []string{"ttyACM", "ttyUSB", "ttyAMA", "ttyS"} {
		entries, err := s.List("tty", prefix)
		errs = append(errs, err)
		for _, e := range entries {
			if typ := e.Attribute("type"); prefix == "ttyS" && (typ == "" || typ == "0") {
				continue // a port that the driver reserves and the machine has not
			}
			e.USB, e.Text = e.Above()
			f := found(s, config.KindSerial, e, 0o6, "checkpoint", "serial/by-id", "serial/by-path")
			if f.Odd == NoLink && (e.USB == node.USB{}) {
				f.Odd = "" // its name stays
			}
			if f.Odd == "" && (prefix == "ttyAMA" || prefix == "ttyS") {
				f.Odd = Soldered
			}
			list = append(list, f)
		}
	}
	return list, errors.Join(errs...)
}

// link finds a stable name of a node: a link to it in one of the folders.
func link(s node.System, path string, folders []string) string {
	for _, folder := range folders {
		links, err := os.ReadDir(filepath.Join(s.Dev, folder))
		if err != nil {
			continue // udev has made none
		}
		for _, l := range links {
			name := filepath.Join(s.Dev, folder, l.Name())
			if to, err := filepath.EvalSymlinks(name); err == nil && same(to, path) {
				return name
			}
		}
	}
	return ""
}

func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}
