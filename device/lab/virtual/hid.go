package virtual

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
)

// Types of struct uhid_event (linux/uhid.h) and what is in it, packed.
const (
	uhidDestroy        = 1
	uhidGetReport      = 9
	uhidGetReportReply = 10
	uhidCreate2        = 11
	uhidInput2         = 12
	uhidSetReport      = 13
	uhidSetReportReply = 14

	uhidSize  = 4 + 4372 // the largest event: create2
	uhidName  = 128
	uhidPhys  = 64
	uhidUniq  = 64
	busUSB    = 3
	errnoEIO  = 5
	maxReport = 4096
)

// HID is a HID device, such as a keyboard, that user space plays: the kernel's
// HID core and its drivers do the rest. What it is, its report descriptor says.
type HID struct {
	name            string
	vendor, product uint16
	descriptor      []byte

	mu   sync.Mutex
	file *os.File // nil: unplugged
	uniq string
	read sync.WaitGroup
}

// plugs counts, so that each plug has a serial number of its own.
var plugs atomic.Int64

// NewHID makes a device and plugs it in.
func NewHID(name string, vendor, product uint16, descriptor []byte) (*HID, error) {
	h := &HID{name: name, vendor: vendor, product: product, descriptor: descriptor}
	return h, h.Plug()
}

// Plug connects the device.
func (h *HID) Plug() error {
	f, err := os.OpenFile("/dev/uhid", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("plug HID device in: %w", err)
	}
	h.mu.Lock()
	h.file, h.uniq = f, fmt.Sprint("lab-", plugs.Add(1))
	h.mu.Unlock()
	e := binary.NativeEndian.AppendUint32(nil, uhidCreate2)
	for _, text := range []struct {
		value string
		size  int
	}{{h.name, uhidName}, {"lab", uhidPhys}, {h.uniq, uhidUniq}} {
		e = append(e, text.value...)
		e = append(e, make([]byte, text.size-len(text.value))...)
	}
	e = binary.NativeEndian.AppendUint16(e, uint16(len(h.descriptor)))
	e = binary.NativeEndian.AppendUint16(e, busUSB)
	e = binary.NativeEndian.AppendUint32(e, uint32(h.vendor))
	e = binary.NativeEndian.AppendUint32(e, uint32(h.product))
	e = append(e, make([]byte, 8)...) // version, country
	e = append(e, h.descriptor...)
	if err := h.write(e); err != nil {
		return errors.Join(err, h.Unplug())
	}
	h.read.Go(func() { h.serve(f) })
	if err := await("HID device "+h.name, func() bool { return h.Hidraw() != "" }); err != nil {
		return err
	}
	return h.settle()
}

// settle waits until the driver has done with making the device: its nodes are
// there before, and until the end the kernel drops reports. Who asks for a
// driver to be bound waits for the device's lock, and is told that it is.
func (h *HID) settle() error {
	device, err := filepath.EvalSymlinks(filepath.Join("/sys/class/hidraw", filepath.Base(h.Hidraw()), "device"))
	if err != nil {
		return fmt.Errorf("plug HID device in: %w", err)
	}
	err = os.WriteFile(filepath.Join(device, "driver", "bind"), []byte(filepath.Base(device)), 0)
	if err != nil && !errors.Is(err, syscall.EBUSY) {
		return fmt.Errorf("plug HID device in: %w", err)
	}
	return nil
}

// serve takes what the kernel says; it asks for reports that this device has
// not got.
func (h *HID) serve(f *os.File) {
	for {
		e := make([]byte, uhidSize)
		n, err := f.Read(e)
		if err != nil || n < 8 {
			return
		}
		reply := uint32(0)
		switch binary.NativeEndian.Uint32(e) {
		case uhidGetReport:
			reply = uhidGetReportReply
		case uhidSetReport:
			reply = uhidSetReportReply
		default:
			continue
		}
		answer := append(binary.NativeEndian.AppendUint32(nil, reply), e[4:8]...) // its id
		answer = binary.NativeEndian.AppendUint16(answer, errnoEIO)
		_ = h.write(append(answer, 0, 0)) // unplugged meanwhile
	}
}

func (h *HID) write(e []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file == nil {
		return errors.New("the HID device is unplugged")
	}
	if _, err := h.file.Write(e); err != nil {
		return fmt.Errorf("write HID device: %w", err)
	}
	return nil
}

// Report sends an input report.
func (h *HID) Report(report []byte) error {
	if len(report) > maxReport {
		return errors.New("HID report too long")
	}
	e := binary.NativeEndian.AppendUint32(nil, uhidInput2)
	e = binary.NativeEndian.AppendUint16(e, uint16(len(report)))
	return h.write(append(e, report...))
}

// Hidraw is the device's raw node; empty: not there.
func (h *HID) Hidraw() string {
	return h.node("/sys/class/hidraw/hidraw*", "device/uevent", "HID_UNIQ="+h.uniq, "/dev")
}

// Event is its event device, if it is a keyboard or the like.
func (h *HID) Event() string {
	return h.node("/sys/class/input/event*", "device/uniq", h.uniq, "/dev/input")
}

func (h *HID) node(class, file, line, dev string) string {
	entries, _ := filepath.Glob(class) // the pattern is well formed
	for _, e := range entries {
		name := filepath.Join(dev, filepath.Base(e))
		if hasLine(filepath.Join(e, file), line) {
			if _, err := os.Stat(name); err == nil {
				return name
			}
		}
	}
	return ""
}

// Unplug takes the device away, at once.
func (h *HID) Unplug() error {
	h.mu.Lock()
	f := h.file
	h.file = nil
	h.mu.Unlock()
	if f == nil {
		return nil
	}
	_, err := f.Write(binary.NativeEndian.AppendUint32(nil, uhidDestroy))
	err = errors.Join(err, f.Close())
	h.read.Wait()
	return err
}
