//go:build linux

package camera

import (
	"errors"
	"testing"
	"unsafe"
)

// The numbers are those that the kernel's own header gives a C compiler, on
// amd64 and arm64 alike.
func TestRequestsAndStructuresAreTheKernels(t *testing.T) {
	for name, c := range map[string][2]uintptr{
		"VIDIOC_QUERYCAP":        {vidQuerycap, 0x80685600},
		"VIDIOC_ENUM_FMT":        {vidEnumFmt, 0xC0405602},
		"VIDIOC_S_FMT":           {vidSetFmt, 0xC0D05605},
		"VIDIOC_REQBUFS":         {vidReqbufs, 0xC0145608},
		"VIDIOC_QUERYBUF":        {vidQuerybuf, 0xC0585609},
		"VIDIOC_QBUF":            {vidQbuf, 0xC058560F},
		"VIDIOC_DQBUF":           {vidDqbuf, 0xC0585611},
		"VIDIOC_STREAMON":        {vidStreamon, 0x40045612},
		"VIDIOC_S_PARM":          {vidSetParm, 0xC0CC5616},
		"VIDIOC_S_CTRL":          {vidSetCtrl, 0xC008561C},
		"VIDIOC_QUERYCTRL":       {vidQueryctrl, 0xC0445624},
		"VIDIOC_ENUM_FRAMESIZES": {vidFrameSizes, 0xC02C564A},
		"capabilities":           {unsafe.Offsetof(capability{}.capabilities), 84},
		"device_caps":            {unsafe.Offsetof(capability{}.device), 88},
		"fmtdesc.pixelformat":    {unsafe.Offsetof(formatText{}.pixels), 44},
		"format.width":           {unsafe.Offsetof(format{}.width), 8},
		"format.bytesperline":    {unsafe.Offsetof(format{}.stride), 24},
		"parm.timeperframe":      {unsafe.Offsetof(streamParameters{}.numerator), 12},
		"buffer.memory":          {unsafe.Offsetof(buffer{}.memory), 60},
		"buffer.m":               {unsafe.Offsetof(buffer{}.offset), 64},
		"buffer.length":          {unsafe.Offsetof(buffer{}.length), 72},
		"queryctrl.minimum":      {unsafe.Offsetof(controlText{}.least), 40},
		"queryctrl.flags":        {unsafe.Offsetof(controlText{}.flags), 56},
		"GREY":                   {uintptr(fourCC("GREY")), 0x59455247},
		"MJPG":                   {uintptr(fourCC("MJPG")), 0x47504A4D},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %#x, want %#x", name, c[0], c[1])
		}
	}
}

// What a node can is asked of the node and not of the device: a USB camera has a
// second node, for metadata.
func TestWhichNodeGivesPictures(t *testing.T) {
	const metadata = 0x00800000
	for _, c := range []struct {
		is   capability
		want error
	}{
		{capability{capabilities: capCapture | capStreaming}, nil}, // an old driver
		{capability{capabilities: capCapture | capStreaming | capDevice, device: capCapture | capStreaming}, nil},
		{capability{capabilities: capCapture | capStreaming | capDevice, device: metadata | capStreaming}, errNoCapture},
	} {
		if err := c.is.captures(); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.is, err, c.want)
		}
	}
	planes := capability{capabilities: capCapturePlane | capStreaming}
	if err := planes.captures(); err == nil || errors.Is(err, errNoCapture) {
		t.Errorf("a camera of several planes: %v, want another way named", err)
	}
}
