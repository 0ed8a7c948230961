// Package system is what the operating systems of a box (Linux) and of office
// computers (Windows, macOS) do differently with files and processes. Whatever a
// box is promised holds on Linux; elsewhere a hint does nothing and a missing
// guarantee is named here.
package system

import "errors"

// ErrLocked: another process has the lock.
var ErrLocked = errors.New("another process has it locked")
