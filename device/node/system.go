//go:build linux

package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// System is where the kernel shows its devices: /sys and /dev, or a tree that a
// test made.
type System struct{ Sys, Dev string }

// Here is the machine's own.
func Here() System { return System{"/sys", "/dev"} }

// Entry is one device of a class in sysfs.
type Entry struct {
	Name string // the kernel's: event3, hidraw0
	Dir  string // its folder in sysfs
	Path string // its node, which changes when it is replugged
	USB  USB    // zero: not known
	Text string // what the device calls itself; may be empty
}

// List gives the devices of a class whose names begin so, in the kernel's order.
// A machine without the class has none.
func (s System) List(class, prefix string) ([]Entry, error) {
	return s.list(filepath.Join(s.Sys, "class", class), prefix)
}

// Bus is [System.List] for the devices of a bus.
func (s System) Bus(bus, prefix string) ([]Entry, error) {
	return s.list(filepath.Join(s.Sys, "bus", bus, "devices"), prefix)
}

func (s System) list(folder, prefix string) ([]Entry, error) {
	all, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	var list []Entry
	for _, d := range all {
		if !strings.HasPrefix(d.Name(), prefix) {
			continue
		}
		dir := filepath.Join(folder, d.Name())
		e := Entry{Name: d.Name(), Dir: dir, Path: filepath.Join(s.Dev, devName(dir, d.Name()))}
		e.identify()
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(a, b Entry) int {
		if len(a.Name) != len(b.Name) {
			return len(a.Name) - len(b.Name) // event9 before event10
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list, nil
}

// devName is the node's name below /dev.
func devName(dir, name string) string {
	if given := uevent(dir)["DEVNAME"]; given != "" {
		return given
	}
	return name
}

// identify asks the device above, as input and HID devices show themselves.
func (e *Entry) identify() {
	above := filepath.Join(e.Dir, "device")
	if u, err := ParseUSB(e.Attribute("device/id/vendor") + ":" + e.Attribute("device/id/product")); err == nil {
		e.USB, e.Text = u, e.Attribute("device/name")
		return
	}
	hid := uevent(above)
	e.Text = hid["HID_NAME"]
	// HID_ID=0003:000005E0:00001200, bus, vendor, product
	if parts := strings.Split(hid["HID_ID"], ":"); len(parts) == 3 && len(parts[1]) == 8 && len(parts[2]) == 8 {
		if u, err := ParseUSB(parts[1][4:] + ":" + parts[2][4:]); err == nil {
			e.USB = u
		}
	}
}

// Attribute is the text of a file in the device's folder; empty if there is none.
func (e *Entry) Attribute(name string) string {
	b, err := os.ReadFile(filepath.Join(e.Dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// Above walks from a device up to the USB device that it is part of, and gives
// that one's product and what it calls itself.
func (e *Entry) Above() (USB, string) {
	at, err := filepath.EvalSymlinks(filepath.Join(e.Dir, "device"))
	for ; err == nil && len(at) > 1; at = filepath.Dir(at) {
		above := Entry{Dir: at}
		if u, err := ParseUSB(above.Attribute("idVendor") + ":" + above.Attribute("idProduct")); err == nil {
			return u, strings.TrimSpace(above.Attribute("manufacturer") + " " + above.Attribute("product"))
		}
	}
	return USB{}, ""
}

func uevent(dir string) map[string]string {
	b, err := os.ReadFile(filepath.Join(dir, "uevent"))
	if err != nil {
		return nil
	}
	values := map[string]string{}
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values[key] = value
		}
	}
	return values
}

var errSeveral = errors.New("several such scanners are plugged in")

// Locate gives the path to open for a configuration. A device named by USB
// alone must be the only one of its class that suits.
func (s System) Locate(c Config, class, prefix string, suits func(Entry) bool) (string, error) {
	if c.Path != "" {
		return c.Path, nil
	}
	want, err := ParseUSB(c.USB)
	if err != nil {
		return "", &Error{Path: c.USB, Err: err}
	}
	list, err := s.List(class, prefix)
	if err != nil {
		return "", &Error{Path: c.USB, Err: err}
	}
	list = slices.DeleteFunc(list, func(e Entry) bool { return e.USB != want || !suits(e) })
	switch len(list) {
	case 0:
		return "", Explain(c.USB, fs.ErrNotExist)
	case 1:
		return list[0].Path, nil
	}
	return "", &Error{c.USB, "name each by its path: checkpointctl detect", errSeveral}
}
