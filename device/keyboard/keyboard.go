//go:build linux

package keyboard

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"github.com/holoplot/go-evdev"
	"golang.org/x/sys/unix"

	"checkpoint/device/node"
)

// Requests of linux/input.h. They are made here and not by go-evdev, whose
// device hides the descriptor: its reads can neither be given a deadline nor be
// tried on a pipe.
const (
	eviocgid   = 0x80084502 // EVIOCGID: struct input_id
	eviocgrab  = 0x40044590 // EVIOCGRAB: int
	eviocgkeys = 0x80604521 // EVIOCGBIT(EV_KEY, 96 bytes)
)

var errNoKeyboard = errors.New("this is no keyboard")

// Open opens and grabs a keyboard. Read gives struct input_event, as the kernel
// does, (0, nil) when nothing is typed for [node.ReadTimeout], and an error once
// the device is gone. A failure is a [*node.Error].
func Open(c node.Config) (io.ReadCloser, error) { return open(node.Here(), c) }

func open(s node.System, c node.Config) (io.ReadCloser, error) {
	path, err := s.Locate(c, "input", "event", IsKeyboard)
	if err != nil {
		return nil, err
	}
	f, err := node.Open(path)
	if err != nil {
		return nil, err
	}
	if err := claim(f, c); err != nil {
		f.Close()
		return nil, explain(path, err)
	}
	return f, nil
}

// claim makes sure of the device and takes it.
func claim(f *node.File, c node.Config) error {
	return f.Control(func(fd int) error {
		var id evdev.InputID
		var keys [96]byte
		if err := ioctl(fd, eviocgid, unsafe.Pointer(&id)); err != nil {
			return fmt.Errorf("%w: %w", errNoKeyboard, err) // in one line, for the status
		}
		if err := ioctl(fd, eviocgkeys, unsafe.Pointer(&keys)); err != nil {
			return err
		}
		if !hasKeys(func(code int) bool { return keys[code/8]>>(code%8)&1 != 0 }) {
			return errNoKeyboard
		}
		if err := c.Check(node.USB{Vendor: id.Vendor, Product: id.Product}); err != nil {
			return err
		}
		return unix.IoctlSetInt(fd, eviocgrab, 1)
	})
}

func ioctl(fd int, request uint, into unsafe.Pointer) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(into))
	if errno != 0 {
		return errno
	}
	return nil
}

func explain(path string, err error) error {
	if errors.Is(err, errNoKeyboard) {
		return &node.Error{Path: path, Hint: "name the scanner's keyboard: checkpointctl detect", Err: err}
	}
	return node.Explain(path, err)
}

// New reads key events from what is open already, such as a pipe.
func New(f *os.File) (io.ReadCloser, error) { return node.New(f) }

// IsKeyboard tells whether an entry of class input has a keyboard's keys. The
// same scanner may show further input devices, such as one for volume keys.
func IsKeyboard(e node.Entry) bool {
	// Words of 64 bits in hexadecimal, the highest first.
	words := strings.Fields(e.Attribute("device/capabilities/key"))
	return hasKeys(func(code int) bool {
		i := len(words) - 1 - code/64
		if i < 0 {
			return false
		}
		word, err := strconv.ParseUint(words[i], 16, 64)
		return err == nil && word>>(code%64)&1 != 0
	})
}

// hasKeys asks for a few keys that every code needs.
func hasKeys(has func(code int) bool) bool {
	for _, code := range []int{evdev.KEY_0, evdev.KEY_A, evdev.KEY_Z, evdev.KEY_LEFTSHIFT, evdev.KEY_ENTER} {
		if !has(code) {
			return false
		}
	}
	return true
}
