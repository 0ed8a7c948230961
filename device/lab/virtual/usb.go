package virtual

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// gadgets is where the kernel's USB gadgets are made
// (Documentation/usb/gadget_configfs.rst).
const gadgets = "/sys/kernel/config/usb_gadget"

// SerialScanner is a USB scanner in serial mode: a gadget with an ACM function
// on a virtual bus, which the real cdc-acm driver serves.
type SerialScanner struct {
	name string
	dir  string
	bus  string // the gadget's controller
	out  *os.File
}

// NewSerialScanner makes a scanner and plugs it in.
func NewSerialScanner(name string) (*SerialScanner, error) {
	bus, err := freeBus()
	if err != nil {
		return nil, err
	}
	s := &SerialScanner{name: name, dir: filepath.Join(gadgets, name), bus: bus}
	function, config := filepath.Join(s.dir, "functions", "acm.0"), filepath.Join(s.dir, "configs", "c.1")
	text := filepath.Join(s.dir, "strings", "0x409")
	for _, dir := range []string{s.dir, text, function, config} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("make USB scanner: %w", err)
		}
	}
	err = errors.Join(
		set(s.dir, "idVendor", "0x1d6b"), set(s.dir, "idProduct", "0x0104"),
		set(text, "manufacturer", "Lab"), set(text, "product", name), set(text, "serialnumber", name),
		os.Symlink(function, filepath.Join(config, "acm.0")))
	if err == nil {
		err = s.Plug()
	}
	if err != nil {
		return nil, errors.Join(err, s.Remove())
	}
	return s, nil
}

// Plug puts the scanner's plug in and waits for its device.
func (s *SerialScanner) Plug() error {
	if err := set(s.dir, "UDC", s.bus); err != nil {
		return err
	}
	if err := await("serial device", func() bool { return s.Device() != "" }); err != nil {
		return err
	}
	port := "/dev/ttyGS" + get(filepath.Join(s.dir, "functions", "acm.0"), "port_num")
	f, err := os.OpenFile(port, os.O_WRONLY|unix.O_NOCTTY, 0)
	if err != nil {
		return fmt.Errorf("open USB scanner: %w", err)
	}
	s.out = f
	return raw(f)
}

// freeBus is a virtual bus with nothing on it.
func freeBus() (string, error) {
	controllers, _ := filepath.Glob("/sys/class/udc/*") // the patterns are well formed
	taken, _ := filepath.Glob(filepath.Join(gadgets, "*", "UDC"))
	for _, c := range controllers {
		bus := filepath.Base(c)
		if !slices.ContainsFunc(taken, func(file string) bool { return hasLine(file, bus) }) {
			return bus, nil
		}
	}
	return "", fmt.Errorf("no free virtual USB bus among %d: load dummy_hcd, with num=2 for two", len(controllers))
}

// Device is the serial device that a program opens; empty: unplugged.
func (s *SerialScanner) Device() string {
	devices, _ := filepath.Glob("/sys/class/tty/ttyACM*") // the pattern is well formed
	for _, d := range devices {
		function, err := filepath.EvalSymlinks(filepath.Join(d, "device"))
		if err != nil || !hasLine(filepath.Join(filepath.Dir(function), "serial"), s.name) {
			continue
		}
		node := filepath.Join("/dev", filepath.Base(d))
		if _, err := os.Stat(node); err == nil {
			return node
		}
	}
	return ""
}

// Unplug pulls the plug, in the middle of a code if need be.
func (s *SerialScanner) Unplug() error {
	if err := set(s.dir, "UDC", "\n"); err != nil {
		return err
	}
	if s.out != nil {
		s.out.Close() // what it did not send is lost, as it would be
		s.out = nil
	}
	return await("unplugged USB scanner", func() bool { return s.Device() == "" })
}

// Send types bytes as the scanner would send them.
func (s *SerialScanner) Send(text string) error {
	if s.out == nil {
		return errors.New("the USB scanner is unplugged")
	}
	_, err := s.out.WriteString(text)
	return err
}

// Remove unplugs the scanner for good.
func (s *SerialScanner) Remove() error {
	var errs []error
	if s.out != nil {
		errs = append(errs, s.Unplug())
	}
	for _, name := range []string{"configs/c.1/acm.0", "configs/c.1", "functions/acm.0", "strings/0x409", ""} {
		errs = append(errs, os.Remove(filepath.Join(s.dir, name)))
	}
	return errors.Join(errs...)
}

// raw lets every byte through as it is.
func raw(f *os.File) error {
	t, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		return fmt.Errorf("set up serial port: %w", err)
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	if err := unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, t); err != nil {
		return fmt.Errorf("set up serial port: %w", err)
	}
	return nil
}
