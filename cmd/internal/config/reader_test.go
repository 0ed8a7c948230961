package config_test

import (
	"strings"
	"testing"

	"checkpoint/scanner"
)

// withReader is the shortest file with another reader.
func withReader(lines string) string {
	return strings.Replace(least, "kind = \"serial\"\npath = \"/dev/x\"\n", lines, 1)
}

func TestKindsOfReaders(t *testing.T) {
	for lines, end := range map[string]scanner.Suffix{
		"kind = \"serial\"\npath = \"/dev/x\"\n":                         scanner.CR,
		"kind = \"serial\"\npath = \"/dev/x\"\nsuffix = \"silence\"\n":   scanner.Silence,
		"kind = \"keyboard\"\npath = \"/dev/x\"\n":                       scanner.AnyEnd,
		"kind = \"keyboard\"\nusb = \"05e0:1200\"\nsuffix = \"TAB\"\n":   scanner.TAB,
		"kind = \"hid-pos\"\nusb = \"05E0:1200\"\npath = \"/dev/x\"\n":   scanner.CR,
		"kind = \"replay\"\npath = \"codes.txt\"\n":                      scanner.CR,
		"kind = \"replay\"\npath = \"codes.txt\"\nsuffix = \"any\"\n":    scanner.AnyEnd,
		"kind = \"serial\"\npath = \"/dev/x\"\nbaud = 115200\n":          scanner.CR,
		"kind = \"keyboard\"\npath = \"/dev/x\"\nusb = \"05e0:1200\"\n ": scanner.AnyEnd,
	} {
		c, err := read(t, withReader(lines))
		if err != nil {
			t.Errorf("%s: %v", lines, err)
			continue
		}
		if got := c.Lanes[0].Readers[0].End(); got != end {
			t.Errorf("%s: codes end with %s, want %s", lines, got, end)
		}
	}
}

func TestFaultsOfReaders(t *testing.T) {
	for lines, want := range map[string]string{
		"kind = \"mouse\"\npath = \"/dev/x\"\n":                        `reader[0].kind: unknown kind "mouse": use "serial", "keyboard", "hid-pos", "camera" or "replay"`,
		"kind = \"keyboard\"\n":                                        "reader[0].path: missing",
		"kind = \"hid-pos\"\nusb = \"05e0\"\n":                         "reader[0].usb: ",
		"kind = \"replay\"\n":                                          "reader[0].path: missing",
		"kind = \"keyboard\"\npath = \"/dev/x\"\nbaud = 9600\n":        "reader[0].baud: only serial",
		"kind = \"serial\"\npath = \"/dev/x\"\nusb = \"05e0:1200\"\n":  "reader[0].usb: only keyboard, hid-pos and camera",
		"kind = \"hid-pos\"\npath = \"/dev/x\"\nsuffix = \"CR\"\n":     "reader[0].suffix: the reports or pictures tell",
		"kind = \"keyboard\"\npath = \"/dev/x\"\nsuffix = \"Enter\"\n": "reader[0].suffix: unknown suffix",
		"kind = \"keyboard\"\nusb = \"05e0:1200\"\n[[lane.reader]]\nname = \"b\"\nkind = \"keyboard\"\nusb = \"05E0:1200\"\n": "reader[1].usb: 05E0:1200 is already lane[0].reader[0].usb",
	} {
		if _, err := read(t, withReader(lines)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", lines, err, want)
		}
	}
}

// The same product may be read in both ways: it shows two devices.
func TestOneScannerCanBeTwoReaders(t *testing.T) {
	if _, err := read(t, withReader("kind = \"keyboard\"\nusb = \"05e0:1200\"\n[[lane.reader]]\nname = \"b\"\nkind = \"hid-pos\"\nusb = \"05e0:1200\"\n")); err != nil {
		t.Error(err)
	}
}

// withCamera is the shortest file whose reader is a camera.
func withCamera(lines string) string {
	return withReader("kind = \"camera\"\n" + lines)
}

