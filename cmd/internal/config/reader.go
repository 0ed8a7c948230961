package config

import (
	"errors"
	"fmt"

	"checkpoint/device/camera"
	"checkpoint/device/node"
	"checkpoint/device/serial"
	"checkpoint/scanner"
)

// The kinds of readers.
const (
	KindSerial   = "serial"   // a COM port, also over USB
	KindKeyboard = "keyboard" // a scanner that types
	KindHIDPOS   = "hid-pos"  // a scanner that says over USB that it is one
	KindCamera   = "camera"   // whatever gives pictures: see [camera.Config]
	KindReplay   = "replay"   // a file of codes, for demonstrations
)

// Reader is one reader of a lane.
type Reader struct {
	Name   string         `toml:"name"`
	Kind   string         `toml:"kind"`
	Path   string         `toml:"path"`
	USB    string         `toml:"usb"`    // vendor:product; keyboard, hid-pos and camera
	Baud   int            `toml:"baud"`   // serial
	Suffix scanner.Suffix `toml:"suffix"` // all but hid-pos and camera; see End
	Camera camera.Config  `toml:"camera"`
}

// Serial is the port of a serial reader.
func (r Reader) Serial() serial.Config { return serial.Config{Path: r.Path, Baud: r.Baud} }

// Device is the device of a keyboard, hid-pos or camera reader.
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
	case KindCamera:
		f.join(r.Camera.Validate(at, r.Device()))
	case KindReplay:
		f.required(at+".path", r.Path)
	default:
		f.add(`%s.kind: unknown kind %q: use "serial", "keyboard", "hid-pos", "camera" or "replay"`, at, r.Kind)
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
	if r.USB != "" && (r.Kind == KindSerial || r.Kind == KindReplay) {
		f.add("%s.usb: only keyboard, hid-pos and camera readers are sought by it; name the path", at)
	}
	if r.Suffix != "" && (r.Kind == KindHIDPOS || r.Kind == KindCamera) {
		f.add("%s.suffix: the reports or pictures tell where a code ends; leave it out", at)
	}
	if !r.Camera.IsZero() && r.Kind != KindCamera {
		f.add("%s.camera: only camera readers have one", at)
	}
}

// cameraFiles reports what the cameras need and is not on this machine.
func (c *Config) cameraFiles() error {
	var f faults
	for i, l := range c.Lanes {
		for k, r := range l.Readers {
			f.join(r.Camera.Files(fmt.Sprintf("lane[%d].reader[%d]", i, k)))
		}
	}
	return errors.Join(f...)
}
