//go:build !linux

package system

import (
	"io/fs"
	"os"
	"syscall"
)

// Begin is a hint that is given on Linux only.
func Begin(*os.File, int64, int64) {}

// Forget is given on Linux only: what is read back may come from memory.
func Forget(*os.File, int64, int64) {}

// Fetch is a hint that is given on Linux only.
func Fetch(*os.File, int64, int64) {}

// SyncData syncs a file.
func SyncData(f *os.File) error { return f.Sync() }

// OnDisk is a file's length: holes are counted.
func OnDisk(info fs.FileInfo) int64 { return info.Size() }

// Child says nothing: a child may outlive its parent.
func Child() *syscall.SysProcAttr { return nil }

// StepBack is done on Linux only.
func StepBack() {}