func TestCameras(t *testing.T) {
	for _, lines := range []string{
		"path = \"/dev/video0\"\n",
		"usb = \"046d:0825\"\n[lane.reader.camera]\nfocus = 0\nexposure_us = 4000\nformat = \"yuyv\"\n",
		"[lane.reader.camera]\nurl = \"http://camera.example/jpg?channel=1\"\ncredential = \"/etc/secret\"\n",
		"[lane.reader.camera]\ncommand = [\"rpicam-vid\"]\nformat = \"yuv420\"\nwidth = 1920\nheight = 1080\n",
		"[lane.reader.camera]\nfolder = \"pictures\"\nfps = 2\n",
	} {
		if _, err := read(t, withCamera(lines)); err != nil {
			t.Errorf("%s: %v", lines, err)
		}
	}
}

func TestFaultsOfCameras(t *testing.T) {
	section := "[lane.reader.camera]\n"
	for lines, want := range map[string]string{
		"": "reader[0].path: missing; name the camera's path",
		"path = \"/dev/x\"\n" + section + "folder = \"f\"\n": "reader[0]: a camera is one of",
		"usb = \"046d\"\n":                                                                    "reader[0].usb: ",
		section + "url = \"ftp://x/y\"\n":                                                     "camera.url: want http://host/path",
		section + "url = \"http://admin:secret@x/y\"\n":                                       "camera.url: user and password go into a file",
		section + "url = \"http://x/y\"\nca = \"a\"\n":                                        "camera.ca: only https",
		section + "folder = \"f\"\ncredential = \"c\"\n":                                      "camera.url: missing",
		section + "folder = \"f\"\nfocus = 3\n":                                               "camera.focus: only cameras named by path",
		section + "folder = \"f\"\nmains_hz = 60\n":                                           "camera.mains_hz: only cameras named by path",
		section + "folder = \"f\"\nfps = 1000\n":                                              "camera.fps: 1000",
		section + "folder = \"f\"\nwidth = 10\nheight = 10\n":                                 "camera.width: 10 × 10",
		section + "folder = \"f\"\nwidth = 1280\nheight = 720\n":                              "camera.width: the pictures have their own size",
		section + "url = \"http://x/y\"\nwidth = 1280\nheight = 720\n":                        "camera.width: the pictures have their own size",
		section + "command = [\"x\"]\nwidth = 3840\nheight = 2160\n":                          "camera.width: 3840 × 2160: a command may write 2560 × 1440 at most",
		"path = \"/dev/x\"\n" + section + "format = \"mjpeg\"\nwidth = 2560\nheight = 1440\n": "camera.width: 2560 × 1440 of \"mjpeg\": want 1920 × 1080 at most",
		section + "folder = \"f\"\nwidth = 640\n":                                             "camera.width: name width and height",
		section + "folder = \"f\"\ntimeout_seconds = 61\n":                                    "camera.timeout_seconds: 61",
		section + "folder = \"f\"\nformat = \"grey\"\n":                                       "camera.format: the pictures say it",
		section + "command = [\"x\"]\nformat = \"mjpeg\"\n":                                   "camera.format: \"mjpeg\": a command writes",
		"path = \"/dev/x\"\n" + section + "format = \"h264\"\n":                               "camera.format: \"h264\": use",
		"path = \"/dev/x\"\n" + section + "mains_hz = 55\ngain = -1\n":                        "camera.mains_hz: 55",
		"path = \"/dev/x\"\nsuffix = \"CR\"\n":                                                "reader[0].suffix: the reports or pictures tell",
		"path = \"/dev/x\"\n" + section + "colour = true\n":                                   "colour = true",
		section + "url = \"http://x/y\"\n[[lane.reader]]\nname = \"b\"\nkind = \"camera\"\n" + section + "url = \"http://x/y\"\n": "reader[1].camera.url: this address is already lane[0].reader[0].camera.url",
	} {
		_, err := read(t, withCamera(lines))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", lines, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("a password is shown: %v", err)
		}
	}
	if _, err := read(t, withReader("kind = \"serial\"\npath = \"/dev/x\"\n"+section+"fps = 3\n")); err == nil || !strings.Contains(err.Error(), "reader[0].camera: only camera readers") {
		t.Errorf("a serial reader with a camera's keys: %v", err)
	}
}
