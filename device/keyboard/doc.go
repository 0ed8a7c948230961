//go:build linux

// Package keyboard opens scanners that type: USB keyboards to the kernel.
//
// It promises that the device is grabbed as long as it is open (EVIOCGRAB), so
// that no key reaches a console or another program, and that what it opens has
// the keys of a keyboard. It never interprets keys: scanner.Keyboard does.
package keyboard
