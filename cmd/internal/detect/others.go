package detect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/config"
	"checkpoint/device/camera"
	"checkpoint/device/node"
)

// Requests and structures of linux/gpio.h.
const (
	gpioChipInfo    = 0x8044B401
	gpioV2LineInfo  = 0xC100B405
	gpioLineUsed    = 1 << 0
	maxLines        = 512 // of one chip; those of boards have up to 200
	lineOffsetAt    = 64
	lineFlagsAt     = 72
	gpioNameSize    = 32
	chipInfoSize    = 68
	gpioLineInfoLen = 256
)

// cameras are video nodes that give pictures.
func cameras(s node.System) (list []Found, err error) {
	entries, err := camera.Cameras(s)
	for _, e := range entries {
		f := found(s, config.KindCamera, e, 0o6, "v4l/by-id", "v4l/by-path")
		fault := camera.Ask(e.Path, &f.Modes)
		switch {
		case errors.Is(fault, camera.ErrNoCapture):
			f.Odd = NoCapture
		case f.Odd == NotAllowed:
		case fault != nil:
			f.Odd = NotAnswered
		case len(f.Modes) == 0:
			f.Odd = NoFormat
		}
		list = append(list, f)
	}
	return list, err
}

// chips are GPIO chips with the names of their free lines.
func chips(s node.System) (list []Found, err error) {
	entries, err := s.Bus("gpio", "gpiochip")
	for _, e := range entries {
		f := found(s, KindGPIO, e, 0o6)
		if f.Odd == NoLink {
			f.Odd = "" // lines are named, not chips
		}
		if f.Odd == "" {
			f.Text, f.Lines, f.Odd = lines(e.Path)
		}
		list = append(list, f)
	}
	return list, err
}

func lines(path string) (label string, names []string, odd Oddity) {
	var chip [chipInfoSize]byte
	if err := ask(path, gpioChipInfo, chip[:]); err != nil {
		return "", nil, NotAnswered
	}
	label = text(chip[gpioNameSize : 2*gpioNameSize])
	count := min(binary.NativeEndian.Uint32(chip[2*gpioNameSize:]), maxLines)
	for i := range count {
		var line [gpioLineInfoLen]byte
		binary.NativeEndian.PutUint32(line[lineOffsetAt:], i)
		if err := ask(path, gpioV2LineInfo, line[:]); err != nil {
			return label, names, NotAnswered
		}
		used := binary.NativeEndian.Uint64(line[lineFlagsAt:])&gpioLineUsed != 0
		if name := text(line[:gpioNameSize]); name != "" && !used {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return label, nil, NoNames
	}
	return label, names, ""
}

// ask opens a device for one question.
func ask(path string, request uint, answer []byte) error {
	f, err := node.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Control(func(fd int) error {
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(unsafe.Pointer(&answer[0]))); errno != 0 {
			return errno
		}
		return nil
	})
}

func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}
