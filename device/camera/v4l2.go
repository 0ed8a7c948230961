//go:build linux

package camera

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The layer of ioctls: requests and structures of linux/videodev2.h, as they are
// on 64-bit machines.

type capability struct {
	_                    [84]byte // names and version
	capabilities, device uint32
	_                    [3]uint32
}

type formatText struct {
	index, kind uint32
	_           [9]uint32 // flags and text
	pixels      uint32
	_           [4]uint32
}

type frameSize struct {
	index, pixels, kind uint32
	size                [6]uint32 // width, height; or least, most and step of each
	_                   [2]uint32
}

type format struct {
	kind          uint32
	_             uint32
	width, height uint32
	pixels        uint32
	field         uint32
	stride        uint32 // bytes from one row to the next; 0: none
	_             [45]uint32
}

type streamParameters struct {
	kind                   uint32
	_                      [2]uint32
	numerator, denominator uint32 // seconds between two pictures
	_                      [46]uint32
}

type requestBuffers struct {
	count, kind, memory uint32
	_                   [2]uint32
}

type buffer struct {
	index, kind uint32
	used        uint32 // bytes
	flags       uint32
	_           [2]uint32
	_           [2]int64  // struct timeval
	_           [5]uint32 // struct v4l2_timecode, sequence
	memory      uint32
	offset      uint32 // for mmap
	_           uint32
	length      uint32
	_           [3]uint32
}

type control struct {
	id    uint32
	value int32
}

type controlText struct {
	id          uint32
	_           [9]uint32 // kind and text
	least, most int32
	_           [2]int32 // step and usual value
	flags       uint32
	_           [2]uint32
}

// Requests. The number of bytes is part of each (asm-generic/ioctl.h).
const (
	ioRead  = 2 << 30
	ioWrite = 1 << 30
	ioBoth  = ioRead | ioWrite
	ioV4L2  = 'V' << 8

	vidQuerycap   = ioRead | unsafe.Sizeof(capability{})<<16 | ioV4L2
	vidEnumFmt    = ioBoth | unsafe.Sizeof(formatText{})<<16 | ioV4L2 | 2
	vidSetFmt     = ioBoth | unsafe.Sizeof(format{})<<16 | ioV4L2 | 5
	vidReqbufs    = ioBoth | unsafe.Sizeof(requestBuffers{})<<16 | ioV4L2 | 8
	vidQuerybuf   = ioBoth | unsafe.Sizeof(buffer{})<<16 | ioV4L2 | 9
	vidQbuf       = ioBoth | unsafe.Sizeof(buffer{})<<16 | ioV4L2 | 15
	vidDqbuf      = ioBoth | unsafe.Sizeof(buffer{})<<16 | ioV4L2 | 17
	vidStreamon   = ioWrite | unsafe.Sizeof(int32(0))<<16 | ioV4L2 | 18
	vidSetParm    = ioBoth | unsafe.Sizeof(streamParameters{})<<16 | ioV4L2 | 22
	vidSetCtrl    = ioBoth | unsafe.Sizeof(control{})<<16 | ioV4L2 | 28
	vidQueryctrl  = ioBoth | unsafe.Sizeof(controlText{})<<16 | ioV4L2 | 36
	vidFrameSizes = ioBoth | unsafe.Sizeof(frameSize{})<<16 | ioV4L2 | 74
)

// Values of their fields.
const (
	kindCapture     = 1
	memoryMmap      = 1
	sizeDiscrete    = 1
	fieldAny        = 0
	flagError       = 0x40 // of a buffer: the picture is damaged
	ctrlDisabled    = 0x01
	capCapture      = 0x00000001
	capCapturePlane = 0x00001000
	capStreaming    = 0x04000000
	capDevice       = 0x80000000 // device is filled in
)

// pixels are the kernel's names of formats, the best for reading codes first:
// what is brightness already; then MJPEG, which USB has room for at full rate.
var pixels = []struct {
	format Format
	code   uint32
}{
	{Grey, fourCC("GREY")}, {NV12, fourCC("NV12")}, {MJPEG, fourCC("MJPG")}, {MJPEG, fourCC("JPEG")}, {YUYV, fourCC("YUYV")},
}

func fourCC(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// ioctl asks the driver; a signal in between is no answer.
func ioctl[T any](fd int, request uintptr, arg *T) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(arg)))
		switch {
		case errno == 0:
			return nil
		case !errors.Is(errno, unix.EINTR):
			return errno
		}
	}
}
