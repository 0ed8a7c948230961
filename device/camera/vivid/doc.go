//go:build linux

// Package vivid proves the V4L2 camera on the kernel's own virtual one, in a
// guest of package lab. It has tests only.
package vivid
