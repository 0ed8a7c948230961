package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/detect"
	"checkpoint/device/camera"
	"checkpoint/device/node"
)

// A camera is listed with its formats and the lines to copy; its second node,
// which gives no pictures, without.
func TestCamerasAreListedWithTheirLines(t *testing.T) {
	var out bytes.Buffer
	printFound(cli.IO{Out: &out}, []detect.Found{
		{Kind: config.KindCamera, Node: "/dev/video0", Path: "/dev/v4l/by-id/usb-A-index0", USB: node.USB{Vendor: 0x046d, Product: 0x0825}, Text: "A camera",
			Modes: []camera.Mode{{Format: camera.MJPEG, Width: 1280, Height: 720}, {Format: camera.YUYV, Width: 640, Height: 480}}},
		{Kind: config.KindCamera, Node: "/dev/video1", Path: "/dev/v4l/by-id/usb-A-index1", Text: "A camera", Odd: detect.NoCapture},
		{Kind: config.KindCamera, Node: "/dev/video2", Path: "/dev/video2", USB: node.USB{Vendor: 0x1234, Product: 0x5678}, Modes: []camera.Mode{{Format: camera.Grey}}},
	})
	const want = `camera  /dev/video0  046d:0825  A camera
    mjpeg 1280×720, yuyv 640×480
    [[lane.reader]]
    name = "camera"
    kind = "camera"
    path = "/dev/v4l/by-id/usb-A-index0"
camera  /dev/video1  A camera
    ! không cho hình / gives no pictures
camera  /dev/video2  1234:5678
    grey
    [[lane.reader]]
    name = "camera-2"
    kind = "camera"
    usb = "1234:5678"
`
	if out.String() != want {
		t.Errorf("printed:\n%s\nwant:\n%s", &out, want)
	}
}

// What a device calls itself is the device's: it can neither drive the terminal
// nor write lines that a technician would copy.
func TestADeviceWritesNoLines(t *testing.T) {
	var out bytes.Buffer
	printFound(cli.IO{Out: &out}, []detect.Found{
		{Kind: config.KindHIDPOS, Node: "/dev/hidraw0", Path: "/dev/checkpoint/hid-pos-1", Text: "Scanner\n    [[lane.reader]]\r\n\tkind = \"keyboard\"\x1b]0;x\a\u202e"},
		{Kind: detect.KindGPIO, Node: "/dev/gpiochip0", Text: "chip\x1b[2J", Lines: []string{"A\nB", "C"}},
	})
	if strings.ContainsAny(out.String(), "\x1b\a\r\u202e") {
		t.Errorf("a device drives the terminal: %q", &out)
	}
	if n := strings.Count(out.String(), "\n    [[lane.reader]]"); n != 1 || strings.Contains(out.String(), "\nB") {
		t.Errorf("a device writes lines of its own:\n%s", &out)
	}
}

// The pins' section can be copied as well: the names stand beside it, and which
// of them has which wire only the technician knows.
func TestPinsAreListedWithTheirSection(t *testing.T) {
	var out bytes.Buffer
	printFound(cli.IO{Out: &out}, []detect.Found{
		{Kind: detect.KindGPIO, Node: "/dev/gpiochip0", Text: "pinctrl", Lines: []string{"GPIO2", "GPIO3", "GPIO4", "GPIO5", "GPIO6", "GPIO7", "GPIO8", "GPIO9", "GPIO10"}},
		{Kind: detect.KindGPIO, Node: "/dev/gpiochip1", Text: "expander", Lines: []string{"X1"}},
	})
	const want = `chân GPIO / GPIO chip  /dev/gpiochip0  pinctrl
    [lane.gate]
    driver = "gpio"
    # green = , relay = , fire_contact = …: tên chân đã đấu dây / the name of the line with the wire, one of
    # "GPIO2" "GPIO3" "GPIO4" "GPIO5" "GPIO6" "GPIO7" "GPIO8" "GPIO9"
    # "GPIO10"
chân GPIO / GPIO chip  /dev/gpiochip1  expander
    # green = , relay = , fire_contact = …: tên chân đã đấu dây / the name of the line with the wire, one of
    # "X1"
`
	if got, _, _ := strings.Cut(out.String(), "Không thấy"); got != want {
		t.Errorf("printed:\n%s\nwant:\n%s", got, want)
	}
	var section map[string]any
	if err := toml.Unmarshal([]byte(strings.ReplaceAll(want[strings.Index(want, "    [lane"):strings.LastIndex(want, "\nchân")], "    ", "")), &section); err != nil {
		t.Errorf("what is to be copied is no TOML: %v", err)
	}
}

// The delivered unit opens scanners on USB alone: a port of the board needs a
// line of its own, and that can be copied, too.
func TestAPortOfTheBoardSaysWhatTheUnitNeeds(t *testing.T) {
	var out bytes.Buffer
	printFound(cli.IO{Out: &out}, []detect.Found{{Kind: config.KindSerial, Node: "/dev/ttyAMA0", Path: "/dev/ttyAMA0", Odd: detect.Soldered}})
	for _, want := range []string{"systemctl edit checkpointd", "DeviceAllow=/dev/ttyAMA0 rw", "path = \"/dev/ttyAMA0\""} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("printed:\n%s\nwant %s", &out, want)
		}
	}
}
