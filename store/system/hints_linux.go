package system

import (
	"io/fs"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Begin has the kernel begin to write n bytes from at; 0 bytes: all. A hint: what
// it leaves undone is done by a sync.
func Begin(f *os.File, at, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), at, n, unix.SYNC_FILE_RANGE_WRITE)
}

// Forget has the kernel drop what it remembers of a part, so that the next read
// is of the disk.
func Forget(f *os.File, at, n int64) { _ = unix.Fadvise(int(f.Fd()), at, n, unix.FADV_DONTNEED) }

// Fetch has the kernel read a part ahead.
func Fetch(f *os.File, at, n int64) { _ = unix.Fadvise(int(f.Fd()), at, n, unix.FADV_WILLNEED) }

// SyncData syncs a file without its times.
func SyncData(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }

// OnDisk is how much room a file takes in bytes: less than its length where it
// has holes.
func OnDisk(info fs.FileInfo) int64 { return info.Sys().(*syscall.Stat_t).Blocks * 512 }

// Child makes a process end when its parent does.
func Child() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// StepBack leaves the processor to others. Each thread counts by itself
// (setpriority(2)); later ones are like those that start them. What cannot be
// had is only slower for others.
func StepBack() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, 19)
		}
	}
}
