package config

import (
	"checkpoint/device/node"
	"checkpoint/device/serial"
	"checkpoint/scanner"
)

// The kinds of readers.
const (
	KindSerial   = "serial"   // a COM port, also over USB
	KindKeyboard = "keyboard" // a scanner that types
	KindHIDPOS   = "hid-pos"  // a scanner that says over USB that it is one
	KindReplay   = "replay"   // a file of codes, for demonstrations
)

// Reader is one reader of a lane.
type Reader struct {
	Name   string         `toml:"name"`
	Kind   string         `toml:"kind"`
	Path   string         `toml:"path"`
	USB    string         `toml:"usb"`    // vendor:product; keyboard and hid-pos
	Baud   int            `toml:"baud"`   // serial
	Suffix scanner.Suffix `toml:"suffix"` // all but hid-pos; see End
}

// Serial is the port of a serial reader.
func (r Reader) Serial() serial.Config { return serial.Config{Path: r.Path, Baud: r.Baud} }

// Device is the device of a keyboard or hid-pos reader.
func (r Reader) Device() node.Config { return node.Config{Path: r.Path, USB: r.USB} }

// End is what ends a code: as configured, or as the kind is delivered.
func (r Reader) End() scanner.Suffix {
	switch {
	case r.Suffix != "":
		return r.Suffix
	case r.Kind == KindKeyboard:
		return scanner.AnyEnd
	}
	return scanner.CR
}

func (r Reader) validate(f *faults, at string) {
	switch r.Kind {
	case KindSerial:
		f.join(r.Serial().Validate(at))
	case KindKeyboard, KindHIDPOS:
		f.join(r.Device().Validate(at))
	case KindReplay:
		f.required(at+".path", r.Path)
	default:
		f.add(`%s.kind: unknown kind %q: use "serial", "keyboard", "hid-pos" or "replay"`, at, r.Kind)
		return
	}
	r.unused(f, at)
	// go-toml fills types of kind string without asking their UnmarshalText.
	if _, err := scanner.ParseSuffix(string(r.Suffix)); err != nil && r.Suffix != "" {
		f.add("%s.suffix: %w", at, err)
	}
}

// unused reports keys that say nothing to this kind: whoever wrote them
// expects something of them.
func (r Reader) unused(f *faults, at string) {
	if r.Baud != 0 && r.Kind != KindSerial {
		f.add("%s.baud: only serial readers have one", at)
	}
	if r.USB != "" && r.Kind != KindKeyboard && r.Kind != KindHIDPOS {
		f.add("%s.usb: only keyboard and hid-pos readers are sought by it; name the path", at)
	}
	if r.Suffix != "" && r.Kind == KindHIDPOS {
		f.add("%s.suffix: the scanner's reports tell where a code ends; leave it out", at)
	}
}
