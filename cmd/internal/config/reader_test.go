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
		"kind = \"mouse\"\npath = \"/dev/x\"\n":                        `reader[0].kind: unknown kind "mouse": use "serial", "keyboard", "hid-pos" or "replay"`,
		"kind = \"keyboard\"\n":                                        "reader[0].path: missing",
		"kind = \"hid-pos\"\nusb = \"05e0\"\n":                         "reader[0].usb: ",
		"kind = \"replay\"\n":                                          "reader[0].path: missing",
		"kind = \"keyboard\"\npath = \"/dev/x\"\nbaud = 9600\n":        "reader[0].baud: only serial",
		"kind = \"serial\"\npath = \"/dev/x\"\nusb = \"05e0:1200\"\n":  "reader[0].usb: only keyboard and hid-pos",
		"kind = \"hid-pos\"\npath = \"/dev/x\"\nsuffix = \"CR\"\n":     "reader[0].suffix: the scanner's reports tell",
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
