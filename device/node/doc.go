//go:build linux

// Package node finds and opens the character devices of USB things: by a path
// that stays the same when they are replugged, or by USB vendor and product.
//
// It promises: Read gives up after a short time-out, and fails once the device
// is gone; an error says what to do next; nothing outlives Close. It never
// writes to a device and knows no kind of device: keyboard and hidraw do.
package node
