//go:build linux

package hidraw

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"checkpoint/device/node"
)

// Wants tells by its report descriptor whether a device is what is sought.
type Wants func(descriptor []byte) bool

var errOther = errors.New("this is another kind of HID device")

// Device is an open HID device.
type Device struct {
	*node.File
	descriptor []byte
}

// Descriptor is the device's report descriptor.
func (d *Device) Descriptor() []byte { return d.descriptor }

// Open opens a device. Read gives one report, with its number first where the
// descriptor has numbers, (0, nil) when none comes for [node.ReadTimeout], and an
// error once the device is gone. A failure is a [*node.Error].
func Open(c node.Config, wants Wants) (*Device, error) { return open(node.Here(), c, wants) }

func open(s node.System, c node.Config, wants Wants) (*Device, error) {
	path, err := s.Locate(c, "hidraw", "hidraw", func(e node.Entry) bool { return wants(DescriptorOf(e)) })
	if err != nil {
		return nil, err
	}
	f, err := node.Open(path)
	if err != nil {
		return nil, err
	}
	d := &Device{File: f}
	err = d.check(c, wants)
	if err == nil {
		err = f.Alone() // no report may become two people's scan
	}
	if err != nil {
		f.Close()
		if errors.Is(err, errOther) {
			return nil, &node.Error{Path: path, Hint: "set the scanner to HID-POS mode with the code in its manual: checkpointctl detect", Err: err}
		}
		return nil, node.Explain(path, err)
	}
	return d, nil
}

// New reads reports from what is open already, such as a socket that keeps
// their bounds.
func New(f *os.File, descriptor []byte) (*Device, error) {
	file, err := node.New(f)
	if err != nil {
		return nil, err
	}
	return &Device{file, descriptor}, nil
}

// check asks the kernel for descriptor and identity (linux/hidraw.h: HIDIOCGRDESC,
// HIDIOCGRAWINFO).
func (d *Device) check(c node.Config, wants Wants) error {
	return d.Control(func(fd int) error {
		size, err := unix.IoctlGetInt(fd, unix.HIDIOCGRDESCSIZE)
		if err != nil {
			return fmt.Errorf("%w: %w", errOther, err) // in one line, for the status
		}
		raw := unix.HIDRawReportDescriptor{Size: uint32(size)}
		if err := unix.IoctlHIDGetDesc(fd, &raw); err != nil {
			return err
		}
		info, err := unix.IoctlHIDGetRawInfo(fd)
		if err != nil {
			return err
		}
		if err := c.Check(node.USB{Vendor: uint16(info.Vendor), Product: uint16(info.Product)}); err != nil {
			return err
		}
		d.descriptor = append([]byte(nil), raw.Value[:min(int(raw.Size), len(raw.Value))]...)
		if !wants(d.descriptor) {
			return errOther
		}
		return nil
	})
}

// DescriptorOf is the report descriptor that sysfs shows; nil if it cannot be
// read. Asking it opens no device.
func DescriptorOf(e node.Entry) []byte {
	b, err := os.ReadFile(filepath.Join(e.Dir, "device", "report_descriptor"))
	if err != nil {
		return nil
	}
	return b
}
