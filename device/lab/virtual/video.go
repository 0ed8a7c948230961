package virtual

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Camera is a USB camera as far as programs see it: a V4L2 device of the module
// v4l2loopback that gives the pictures it is shown. It gives none, and cannot be
// opened, before the first one.
type Camera struct {
	name          string
	fourCC        string
	width, height int
	number        int      // of /dev/video; -1: unplugged
	out           *os.File // nil: it gives no pictures
}

// NewCamera makes a camera that gives pictures of one format, by the kernel's
// name of four letters, and plugs it in.
func NewCamera(name, fourCC string, width, height int) (*Camera, error) {
	c := &Camera{name: name, fourCC: fourCC, width: width, height: height, number: -1}
	return c, c.Plug()
}

// loopbackConfig is struct v4l2_loopback_config of v4l2loopback.h. Zeros are the
// module's own way; so a device says that it takes pictures until it gives some.
type loopbackConfig struct {
	number     int32
	_          int32
	label      [32]byte
	_          [4]uint32 // bounds of sizes
	buffers    int32
	maxOpeners int32
	_          int32
	_          int32
}

// outputFormat is struct v4l2_format with a struct v4l2_pix_format.
type outputFormat struct {
	kind          uint32
	_             uint32
	width, height uint32
	pixels        uint32
	field         uint32
	_             [46]uint32
}

// Requests of v4l2loopback.h and linux/videodev2.h, and values of their fields.
const (
	loopbackAdd    = 1<<30 | unsafe.Sizeof(loopbackConfig{})<<16 | '~'<<8 | 1
	loopbackRemove = 1<<30 | 4<<16 | '~'<<8 | 2
	vidSetFmt      = 3<<30 | unsafe.Sizeof(outputFormat{})<<16 | 'V'<<8 | 5

	kindOutput = 2
	fieldNone  = 1
)

// Plug makes the camera's device; its number may be another one than before.
func (c *Camera) Plug() error {
	add := loopbackConfig{number: -1, buffers: 8}
	copy(add.label[:], c.name)
	number, err := control(loopbackAdd, uintptr(unsafe.Pointer(&add)))
	if err != nil {
		return fmt.Errorf("plug in camera: %w", err)
	}
	c.number = number
	if err := await("camera", func() bool { _, err := os.Stat(c.Device()); return err == nil }); err != nil {
		return err
	}
	return c.Start()
}

// control asks the module.
func control(request, argument uintptr) (answer int, err error) {
	f, err := os.OpenFile("/dev/v4l2loopback", os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), request, argument)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// Device is what a program opens; empty: unplugged.
func (c *Camera) Device() string {
	if c.number < 0 {
		return ""
	}
	return filepath.Join("/dev", "video"+strconv.Itoa(c.number))
}

// Start lets a camera that was stopped give pictures again.
func (c *Camera) Start() error {
	f, err := os.OpenFile(c.Device(), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("start camera: %w", err)
	}
	want := outputFormat{kind: kindOutput, width: uint32(c.width), height: uint32(c.height), field: fieldNone}
	for i := range c.fourCC {
		want.pixels |= uint32(c.fourCC[i]) << (8 * i)
	}
	got := want
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), vidSetFmt, uintptr(unsafe.Pointer(&got))); errno != 0 {
		f.Close()
		return fmt.Errorf("start camera: %w", errno)
	}
	if got.width != want.width || got.height != want.height || got.pixels != want.pixels {
		f.Close()
		return fmt.Errorf("start camera: it gives other pictures, of %d × %d: somebody has it open", got.width, got.height)
	}
	c.out = f
	return nil
}

// Stop ends the stream and leaves the device: a camera that hangs.
func (c *Camera) Stop() error {
	if c.out == nil {
		return nil
	}
	err := c.out.Close()
	c.out = nil
	return err
}

// Show gives one picture, in the camera's format.
func (c *Camera) Show(picture []byte) error {
	if c.out == nil {
		return errors.New("the camera is stopped")
	}
	_, err := c.out.Write(picture)
	return err
}

// Unplug takes the camera away. The module waits for whoever has it open, to
// whom it is a camera that hangs.
func (c *Camera) Unplug() error {
	if c.number < 0 {
		return nil
	}
	if err := c.Stop(); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		_, err := control(loopbackRemove, uintptr(c.number))
		if err == nil {
			break
		}
		if !errors.Is(err, unix.EBUSY) || time.Now().After(end) {
			return fmt.Errorf("unplug camera: %w", err)
		}
	}
	c.number = -1
	return nil
}
